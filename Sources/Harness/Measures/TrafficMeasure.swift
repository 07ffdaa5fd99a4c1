// What the honest nodes had to send until a moment, whatever the transport makes of it.
import Learning
import Metrics
import Kernels
import Scenario

struct TrafficMeasure: MomentMeasure {
    static let name = "traffic"
    static let summary =
        "What all honest nodes together had to send their neighbours, without headers, acknowledgements and repetitions; "
        + "bytesSent in the summary is what really went out."
    static let measuredAt = MeasuredAt.moments
    static let figures = [
        Figure(
            "modelBytes", .bytes, better: .less,
            "4 bytes an element of every vector to every neighbour until this moment")
    ]

    private let assembly: Assembly
    private let isConstant: Bool
    private var counted = (rounds: 0, messages: 0)

    init?(_ assembly: Assembly, test: Samples) {
        self.assembly = assembly
        isConstant = assembly.honestSendAlike
    }

    mutating func figures(of moment: Moment, scratch: inout ObjectiveScratch) -> Figures {
        let cadence = assembly.experiment.training.cadence
        if moment.rounds < counted.rounds { counted = (0, 0) }
        let steps = counted.rounds * cadence.gossipSteps..<moment.rounds * cadence.gossipSteps
        let exchanges = steps.map { Round($0) }.filter(cadence.exchanges)
        counted.rounds = moment.rounds
        counted.messages +=
            isConstant
            ? exchanges.count * assembly.honestMessages(in: Round(0))
            : exchanges.reduce(0) { $0 + assembly.honestMessages(in: $1) }
        var figures = Figures()
        figures.add("modelBytes", 4 * Double(assembly.channels.elementCount) * Double(counted.messages))
        return figures
    }
}
