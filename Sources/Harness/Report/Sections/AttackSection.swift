// What attacks on data came to, and what the rules did about hostile nodes.

enum AttackSection: ReportSection {
    static func markup(of run: RecordedRun) -> Markup {
        let curves = RunCurves(run)
        return curves.shares(
            "success", "Attack success", "Of the samples that the attack wants to be taken for another class.",
            [("worst node", "successWorst"), ("mean", "successMean")])
            + curves.shares(
                "classes", "The worst class", "Accuracy on the class that a node knows least.",
                [("worst node", "classAccuracyWorst"), ("mean", "classAccuracyWorstMean")])
    }
}

enum ScreeningSection: ReportSection {
    static func markup(of run: RecordedRun) -> Markup {
        RunCurves(run).shares(
            "screening", "Acceptance and detection",
            "Of neighbours' models that the honest nodes' rules judged as a whole since the moment before: those that "
                + "counted in full, and what was clipped or removed of the hostile and of the honest ones.",
            [
                ("accepted", "acceptanceRate"), ("hostile, clipped or removed", "truePositiveRate"),
                ("honest, clipped or removed", "falsePositiveRate"),
            ])
    }
}

enum RadiusSection: ReportSection {
    static func markup(of run: RecordedRun) -> Markup {
        let curves = RunCurves(run)
        let line = curves.line("mean over the honest nodes", figure: "threshold")
        let values = line.values.compactMap(\.self)
        guard !values.isEmpty else { return "" }
        return curves.section(
            "Clipping radius", note: "The distance beyond which the rule clipped or removed a neighbour's model.",
            Plot(
                id: "radius", title: "Clipping radius over rounds", rounds: curves.rounds, series: [line],
                vertical: Axis(logarithmic: values)))
    }
}

extension RunCurves {
    /// Nothing where none of the figures was measured.
    fileprivate func shares(
        _ id: String, _ title: String, _ note: String, _ figures: [(name: String, figure: String)]
    ) -> Markup {
        let series = figures.map { line($0.name, figure: $0.figure) }
        let values = series.flatMap(\.values).compactMap(\.self)
        guard !values.isEmpty else { return "" }
        return section(
            title, note: note,
            Plot(
                id: id, title: "\(title) over rounds", rounds: rounds, series: series,
                vertical: Axis(shares: values)))
    }
}
