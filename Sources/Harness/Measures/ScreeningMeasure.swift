// Detection: how well the rules tell hostile nodes from honest ones, and what they let through.
import Learning
import Metrics
import Scenario

struct ScreeningMeasure: MomentMeasure, RunMeasure {
    static let name = "screening"
    static let summary =
        "What the honest nodes' rules did with the models that they heard and judged as a whole; rules that judge each "
        + "coordinate by itself give none. At a moment: since the moment before; at the end: in all rounds."
    static let measuredAt = MeasuredAt.both
    static let asked = "always, where the rule keeps, clips or removes whole models"
    static let figures = [
        Figure("acceptanceRate", .share, "of all judged models, those that counted in full"),
        Figure(
            "truePositiveRate", .share, better: .greater, "of hostile nodes' models, those that were clipped or removed"
        ),
        Figure(
            "falsePositiveRate", .share, better: .less, "of honest nodes' models, those that were clipped or removed"),
        Figure(
            "threshold", .distance,
            "mean over the honest nodes of the distance beyond which the rule clipped or removed"),
    ]

    private let isHostile: [Bool]

    init?(_ assembly: Assembly, test: Samples) {
        let hostile = Set(assembly.hostile)
        isHostile = assembly.topology.nodes.map(hostile.contains)
    }

    func figures(of moment: Moment, scratch: inout ObjectiveScratch) -> Figures {
        let records = moment.models.compactMap { moment.records[$0.node] }
        let tallies = NodeRecord.sum([], honest: records).tallies(ofNodes: isHostile.count)
        var figures = Self.figures(of: Screening(Array(zip(tallies, isHostile)).map { ($0.0, $0.1) }))
        let threshold = records.map(\.threshold).mean
        if threshold != nil { figures.add("threshold", threshold) }
        return figures
    }

    static func figures(of run: MeasuredRun) -> Figures { figures(of: run.screening) }

    private static func figures(of screening: Screening) -> Figures {
        var figures = Figures()
        let judged = screening.honest.judged + screening.hostile.judged
        guard judged > 0 else { return figures }
        figures.add("acceptanceRate", Double(screening.honest.kept + screening.hostile.kept) / Double(judged))
        figures.add("truePositiveRate", screening.falseNegatives.map { 1 - $0 })
        figures.add("falsePositiveRate", screening.falsePositives)
        return figures
    }
}
