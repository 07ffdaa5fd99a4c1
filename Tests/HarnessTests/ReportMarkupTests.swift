// Markup: no text can become markup, and the checker of pages finds what it is there for.
import Testing

@testable import Harness

@Suite("Report: markup")
struct ReportMarkupTests {
    @Test("what is put in is text, whatever stands in it")
    func escaping() {
        let hostile = "<script>\"a\" & 'b'</script>"
        let markup: Markup = "<p title=\"\(hostile)\">\(hostile)</p>"
        #expect(
            markup.text.dropLast(4).hasSuffix(">&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;"))
        #expect(faults(inMarkup: markup.text).isEmpty)
        let control: Markup = "\("a\u{0}b\u{1B}c\u{7F}d\u{85}e\nf\tg")"
        #expect(control.text == #"a\u{0}b\u{1B}c\u{7F}d\u{85}e\nf\tg"#)
        let foreign: Markup = "\("Knoten ä, 節点, 🦊, <\u{301}, \u{202E}gfedcba")"
        #expect(foreign.text == "Knoten ä, 節点, 🦊, &lt;\u{301}, \\u{202E}gfedcba")
        let lines: Markup = "\(lines: ["a\nb", "<"])"
        #expect(lines.text == "a\\nb\n&lt;")
    }

    @Test("markup inside markup is not escaped again")
    func nesting() {
        let inner: Markup = "<b>\("<")</b>"
        let outer: Markup = "<p>\(inner)\([inner, inner])</p>"
        #expect(outer.text == "<p><b>&lt;</b><b>&lt;</b><b>&lt;</b></p>")
    }

    @Test("lengths are written to a tenth, and no shorter than they are")
    func lengths() {
        let lengths: Markup = "\(12.0) \(0.04) \(-0.04) \(-1.25) \(99.96) \(7)"
        #expect(lengths.text == "12 0 0 -1.3 100 7")
    }

    @Test(
        "the checker of pages finds what is wrong",
        arguments: [
            "<p>", "</p>", "<p></b>", "<b><p></b></p>", "<p>a & b</p>", "<p>&nbsp;</p>", "<p>a > b</p>", "<p",
            "<p id=\"a></p>", "<p id=\"a\"></p><p id=\"a\"></p>", "<p aria-labelledby=\"b\"></p>", "a<p></p>",
        ])
    func checker(wrong: String) {
        #expect(!faults(inMarkup: wrong).isEmpty)
    }

    @Test("the checker of pages passes what is right")
    func right() {
        let page = "<!DOCTYPE html>\n<p id=\"a\" class=\"b c\">1 &lt; 2<br/></p><i aria-labelledby=\"a\"></i>"
        #expect(faults(inMarkup: page).isEmpty)
    }
}
