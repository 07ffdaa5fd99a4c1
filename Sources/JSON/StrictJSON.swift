// Reads JSON (RFC 8259) and nothing else: no comments, trailing commas, duplicate keys or NaN. Everything is checked
// here; what comes of it is a table of places, see JSONDocument.
import Kernels
import Registry

/// Reads a JSON text into values.
public enum StrictJSON {
    public static let deepestNesting = 64

    /// The tree of `bytes`. A byte order mark at their start is passed over.
    ///
    /// - Parameter name: what messages call the file.
    /// - Throws: a fault at `NAME:LINE:COLUMN` that says what was expected there.
    public static func read(_ bytes: [UInt8], name: String) throws(ConfigurationFault) -> JSONValue {
        var parser = Parser(JSONSource(name: name, bytes: bytes))
        return JSONValue(try parser.readFile(), entry: 0)
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
    private var offset: Int
    private var depth = 0
    private var entries: [UInt32] = []

    init(_ source: JSONSource) {
        self.source = source
        bytes = source.bytes
        offset = source.markBytes
    }

    mutating func readFile() throws(ConfigurationFault) -> JSONDocument {
        guard bytes.count < UInt32.max else { throw fault("the file has 4 GiB or more; expected less") }
        guard !bytes.starts(with: [0xFF, 0xFE]), !bytes.starts(with: [0xFE, 0xFF]) else {
            throw fault("the file is UTF-16, as some editors and shells write; expected UTF-8")
        }
        try refuseInvalidUTF8()
        skipBlanks()
        guard next != nil else { throw fault("the file is empty; expected a value") }
        entries.reserveCapacity(mostEntries)
        try readValue()
        skipBlanks()
        guard next == nil else { throw fault("\(found) after the end of the value; expected the end of the file") }
        return JSONDocument(source, entries: entries)
    }

    /// No more entries are made, since each belongs to a byte outside of texts: a value or key to the comma, colon or
    /// bracket before it, and what follows a bracket's own entry to the bracket. To make room for them at once takes a
    /// third of the memory that growing would.
    private var mostEntries: Int {
        var most = 1
        for byte in bytes {
            switch byte {
            case UInt8(ascii: ","), UInt8(ascii: ":"): most += 1
            case UInt8(ascii: "["), UInt8(ascii: "{"): most += 2
            default: break
            }
        }
        return most
    }

    /// After this every string between two quotes is valid as well.
    private func refuseInvalidUTF8() throws(ConfigurationFault) {
        do {
            _ = try UTF8Span(validating: bytes.span)
        } catch {
            throw fault("a byte that is not UTF-8; expected UTF-8 throughout", at: error.byteOffsets.lowerBound)
        }
    }

    private mutating func readValue() throws(ConfigurationFault) {
        skipBlanks()
        entries.append(UInt32(truncatingIfNeeded: offset))
        switch next {
        case UInt8(ascii: "{"): try readObject()
        case UInt8(ascii: "["): try readArray()
        case UInt8(ascii: "\""): try readText()
        case let byte? where byte == UInt8(ascii: "-") || isDigit(byte): try readNumber()
        default: try readWord()
        }
    }

    private mutating func readObject() throws(ConfigurationFault) {
        let (start, end) = try enter()
        var keys = JSONKeys()
        if take("}") { return leave(end) }
        while true {
            skipBlanks()
            let keyOffset = offset
            guard next == UInt8(ascii: "\"") else {
                throw fault("\(found) in the object of \(lineColumn(start)); expected a key in double quotes")
            }
            entries.append(UInt32(truncatingIfNeeded: keyOffset))
            try readText()
            if let earlier = keys.insert(keyOffset, of: bytes) {
                let key = excerpt(of: JSONEscape.text(in: bytes, from: keyOffset))
                throw fault("the key '\(key)' is here again; it is at \(lineColumn(earlier)) already", at: keyOffset)
            }
            skipBlanks()
            guard take(":") else {
                let key = excerpt(of: JSONEscape.text(in: bytes, from: keyOffset))
                throw fault("\(found) after the key '\(key)'; expected a colon")
            }
            try readValue()
            skipBlanks()
            if take("}") { return leave(end) }
            guard take(",") else {
                throw fault("\(found) in the object of \(lineColumn(start)); expected a comma or }")
            }
        }
    }

    private mutating func readArray() throws(ConfigurationFault) {
        let (start, end) = try enter()
        if take("]") { return leave(end) }
        while true {
            try readValue()
            skipBlanks()
            if take("]") { return leave(end) }
            guard take(",") else { throw fault("\(found) in the array of \(lineColumn(start)); expected a comma or ]") }
        }
    }

    /// Steps over an opening bracket; returns where it stands, and which entry is to say where its parts end.
    private mutating func enter() throws(ConfigurationFault) -> (start: Int, end: Int) {
        guard depth < StrictJSON.deepestNesting else {
            throw fault("the \(depth + 1)th level of nesting; expected at most \(StrictJSON.deepestNesting)")
        }
        depth += 1
        let start = offset
        offset += 1
        skipBlanks()
        entries.append(0)
        return (start, entries.count - 1)
    }

    private mutating func leave(_ end: Int) {
        depth -= 1
        entries[end] = UInt32(truncatingIfNeeded: entries.count)
    }

    /// Steps over the text that begins with the quote at `offset`, and checks it.
    private mutating func readText() throws(ConfigurationFault) {
        let start = offset
        offset += 1
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: "\""):
                offset += 1
                return
            case UInt8(ascii: "\\"): try readEscape()
            case 0..<0x20:
                throw fault("a line break or control character inside a text; expected an escape such as \\n")
            default: offset += 1
            }
        }
        throw fault("the file ends inside a text; expected a closing quote", at: start)
    }

    private mutating func readEscape() throws(ConfigurationFault) {
        let start = offset
        do throws(JSONEscapeFault) {
            _ = try JSONEscape.scalar(in: bytes, at: &offset)
        } catch {
            switch error {
            case .unknown:
                throw fault(
                    "an unknown escape; expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u", at: start)
            case .notHexadecimal(let place):
                offset = place
                throw fault("\(found) in a \\u escape; expected four hexadecimal digits")
            case .halfOfPair: throw fault("half of a surrogate pair; expected a high and a low one", at: start)
            }
        }
    }

    private mutating func readNumber() throws(ConfigurationFault) {
        let start = offset
        _ = take("-")
        let integer = offset
        try skipDigits("a digit")
        guard bytes[integer] != UInt8(ascii: "0") || offset == integer + 1 else {
            throw fault("a number with a leading zero; expected none", at: start)
        }
        if take(".") { try skipDigits("a digit after the decimal point") }
        let mantissaEnd = offset
        if take("e") || take("E") {
            _ = take("+") || take("-")
            try skipDigits("a digit in the exponent")
        }
        // Without an exponent it takes many digits to leave what a Double holds.
        guard offset > mantissaEnd || offset - start > 300 else { return }
        let number = JSONNumber(in: bytes, from: start)
        guard number.value.isFinite else {
            throw fault("the number \(number.text) is too large; expected at most 1.8e308", at: start)
        }
    }

    private mutating func skipDigits(_ expected: String) throws(ConfigurationFault) {
        let start = offset
        while offset < bytes.count, isDigit(bytes[offset]) { offset += 1 }
        guard offset > start else { throw fault("\(found) in a number; expected \(expected)") }
    }

    private mutating func readWord() throws(ConfigurationFault) {
        let rest = bytes[offset...]
        let word = String(decoding: rest.prefix { isLetter($0) || isDigit($0) }, as: UTF8.self)
        switch word {
        case "true", "false", "null": offset += word.utf8.count
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

    private func lineColumn(_ offset: Int) -> String { JSONPosition(source: source, offset: offset).lineColumn }

    private func fault(_ sentence: String, at offset: Int? = nil) -> ConfigurationFault {
        ConfigurationFault(sentence, at: JSONPosition(source: source, offset: offset ?? self.offset).description)
    }
}
