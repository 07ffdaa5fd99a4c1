// Equivocation: who told different neighbours different things.
import Metrics
import Scenario

struct EquivocationMeasure: RunMeasure {
    static let name = "equivocation"
    static let summary =
        "Who sent different vectors to different honest neighbours for one step, by the hashes in what these mixed. "
        + "None where an honest node's trace is not whole."
    static let measuredAt = MeasuredAt.end
    static let extra: ExtraMeasure? = .equivocation
    static let figures = [
        Figure("equivocators", .count, "nodes of which two honest nodes mixed different messages of one step"),
        Figure("nodeEquivocations", .count, isList: true, "by node, in how many steps"),
    ]

    static func figures(of run: MeasuredRun) -> Figures {
        var figures = Figures()
        guard let steps = run.equivocations?.steps else { return figures }
        figures.add("equivocators", Double(steps.count { $0 > 0 }))
        figures.add("nodeEquivocations", steps.map { Double($0) })
        return figures
    }

    static func line(of figures: Figures, in experiment: Experiment) -> (name: String, value: String)? {
        guard let count = figures["equivocators"] else { return nil }
        let steps = figures.list("nodeEquivocations").compactMap(\.self)
        guard count > 0 else { return ("equivocated", "nobody") }
        return (
            "equivocated", "\(rounded(count, 0)) of \(steps.count) nodes, in \(rounded(steps.reduce(0, +), 0)) steps"
        )
    }
}
