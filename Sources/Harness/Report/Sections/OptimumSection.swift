// How far the worst honest node is from the optimum, where that is known.

enum OptimumSection: ReportSection {
    static func markup(of run: RecordedRun) -> Markup {
        let values = run.evaluations.flatMap { [$0.excessLoss, $0.optimumDistance] }.compactMap(\.self)
        guard !values.isEmpty else { return "" }
        let curves = RunCurves(run)
        return curves.section(
            "Learning error",
            note: "Of the worst honest node: training loss of the honest nodes' common problem above the least, and "
                + "distance from the optimum.",
            Plot(
                id: "optimum", title: "Learning error over rounds", rounds: curves.rounds,
                series: [
                    curves.line("excess loss", significant, \.excessLoss),
                    curves.line("distance", significant, \.optimumDistance),
                ], vertical: Axis(logarithmic: values)))
    }
}
