// The report, one HTML page about a run: the verdict first, then figures, drawings, and everything as tables. It is one
// file with nothing fetched from elsewhere.

/// One part of the page: one file in Sections and one line in the list of them.
protocol ReportSection: Sendable {
    /// Nothing where the run has nothing to tell of it.
    static func markup(of run: RecordedRun) -> Markup
}

/// `report.html` of a run.
public struct HTMLReport {
    private let run: RecordedRun

    public init(_ run: RecordedRun) { self.run = run }

    /// In the order of the page.
    static let sections: [any ReportSection.Type] = [
        HeaderSection.self,
        FiguresSection.self,
        WarningsSection.self,
        FailuresSection.self,
        LearningSection.self,
        ConsensusSection.self,
        RelativeDistanceSection.self,
        RadiusSection.self,
        ScreeningSection.self,
        AttackSection.self,
        OptimumSection.self,
        NodesOverRoundsSection.self,
        GraphSection.self,
        NodesSection.self,
        RefusalsSection.self,
        TimeSection.self,
        TrafficSection.self,
        DataSection.self,
        ResultSection.self,
        ConfigurationSection.self,
        DefinitionsSection.self,
        ReproductionSection.self,
        ProvenanceSection.self,
        MeasurementsSection.self,
    ]

    /// While the run goes on, a browser that shows the page asks for it again after so many seconds.
    private static let refreshSeconds = 2

    /// The whole page in UTF-8.
    public var page: [UInt8] {
        Page(
            "\(run.experiment.name): \(run.stateName.lowercased())", styles: [DrawingStyle.sheet],
            refresh: run.state == .running ? Self.refreshSeconds : nil,
            body: "\(Self.sections.map { $0.markup(of: run) })"
        ).bytes
    }
}

extension Markup {
    /// A part of the page under a heading.
    ///
    /// - Parameters:
    ///   - note: below the heading; none if empty.
    ///   - isHalf: two such stand side by side where there is room.
    static func section(_ name: String, note: String = "", isHalf: Bool = false, _ content: Markup) -> Markup {
        let note: Markup = note.isEmpty ? "" : "<p class=\"note\">\(note)</p>\n"
        return """
            <section\(isHalf ? " class=\"half\"" as Markup : "")>
            <h2>\(name)</h2>
            \(note)\(content)</section>

            """
    }

    /// A part of the page that is closed at first.
    static func closed(_ name: String, note: String = "", _ content: Markup) -> Markup {
        let note: Markup = note.isEmpty ? "" : "<p class=\"note\">\(note)</p>\n"
        return """
            <section>
            <details>
            <summary>\(name)</summary>
            \(note)\(content)</details>
            </section>

            """
    }

    /// Names and values; long values get a row of their own.
    static func list(_ rows: [(name: String, value: String)]) -> Markup {
        let longest = 44
        let entries = rows.map { row -> Markup in
            let kind: Markup = row.value.count > longest ? " class=\"wide\"" : ""
            return "<div\(kind)><dt>\(row.name)</dt><dd>\(row.value)</dd></div>\n"
        }
        return "<dl class=\"settings\">\n\(entries)</dl>\n"
    }
}
