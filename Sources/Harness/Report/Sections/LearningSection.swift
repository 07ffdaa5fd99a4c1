// What the honest nodes' models came to over the rounds, beside what it is compared with.
import Metrics
import Scenario

enum LearningSection: ReportSection {
    /// More single nodes are only a grey area.
    private static let mostThreads = 64
    /// Moments before this share of the rounds do not decide where the axis begins.
    private static let early = 0.2
    /// The axis leaves the early moments out where the rest needs less than this share of it.
    private static let narrow = 0.5

    static func markup(of run: RecordedRun) -> Markup {
        let (curves, measure) = (RunCurves(run), run.measure)
        var mean = curves.line("mean", measure.figure, \.mean)
        mean.band = curves.band
        let series =
            [
                curves.line("worst", measure.figure, \.worst), mean,
                curves.line("average model", measure.figure, \.averageModel),
            ] + run.references.map { reference(to: $0, in: curves) }
        let honest = run.nodes.indices.filter { !run.nodes[$0].isHostile }
        let threads = honest.count > mostThreads ? [] : honest.map(curves.scores).filter { $0.contains { $0 != nil } }
        let chance = run.chance.map { Plot.Level(name: "chance", value: $0, text: percent($0)) }
        let (axis, note) = axis(over: series.map(\.values) + threads, chance: chance?.value, curves)
        var plot = Plot(
            id: measure.rawValue, title: "Test \(measure.rawValue) over rounds", rounds: curves.rounds, series: series,
            vertical: axis)
        plot.threads = threads
        plot.levels = [chance].compactMap(\.self)
        plot.end = curves.divergence
        let references =
            run.references.isEmpty
            ? "" : " 'Without' are the worst nodes of simulated runs of the same seeds with that changed."
        let lack =
            run.evaluations.count > 1 && mean.band == nil
            ? " Single nodes were not measured."
            : threads.isEmpty && mean.band != nil
                ? " Lines of so many single nodes are left out." : ""
        return curves.section(
            measure == .accuracy ? "Accuracy" : "Loss",
            note: "Of the honest nodes' models on data that no node has.\(references)\(note)\(lack)", plot)
    }

    private static func reference(
        to reference: (kind: Reference, evaluations: [RecordedEvaluation]), in curves: RunCurves
    ) -> Plot.Series {
        let worst = Dictionary(reference.evaluations.map { ($0.rounds, $0.worst) }) { first, _ in first }
        return Plot.Series(
            name: "worst \(reference.kind.inWords)", values: curves.moments.map { worst[$0.rounds] ?? nil },
            text: curves.run.measure.figure)
    }

    /// Over what most of the run is about: of an accuracy, the first moments are seldom it.
    private static func axis(
        over lines: [[Double?]], chance: Double?, _ curves: RunCurves
    ) -> (axis: Axis, note: String) {
        let all = lines.joined().compactMap(\.self)
        guard curves.run.measure == .accuracy else { return (Axis(logarithmic: all), "") }
        let start = Int(early * Double(curves.moments.count))
        let late = lines.flatMap { $0.dropFirst(start) }.compactMap(\.self)
        guard let least = late.min(), let greatest = all.max(), let first = all.min(),
            greatest - least < narrow * (greatest - min(first, chance ?? first))
        else { return (Axis(shares: all + [chance].compactMap(\.self)), "") }
        let axis = Axis(shares: [least, greatest])
        let hidden = chance.map { $0 < axis.range.lowerBound ? " Chance, \(percent($0)), is below it." : "" } ?? ""
        let text = axis.text(of: axis.range.lowerBound)
        return (axis, " The axis begins at \(text): the first moments are below it.\(hidden)")
    }
}
