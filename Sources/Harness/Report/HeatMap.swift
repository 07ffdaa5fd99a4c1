// Heat map in SVG: a figure or a name for every pair of a row and a column, in the colours of all drawings.
import Kernels

/// A table whose cells are coloured.
struct HeatMap {
    struct Cell {
        /// What stands in it, and below in small.
        let text: String
        var note = ""
        /// What its text says, with all digits; `nil` where nothing is known.
        var value: Double?
        var tint = Tint.value
    }

    enum Tint: Equatable {
        /// From faint to full by where its value stands among those of the scale.
        case value
        /// One of a few names.
        case category(Int)
    }

    /// From which value to which the colours go, and what the values are.
    struct Key {
        fileprivate let scale: ValueScale
        fileprivate let measure: NodeMeasure
        /// Of positive values that span more than two orders of magnitude, the colours stand for their logarithms.
        private let isLogarithmic: Bool
        /// Less than this share of the greatest is mostly rounding, and has the faintest colour.
        private static let leastShare = 1e-6

        /// `nil` where there is no finite value.
        init?(_ values: [Double], _ measure: NodeMeasure) {
            guard let seen = ValueScale(values) else { return nil }
            isLogarithmic = seen.least > 0 && seen.greatest > 100 * seen.least
            let least = max(seen.least, Self.leastShare * seen.greatest)
            guard isLogarithmic, let scale = ValueScale([least, seen.greatest].map(Elementary.log), isLinear: true)
            else {
                (scale, self.measure) = (seen, measure)
                return
            }
            self.scale = scale
            let isCut = least > seen.least
            self.measure = NodeMeasure(
                "\(measure.name), by orders of magnitude", unit: measure.unit, isBetterAbove: measure.isBetterAbove
            ) { (isCut && $0 == scale.least ? "up to " : "") + measure.figure(Elementary.exp($0)) }
        }

        fileprivate func kind(of value: Double) -> String? {
            guard value.isFinite else { return nil }
            return scale.kind(of: max(scale.least, isLogarithmic ? Elementary.log(value) : value))
        }
    }

    /// A word for ids and file names, unlike that of any other drawing of the page.
    let id: String
    let title: String
    let columns: [String]
    let rows: [(name: String, cells: [Cell])]
    /// `nil` where no cell is coloured by its value.
    var key: Key?

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

    /// With its data, and ready for the page's script.
    var figure: Markup {
        let cells = rows.flatMap { row in
            zip(columns, row.cells).map { column, cell in
                [row.name, column, cell.value.map { "\($0)" } ?? "", cell.text, cell.note]
            }
        }
        return .figure(
            id, svg, TextTable(header: ["row", "column", "value", "shown", "note"], names: 2, rows: cells))
    }

    /// What its colours mean.
    private func key(below height: Double, width: Double) -> (markup: Markup, height: Double) {
        guard let key else { return ("", 0) }
        var drawn = DrawingKey(width: width)
        drawn.add(key.scale, key.measure)
        return ("<g transform=\"translate(0 \(height))\">\(drawn.markup)</g>", drawn.height)
    }

    var svg: Markup {
        let cell = width
        let keyWidth = key.map { max(DrawingKey.barWidth, 32 + Self.character * Double($0.measure.title.count)) } ?? 0
        let whole = max(keyWidth, margin + Double(columns.count) * cell + overhang)
        let table = head + Double(rows.count) * Self.height
        let key = key(below: table, width: whole)
        let height = table + key.height
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
            aria-labelledby="\(id)-title \(id)-text">
            <title id="\(id)-title">\(title)</title><desc id="\(id)-text">\(description)</desc>
            \(names)\(lines)\(key.markup)</svg>
            </div>

            """
    }

    private var description: String {
        let ends = key.map { key in
            " From \(key.measure.text(key.scale.least)) to \(key.measure.text(key.scale.greatest))."
        }
        return "\(rows.count) rows, \(columns.count) columns.\(ends ?? "") All values are in its data."
    }

    private func draw(_ cell: Cell, left: Double, top: Double, width: Double) -> Markup {
        let middle = left + width / 2
        let kind: String =
            switch cell.tint {
            case .value: cell.value.flatMap { key?.kind(of: $0) } ?? ""
            case .category(let index): "k\(index % Palette.light.categories.count)"
            }
        let note: Markup =
            cell.note.isEmpty
            ? "" : "<text class=\"note\" x=\"\(middle)\" y=\"\(top + 31)\" text-anchor=\"middle\">\(cell.note)</text>"
        return """
            <rect x="\(left + 1)" y="\(top + 1)" width="\(width - 2)" height="\(Self.height - 2)" rx="3" \
            class="\(kind)"/>\
            <text x="\(middle)" y="\(top + (cell.note.isEmpty ? 23 : 18))" text-anchor="middle">\
            \(cell.text)</text>\(note)
            """
    }
}
