// Drawings of calculated tables: every cell is shown, and curves need counts.
import Testing

@testable import Harness

@Suite("Drawings of calculated tables")
struct CalculatedDrawingTests {
    private static func table(_ rows: [(String, [Double?])]) -> CalculatedTable {
        var table = CalculatedTable(rows: "answers", columns: ["l1", "squared l2"])
        for (name, values) in rows { table.add(name, values) }
        return table
    }

    @Test("curves over counts name what they count, and leave gaps")
    func curves() throws {
        let table = Self.table([("-10", [1, 0.5]), ("0", [nil, 1.5]), ("20", [2, 3])])
        let markup = try table.curves(id: "a", title: "Response", across: "report").text
        #expect(markup.contains(">report</text>") && markup.contains("squared l2 <b>"))
        #expect(markup.contains("h0M"), "a gap begins a new stroke")
    }

    @Test("rows that are no counts are refused")
    func words() {
        let table = Self.table([("p = 2", [1, 2]), ("p = 3", [1, 2])])
        #expect(throws: MissingFigure.self) { try table.curves(id: "a", title: "", across: "") }
    }

    @Test("the greatest cell is darkest, by orders of magnitude where there are many")
    func shades() {
        let near = Self.table([("10", [1, 2]), ("100", [3, nil])]).shades(id: "a", title: "").text
        #expect(near.contains("class=\"v0\"/><text") && near.contains("class=\"v8\"/><text") && near.contains("–"))
        #expect(near.contains("10,l1,1.0,1.00,\n") && near.contains("100,squared l2,,–,"))
        let far = Self.table([("10", [1e-4, 1e-2]), ("100", [1, 1])]).shades(id: "a", title: "").text
        for kind in ["v0", "v4", "v8"] { #expect(far.contains("class=\"\(kind)\"/><text")) }
        #expect(far.contains("by orders of magnitude") && !near.contains("by orders of magnitude"))
        for markup in [near, far] { #expect(faults(inMarkup: markup).isEmpty) }
    }
}
