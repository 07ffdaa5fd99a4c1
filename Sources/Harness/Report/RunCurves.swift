// What sections draw of a run: its figures over rounds, as lines of plots.
import Metrics

/// The figures of a run over its rounds, with gaps where a moment could not be measured.
struct RunCurves {
    let run: RecordedRun
    let moments: [(rounds: Int, evaluation: RecordedEvaluation?)]

    init(_ run: RecordedRun) {
        self.run = run
        moments = run.moments
    }

    var rounds: [Int] { moments.map(\.rounds) }

    func line(
        _ name: String, _ text: @escaping (Double) -> String, _ figure: (RecordedEvaluation) -> Double?
    ) -> Plot.Series {
        Plot.Series(name: name, values: moments.map { $0.evaluation.flatMap(figure) }, text: text)
    }

    func line(_ name: String, figure: String) -> Plot.Series {
        line(name, { MeasureCatalog.figure(named: figure)?.text($0) ?? significant($0) }) { $0.figures[figure] }
    }

    /// A node's score at each moment, by node; none where nodes were not measured one by one.
    func scores(ofNode index: Int) -> [Double?] {
        moments.map { moment in
            let scores = moment.evaluation?.nodeScores ?? []
            return index < scores.count ? scores[index] : nil
        }
    }

    /// Between which most honest nodes are; `nil` where nodes were not measured one by one.
    var band: Plot.Band? {
        let values = moments.map { moment -> (low: Double, high: Double)? in
            let known = (moment.evaluation?.nodeScores ?? []).compactMap(\.self).sorted()
            return known.isEmpty ? nil : (quantile(0.1, ofSorted: known), quantile(0.9, ofSorted: known))
        }
        return values.contains { $0 != nil }
            ? Plot.Band(
                name: "10 to 90 % of the nodes", edges: ("10th percentile", "90th percentile"), values: values)
            : nil
    }

    /// Where the honest models were not finite any more, for the end of a plot.
    var divergence: (round: Int, words: String)? {
        guard let round = run.divergedIn, let last = rounds.last else { return nil }
        return (min(round, last), "diverged at round \(round)")
    }

    /// What is not in the lines, if anything.
    var omissions: String {
        let known = moments.compactMap(\.evaluation)
        let missing = moments.count - known.count
        let most = known.map(\.nodes).max() ?? 0
        let partial = known.count { $0.nodes < most }
        return (missing == 0 ? "" : " Gaps: \(missing) of \(moments.count) moments could not be measured.")
            + (partial == 0 ? "" : " At \(partial) of \(moments.count) some honest nodes were lost, down or behind.")
    }

    /// A plot as a part of the page; only its last values where there are no two moments, words where there is none.
    func section(_ name: String, note: String, _ plot: Plot) -> Markup {
        guard !run.evaluations.isEmpty else {
            return .section(name, note: "Nothing has been measured yet.", isHalf: true, "")
        }
        // A run that was gathered from parts has only its end.
        guard run.evaluations.count > 1 else {
            return .section(name, note: "\(note) Measured only once.", isHalf: true, plot.legend)
        }
        return .section(name, note: note + omissions, isHalf: true, plot.figure)
    }
}
