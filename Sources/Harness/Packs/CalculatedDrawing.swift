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
            Plot.Series(name: columns[column], values: rows.map { $0.values[column] }, text: significant)
        }
        let all = rows.flatMap { $0.values.compactMap { $0 } }
        return Plot(
            id: id, title: title, rounds: counts, series: lines, vertical: Axis(values: all), across: across
        ).figure
    }

    /// Every cell with its number; the greater, the darker, by orders of magnitude where there are more than two.
    func shades(id: String, title: String) -> Markup {
        let lines = rows.map { row in
            (name: row.name, cells: row.values.map { HeatMap.Cell(text: $0.map(significant) ?? "–", value: $0) })
        }
        let all = rows.flatMap { $0.values.compactMap { $0 } }
        return HeatMap(
            id: id, title: title, columns: columns, rows: lines, key: HeatMap.Key(all, NodeMeasure("value"))
        ).figure
    }
}
