// What the honest nodes had to send until a moment, whatever the transport makes of it.
import Core
import Learning
import Metrics
import Kernels
import Scenario

struct TrafficMeasure: MomentMeasure {
    static let name = "traffic"
    static let summary =
        "What all honest nodes together had to send their neighbours, without headers, acknowledgements and "
        + "repetitions; bytesSent in the summary is what really went out."
    static let measuredAt = MeasuredAt.moments
    static let figures = [
        Figure(
            "modelBytes", .bytes, better: .less,
            "4 bytes an element of every vector to every neighbour until this moment")
    ]

    private let cadence: Cadence
    private let traffic: HonestTraffic
    private let messageBytes: Double
    private var counted = (rounds: 0, messages: 0)

    init?(_ assembly: Assembly, test: Samples) {
        cadence = assembly.experiment.training.cadence
        traffic = HonestTraffic(of: assembly)
        messageBytes = 4 * Double(assembly.channels.elementCount)
    }

    mutating func figures(of moment: Moment, scratch: inout ObjectiveScratch) -> Figures {
        if moment.rounds < counted.rounds { counted = (0, 0) }
        for step in counted.rounds * cadence.gossipSteps..<moment.rounds * cadence.gossipSteps
        where cadence.exchanges(in: Round(step)) {
            counted.messages += traffic.messages(in: Round(step))
        }
        counted.rounds = moment.rounds
        var figures = Figures()
        figures.add("modelBytes", messageBytes * Double(counted.messages))
        return figures
    }
}
