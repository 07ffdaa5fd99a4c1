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

    var svg: Markup {
        let frame = PlotFrame(width: 560, height: 300, left: 50, rounds: rounds, vertical: vertical, across: across)
        return """
            <svg class="plot" viewBox="0 0 \(frame.size.width) \(frame.size.height)" role="img" \
            aria-labelledby="\(id)-title"><title id="\(id)-title">\(title)</title>
            \(frame.grid)\(lines.indices.map { band($0, in: frame) })\
            \(lines.indices.map { curve($0, in: frame) })</svg>

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

    private func curve(_ index: Int, in frame: PlotFrame) -> Markup {
        var path: Markup = ""
        var isOpen = false
        for (round, value) in zip(rounds, lines[index].values) {
            guard let value, let y = frame.y(value.mean) else {
                isOpen = false
                continue
            }
            let x = frame.x(round)
            path += isOpen ? "L\(x) \(y)" : "M\(x) \(y)h0"
            isOpen = true
        }
        return "<path class=\"curve\" d=\"\(path)\"\(style(index))/>\n"
    }

    /// One piece for every stretch without a gap.
    private func band(_ index: Int, in frame: PlotFrame) -> Markup {
        var pieces: [Markup] = []
        var upper: Markup = ""
        var lower: [Markup] = []
        func close() {
            guard lower.count > 1 else { return (upper, lower) = ("", []) }
            pieces.append("<path class=\"band\" d=\"\(upper)\(lower.reversed().map { $0 })Z\"\(style(index))/>\n")
            (upper, lower) = ("", [])
        }
        for (round, value) in zip(rounds, lines[index].values) {
            guard let value, let high = frame.y(value.high), let low = frame.y(value.low) else {
                close()
                continue
            }
            let x = frame.x(round)
            upper += lower.isEmpty ? "M\(x) \(high)" : "L\(x) \(high)"
            lower.append("L\(x) \(low)")
        }
        close()
        return pieces.reduce(into: "") { $0 += $1 }
    }
}
