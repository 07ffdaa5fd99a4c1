// Curves with bands in SVG: the mean over seeds of each of a few names, and how far seeds are from each other.

/// A plot of means over seeds.
struct BandPlot {
    struct Line {
        let name: String
        /// For each of the plot's rounds the least, the mean and the greatest over seeds; `nil` leaves a gap.
        let values: [(low: Double, mean: Double, high: Double)?]
    }

    /// A word for ids, unlike that of any other drawing of the page.
    let id: String
    let title: String
    let rounds: [Int]
    let lines: [Line]
    /// Made for the values of all lines.
    let vertical: Axis
    /// How a value is written.
    let text: (Double) -> String
    /// What `rounds` counts.
    var across = "round"

    private static let size = (width: 560.0, height: 300.0)
    private static let area = (left: 50.0, right: 552.0, top: 8.0, bottom: 258.0)

    var svg: Markup {
        let horizontal = Axis(counts: rounds)
        return """
            <svg class="plot" viewBox="0 0 \(Self.size.width) \(Self.size.height)" role="img" \
            aria-labelledby="\(id)-title"><title id="\(id)-title">\(title)</title>
            \(grid(horizontal))\(lines.indices.map { band($0, horizontal) })\
            \(lines.indices.map { curve($0, horizontal) })</svg>

            """
    }

    /// Every line with a sample of it and its mean at the end.
    var legend: Markup {
        let entries = lines.enumerated().map { index, line -> Markup in
            let last = line.values.last { $0 != nil } ?? nil
            return """
                <li><svg viewBox="0 0 24 8" aria-hidden="true"><path class="curve" d="M0 4H24"\(style(index))/></svg> \
                \(line.name) <b>\(last.map { text($0.mean) } ?? "–")</b></li>
                """
        }
        return "<ul class=\"legend\">\(entries)</ul>\n"
    }

    /// Colours go round after eight; by then dashes differ.
    private func style(_ index: Int) -> Markup {
        let dashes = ["none", "7 4", "2 3", "9 3 2 3"]
        let dash = dashes[(index + index / HeatMap.categories) % dashes.count]
        return " style=\"--c:var(--k\(index % HeatMap.categories));stroke-dasharray:\(dash)\""
    }

    private func x(_ round: Int, _ horizontal: Axis) -> Double {
        Self.area.left + (Self.area.right - Self.area.left) * (horizontal.share(of: Double(round)) ?? 0)
    }

    private func y(_ value: Double) -> Double? {
        vertical.share(of: value).map { Self.area.bottom - (Self.area.bottom - Self.area.top) * $0 }
    }

    private func curve(_ index: Int, _ horizontal: Axis) -> Markup {
        var path: Markup = ""
        var isOpen = false
        for (round, value) in zip(rounds, lines[index].values) {
            guard let value, let y = y(value.mean) else {
                isOpen = false
                continue
            }
            let x = x(round, horizontal)
            path += isOpen ? "L\(x) \(y)" : "M\(x) \(y)h0"
            isOpen = true
        }
        return "<path class=\"curve\" d=\"\(path)\"\(style(index))/>\n"
    }

    /// One piece for every stretch without a gap.
    private func band(_ index: Int, _ horizontal: Axis) -> Markup {
        var pieces: [Markup] = []
        var upper: Markup = ""
        var lower: [Markup] = []
        func close() {
            guard lower.count > 1 else { return (upper, lower) = ("", []) }
            pieces.append("<path class=\"band\" d=\"\(upper)\(lower.reversed().map { $0 })Z\"\(style(index))/>\n")
            (upper, lower) = ("", [])
        }
        for (round, value) in zip(rounds, lines[index].values) {
            guard let value, let high = y(value.high), let low = y(value.low) else {
                close()
                continue
            }
            let x = x(round, horizontal)
            upper += lower.isEmpty ? "M\(x) \(high)" : "L\(x) \(high)"
            lower.append("L\(x) \(low)")
        }
        close()
        return pieces.reduce(into: "") { $0 += $1 }
    }

    private func grid(_ horizontal: Axis) -> Markup {
        var marks: Markup = ""
        for tick in vertical.ticks {
            guard let y = y(tick) else { continue }
            marks += """
                <path class="grid" d="M\(Self.area.left) \(y)H\(Self.area.right)"/>\
                <text class="tick" x="\(Self.area.left - 6)" y="\(y + 4)" text-anchor="end">\
                \(vertical.text(of: tick))</text>
                """
        }
        for tick in horizontal.ticks {
            let x = x(Int(tick), horizontal)
            marks += """
                <path class="axis" d="M\(x) \(Self.area.bottom)v4"/>\
                <text class="tick" x="\(x)" y="\(Self.area.bottom + 18)" text-anchor="middle">\
                \(horizontal.text(of: tick))</text>
                """
        }
        return """
            \(marks)<path class="axis" d="M\(Self.area.left) \(Self.area.bottom)H\(Self.area.right)"/>\
            <text class="tick" x="\((Self.area.left + Self.area.right) / 2)" y="\(Self.size.height - 6)" \
            text-anchor="middle">\(across)</text>

            """
    }
}
