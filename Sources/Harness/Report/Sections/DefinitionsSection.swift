// Every figure of the run with what it means, from the catalogue of measures.

enum DefinitionsSection: ReportSection {
    static func markup(of run: RecordedRun) -> Markup {
        let known = Set(run.figures.entries.map(\.name) + (run.evaluations.last?.figures.entries.map(\.name) ?? []))
        let rows = MeasureCatalog.figures.filter { known.contains($0.name) }.map { figure in
            [
                figure.name, figure.isList ? "by element" : figure.text(run.figures[figure.name]), figure.unitInWords,
                figure.definition,
            ]
        }
        guard !rows.isEmpty else { return "" }
        return .closed(
            "All measures",
            note: "At the end, or at the last moment. All moments, and figures by node and class, are in metrics.jsonl "
                + "and measures.csv; 'gossiplab list measures' says more.",
            .table("Measures", TextTable(header: ["figure", "value", "unit", "what it is"], names: 4, rows: rows)))
    }
}
