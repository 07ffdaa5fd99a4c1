// JSON lines as text.
import JSON
import Testing

@Suite("JSON lines")
struct JSONLineTests {
    @Test("a line escapes texts, writes hashes in full and nothing for what is not finite")
    func line() {
        var line = JSONLine()
        line.add("text", "a\"b\\c\u{1}é")
        line.add("hash", hash: 0x0123_4567_89AB_CDEF)
        line.add("nothing", Double.nan)
        line.add("inner") { $0.add("count", -3) }
        line.add("list", [1, 2]) { $0.append(integer: $1) }
        let text = String(decoding: line.line(), as: UTF8.self)
        #expect(
            text
                == #"{"text":"a\"b\\c\u0001é","hash":"0123456789abcdef","nothing":null,"inner":{"count":-3},"list":[1,2]}"#
                + "\n")
    }

    @Test("every control character, and nothing else, is escaped in a text")
    func escapes() {
        for scalar in 0..<0x250 as Range<UInt32> {
            guard let character = Unicode.Scalar(scalar).map(Character.init) else { continue }
            var line = JSONLine()
            line.append(text: String(character))
            let text = String(decoding: line.bytes.dropFirst(), as: UTF8.self)
            let isEscaped = scalar < 32 || character == "\"" || character == "\\"
            #expect((text.count == 3) != isEscaped, "U+\(String(scalar, radix: 16))")
            #expect(!text.utf8.contains { $0 < 32 })
        }
    }
}
