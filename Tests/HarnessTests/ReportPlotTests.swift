// Plots: gaps, peaks of long runs, the newest values in words.
import Testing

@testable import Harness

@Suite("Report: plots")
struct ReportPlotTests {
    private func plot(_ values: [Double?]) -> Plot {
        Plot(
            id: "plot", title: "A plot", rounds: Array(values.indices),
            series: [Plot.Series(name: "line", values: values, text: percent)],
            vertical: Axis(shares: values.compactMap { $0 }))
    }

    /// The points of the only line, in order; each stretch begins with "M".
    private func line(_ plot: Plot) throws -> Substring {
        let start = try #require(plot.svg.text.firstRange(of: "<path class=\"line s0\" d=\""))
        return try #require(plot.svg.text[start.upperBound...].split(separator: "\"").first)
    }

    @Test("what is missing leaves a gap, and a point between gaps is drawn")
    func gaps() throws {
        let line = try line(plot([0.1, 0.2, nil, 0.4, nil, 0.6, 0.7]))
        #expect(line.count { $0 == "M" } == 3 && line.count { $0 == "L" } == 2)
        #expect(line.split(separator: "M")[1].hasSuffix("h0"))
    }

    @Test("long runs are thinned, but no gap is bridged")
    func thinnedGaps() throws {
        var values = [Double?](repeating: 0.5, count: 20_000)
        for row in [3_000] + Array(9_000..<9_400) { values[row] = nil }
        let stretches = try line(plot(values)).split(separator: "M")
        #expect(stretches.count == 3 && stretches.count { $0.contains("L") } == 3)
    }

    @Test("a line of one point, and of none")
    func short() throws {
        #expect(plot([0.5]).svg.text.contains("<circle class=\"end s0\""))
        #expect(faults(inMarkup: plot([0.5]).svg.text).isEmpty)
        #expect(!plot([nil, nil]).svg.text.contains("class=\"line s0\""))
        #expect(plot([nil]).legend.text.contains("line <b>–</b>"))
    }

    @Test("long runs are thinned, but their peaks and their end stay")
    func thinning() throws {
        var values = [Double?](repeating: 0.5, count: 20_000)
        values[7_777] = 1
        values[12_345] = 0
        values[19_999] = 0.75
        let plot = plot(values)
        let line = try line(plot)
        #expect(line.count { $0 == "L" } < 400)
        // The axis goes from 0 % at the bottom to 100 % at the top.
        let heights = Set(
            line.split { "ML".contains($0) }.compactMap { $0.split(separator: " ").last }.map(String.init))
        #expect(heights == ["8", "55.5", "103", "103h0", "198"])
        #expect(plot.svg.text.utf8.count < 30_000)
        #expect(faults(inMarkup: plot.svg.text).isEmpty)
    }

    @Test("curves over seeds differ in colour or dashes")
    func styles() {
        let lines = (0..<32).map { Plot.Series(name: "\($0)", values: [0.5], text: percent) }
        let plot = Plot(id: "many", title: "A plot", rounds: [0], series: lines, vertical: Axis(shares: [0, 1]))
        let looks = plot.legend.text.split(separator: "class=\"line s").dropFirst().map { text -> [String] in
            let colour = Int(text.prefix { $0.isNumber }) ?? 0
            let dashes = text.prefix { $0 != ">" }.split(separator: "dasharray:").dropFirst().first
            return ["\(colour)", dashes.map { String($0.prefix { $0 != "\"" }) } ?? ReportStyle.dashes[colour]]
        }
        #expect(looks.count == 32 && Set(looks).count == 32)
        #expect(faults(inMarkup: plot.figure.text).isEmpty)
    }

    @Test("the legend and the description tell the newest value")
    func words() {
        let plot = plot([0.25, 0.5, nil])
        #expect(plot.legend.text.contains("line <b>50.0 %</b>"))
        #expect(plot.svg.text.contains("From round 0 to 2. At the end: line 50.0 %."))
        #expect(plot.table.csv == "round,line\n0,0.25\n1,0.5\n2,\n")
    }

    @Test("what a plot draws is in its data: lines, levels, the band, and of a long run every drawn point")
    func data() throws {
        func plot(_ values: [Double?], between edges: [(low: Double, high: Double)?]) -> Plot {
            var plot = Plot(
                id: "plot", title: "A plot", rounds: Array(values.indices),
                series: [Plot.Series(name: "line", values: values, text: percent)],
                vertical: Axis(shares: values.compactMap { $0 }))
            plot.series[0].band = Plot.Band(name: "most", edges: ("least", "greatest"), values: edges)
            plot.levels = [Plot.Level(name: "chance, about", value: 0.25, text: "25 %")]
            return plot
        }
        let whole = plot([0.1, nil, 0.3], between: [(0.05, 0.2), nil, (0.2, 0.4)])
        #expect(
            whole.table.csv == """
                round,line,"chance, about",least,greatest
                0,0.1,0.25,0.05,0.2
                1,,0.25,,
                2,0.3,0.25,0.2,0.4

                """)
        let svg = whole.svg.text
        #expect(svg.contains("class=\"band") == false && svg.contains(">chance, about</text>"))
        let closed = plot([0.1, nil, 0.3], between: [(0.05, 0.2), (0.1, 0.2), (0.2, 0.4)])
        #expect(closed.svg.text.contains("class=\"band s0\"") && closed.legend.text.contains("most"))

        let long = self.plot((0..<20_000).map { Double(($0 * 7_919) % 1_000) / 1_000 })
        let points = try line(long).split { "ML".contains($0) }.count
        #expect(long.table.rows.count >= points && long.table.rows.count < 450)
        #expect(long.table.rows.last?.first == "19999" && long.thinning.text.contains("20000 moments"))
        #expect(self.plot([0.1]).thinning.text.isEmpty)
    }

    @Test("single nodes are thin lines, and a run that diverged says where")
    func threads() {
        var whole = plot([0.1, 0.2, 0.3])
        whole.threads = [[0.1, nil, 0.3], [0.2, 0.2, 0.2]]
        whole.end = (2, "diverged at round 2")
        let thread = whole.svg.text.split(separator: "<path class=\"thread\" d=\"").last?.split(separator: "\"").first
        #expect(thread?.count { $0 == "M" } == 3 && thread?.count { $0 == "L" } == 2)
        #expect(whole.svg.text.contains(">diverged at round 2</text>") && whole.legend.text.contains("single nodes"))
        #expect(whole.svg.text.contains("It diverged at round 2."))
        #expect(faults(inMarkup: whole.figure.text).isEmpty)
    }

    @Test("no two lines of a plot have the same dashes, and there are enough of them")
    func dashes() {
        #expect(Set(ReportStyle.dashes).count == Plot.mostColours && Palette.light.lines.count == Plot.mostColours)
        #expect(Palette.dark.lines.count == Plot.mostColours)
    }

    @Test("quantiles lie between the values in proportion")
    func quantiles() {
        #expect(quantile(0.1, ofSorted: [5]) == 5 && quantile(0.9, ofSorted: [1, 2]) == 1.9)
        #expect(quantile(0.1, ofSorted: Array(stride(from: 0.0, through: 10, by: 1))) == 1)
        #expect(quantile(0, ofSorted: [1, 2]) == 1 && quantile(1, ofSorted: [1, 2]) == 2)
    }

    private func map(_ rows: [(name: String, values: [Double?])], isBetterAbove: Bool = true) throws -> NodeMap {
        try #require(
            NodeMap(
                id: "map", title: "A map", rounds: Array(rows[0].values.indices), rows: rows,
                isBetterAbove: isBetterAbove, NodeMeasure("accuracy", unit: "%") { rounded(100 * $0, 0) }))
    }

    @Test("a map of nodes has a cell for every value and none for what is missing")
    func cells() throws {
        let map = try map([("a", [0, 0.5, 1]), ("<b>", [nil, 1, nil])])
        let text = map.figure.text
        #expect(faults(inMarkup: text).isEmpty && text.contains("round,a,&lt;b&gt;\n0,0.0,\n1,0.5,1.0\n2,1.0,"))
        // Three in the first row, one in the second; each is closed.
        let cells = text.split(separator: "<path class=\"v").dropFirst().reduce(0) {
            $0 + $1.prefix { $0 != ">" }.count { $0 == "z" }
        }
        #expect(cells == 4 && map.remarks.isEmpty)
    }

    @Test("of several moments in one column the worst is shown, and that is said")
    func columns() throws {
        var values = [Double?](repeating: 0.9, count: 1_000)
        values[503] = 0.2
        let thinned = try map([("a", values)])
        let rows = thinned.figure.text.split(separator: "\n").filter { $0.hasSuffix(",0.2") }
        #expect(rows == ["500,504,0.2"] && thinned.remarks.contains("the worst of up to 5 moments"))
        values[503] = 2
        let loss = try map([("a", values)], isBetterAbove: false)
        #expect(loss.figure.text.contains("500,504,2.0"))
    }

    @Test("a map takes its colours from what came after the first rounds, where that is much less, and says so")
    func colours() throws {
        let rising = try map([("a", [0, 0.9, 0.91, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97, 1])])
        #expect(rising.remarks.contains("in the second half") && rising.figure.text.contains(">94\u{A0}%</text>"))
        let even = try map([("a", [0, 1, 0, 1, 0, 1, 0, 1, 0, 1])])
        #expect(even.remarks.isEmpty && even.figure.text.contains(">0\u{A0}%</text>"))
    }
}
