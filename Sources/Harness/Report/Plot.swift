// Line plots of figures over rounds, in SVG, with everything that a reader compares them with: a band, single nodes,
// levels. Colours come from the page's style sheet; nothing moves and nothing is fetched.

/// A line plot.
struct Plot {
    struct Series {
        let name: String
        /// One value for each of the plot's rounds; what is missing or has no place on the axis leaves a gap.
        let values: [Double?]
        /// How a value is written.
        let text: (Double) -> String
        var band: Band?

        var last: Double? { values.last { $0 != nil } ?? nil }
    }

    /// Around a line: what most nodes, or all seeds, are between.
    struct Band {
        let name: String
        /// What its edges are called.
        let edges: (low: String, high: String)
        /// One for each of the plot's rounds.
        let values: [(low: Double, high: Double)?]
    }

    /// A value to compare with, the same in every round.
    struct Level {
        let name: String
        let value: Double
        let text: String
    }

    /// A word for ids and file names, unlike that of any other drawing of the page.
    let id: String
    let title: String
    let rounds: [Int]
    /// Of more than `mostColours`, some share a colour and differ in their dashes. The first is the one to look at.
    var series: [Series]
    /// Made for everything that is drawn.
    let vertical: Axis
    /// What is counted from left to right.
    var across = "round"
    /// The file that has the values which a long plot leaves out.
    var source = "metrics.jsonl"
    /// Thin lines, without names in the drawing: one value a round each.
    var threads: [[Double?]] = []
    var levels: [Level] = []
    /// Where all lines end, and what is written there.
    var end: (round: Int, words: String)?

    static let mostColours = 8
    /// A longer run is drawn by the least and the greatest value of so many stretches.
    private static let stretches = 180

    // MARK: What is drawn

    /// Ascending; all rows, or of each stretch those with the least and the greatest value of any line, so that no peak
    /// is lost, and those where a value is missing, so that no gap is bridged.
    private var rows: [Int] {
        guard isThinned else { return Array(rounds.indices) }
        return Array(Set(series.flatMap { drawnRows(of: $0.values) } + [0, rounds.count - 1])).sorted()
    }

    private var isThinned: Bool { rounds.count > 2 * Self.stretches }

    /// Those of `rows` that one line needs.
    private func drawnRows(of values: [Double?]) -> [Int] {
        guard isThinned else { return Array(rounds.indices) }
        let length = (rounds.count + Self.stretches - 1) / Self.stretches
        let extremes = stride(from: 0, to: rounds.count, by: length).flatMap { start in
            let stretch = start..<min(start + length, rounds.count)
            let known = stretch.compactMap { row in values[row].map { (row: row, value: $0) } }
            let least = known.min { $0.value < $1.value }?.row
            let greatest = known.max { $0.value < $1.value }?.row
            let gap = stretch.first { values[$0] == nil }
            return Set([least, greatest, gap].compactMap(\.self)).sorted()
        }
        return extremes.last == rounds.count - 1 ? extremes : extremes + [rounds.count - 1]
    }

    /// Where something is left out, otherwise nothing.
    var thinning: Markup {
        guard isThinned else { return "" }
        return """
            <figcaption class="note">Of \(rounds.count) moments drawn are the least and the greatest value of each of \
            \(Self.stretches) stretches; all are in \(source).</figcaption>

            """
    }

    private var frame: PlotFrame {
        PlotFrame(width: 440, height: 240, left: 46, rounds: rounds, vertical: vertical, across: across)
    }

    /// The drawing, without its legend.
    var svg: Markup {
        let frame = frame
        // The first series is drawn last, on top.
        let lines = series.indices.reversed().map { line($0, in: frame) }
        return """
            <svg class="plot" viewBox="0 0 \(frame.size.width) \(frame.size.height)" role="img" \
            aria-labelledby="\(id)-title \(id)-text">
            <title id="\(id)-title">\(title)</title><desc id="\(id)-text">\(description)</desc>
            \(frame.grid)\(frame.clipped("\(threads(in: frame))\(bands(in: frame))\(lines)"))\
            \(levels(in: frame))\(ending(in: frame))</svg>

            """
    }

    /// Every series with a sample of its line and its newest value, then what it is compared with.
    var legend: Markup {
        func entry(_ sample: Markup, _ name: String, _ value: String?) -> Markup {
            """
            <li><svg viewBox="0 0 24 8" aria-hidden="true">\(sample)</svg> \(name)\
            \(value.map { " <b>\($0)</b>" as Markup } ?? "")</li>
            """
        }
        let lines = series.enumerated().map { index, series in
            entry("<path class=\"line \(look(index)) d=\"M0 4H24\"/>", series.name, series.last.map(series.text) ?? "–")
        }
        let levels = levels.map { entry("<path class=\"level\" d=\"M0 4H24\"/>", $0.name, $0.text) }
        var told: Set<String> = []
        let bands = series.compactMap(\.band?.name).filter { told.insert($0).inserted }
            .map { name in
                // One name of several bands has none of their colours.
                let looks = series.indices.filter { series[$0].band?.name == name }
                let look: Markup = looks.count > 1 ? "idle" : "s\(looks[0] % Self.mostColours)"
                return entry("<path class=\"band \(look)\" d=\"M0 0H24V8H0Z\"/>", name, nil)
            }
        let threads =
            threads.isEmpty ? [] : [entry("<path class=\"thread\" d=\"M0 4H24\"/>", "single nodes", nil)]
        return "<ul class=\"legend\">\(lines + levels + bands + threads)</ul>\n"
    }

    private var description: String {
        guard let first = rounds.first, let last = rounds.last else { return "Nothing was measured." }
        let ends = series.map { "\($0.name) \($0.last.map($0.text) ?? "unknown")" }.joined(separator: ", ")
        let others = levels.map { " \($0.name): \($0.text)." }.joined()
        let end = end.map { " It \($0.words)." } ?? ""
        return "From \(across) \(first) to \(last). At the end: \(ends).\(others)\(end) All values are in its data."
    }

    /// What is drawn as numbers, but for the single nodes, which have a drawing of their own.
    var table: TextTable {
        let bands = series.compactMap(\.band)
        func text(_ value: Double?) -> String { value.flatMap { $0.isFinite ? "\($0)" : nil } ?? "" }
        return TextTable(
            header: [across] + series.map(\.name) + levels.map(\.name)
                + bands.flatMap { [$0.edges.low, $0.edges.high] },
            names: 0,
            rows: rows.map { row in
                let around = bands.flatMap { [$0.values[row]?.low, $0.values[row]?.high] }
                return ["\(rounds[row])"]
                    + (series.map { $0.values[row] } + levels.map { $0.value } + around).map(text)
            })
    }

    /// With its legend and its data, and ready for the page's script.
    var figure: Markup {
        let (frame, area) = (frame, frame.area)
        let edges = [area.left, area.right, area.top, area.bottom] + frame.span
        // The edges of many bands are too much to tell at once.
        let told = series.count { $0.band != nil } > 1 ? series.count + levels.count : nil
        return .figure(
            id, "\(legend)\(svg)\(thinning)", table, frame: edges, areShares: vertical.isOfShares, told: told)
    }

    // MARK: Its parts

    private func line(_ index: Int, in frame: PlotFrame) -> Markup {
        let values = series[index].values
        let rows = drawnRows(of: values)
        let path = path(values, rows, in: frame)
        guard !path.text.isEmpty,
            let last = rows.last(where: { frame.y(values[$0]) != nil }), let y = frame.y(values[last])
        else { return "" }
        return """
            <path class="line \(look(index)) d="\(path)"/>\
            <circle class="end s\(index % Self.mostColours)" cx="\(frame.x(rounds[last]))" cy="\(y)" r="2.6"/>

            """
    }

    /// The class of a line, to the end of its tag's attributes.
    private func look(_ index: Int) -> Markup {
        let (colours, dashes) = (Self.mostColours, ReportStyle.dashes)
        guard index >= colours else { return "s\(index)\"" }
        let dash = Markup(stringLiteral: dashes[(index + index / colours) % dashes.count])
        return "s\(index % colours)\" style=\"stroke-dasharray:\(dash)\""
    }

    private func path(_ values: [Double?], _ rows: [Int], in frame: PlotFrame) -> Markup {
        var path: Markup = ""
        var isOpen = false
        for row in rows {
            guard let y = frame.y(values[row]) else {
                isOpen = false
                continue
            }
            let x = frame.x(rounds[row])
            // Of no length, so that a point between two gaps is seen.
            path += isOpen ? "L\(x) \(y)" : "M\(x) \(y)h0"
            isOpen = true
        }
        return path
    }

    /// All in one path, which is a third of the size.
    private func threads(in frame: PlotFrame) -> Markup {
        guard !threads.isEmpty else { return "" }
        let paths = threads.map { path($0, drawnRows(of: $0), in: frame) }
        return "<path class=\"thread\" d=\"\(paths)\"/>\n"
    }

    private func bands(in frame: PlotFrame) -> Markup {
        series.indices.reduce(into: "") { all, index in
            guard let band = series[index].band else { return }
            all += shape(of: band, "s\(index % Self.mostColours)", in: frame)
        }
    }

    /// One piece for every stretch without a gap.
    private func shape(of band: Band, _ look: Markup, in frame: PlotFrame) -> Markup {
        let rows =
            isThinned
            ? Array(
                Set(
                    drawnRows(of: band.values.map { $0?.low })
                        + drawnRows(of: band.values.map { $0?.high }))
            ).sorted() : Array(rounds.indices)
        var pieces: [Markup] = []
        var upper: Markup = ""
        var lower: [Markup] = []
        func close() {
            if lower.count > 1 { pieces.append("\(upper)\(Array(lower.reversed()))Z") }
            (upper, lower) = ("", [])
        }
        for row in rows {
            guard let value = band.values[row], let high = frame.y(value.high), let low = frame.y(value.low) else {
                close()
                continue
            }
            let x = frame.x(rounds[row])
            upper += lower.isEmpty ? "M\(x) \(high)" : "L\(x) \(high)"
            lower.append("L\(x) \(low)")
        }
        close()
        return pieces.isEmpty ? "" : "<path class=\"band \(look)\" d=\"\(pieces)\"/>\n"
    }

    private func levels(in frame: PlotFrame) -> Markup {
        let lines = levels.compactMap { level -> Markup? in
            guard let y = frame.y(level.value), (frame.area.top...frame.area.bottom).contains(y) else { return nil }
            return """
                <path class="level" d="M\(frame.area.left) \(y)H\(frame.area.right)"/>\
                <text class="tick name" x="\(frame.area.right)" y="\(y - 4)" text-anchor="end">\(level.name)</text>

                """
        }
        return lines.reduce(into: "") { $0 += $1 }
    }

    private func ending(in frame: PlotFrame) -> Markup {
        guard let end else { return "" }
        let x = frame.x(end.round)
        let isLeft = x > (frame.area.left + frame.area.right) / 2
        return """
            <path class="ending" d="M\(x) \(frame.area.top)V\(frame.area.bottom)"/>\
            <text class="ending" x="\(isLeft ? x - 6 : x + 6)" y="\(frame.area.top + 12)" \
            text-anchor="\(isLeft ? "end" : "start")">\(end.words)</text>

            """
    }
}

extension Markup {
    /// A drawing with its data, which a script makes files of and without one may be copied.
    ///
    /// - Parameters:
    ///   - id: what its files are called.
    ///   - frame: left, right, top, bottom of what is drawn, then the first and the last round; of rows of cells also
    ///     their height. Empty where nothing is over rounds.
    ///   - told: so many columns of the data are told of one moment; `nil`: all.
    static func figure(
        _ id: String, _ svg: Markup, _ table: TextTable?, frame: [Double] = [], areShares: Bool = false,
        told: Int? = nil
    ) -> Markup {
        let numbers = Markup(stringLiteral: frame.map { rounded($0, 2) }.joined(separator: " "))
        let unit: Markup = areShares ? " data-unit=\"share\"" : ""
        let columns = told.map { " data-told=\"\($0)\"" as Markup }
        let place: Markup = frame.isEmpty ? "" : " data-frame=\"\(numbers)\"\(unit)\(columns ?? "")"
        let data = table.map { table -> Markup in
            """
            <details class="data">
            <summary>Data</summary>
            <pre tabindex="0">\(lines: table.csv.split(separator: "\n").map(String.init))</pre>
            </details>

            """
        }
        return """
            <figure class="drawn" id="\(id)"\(place)>
            \(svg)<p class="tools"></p>
            \(data ?? "")</figure>

            """
    }
}
