// The page about a folder of runs: what each came to, how it stands, and how many there are of each kind.
import Platform
import TestSupport
import Testing

@testable import Harness

@Suite("Index of runs")
struct RunIndexTests {
    @Test("lists every folder that came to something, with its standing in words and colour")
    func entries() throws {
        let folder = try TemporaryDirectory()
        for (name, kind, standing) in [
            ("a", "pack", Standing.bad), ("b", "pack", .good), ("c", "sweep", nil),
        ] as [(String, String, Standing?)] {
            try Files.makeDirectory("\(folder.path)/\(name)")
            try RunIndex.tell("<b>\(name)</b> was tried", standing, of: kind, in: "\(folder.path)/\(name)")
        }
        try Files.makeDirectory("\(folder.path)/nothing")
        let page = String(decoding: try Files.read("\(folder.path)/index.html"), as: UTF8.self)
        #expect(faults(inMarkup: page).isEmpty)
        #expect(page.contains("<h1>1 sweep, 2 packs</h1>") && !page.contains("<td class=\"text\">nothing</td>"))
        let rows = page.split(separator: "<tr class=\"").dropFirst().map { $0.prefix { $0 != "\"" } }
        #expect(rows == ["bad", "good", "–"])
        #expect(page.contains("<span class=\"standing\">bad</span>") && page.contains("&lt;b&gt;a&lt;/b&gt; was tried"))
    }
}
