// The report of a sweep: its best rows first, then heat maps, the table, curves over rounds, what was chosen and
// failures.
import Metrics

/// `report.html` of a sweep.
struct SweepReport {
    private let table: SweepTable
    private let tuning: SweepTuning?
    private let measure: SweepMeasure

    /// More drawings would make the page heavy; the rest is in the tables.
    private static let mostDrawings = 24

    init(_ table: SweepTable, _ tuning: SweepTuning? = nil) {
        self.table = table
        self.tuning = tuning
        measure = table.measure
    }

    var page: [UInt8] {
        Page(
            "\(table.sweep.name): \(verdict)", styles: [FigureStyle.sheet],
            body: """
                <header>
                <p class="over">\(table.sweep.name), a sweep</p>
                <div class="verdict \(standing.rawValue)">
                <p class="standing">\(standingInWords)</p>
                <h1>\(verdict.replacing(" %", with: "\u{A0}%"))</h1>
                </div>
                <p class="facts">\(facts.joined(separator: "\u{A0}· "))</p>
                </header>
                \(heatMaps)\(figures)\(curves)\(chosen)\(failures)\(definitions)
                """
        ).bytes
    }

    // MARK: The verdict

    /// The value on the first axis whose worst figure over all others is best, and what the rest come to.
    var verdict: String {
        guard let better = measure.better, let axis = table.axes.first else {
            return "\(table.results.count) of \(table.sweep.cellCount) cells have a result"
        }
        var worst: [(name: String, figure: Double)] = []
        for (position, value) in axis.values.enumerated() {
            let groups = table.groups.filter { $0.choices[0] == position }
            let figures = groups.compactMap { $0.estimate(measure)?.mean }
            guard !groups.isEmpty, figures.count == groups.count, let least = figures.min(by: { better($1, $0) }) else {
                continue
            }
            worst.append((value.label, least))
        }
        guard let best = worst.min(by: { better($0.figure, $1.figure) }) else {
            return "No row of the table is complete"
        }
        let isOverMore = table.axes.count > 1
        let rest = worst.filter { $0.name != best.name }.map(\.figure)
        let others = rest.min().flatMap { least in
            rest.max().map { rest.count == 1 ? measure.text(least) : "\(measure.text(least)) to \(measure.text($0))" }
        }
        return "\(best.name) is best\(isOverMore ? " in the worst case" : "") "
            + "with \(measure.text(best.figure))"
            + (others.map { "; \(rest.count == 1 ? "the other" : "the others") \($0)" } ?? "")
    }

    /// Of the cells alone, whatever the rules came to: good where every cell counts, bad where none does.
    var standing: Standing {
        let counted = table.results.count { $0.result.failure == nil }
        return counted == 0 ? .bad : counted < table.sweep.cellCount ? .doubtful : .good
    }

    /// Beside the colour, which not everybody sees.
    private var standingInWords: String {
        let (counted, all) = (table.results.count { $0.result.failure == nil }, table.sweep.cellCount)
        return switch standing {
        case .good: "Good: every cell has a result that counts"
        case .doubtful: "Doubtful: \(counted) of \(all) cells have a result that counts"
        case .bad: "Bad: no cell has a result that counts"
        }
    }

    private var facts: [String] {
        let failed = table.failures.count
        return [
            "\(table.results.count) of \(table.sweep.cellCount) cells have a result",
            failed == 0 ? "none failed" : "\(failed) failed or left out",
            "\(table.seeds) \(table.seeds == 1 ? "seed" : "seeds")",
            table.sweep.engine == .simulation ? "simulated" : "real processes",
        ]
    }

    // MARK: Drawings

    /// The combinations of values on all axes but the first two, and the groups of each.
    private var sheets: [(name: String, groups: [SweepTable.Group])] {
        var sheets: [(name: String, groups: [SweepTable.Group])] = []
        var places: [[Int]: Int] = [:]
        for group in table.groups {
            let rest = Array(group.choices.dropFirst(2))
            if places[rest] == nil {
                places[rest] = sheets.count
                sheets.append((group.labels.dropFirst(2).joined(separator: ", "), []))
            }
            if let place = places[rest] { sheets[place].groups.append(group) }
        }
        return sheets
    }

    private var heatMaps: Markup {
        guard table.axes.count > 1 else { return "" }
        let (rows, columns) = (table.axes[0].values.map(\.label), table.axes[1].values.map(\.label))
        let all = table.groups.compactMap { $0.estimate(measure)?.mean }
        let key = HeatMap.Key(all, measure.drawn)
        let maps = sheets.prefix(Self.mostDrawings).enumerated().map { index, sheet -> Markup in
            let groups = Dictionary(sheet.groups.map { (Array($0.choices.prefix(2)), $0) }) { first, _ in first }
            let lines = rows.indices.map { row in
                let cells = columns.indices.map { column -> HeatMap.Cell in
                    guard let estimate = groups[[row, column]]?.estimate(measure) else {
                        return HeatMap.Cell(text: groups[[row, column]] == nil ? "" : "–")
                    }
                    return HeatMap.Cell(
                        text: measure.short(estimate.mean),
                        note: estimate.halfWidth.map { "± \(measure.short($0))" } ?? "", value: estimate.mean)
                }
                return (name: rows[row], cells: cells)
            }
            let title = sheet.name.isEmpty ? measure.title : "\(measure.title), \(sheet.name)"
            let map = HeatMap(id: "cells-\(index + 1)", title: title, columns: columns, rows: lines, key: key)
            let heading: Markup = sheet.name.isEmpty ? "" : "<h3>\(sheet.name)</h3>\n"
            return "\(heading)\(map.figure)"
        }
        return """
            <section>
            <h2>\(table.axes[0].path) and \(table.axes[1].path)</h2>
            <p class="note">\(table.caption(measure))\(omission(sheets.count))</p>
            \(maps)</section>

            """
    }

    private var figures: Markup {
        """
        <section>
        <h2>As numbers</h2>
        <p class="note">\(table.caption(measure)) The best of each column is in bold. Every measure of every group is \
        in table.csv, every cell in results.csv.</p>
        \(Markup.table("Results", table.shown(measure)))</section>

        """
    }

    /// One plot for each combination of values on all axes but the first.
    private var curves: Markup {
        guard table.sweep.seriesEvery > 0 else { return "" }
        var plots: [(name: String, groups: [(name: String, group: SweepTable.Group)])] = []
        var places: [[Int]: Int] = [:]
        for group in table.groups {
            let rest = Array(group.choices.dropFirst())
            if places[rest] == nil {
                places[rest] = plots.count
                plots.append((group.labels.dropFirst().joined(separator: ", "), []))
            }
            if let place = places[rest] { plots[place].groups.append((group.labels.first ?? "all", group)) }
        }
        let sections = plots.prefix(Self.mostDrawings).enumerated().compactMap { index, plot -> Markup? in
            let (id, place) = ("rounds-\(index + 1)", plot.name.isEmpty ? "" : ", \(plot.name)")
            let title = "\(measure.title) over rounds\(place)"
            guard let drawn = Plot(id: id, title: title, of: plot.groups, measure) else { return nil }
            let heading: Markup = plot.name.isEmpty ? "" : "<h3>\(plot.name)</h3>\n"
            return "<div>\(heading)\(drawn.figure)</div>\n"
        }
        guard !sections.isEmpty else { return "" }
        return """
            <section>
            <h2>Over rounds</h2>
            <p class="note">\
            \(table.seeds > 1 ? "The mean over seeds, with a band from the least to the greatest." : "")\
            \(omission(plots.count))</p>
            <div class="drawings">
            \(sections)</div>
            </section>

            """
    }

    private func omission(_ count: Int) -> String {
        count > Self.mostDrawings ? " Drawn are the first \(Self.mostDrawings) of \(count)." : ""
    }

    // MARK: The rest

    private var chosen: Markup {
        guard let tuning else { return "" }
        return """
            <section>
            <h2>What was chosen</h2>
            <p class="note">\(tuning.caption)</p>
            \(Markup.table("What was chosen", tuning.table))</section>

            """
    }

    private var failures: Markup {
        guard !table.failures.isEmpty else { return "" }
        let lines = table.failures.map { line -> Markup in "<li>\(line)</li>\n" }
        return "<section>\n<h2>Cells that no mean counts</h2>\n<ul>\n\(lines)</ul>\n</section>\n"
    }

    private var definitions: Markup {
        let lines = table.measures.map { measure -> Markup in
            "<div><dt>\(measure.rawValue)</dt><dd>\(measure.title)</dd></div>\n"
        }
        return """
            <section>
            <details>
            <summary>Measures</summary>
            <dl class="settings">
            \(lines)</dl>
            </details>
            </section>

            """
    }
}
