// What the run was warned of, and what its folder lacks.

enum WarningsSection: ReportSection {
    static func markup(of run: RecordedRun) -> Markup {
        list("What is missing", run.remarks) + list("Warnings", run.summary?.warnings ?? [])
    }

    private static func list(_ name: String, _ sentences: [String]) -> Markup {
        guard !sentences.isEmpty else { return "" }
        let items = sentences.map { sentence -> Markup in "<li>\(sentence)</li>\n" }
        return "<aside>\n<h2>\(name)</h2>\n<ul>\n\(items)</ul>\n</aside>\n"
    }
}
