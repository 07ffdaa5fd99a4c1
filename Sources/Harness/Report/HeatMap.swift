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
    private static let height = 38.0
    private static let leastWidth = 74.0
    /// Of a character, at most, as most fonts have it; notes are smaller.
    private static let character = 7.6
    private static let noteCharacter = 6.4

    /// As wide as the longest text in any cell.
    private var width: Double {
        let widths = rows.flatMap(\.cells).map { cell in
            max(Self.character * Double(cell.text.count), Self.noteCharacter * Double(cell.note.count)) + 10
        }
        return max(Self.leastWidth, widths.max() ?? 0)
    }
    private var margin: Double { 14 + Self.character * Double(rows.map(\.name.count).max() ?? 0) }
    /// Names of columns that do not fit above them stand aslant.
    private var isSlanted: Bool { columns.contains { Double($0.count) * Self.character > width } }
    private var head: Double {
        isSlanted ? 16 + Self.slant.sine * Self.character * Double(columns.map(\.count).max() ?? 0) : 22
    }
    /// How far the names of the last columns stand out to the right.
    private var overhang: Double {
        guard isSlanted else { return 0 }
        let ends = columns.enumerated().map { index, name in
            (Double(index) + Self.slant.start) * width + Self.slant.cosine * Self.character * Double(name.count)
        }
        return max(0, 6 + (ends.max() ?? 0) - Double(columns.count) * width)
    }
    /// By 35 degrees; a name begins at this share of its column.
    private static let slant = (sine: 0.574, cosine: 0.819, start: 0.3)

    var svg: Markup {
        let cell = width
        let whole = margin + Double(columns.count) * cell + overhang
        let height = head + Double(rows.count) * Self.height
        let names = columns.enumerated().map { index, name -> Markup in
            let x = margin + (Double(index) + (isSlanted ? Self.slant.start : 0.5)) * cell
            return isSlanted
                ? """
                <text class="tick" transform="translate(\(x) \(head - 6)) rotate(-35)">\(name)</text>
                """
                : "<text class=\"tick\" x=\"\(x)\" y=\"\(head - 7)\" text-anchor=\"middle\">\(name)</text>"
        }
        let lines = rows.enumerated().map { row, line -> Markup in
            let top = head + Double(row) * Self.height
            let cells = line.cells.enumerated().map { place, content in
                draw(content, left: margin + Double(place) * cell, top: top, width: cell)
            }
            return """
                <text class="tick" x="\(margin - 8)" y="\(top + Self.height / 2 + 4)" text-anchor="end">\
                \(line.name)</text>\(cells)

                """
        }
        return """
            <div class="scroll" role="region" aria-label="\(title)" tabindex="0">
            <svg class="heat" width="\(whole)" height="\(height)" viewBox="0 0 \(whole) \(height)" role="img" \
            aria-labelledby="\(id)-title"><title id="\(id)-title">\(title)</title>
            \(names)\(lines)</svg>
            </div>

            """
    }

    private func draw(_ cell: Cell, left: Double, top: Double, width: Double) -> Markup {
        let middle = left + width / 2
        let kind: Markup =
            switch cell.tint {
            case .shade(let share): " style=\"--share:\(Int((100 * min(max(share, 0), 1)).rounded()))%\""
            case .category(let index): " style=\"--share:26%;--c:var(--k\(index % Self.categories))\""
            case .none: " style=\"--share:0%\""
            }
        let note: Markup =
            cell.note.isEmpty
            ? "" : "<text class=\"note\" x=\"\(middle)\" y=\"\(top + 31)\" text-anchor=\"middle\">\(cell.note)</text>"
        return """
            <rect x="\(left + 1)" y="\(top + 1)" width="\(width - 2)" height="\(Self.height - 2)" rx="3"\(kind)/>\
            <text x="\(middle)" y="\(top + (cell.note.isEmpty ? 23 : 18))" text-anchor="middle">\
            \(cell.text)</text>\(note)
            """
    }
}
