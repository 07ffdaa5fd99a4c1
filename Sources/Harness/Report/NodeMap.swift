// A map of cells in SVG: a row for each node, a column for each moment, in the colours of the drawing of the graph.

/// Values of several nodes over rounds.
struct NodeMap {
    let id: String
    let title: String
    private let measure: NodeMeasure
    private let scale: ValueScale
    private let names: [String]
    /// The first and the last round of each column.
    private let columns: [ClosedRange<Int>]
    /// By row, then by column.
    private let cells: [[Double?]]
    private let frame: PlotFrame
    private let rowHeight: Double
    private let moments: Int
    /// Whether the colours are for what came after the first of the rounds, and what came before has the nearest one.
    private let isScaledToLate: Bool

    /// Longer runs share columns.
    private static let mostColumns = 200
    /// The colours leave the first half of the rounds out where the rest needs less than that share of them.
    private static let narrow = 0.5
    private static let width = 900.0
    private static let left = 64.0
    /// Rows of fewer points have no room for a name each.
    private static let readable = 11.0

    /// - Parameters:
    ///   - rows: of each node its name and a value a round.
    ///   - isBetterAbove: of several moments in one column the worst value is shown.
    /// - Returns: `nil` where there is no finite value.
    init?(
        id: String, title: String, rounds: [Int], rows: [(name: String, values: [Double?])], isBetterAbove: Bool,
        _ measure: NodeMeasure?
    ) {
        let width = (rounds.count + Self.mostColumns - 1) / Self.mostColumns
        let stretches = stride(from: 0, to: rounds.count, by: max(1, width)).map {
            $0..<min($0 + width, rounds.count)
        }
        cells = rows.map { row in
            stretches.map { stretch in
                let known = stretch.compactMap { row.values[$0] }
                return isBetterAbove ? known.min() : known.max()
            }
        }
        let all = cells.joined().compactMap(\.self).filter(\.isFinite)
        let late = cells.flatMap { $0.dropFirst($0.count / 2) }.compactMap(\.self).filter(\.isFinite)
        func extent(of values: [Double]) -> Double { (values.max() ?? 0) / 2 - (values.min() ?? 0) / 2 }
        let isLogarithmic = ValueScale(all)?.isLogarithmic == true
        isScaledToLate =
            !isLogarithmic && !late.isEmpty && extent(of: late) > 0
            && extent(of: late) < Self.narrow * extent(of: all)
        guard let measure, let scale = ValueScale(isScaledToLate ? late : all) else { return nil }
        self.id = id
        self.title = title
        self.measure = measure
        self.scale = scale
        names = rows.map(\.name)
        columns = stretches.map { rounds[$0.lowerBound]...rounds[$0.upperBound - 1] }
        moments = rounds.count
        rowHeight = min(18, max(2, (440 / Double(rows.count)).rounded(.down)))
        frame = PlotFrame(
            width: Self.width, height: 50 + rowHeight * Double(rows.count), left: Self.left, rounds: rounds,
            vertical: Axis(counts: [0, 1]))
    }

    var remarks: String {
        let colours =
            isScaledToLate
            ? " Colours are for what was seen in the second half of the rounds; values beyond have the nearest one."
            : ""
        return thinning + colours
    }

    private var thinning: String {
        columns.count == moments
            ? ""
            : " Each of the \(columns.count) columns shows the worst of up to "
                + "\((moments + columns.count - 1) / columns.count) moments."
    }

    /// With its data.
    var figure: Markup {
        let table = TextTable(
            header: ["round"] + (columns.count == moments ? [] : ["to"]) + names, names: 0,
            rows: columns.indices.map { column in
                let rounds =
                    [columns[column].lowerBound] + (columns.count == moments ? [] : [columns[column].upperBound])
                return rounds.map(String.init) + cells.map { row in Self.short(row[column]) }
            })
        let edges =
            [frame.area.left, frame.area.right, frame.area.top, frame.area.bottom] + frame.span + [rowHeight]
        let scrolled: Markup = """
            <div class="scroll" role="region" aria-label="\(title)" tabindex="0">
            \(svg)</div>

            """
        return .figure(id, scrolled, table, frame: edges, areShares: measure.unit == "%")
    }

    /// With the digits of a number of single precision: there are many of them.
    private static func short(_ value: Double?) -> String {
        guard let value, value.isFinite else { return "" }
        let short = Float(value)
        return short.isFinite && (short != 0 || value == 0) ? "\(short)" : "\(value)"
    }

    private var svg: Markup {
        var key = DrawingKey(width: frame.size.width)
        key.add(scale, measure)
        let height = frame.size.height + key.height
        return """
            <svg class="graph map" viewBox="0 0 \(frame.size.width) \(height)" role="img" \
            aria-labelledby="\(id)-title \(id)-text">
            <title id="\(id)-title">\(title)</title><desc id="\(id)-text">\(description)</desc>
            \(frame.across)\(labels)<g shape-rendering="crispEdges">\(paths)</g>\
            <g transform="translate(0 \(frame.size.height))">\(key.markup)</g></svg>

            """
    }

    private var description: String {
        "\(names.count) nodes, rounds \(columns.first?.lowerBound ?? 0) to \(columns.last?.upperBound ?? 0), from "
            + "\(measure.text(scale.least)) to \(measure.text(scale.greatest)). All values are in its data."
    }

    /// As many names as there is room for.
    private var labels: Markup {
        let step = Int((Self.readable / rowHeight).rounded(.up))
        let texts = stride(from: 0, to: names.count, by: step).map { row -> Markup in
            let y = frame.area.top + (Double(row) + 0.5) * rowHeight + 4
            let name = names[row].count <= 8 ? names[row] : "\(names[row].prefix(7))…"
            return "<text class=\"tick\" x=\"\(Self.left - 6)\" y=\"\(y)\" text-anchor=\"end\">\(name)</text>"
        }
        return texts.reduce(into: "") { $0 += $1 }
    }

    /// One path for each colour; neighbours of one colour in a row are one piece.
    private var paths: Markup {
        let edges = self.edges
        var pieces: [String: Markup] = [:]
        for (row, values) in cells.enumerated() {
            let top = frame.area.top + Double(row) * rowHeight
            let kinds = values.map { value in
                value.flatMap { $0.isFinite ? scale.kind(of: min(max($0, scale.least), scale.greatest)) : nil }
            }
            var start = 0
            while start < kinds.count {
                var end = start + 1
                while end < kinds.count, kinds[end] == kinds[start] { end += 1 }
                if let kind = kinds[start] {
                    let width = edges[end] - edges[start]
                    pieces[kind, default: ""] += "M\(edges[start]) \(top)h\(width)v\(rowHeight)h\(-width)z"
                }
                start = end
            }
        }
        return pieces.sorted { $0.key < $1.key }.reduce(into: "") {
            $0 += "<path class=\"\($1.key)\" d=\"\($1.value)\"/>\n"
        }
    }

    /// Where columns begin, and where the last one ends: half-way between their rounds.
    private var edges: [Double] {
        let places = columns.map { (frame.x($0.lowerBound) + frame.x($0.upperBound)) / 2 }
        let between = zip(places, places.dropFirst()).map { ($0 + $1) / 2 }
        return [frame.area.left] + between.map { ($0 * 10).rounded() / 10 } + [frame.area.right]
    }
}
