// FigureDrawing: one figure of a pack, drawn from its results.
import Metrics

/// A figure of a pack as markup.
struct FigureDrawing {
    let markup: Markup

    init(_ figure: PackFigure, id: String, _ results: PackResults) throws(MissingFigure) {
        switch figure.content {
        case .curves(let cells, let lines, let measure):
            markup = try Self.curves(figure, id, Self.table(cells, results), cells, lines, measure)
        case .heatMap(let cells, let rows, let columns, let measure):
            let table = try Self.table(cells, results)
            markup = try Self.grid(table, cells, rows, columns).heatMap(figure, id, measure)
        case .best(let cells, let of, let rows, let columns, let measure, let published):
            let table = try Self.table(cells, results)
            markup = try Self.best(
                figure, id, table, cells, (of, rows, columns), measure, published)
        case .comparison(let cells, let rows, let columns, let measure, let published, let band):
            let table = try Self.table(cells, results)
            markup = try Self.grid(table, cells, rows, columns).comparison(figure, measure, published, band)
        case .calculation(let name):
            markup = Markup.table(figure.title, try Self.calculated(name, results).text)
        case .lines(let name, let across):
            markup = try Self.calculated(name, results).curves(id: id, title: figure.title, across: across)
        case .shades(let name):
            markup = try Self.calculated(name, results).shades(id: id, title: figure.title)
        }
    }

    private static func calculated(_ name: String, _ results: PackResults) throws(MissingFigure) -> CalculatedTable {
        guard let table = results.calculated[name] else { throw MissingFigure("\(name) has not been computed") }
        return table
    }

    private static func table(_ cells: PackFigure.Cells, _ results: PackResults) throws(MissingFigure) -> SweepTable {
        guard let table = results.tables[cells.sweep] else {
            throw MissingFigure("the sweep \(cells.sweep) has not been run")
        }
        return table
    }

    private static func names(_ table: SweepTable, _ path: String) throws(MissingFigure) -> [String] {
        guard let axis = table.axes.first(where: { $0.path == path }) else {
            throw MissingFigure("the sweep \(table.sweep.name) has no axis \(path)")
        }
        return axis.values.map(\.label)
    }

    private static func group(
        _ table: SweepTable, _ labels: [String: String]
    ) throws(MissingFigure) -> SweepTable.Group {
        let groups = try table.groups(labels)
        guard groups.count == 1 else {
            throw MissingFigure("\(groups.count) cells of the sweep \(table.sweep.name) stand in one place")
        }
        return groups[0]
    }

    // MARK: Two axes

    private static func grid(
        _ table: SweepTable, _ cells: PackFigure.Cells, _ rows: String, _ columns: String
    ) throws(MissingFigure) -> CellGrid {
        let (rowNames, columnNames) = (try names(table, rows), try names(table, columns))
        var groups: [[SweepTable.Group]] = []
        for row in rowNames {
            var line: [SweepTable.Group] = []
            for column in columnNames {
                let labels = cells.labels.merging([rows: row, columns: column]) { $1 }
                line.append(try group(table, labels))
            }
            groups.append(line)
        }
        return CellGrid(rows: rowNames, columns: columnNames, groups: groups)
    }

    // MARK: A third axis

    private static func best(
        _ figure: PackFigure, _ id: String, _ table: SweepTable, _ cells: PackFigure.Cells,
        _ axes: (of: String, rows: String, columns: String), _ measure: SweepMeasure,
        _ published: PackFigure.Published?
    ) throws(MissingFigure) -> Markup {
        let candidates = try names(table, axes.of)
        let (rows, columns) = (try names(table, axes.rows), try names(table, axes.columns))
        var lines: [(name: String, cells: [HeatMap.Cell])] = []
        for row in rows {
            var line: [HeatMap.Cell] = []
            for column in columns {
                var scores: [(index: Int, value: Double)] = []
                for (index, candidate) in candidates.enumerated() {
                    let labels = cells.labels.merging(
                        [axes.rows: row, axes.columns: column, axes.of: candidate]
                    ) { $1 }
                    if let estimate = try group(table, labels).estimate(measure) {
                        scores.append((index, estimate.mean))
                    }
                }
                let better = measure.better ?? { $0 < $1 }
                guard let best = scores.min(by: { better($0.value, $1.value) }) else {
                    line.append(HeatMap.Cell(text: "–"))
                    continue
                }
                let theirs = published?.value(row, column).map { ", theirs \($0)" } ?? ""
                line.append(
                    HeatMap.Cell(
                        text: candidates[best.index],
                        note: measure.text(best.value) + theirs, value: best.value, tint: .category(best.index)))
            }
            lines.append((row, line))
        }
        let source: Markup = published.map { "<p class=\"note\">Theirs: \($0.source).</p>\n" } ?? ""
        return "\(HeatMap(id: id, title: figure.title, columns: columns, rows: lines).figure)\(source)"
    }

    // MARK: Rounds

    private static func curves(
        _ figure: PackFigure, _ id: String, _ table: SweepTable, _ cells: PackFigure.Cells, _ axis: String,
        _ measure: SweepMeasure
    ) throws(MissingFigure) -> Markup {
        var groups: [(name: String, group: SweepTable.Group)] = []
        for name in try names(table, axis) {
            groups.append((name, try group(table, cells.labels.merging([axis: name]) { $1 })))
        }
        guard let plot = Plot(id: id, title: figure.title, of: groups, measure) else {
            throw MissingFigure("nothing was measured on the way")
        }
        return plot.figure
    }
}

/// Groups of cells by the names on two axes.
private struct CellGrid {
    let rows: [String]
    let columns: [String]
    let groups: [[SweepTable.Group]]

    private func text(_ value: Double?, _ measure: SweepMeasure) -> String {
        value.map(measure.short) ?? "–"
    }

    func heatMap(_ figure: PackFigure, _ id: String, _ measure: SweepMeasure) -> Markup {
        let all = groups.joined().compactMap { $0.estimate(measure)?.mean }
        let lines = zip(rows, groups).map { row, line in
            let cells = line.map { group in
                let mean = group.estimate(measure)?.mean
                let worst = measure.isShare && measure != .worst ? group.estimate(.worst)?.mean : nil
                return HeatMap.Cell(
                    text: text(mean, measure), note: worst.map { "worst \(text($0, .worst))" } ?? "",
                    value: mean)
            }
            return (name: row, cells: cells)
        }
        return HeatMap(
            id: id, title: figure.title, columns: columns, rows: lines, key: HeatMap.Key(all, measure.drawn)
        ).figure
    }

    func comparison(
        _ figure: PackFigure, _ measure: SweepMeasure, _ published: PackFigure.Published, _ band: PackFigure.Band
    ) -> Markup {
        let unit = measure.isShare ? 100.0 : 1
        var lines: [[String]] = []
        for (row, line) in zip(rows, groups) {
            for (column, group) in zip(columns, line) {
                guard let theirs = published.value(row, column) else { continue }
                let ours = group.estimate(measure)
                let half = ours?.halfWidth.map { " ± \(rounded(unit * $0, 1))" } ?? ""
                let difference = ours.flatMap { ours in Double(theirs).map { unit * ours.mean - $0 } }
                let judgement: String =
                    switch (band, difference) {
                    case (.within(let width), let difference?): difference.magnitude <= unit * width ? "yes" : "no"
                    default: "–"
                    }
                lines.append([
                    row, column, theirs, text(ours?.mean, measure) + half,
                    difference.map { ($0 > 0 ? "+" : "") + rounded($0, 1) } ?? "–", judgement,
                    text(group.estimate(.worst)?.mean, .worst),
                ])
            }
        }
        let width: String =
            switch band {
            case .within(let width): "Pass band: ± \(rounded(unit * width, 1))."
            case .none(let why): "Not judged: \(why)."
            }
        let table = TextTable(
            header: ["row", "column", "theirs", "ours", "difference", "in the band", "worst node"], names: 2,
            rows: lines)
        return """
            <p class="note">Theirs: \(published.source). \(width)</p>
            \(Markup.table(figure.title, table))
            """
    }
}
