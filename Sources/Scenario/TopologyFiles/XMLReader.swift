// XMLReader: elements, attributes and text of an XML file, one after the other. Strict and small: no document types
// with rules of their own, no entities but the five of XML and numbered characters, UTF-8 only.
import JSON
import Registry

/// What comes next in an XML file.
enum XMLEvent {
    /// Names are without their prefix.
    case start(String, [XMLAttribute], offset: Int)
    case end(String)
    /// Text that is not all blank.
    case text(String)
}

struct XMLAttribute {
    let name: String
    let value: String
}

struct XMLReader {
    /// No tag of a graph has nearly as many.
    private static let mostAttributes = 64

    let source: JSONSource
    private var offset: Int
    /// Full names of the elements that are open.
    private var open: [String] = []
    /// The end of an element that has no content.
    private var due: String?
    private var hasRoot = false
    private static let mostDepth = 64

    init(_ source: JSONSource) {
        self.source = source
        offset = source.markBytes
    }

    func fault(_ sentence: String, at offset: Int) -> ConfigurationFault {
        ConfigurationFault(sentence, at: source.position(at: offset).description)
    }

    /// How many elements are open.
    var depth: Int { open.count }

    /// The next event, or `nil` behind the last element.
    mutating func next() throws(ConfigurationFault) -> XMLEvent? {
        if let name = due {
            due = nil
            open.removeLast()
            return .end(Self.local(name))
        }
        while offset < source.bytes.count {
            let start = offset
            if source.bytes[offset] != UInt8(ascii: "<") {
                while offset < source.bytes.count, source.bytes[offset] != UInt8(ascii: "<") { offset += 1 }
                let text = try resolved(start..<offset)
                guard text.contains(where: { !$0.isWhitespace }) else { continue }
                guard !open.isEmpty else { throw fault("text outside of the elements", at: start) }
                return .text(text)
            }
            if begins("<!--") {
                try pass("-->", of: "a comment")
            } else if begins("<![CDATA[") {
                guard !open.isEmpty else { throw fault("text outside of the elements", at: start) }
                try pass("]]>", of: "a text")
                return .text(try TextRows.text(source.bytes[start + 9..<offset - 3], source, at: start))
            } else if begins("<?") {
                try pass("?>", of: "an instruction")
                try checkEncoding(start..<offset)
            } else if begins("<!") {
                try pass(">", of: "a declaration")
                guard !source.bytes[start..<offset].contains(UInt8(ascii: "[")) else {
                    throw fault("a document type with rules of its own; allowed: none", at: start)
                }
            } else if begins("</") {
                return try endTag()
            } else {
                return try startTag()
            }
        }
        guard let name = open.last else { return nil }
        throw fault("the end of the file in <\(name)>; expected </\(name)>", at: offset)
    }

    private func begins(_ text: String) -> Bool { source.has(text, at: offset) }

    private mutating func pass(_ end: String, of what: String) throws(ConfigurationFault) {
        let start = offset
        while offset < source.bytes.count {
            if begins(end) {
                offset += end.utf8.count
                return
            }
            offset += 1
        }
        throw fault("\(what) without its end", at: start)
    }

    private func checkEncoding(_ range: Range<Int>) throws(ConfigurationFault) {
        let text = String(decoding: source.bytes[range], as: UTF8.self).lowercased()
        let pieces = text.split(separator: "encoding", maxSplits: 1)
        guard text.hasPrefix("<?xml "), pieces.count == 2 else { return }
        let word = pieces[1].drop { " =\"'".contains($0) }.prefix { !"\"'?".contains($0) }
        guard ["utf-8", "utf8", "us-ascii", "ascii"].contains(String(word)) else {
            throw fault("the file is in \(excerpt(of: String(word))); expected UTF-8", at: range.lowerBound)
        }
    }

    private mutating func endTag() throws(ConfigurationFault) -> XMLEvent {
        let start = offset
        offset += 2
        let name = try name("the name of an element")
        skipBlanks()
        guard peek == UInt8(ascii: ">") else { throw fault("a tag without its >", at: start) }
        offset += 1
        guard let last = open.popLast() else { throw fault("</\(name)> without its <\(name)>", at: start) }
        guard last == name else { throw fault("</\(name)> where </\(last)> was expected", at: start) }
        return .end(Self.local(name))
    }

    private mutating func startTag() throws(ConfigurationFault) -> XMLEvent {
        let start = offset
        guard !open.isEmpty || !hasRoot else { throw fault("a second element outside of the first", at: start) }
        guard open.count < Self.mostDepth else {
            throw fault("elements in elements deeper than \(Self.mostDepth)", at: start)
        }
        offset += 1
        let name = try name("the name of an element")
        var attributes: [XMLAttribute] = []
        while true {
            let before = offset
            skipBlanks()
            if begins("/>") {
                offset += 2
                due = name
                break
            }
            if peek == UInt8(ascii: ">") {
                offset += 1
                break
            }
            guard offset > before else { throw fault("a tag without its >", at: start) }
            let attribute = try attribute()
            guard !attributes.contains(where: { $0.name == attribute.name }) else {
                throw fault("a second \(attribute.name) in <\(name)>", at: before)
            }
            guard attributes.count < Self.mostAttributes else {
                throw fault("more than \(Self.mostAttributes) attributes in <\(name)>", at: before)
            }
            attributes.append(attribute)
        }
        hasRoot = true
        open.append(name)
        return .start(Self.local(name), attributes, offset: start)
    }

    private mutating func attribute() throws(ConfigurationFault) -> XMLAttribute {
        let start = offset
        let name = try name("the name of an attribute")
        skipBlanks()
        guard peek == UInt8(ascii: "=") else { throw fault("the attribute \(name) has no value", at: start) }
        offset += 1
        skipBlanks()
        guard let quote = peek, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            throw fault("the value of \(name) is not in quotes", at: offset)
        }
        offset += 1
        let first = offset
        while let byte = peek, byte != quote {
            guard byte != UInt8(ascii: "<") else { throw fault("a < in the value of \(name)", at: offset) }
            offset += 1
        }
        guard peek != nil else { throw fault("the value of \(name) has no closing quote", at: first - 1) }
        offset += 1
        return XMLAttribute(name: name, value: try resolved(first..<offset - 1))
    }

    private var peek: UInt8? { offset < source.bytes.count ? source.bytes[offset] : nil }

    private mutating func skipBlanks() {
        while let byte = peek, byte == 32 || (9...13).contains(byte) { offset += 1 }
    }

    private mutating func name(_ what: String) throws(ConfigurationFault) -> String {
        let start = offset
        while let byte = peek, byte > 32, !"/>=<\"'&".utf8.contains(byte) { offset += 1 }
        guard offset > start else { throw fault("\(what) is missing", at: start) }
        return try TextRows.text(source.bytes[start..<offset], source, at: start)
    }

    /// The text of a range; every & in it must be one that is known.
    private func resolved(_ range: Range<Int>) throws(ConfigurationFault) -> String {
        let text = try TextRows.text(source.bytes[range], source, at: range.lowerBound)
        guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
        for piece in text.unicodeScalars.split(separator: "&", omittingEmptySubsequences: false).dropFirst() {
            guard MarkupText.reference(piece) != nil else {
                throw fault(
                    "an & that is none of &amp; &lt; &gt; &quot; &apos; and numbered characters", at: range.lowerBound)
            }
        }
        return MarkupText.resolved(text)
    }

    private static func local(_ name: String) -> String {
        name.lastIndex(of: ":").map { String(name[name.index(after: $0)...]) } ?? name
    }
}
