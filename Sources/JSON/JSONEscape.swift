// JSON strings: where one ends, its escapes, and what it says.

/// What is wrong with an escape.
enum JSONEscapeFault: Error {
    case unknown
    case notHexadecimal(at: Int)
    case halfOfPair
}

enum JSONEscape {
    /// The scalar that the escape at `offset` stands for; `offset` moves behind it.
    static func scalar(in bytes: [UInt8], at offset: inout Int) throws(JSONEscapeFault) -> Unicode.Scalar {
        offset += 2
        switch offset <= bytes.count ? bytes[offset - 1] : 0 {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): break
        default: throw .unknown
        }
        let first = try hexadecimal(in: bytes, at: &offset)
        if let scalar = Unicode.Scalar(first) { return scalar }
        // What is left are surrogates: a high one must be followed by a low one.
        guard first < 0xDC00, bytes.count >= offset + 2, bytes[offset] == UInt8(ascii: "\\"),
            bytes[offset + 1] == UInt8(ascii: "u")
        else { throw .halfOfPair }
        offset += 2
        let second = try hexadecimal(in: bytes, at: &offset)
        guard (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw .halfOfPair }
        return scalar
    }

    private static func hexadecimal(in bytes: [UInt8], at offset: inout Int) throws(JSONEscapeFault) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            let byte = offset < bytes.count ? bytes[offset] : 0
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw .notHexadecimal(at: offset)
            }
            value = value << 4 | UInt32(digit)
            offset += 1
        }
        return value
    }

    /// What stands between the quote at `start` and the next one, in a text that the reader has passed.
    static func text(in bytes: [UInt8], from start: Int) -> String {
        var resolved: [UInt8] = []
        var plain = start + 1
        var offset = plain
        while bytes[offset] != UInt8(ascii: "\"") {
            if bytes[offset] == UInt8(ascii: "\\") {
                resolved += bytes[plain..<offset]
                resolved += "\((try? scalar(in: bytes, at: &offset)) ?? "\u{FFFD}")".utf8
                plain = offset
            } else {
                offset += 1
            }
        }
        if resolved.isEmpty { return String(decoding: bytes[plain..<offset], as: UTF8.self) }
        resolved += bytes[plain..<offset]
        return String(decoding: resolved, as: UTF8.self)
    }

    /// The text between quotes, with escapes where JSON wants them.
    static func quoted(_ string: String) -> String {
        guard string.utf8.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") })
        else { return "\"\(string)\"" }
        var text = "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\0"..<" ": text += "\\u00\(scalar.value < 16 ? "0" : "")\(String(scalar.value, radix: 16))"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
