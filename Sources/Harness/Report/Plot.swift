// Line plots of figures over rounds, in SVG. Colours come from the page's style sheet; nothing moves and nothing is
// fetched.

/// A line plot.
struct Plot {
    struct Series {
        let name: String
        /// One value for each of the plot's rounds; what is missing or has no place on the axis leaves a gap.
        let values: [Double?]
        /// How a value is written.
        let text: (Double) -> String

        var last: Double? { values.last { $0 != nil } ?? nil }
    }

    /// A word for ids, unlike that of any other drawing of the page.
    let id: String
    let title: String
    let rounds: [Int]
    /// At most three: the style sheet tells no more lines apart. The first is the one to look at.
    let series: [Series]
    /// Made for the values of all series.
    let vertical: Axis

    /// More points of a line or more places to hover over would only make the file larger.
    private static let mostPoints = 400
    private static let mostBands = 100

    /// The drawing, without its legend.
    var svg: Markup {
        let frame = PlotFrame(width: 440, height: 240, left: 46, rounds: rounds, vertical: vertical)
        // The first series is drawn last, on top.
        let lines = series.indices.reversed().map { line($0, in: frame) }
        return """
            <svg class="plot" viewBox="0 0 \(frame.size.width) \(frame.size.height)" role="img" \
            aria-labelledby="\(id)-title \(id)-text">
            <title id="\(id)-title">\(title)</title><desc id="\(id)-text">\(description)</desc>
            \(frame.grid)\(lines)\(bands(in: frame))</svg>

            """
    }

    /// Every series with a sample of its line and its newest value.
    var legend: Markup {
        let entries = series.enumerated().map { index, series -> Markup in
            """
            <li><svg viewBox="0 0 24 8" aria-hidden="true"><path class="line s\(index)" d="M0 4H24"/></svg> \
            \(series.name) <b>\(series.last.map(series.text) ?? "–")</b></li>
            """
        }
        return "<ul class=\"legend\">\(entries)</ul>\n"
    }

    private var description: String {
        guard let first = rounds.first, let last = rounds.last else { return "Nothing was measured." }
        let ends = series.map { "\($0.name) \($0.last.map($0.text) ?? "unknown")" }.joined(separator: ", ")
        return "Rounds \(first) to \(last). At the end: \(ends). All values are in the table of measurements."
    }

    private func line(_ index: Int, in frame: PlotFrame) -> Markup {
        var path: Markup = ""
        var isOpen = false
        var end: (x: Double, y: Double)?
        for row in drawnRows(of: series[index]) {
            guard let y = frame.y(series[index].values[row]) else {
                isOpen = false
                continue
            }
            let x = frame.x(rounds[row])
            // Of no length, so that a point between two gaps is seen.
            path += isOpen ? "L\(x) \(y)" : "M\(x) \(y)h0"
            isOpen = true
            end = (x, y)
        }
        guard let end else { return "" }
        return """
            <path class="line s\(index)" d="\(path)"/>\
            <circle class="end s\(index)" cx="\(end.x)" cy="\(end.y)" r="2.6"/>

            """
    }

    /// All rows, or of each of many stretches the least and the greatest value, so that no peak is lost, and what is
    /// missing, so that no gap is bridged.
    private func drawnRows(of series: Series) -> [Int] {
        guard rounds.count > Self.mostPoints else { return Array(rounds.indices) }
        let length = (2 * rounds.count + Self.mostPoints - 1) / Self.mostPoints
        let extremes = stride(from: 0, to: rounds.count, by: length).flatMap { start in
            let stretch = start..<min(start + length, rounds.count)
            let known = stretch.compactMap { row in series.values[row].map { (row: row, value: $0) } }
            let least = known.min { $0.value < $1.value }?.row
            let greatest = known.max { $0.value < $1.value }?.row
            let gap = stretch.first { series.values[$0] == nil }
            return Set([least, greatest, gap].compactMap(\.self)).sorted()
        }
        return extremes.last == rounds.count - 1 ? extremes : extremes + [rounds.count - 1]
    }

    /// Invisible stripes that tell their round's values to who points at them.
    private func bands(in frame: PlotFrame) -> Markup {
        let step = max(1, (rounds.count + Self.mostBands - 1) / Self.mostBands)
        let rows = Array(stride(from: 0, to: rounds.count, by: step))
        let places = rows.map { frame.x(rounds[$0]) }
        let pieces = rows.indices.map { index -> Markup in
            let left = index == 0 ? frame.area.left : (places[index - 1] + places[index]) / 2
            let right = index + 1 == rows.count ? frame.area.right : (places[index] + places[index + 1]) / 2
            let values = series.map { series in
                "\(series.name) \(series.values[rows[index]].map(series.text) ?? "–")"
            }
            return """
                <rect x="\(left)" y="\(frame.area.top)" width="\(right - left)" \
                height="\(frame.area.bottom - frame.area.top)"><title>round \(rounds[rows[index]])
                \(lines: values)</title></rect>

                """
        }
        return "<g class=\"bands\">\(pieces)</g>"
    }
}
