// DOTScanner: the words and signs of a DOT file, one after the other.
import JSON
import Registry

enum DOTToken: Equatable {
    /// An id; `isBare`: not in quotes, so that it may be a keyword.
    case id(String, isBare: Bool)
    /// One of { } [ ] ; , = : -- ->
    case sign(String)
    case end
}

struct DOTScanner {
    let source: JSONSource
    /// Where the current token begins.
    private(set) var start = 0
    private(set) var token = DOTToken.end
    private var offset: Int

    init(_ source: JSONSource) throws(ConfigurationFault) {
        self.source = source
        offset = source.markBytes
        try advance()
    }

    func fault(_ sentence: String) -> ConfigurationFault {
        ConfigurationFault(sentence, at: source.position(at: start).description)
    }

    /// Whether the current token is this keyword.
    func isKeyword(_ word: String) -> Bool {
        guard case .id(let text, isBare: true) = token else { return false }
        return text.lowercased() == word
    }

    /// Goes on to the next token if the current one is this sign.
    mutating func accept(_ sign: String) throws(ConfigurationFault) -> Bool {
        guard token == .sign(sign) else { return false }
        try advance()
        return true
    }

    mutating func expect(_ sign: String) throws(ConfigurationFault) {
        guard try accept(sign) else { throw fault("\(found) where \(sign) was expected") }
    }

    /// The id that the current token is.
    mutating func id() throws(ConfigurationFault) -> String {
        guard case .id(let text, _) = token else { throw fault("\(found) where an id was expected") }
        try advance()
        return text
    }

    var found: String {
        switch token {
        case .id(let text, _): "'\(excerpt(of: text))'"
        case .sign(let sign): sign
        case .end: "the end of the file"
        }
    }

    private var next: UInt8? { offset < source.bytes.count ? source.bytes[offset] : nil }

    private func begins(_ text: String) -> Bool { source.has(text, at: offset) }

    private mutating func skipBlanks() throws(ConfigurationFault) {
        while let byte = next {
            if byte <= 32 {
                offset += 1
            } else if begins("//") || byte == UInt8(ascii: "#") {
                while let byte = next, byte != 10 { offset += 1 }
            } else if begins("/*") {
                let first = offset
                offset += 2
                while next != nil, !begins("*/") { offset += 1 }
                guard next != nil else {
                    start = first
                    throw fault("a comment without its end")
                }
                offset += 2
            } else {
                return
            }
        }
    }

    mutating func advance() throws(ConfigurationFault) {
        try skipBlanks()
        start = offset
        guard let byte = next else { return token = .end }
        if byte == UInt8(ascii: "\"") {
            token = .id(try quoted(), isBare: false)
        } else if byte == UInt8(ascii: "<") {
            token = .id(try markup(), isBare: false)
        } else if begins("--") || begins("->") {
            token = .sign(begins("--") ? "--" : "->")
            offset += 2
        } else if "{}[];,=:".utf8.contains(byte) {
            token = .sign(String(decoding: [byte], as: UTF8.self))
            offset += 1
        } else {
            token = .id(try bare(), isBare: true)
        }
    }

    private mutating func bare() throws(ConfigurationFault) -> String {
        let first = offset
        if next == UInt8(ascii: "-") { offset += 1 }
        while let byte = next, Self.isOfWord(byte) { offset += 1 }
        guard offset > first else { throw fault("a character that is not part of DOT") }
        return try TextRows.text(source.bytes[first..<offset], source, at: first)
    }

    private static func isOfWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), 128...:
            true
        default: false
        }
    }

    /// A text in quotes; the only escape is that of a quote, and a line that ends in a backslash goes on.
    private mutating func quoted() throws(ConfigurationFault) -> String {
        var bytes: [UInt8] = []
        offset += 1
        while let byte = next, byte != UInt8(ascii: "\"") {
            if begins("\\\"") {
                bytes.append(UInt8(ascii: "\""))
                offset += 2
            } else if begins("\\\n") {
                offset += 2
            } else {
                bytes.append(byte)
                offset += 1
            }
        }
        guard next != nil else { throw fault("a text without its closing quote") }
        offset += 1
        return try TextRows.text(bytes[...], source, at: start)
    }

    /// A text of markup, with its brackets.
    private mutating func markup() throws(ConfigurationFault) -> String {
        let first = offset
        var depth = 0
        repeat {
            guard let byte = next else { throw fault("a text without its closing >") }
            if byte == UInt8(ascii: "<") { depth += 1 } else if byte == UInt8(ascii: ">") { depth -= 1 }
            offset += 1
        } while depth > 0
        return try TextRows.text(source.bytes[first..<offset], source, at: first)
    }
}
