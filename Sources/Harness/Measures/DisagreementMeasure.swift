// Disagreement: how far single honest models are from each other, where the consensus distance tells of their mean.
import Kernels
import Learning
import Metrics
import Scenario

struct DisagreementMeasure: MomentMeasure {
    static let name = "disagreement"
    static let summary = "How far honest models x_i are from each other; takes all pairs of them."
    static let measuredAt = MeasuredAt.moments
    static let extra: ExtraMeasure? = .disagreement
    static let figures = [
        Figure("disagreement", .distance, better: .less, "max_{i,j} |x_i - x_j|"),
        Figure(
            "edgeDisagreement", .squaredNorm, better: .less,
            "(1/|E_H|) Σ |x_i - x_j|² over the links between honest nodes"),
    ]

    private let assembly: Assembly

    init?(_ assembly: Assembly, test: Samples) { self.assembly = assembly }

    func figures(of moment: Moment, scratch: inout ObjectiveScratch) -> Figures {
        var (greatest, sum, links) = (0.0, 0.0, 0)
        let neighbours = moment.models.map { Set(assembly.topology.neighbours(of: $0.node)) }
        for (place, one) in moment.models.enumerated() {
            for otherPlace in moment.models.indices.dropFirst(place + 1) {
                let other = moment.models[otherPlace]
                let square = squaredDistance(one.model.span, other.model.span)
                greatest = square.isFinite ? max(greatest, square) : .infinity
                if neighbours[place].contains(other.node) { (sum, links) = (sum + square, links + 1) }
                if neighbours[otherPlace].contains(one.node) { (sum, links) = (sum + square, links + 1) }
            }
        }
        var figures = Figures()
        figures.add("disagreement", greatest.squareRoot())
        figures.add("edgeDisagreement", links == 0 ? nil : sum.isNaN ? .infinity : sum / Double(links))
        return figures
    }
}
