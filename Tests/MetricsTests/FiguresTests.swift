// Figures by name: what is put in, written and read back.
import JSON
import Metrics
import Testing

@Suite("Figures")
struct FiguresTests {
    private static func read(_ figures: Figures) throws -> (text: String, back: Figures) {
        var line = JSONLine()
        figures.write(to: &line)
        let bytes = line.line()
        return (String(decoding: bytes, as: UTF8.self), Figures(try StrictJSON.read(Array(bytes.dropLast()), name: "")))
    }

    @Test("are written under their names and read back, lists with their gaps")
    func roundTrip() throws {
        var figures = Figures()
        figures.add("a", 0.25)
        figures.add("b", [1, nil, 3])
        figures.add("c", nil)
        let (text, back) = try Self.read(figures)
        #expect(text == "{\"a\":0.25,\"b\":[1.0,null,3.0],\"c\":null}\n")
        #expect(back == figures)
        #expect(back["a"] == 0.25 && back["b"] == nil && back["c"] == nil && back["d"] == nil)
        #expect(back.list("b") == [1, nil, 3] && back.list("a").isEmpty)
        #expect(back.value("c") != nil && back.value("d") == nil)
    }

    @Test("what is no number is none, and what is not finite is null in a file")
    func notFinite() throws {
        var figures = Figures()
        figures.add("nan", .nan)
        figures.add("infinite", .infinity)
        figures.add("list", [.nan, -.infinity, 1])
        #expect(figures["nan"] == nil && figures["infinite"] == .infinity && figures.list("list")[0] == nil)
        let (text, _) = try Self.read(figures)
        #expect(text == "{\"nan\":null,\"infinite\":null,\"list\":[null,null,1.0]}\n")
    }

    @Test("of one name the later counts, in the place of the earlier")
    func replaced() {
        var figures = Figures()
        figures.add("a", 1)
        figures.add("b", 2)
        var later = Figures()
        later.add("a", 3)
        later.add("c", 4)
        figures.add(later)
        #expect(figures.entries.map(\.name) == ["a", "b", "c"] && figures["a"] == 3)
        #expect(figures != later)
    }

    @Test("of foreign text whatever is no number is none")
    func foreign() throws {
        let json = try StrictJSON.read(#"{"a": "1", "b": {"c": 1}, "d": [1, "2", [3]], "e": true}"#, name: "")
        let figures = Figures(json)
        #expect(figures["a"] == nil && figures["b"] == nil && figures["e"] == nil)
        #expect(figures.list("d") == [1, nil, nil])
        #expect(Figures(nil) == Figures())
    }
}
