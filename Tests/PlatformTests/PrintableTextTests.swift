// Printable texts: what may reach a terminal, and what is shown in its place.
import Testing

@testable import Platform

@Suite("Printable text")
struct PrintableTextTests {
    @Test(
        "control characters are shown, everything else is left alone",
        arguments: [
            ("a\nb\r\tc", #"a\nb\r\tc"#), ("\u{1B}[31mred", #"\u{1B}[31mred"#),
            ("\0\u{7F}\u{9B}", #"\u{0}\u{7F}\u{9B}"#),
            ("\u{202E}fdp.exe\u{2069}", #"\u{202E}fdp.exe\u{2069}"#),
            ("\u{2028}\u{200F}\u{61C}", #"\u{2028}\u{200F}\u{61C}"#),
            ("\r\n", #"\r\n"#), ("e\u{301}\u{1B}\u{301}", "e\u{301}\\u{1B}\u{301}"),
            (#"a\nb, "ö", 節点 👩‍👩‍👧"#, #"a\nb, "ö", 節点 👩‍👩‍👧"#), ("", ""),
        ])
    func shown(text: String, expected: String) {
        #expect(printable(text) == expected)
        #expect(printable(expected) == expected, "doing it twice changes nothing")
    }

    @Test("no control character of Unicode's is left")
    func complete() {
        for value in UInt32(0)...0xFFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let isBidirectional =
                [0x61C, 0x200E, 0x200F].contains(value) || (0x202A...0x202E).contains(value)
                || (0x2066...0x2069).contains(value)
            let isControl =
                [.control, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
                || isBidirectional
            #expect((printable(String(scalar)) != String(scalar)) == isControl, "\(value)")
        }
    }

    @Test("a text of JSON keeps its lines, and what its strings are")
    func json() {
        #expect(
            printable(json: "{\n  \"a\u{7F}\u{85}\": \"\u{202E}\u{2028}ö\"\n}\n")
                == "{\n  \"a\\u007f\\u0085\": \"\\u202e\\u2028ö\"\n}\n")
    }
}
