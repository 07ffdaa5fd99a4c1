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
        #expect(line.count { $0 == "L" } < 450)
        // The axis goes from 0 % at the bottom to 100 % at the top.
        let heights = Set(
            line.split { "ML".contains($0) }.compactMap { $0.split(separator: " ").last }.map(String.init))
        #expect(heights == ["8", "55.5", "103", "103h0", "198"])
        #expect(plot.svg.text.utf8.count < 30_000)
        #expect(faults(inMarkup: plot.svg.text).isEmpty)
    }

    @Test("curves over seeds differ in colour or dashes")
    func styles() {
        let lines = (0..<32).map { BandPlot.Line(name: "\($0)", values: [(low: 0, mean: 0.5, high: 1)]) }
        let plot = BandPlot(
            id: "band", title: "A plot", rounds: [0], lines: lines, vertical: Axis(shares: [0, 1]), text: percent)
        let styles = plot.legend.text.split(separator: "style=").dropFirst().map { $0.prefix { $0 != "/" } }
        #expect(styles.count == 32 && Set(styles).count == 32)
    }

    @Test("the legend and the description tell the newest value")
    func words() {
        let plot = plot([0.25, 0.5, nil])
        #expect(plot.legend.text.contains("line <b>50.0 %</b>"))
        #expect(plot.svg.text.contains("Rounds 0 to 2. At the end: line 50.0 %."))
        #expect(plot.svg.text.contains("<title>round 0\nline 25.0 %</title>"))
        #expect(plot.svg.text.contains("<title>round 2\nline –</title>"))
    }
}
