// GMLScanner: the keys and values of GML, one after the other.
import JSON
import Registry

struct GMLScanner {
    let source: JSONSource
    private var offset: Int
    private var depth = 0
    private static let mostDepth = 64

    init(_ source: JSONSource) {
        self.source = source
        offset = source.markBytes
    }

    func fault(_ sentence: String, at offset: Int) -> ConfigurationFault {
        ConfigurationFault(sentence, at: source.position(at: offset).description)
    }

    private var next: UInt8? { offset < source.bytes.count ? source.bytes[offset] : nil }

    private mutating func skipBlanks() {
        while let byte = next {
            if byte == UInt8(ascii: "#") {
                while let byte = next, byte != 10, byte != 13 { offset += 1 }
            } else if byte <= 32 {
                offset += 1
            } else {
                return
            }
        }
    }

    /// The next key of the list, or `nil` at its end.
    mutating func key() throws(ConfigurationFault) -> (String, Int)? {
        skipBlanks()
        guard let byte = next else {
            guard depth == 0 else { throw fault("the end of the file in a list; expected ]", at: offset) }
            return nil
        }
        if byte == UInt8(ascii: "]") {
            guard depth > 0 else { throw fault("a ] without its [", at: offset) }
            depth -= 1
            offset += 1
            return nil
        }
        let start = offset
        let word = bareWord()
        guard let first = word.unicodeScalars.first, first.properties.isAlphabetic || first == "_" else {
            throw fault("'\(excerpt(of: word))' where a key was expected", at: start)
        }
        return (word.lowercased(), start)
    }

    /// What stands to the next blank, bracket or quote.
    private mutating func bareWord() -> String {
        let start = offset
        while let byte = next, byte > 32, byte != UInt8(ascii: "["), byte != UInt8(ascii: "]"),
            byte != UInt8(ascii: "\"")
        {
            offset += 1
        }
        if start == offset, next != nil { offset += 1 }
        return String(decoding: source.bytes[start..<offset], as: UTF8.self)
    }

    /// Enters the list that is the value of a key.
    mutating func open(_ key: String) throws(ConfigurationFault) {
        skipBlanks()
        guard next == UInt8(ascii: "[") else { throw fault("\(key) is no list; expected [", at: offset) }
        guard depth < Self.mostDepth else { throw fault("lists in lists deeper than \(Self.mostDepth)", at: offset) }
        offset += 1
        depth += 1
    }

    /// A number, in quotes or not.
    mutating func number(_ key: String) throws(ConfigurationFault) -> Double {
        skipBlanks()
        let start = offset
        let word = try value(key)
        guard let number = TextWord(text: word, offset: start).number else {
            throw fault("\(key) is '\(excerpt(of: word))'; expected a number", at: start)
        }
        return number
    }

    mutating func whole(_ key: String) throws(ConfigurationFault) -> Int {
        skipBlanks()
        let start = offset
        let word = try value(key)
        guard let number = Int(word) else {
            throw fault("\(key) is '\(excerpt(of: word))'; expected a whole number", at: start)
        }
        return number
    }

    /// A text, or what else stands there as one.
    mutating func text(_ key: String) throws(ConfigurationFault) -> String { try value(key) }

    /// Passes over a value.
    mutating func skip(_ key: String) throws(ConfigurationFault) {
        skipBlanks()
        guard next == UInt8(ascii: "[") else {
            _ = try value(key)
            return
        }
        try open(key)
        while let (key, _) = try self.key() { try skip(key) }
    }

    private mutating func value(_ key: String) throws(ConfigurationFault) -> String {
        skipBlanks()
        let start = offset
        guard let byte = next, byte != UInt8(ascii: "]"), byte != UInt8(ascii: "[") else {
            throw fault("\(key) has no value", at: start)
        }
        guard byte == UInt8(ascii: "\"") else { return bareWord() }
        offset += 1
        let first = offset
        while let byte = next, byte != UInt8(ascii: "\"") { offset += 1 }
        guard next != nil else { throw fault("a text without its closing quote", at: start) }
        offset += 1
        let text = try TextRows.text(source.bytes[first..<offset - 1], source, at: start)
        return MarkupText.resolved(text)
    }
}
