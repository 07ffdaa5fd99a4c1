// Drawings of a calculated table: its columns as curves over the numbers that name its rows, or its cells in shades.

extension CalculatedTable {
    /// One curve a column.
    ///
    /// - Parameters:
    ///   - id: a word for ids, unlike that of any other drawing of the page.
    ///   - across: what the rows' names count; every one is a whole number, in rising order.
    func curves(id: String, title: String, across: String) throws(MissingFigure) -> Markup {
        let counts = rows.compactMap { Int($0.name) }
        guard counts.count == rows.count, counts.count > 1 else {
            throw MissingFigure("the rows of \(title) are not counts")
        }
        let lines = columns.indices.map { column in
            BandPlot.Line(
                name: columns[column],
                values: rows.map { row in row.values[column].map { (low: $0, mean: $0, high: $0) } })
        }
        let all = rows.flatMap { $0.values.compactMap { $0 } }
        let plot = BandPlot(
            id: id, title: title, rounds: counts, lines: lines, vertical: Axis(values: all), text: significant,
            across: across)
        return "\(plot.legend)\(plot.svg)"
    }

    /// Every cell with its number; the greater, the darker, by orders of magnitude where there are more than two.
    func shades(id: String, title: String) -> Markup {
        let all = rows.flatMap { $0.values.compactMap { $0 } }.filter(\.isFinite)
        let (least, greatest) = (all.min() ?? 0, all.max() ?? 1)
        let axis = least > 0 && greatest > 100 * least ? Axis(logarithmic: all) : Axis(values: all)
        let lines = rows.map { row in
            let cells = row.values.map { value in
                HeatMap.Cell(
                    text: value.map(significant) ?? "–",
                    tint: value.flatMap { axis.share(of: $0) }.map { .shade(0.65 * $0) } ?? .none)
            }
            return (name: row.name, cells: cells)
        }
        return HeatMap(id: id, title: title, columns: columns, rows: lines).svg
    }
}
