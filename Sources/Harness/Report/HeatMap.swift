// Heat map in SVG: a figure or a name for every pair of a row and a column. Colours come from the page's style sheet.

/// A table whose cells are coloured.
struct HeatMap {
    struct Cell {
        /// What stands in it, and below in small.
        let text: String
        var note = ""
        /// How it is coloured.
        let tint: Tint
    }

    enum Tint: Equatable {
        /// From 0, pale, to 1, full.
        case shade(Double)
        /// One of a few names.
        case category(Int)
        case none
    }

    /// A word for ids, unlike that of any other drawing of the page.
    let id: String
    let title: String
    let columns: [String]
    let rows: [(name: String, cells: [Cell])]

    /// The style sheet tells no more names apart.
    static let categories = 8
    private static let cell = (width: 74.0, height: 38.0)
    private static let character = 6.6

    private var margin: Double { 14 + Self.character * Double(rows.map(\.name.count).max() ?? 0) }
    /// Names of columns that do not fit above them stand aslant.
    private var isSlanted: Bool { columns.contains { Double($0.count) * Self.character > Self.cell.width } }
    private var head: Double {
        isSlanted ? 12 + 0.6 * Self.character * Double(columns.map(\.count).max() ?? 0) : 22
    }
    private var overhang: Double {
        isSlanted ? 0.8 * Self.character * Double(columns.last?.count ?? 0) : 0
    }

    var svg: Markup {
        let width = margin + Double(columns.count) * Self.cell.width + overhang
        let height = head + Double(rows.count) * Self.cell.height
        let names = columns.enumerated().map { index, name -> Markup in
            let x = margin + (Double(index) + (isSlanted ? 0.3 : 0.5)) * Self.cell.width
            return isSlanted
                ? """
                <text class="tick" transform="translate(\(x) \(head - 6)) rotate(-35)">\(name)</text>
                """
                : "<text class=\"tick\" x=\"\(x)\" y=\"\(head - 7)\" text-anchor=\"middle\">\(name)</text>"
        }
        let lines = rows.enumerated().map { row, line -> Markup in
            let top = head + Double(row) * Self.cell.height
            let cells = line.cells.enumerated().map { draw($1, left: margin + Double($0) * Self.cell.width, top: top) }
            return """
                <text class="tick" x="\(margin - 8)" y="\(top + Self.cell.height / 2 + 4)" text-anchor="end">\
                \(line.name)</text>\(cells)

                """
        }
        return """
            <div class="scroll" role="region" aria-label="\(title)" tabindex="0">
            <svg class="heat" width="\(width)" height="\(height)" viewBox="0 0 \(width) \(height)" role="img" \
            aria-labelledby="\(id)-title"><title id="\(id)-title">\(title)</title>
            \(names)\(lines)</svg>
            </div>

            """
    }

    private func draw(_ cell: Cell, left: Double, top: Double) -> Markup {
        let middle = left + Self.cell.width / 2
        let kind: Markup =
            switch cell.tint {
            case .shade(let share): " style=\"--share:\(Int((100 * min(max(share, 0), 1)).rounded()))%\""
            case .category(let index): " style=\"--share:26%;--c:var(--k\(index % Self.categories))\""
            case .none: " style=\"--share:0%\""
            }
        let size = Self.cell
        // Long names are pressed into their cell.
        let pressed: Markup =
            Double(cell.text.count) * Self.character > size.width - 6
            ? " textLength=\"\(size.width - 6)\" lengthAdjust=\"spacingAndGlyphs\"" : ""
        let note: Markup =
            cell.note.isEmpty
            ? "" : "<text class=\"note\" x=\"\(middle)\" y=\"\(top + 31)\" text-anchor=\"middle\">\(cell.note)</text>"
        return """
            <rect x="\(left + 1)" y="\(top + 1)" width="\(size.width - 2)" height="\(size.height - 2)" rx="3"\(kind)/>\
            <text x="\(middle)" y="\(top + (cell.note.isEmpty ? 23 : 18))" text-anchor="middle"\(pressed)>\
            \(cell.text)</text>\(note)
            """
    }
}
