// Reads JSON (RFC 8259) and nothing else: no comments, trailing commas, duplicate keys, NaN or byte order marks.
public import Kernels

/// The one entrance to the reader.
public enum StrictJSON {
    public static let deepestNesting = 64

    /// The tree of `bytes`.
    ///
    /// - Parameter name: what messages call the file.
    /// - Throws: a fault at `NAME:LINE:COLUMN` that says what was expected there.
    public static func read(_ bytes: [UInt8], name: String) throws(ConfigurationFault) -> JSONValue {
        var parser = Parser(JSONSource(name: name, bytes: bytes))
        return try parser.readFile()
    }

    /// The tree of `text`.
    public static func read(_ text: String, name: String) throws(ConfigurationFault) -> JSONValue {
        try read(Array(text.utf8), name: name)
    }
}

/// A recursive descent over the bytes, each of which is looked at a bounded number of times.
private struct Parser {
    private let source: JSONSource
    private let bytes: [UInt8]
    private var offset = 0
    private var depth = 0

    init(_ source: JSONSource) {
        self.source = source
        bytes = source.bytes
    }

    mutating func readFile() throws(ConfigurationFault) -> JSONValue {
        guard !bytes.starts(with: [0xEF, 0xBB, 0xBF]) else {
            throw fault("the file starts with a byte order mark; expected plain UTF-8")
        }
        try refuseInvalidUTF8()
        skipBlanks()
        guard next != nil else { throw fault("the file is empty; expected a value") }
        let value = try readValue()
        skipBlanks()
        guard next == nil else { throw fault("\(found) after the end of the value; expected the end of the file") }
        return value
    }

    /// After this every string between two quotes is valid as well.
    private func refuseInvalidUTF8() throws(ConfigurationFault) {
        do {
            _ = try UTF8Span(validating: bytes.span)
        } catch {
            throw fault("a byte that is not UTF-8; expected UTF-8 throughout", at: error.byteOffsets.lowerBound)
        }
    }

    private mutating func readValue() throws(ConfigurationFault) -> JSONValue {
        skipBlanks()
        let start = position(at: offset)
        return switch next {
        case UInt8(ascii: "{"): JSONValue(.object(try readObject()), position: start)
        case UInt8(ascii: "["): JSONValue(.array(try readArray()), position: start)
        case UInt8(ascii: "\""): JSONValue(.text(try readText()), position: start)
        case let byte? where byte == UInt8(ascii: "-") || isDigit(byte):
            JSONValue(try readNumber(), position: start)
        default: JSONValue(try readWord(), position: start)
        }
    }

    private mutating func readObject() throws(ConfigurationFault) -> [JSONMember] {
        let start = try enter()
        var members: [JSONMember] = []
        var slots: [String: Int] = [:]
        if take("}") { return leave(members) }
        while true {
            skipBlanks()
            guard next == UInt8(ascii: "\"") else {
                throw fault("\(found) in the object of \(start.lineColumn); expected a key in double quotes")
            }
            let keyPosition = position(at: offset)
            let key = try readText()
            if let slot = slot(of: key, in: members, slots: &slots) {
                let earlier = members[slot].keyPosition.lineColumn
                throw fault("the key '\(key)' is here again; it is at \(earlier) already", at: keyPosition.offset)
            }
            skipBlanks()
            guard take(":") else { throw fault("\(found) after the key '\(key)'; expected a colon") }
            members.append(JSONMember(key, try readValue(), keyPosition: keyPosition))
            skipBlanks()
            if take("}") { return leave(members) }
            guard take(",") else { throw fault("\(found) in the object of \(start.lineColumn); expected a comma or }") }
        }
    }

    /// The member of this key, if there is one. A table is kept only where scanning would be slow.
    private func slot(of key: String, in members: [JSONMember], slots: inout [String: Int]) -> Int? {
        if members.count < 8 { return members.firstIndex { $0.key == key } }
        for index in slots.count..<members.count { slots[members[index].key] = index }
        return slots[key]
    }

    private mutating func readArray() throws(ConfigurationFault) -> [JSONValue] {
        let start = try enter()
        var elements: [JSONValue] = []
        if take("]") { return leave(elements) }
        while true {
            elements.append(try readValue())
            skipBlanks()
            if take("]") { return leave(elements) }
            guard take(",") else { throw fault("\(found) in the array of \(start.lineColumn); expected a comma or ]") }
        }
    }

    /// Steps over an opening bracket and returns where it stands.
    private mutating func enter() throws(ConfigurationFault) -> JSONPosition {
        guard depth < StrictJSON.deepestNesting else {
            throw fault("the \(depth + 1)th level of nesting; expected at most \(StrictJSON.deepestNesting)")
        }
        depth += 1
        let start = position(at: offset)
        offset += 1
        skipBlanks()
        return start
    }

    private mutating func leave<Content>(_ content: Content) -> Content {
        depth -= 1
        return content
    }

    /// The text between the quote at `offset` and the next one, escapes resolved.
    private mutating func readText() throws(ConfigurationFault) -> String {
        let start = offset
        offset += 1
        var resolved: [UInt8] = []
        var plain = offset
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                resolved += bytes[plain..<offset]
                offset += 1
                return String(decoding: resolved, as: UTF8.self)
            case UInt8(ascii: "\\"):
                resolved += bytes[plain..<offset]
                resolved += "\(try readEscape())".utf8
                plain = offset
            case 0..<0x20:
                throw fault("a line break or control character inside a text; expected an escape such as \\n")
            default:
                offset += 1
            }
        }
        throw fault("the file ends inside a text; expected a closing quote", at: start)
    }

    private mutating func readEscape() throws(ConfigurationFault) -> Unicode.Scalar {
        let start = offset
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
        default: throw fault("an unknown escape; expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u", at: start)
        }
        let first = try readHexadecimal()
        if let scalar = Unicode.Scalar(first) { return scalar }
        // What is left are surrogates: a high one must be followed by a low one.
        guard first < 0xDC00, take("\\"), take("u"), case let second = try readHexadecimal(),
            (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else {
            throw fault("half of a surrogate pair; expected a high and a low one", at: start)
        }
        return scalar
    }

    private mutating func readHexadecimal() throws(ConfigurationFault) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw fault("\(found) in a \\u escape; expected four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            offset += 1
        }
        return value
    }

    private mutating func readNumber() throws(ConfigurationFault) -> JSONValue.Kind {
        let start = offset
        _ = take("-")
        let integer = offset
        try skipDigits("a digit")
        guard bytes[integer] != UInt8(ascii: "0") || offset == integer + 1 else {
            throw fault("a number with a leading zero; expected none", at: start)
        }
        if take(".") { try skipDigits("a digit after the decimal point") }
        if take("e") || take("E") {
            _ = take("+") || take("-")
            try skipDigits("a digit in the exponent")
        }
        let literal = String(decoding: bytes[start..<offset], as: UTF8.self)
        guard let number = Double(literal), number.isFinite else {
            throw fault("the number \(literal) is too large; expected at most 1.8e308", at: start)
        }
        return .number(number, literal: literal)
    }

    private mutating func skipDigits(_ expected: String) throws(ConfigurationFault) {
        let start = offset
        while let byte = next, isDigit(byte) { offset += 1 }
        guard offset > start else { throw fault("\(found) in a number; expected \(expected)") }
    }

    private mutating func readWord() throws(ConfigurationFault) -> JSONValue.Kind {
        let rest = bytes[offset...]
        let word = String(decoding: rest.prefix { isLetter($0) || isDigit($0) }, as: UTF8.self)
        switch word {
        case "true", "false":
            offset += word.utf8.count
            return .flag(word == "true")
        case "null":
            offset += word.utf8.count
            return .null
        case "": throw fault("\(found); expected a value")
        default: throw fault("the word \(word.prefix(20)) is not JSON; expected a value")
        }
    }
}

// The bytes at hand.
extension Parser {
    private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        offset += 1
        return true
    }

    private mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
    }

    private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }

    /// What stands at `offset`, for messages.
    private var found: String {
        guard let byte = next else { return "the end of the file" }
        let character = String(decoding: bytes[offset...].prefix(16), as: UTF8.self).first!
        return switch byte {
        case UInt8(ascii: "/"), UInt8(ascii: "#"): "a comment or stray '\(character)'"
        case 0..<0x20: "a control character"
        default: "'\(character)'"
        }
    }

    private func position(at offset: Int) -> JSONPosition { JSONPosition(source: source, offset: offset) }

    private func fault(_ sentence: String, at offset: Int? = nil) -> ConfigurationFault {
        ConfigurationFault(sentence, at: position(at: offset ?? self.offset).description)
    }
}
