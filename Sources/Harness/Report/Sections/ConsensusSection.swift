// How far apart the honest models are, in their own units and by their norm.

enum ConsensusSection: ReportSection {
    static func markup(of run: RecordedRun) -> Markup {
        let curves = RunCurves(run)
        return curves.distances(
            id: "consensus", "Consensus distance",
            note:
                "Root mean square distance of the honest models from their average, and distance of the median honest "
                + "model from their coordinate-wise median.",
            [
                curves.line("distance", significant, \.distance),
                curves.line("median node", significant, \.medianDistance),
            ])
    }
}

enum RelativeDistanceSection: ReportSection {
    static func markup(of run: RecordedRun) -> Markup {
        let curves = RunCurves(run)
        return curves.distances(
            id: "relative", "Relative distance", note: "The same by the norm of the average, and of the median.",
            [
                curves.line("relative", significant, \.relativeDistance),
                curves.line("median node, relative", significant, \.relativeMedianDistance),
            ])
    }
}

extension RunCurves {
    /// Lines on a logarithmic axis, until the models are not finite any more.
    fileprivate func distances(id: String, _ name: String, note: String, _ lines: [Plot.Series]) -> Markup {
        let values = lines.flatMap(\.values).compactMap(\.self)
        var plot = Plot(
            id: id, title: "\(name) over rounds", rounds: rounds, series: lines, vertical: Axis(logarithmic: values))
        plot.end = divergence
        return section(name, note: note, plot)
    }
}
