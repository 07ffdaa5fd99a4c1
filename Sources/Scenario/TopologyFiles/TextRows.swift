// TextRows: a text as rows of words, with the place of each; and TextStart, the beginning of a text by which its format
// is told.
import JSON
import Registry

/// A word of a text and where it begins.
struct TextWord {
    let text: String
    let offset: Int
    /// Whether it stood in quotes.
    var isQuoted = false
}

/// A row of a text: its words, and behind them, in braces, what networkx adds to an edge.
struct TextRow {
    let words: [TextWord]
    let attributes: TextWord?
    /// Where it begins.
    let offset: Int
}

/// The rows of a text that hold something, one after the other. Words are parted by commas where a row has one, else by
/// semicolons, else by blanks, and may stand in double quotes.
struct TextRows {
    let source: JSONSource
    /// What stood behind `#` or `%` so far, in lower case.
    private(set) var comments: [String] = []
    private var offset: Int

    init(_ source: JSONSource) {
        self.source = source
        offset = source.markBytes
    }

    /// The next row, or `nil` at the end.
    mutating func next() throws(ConfigurationFault) -> TextRow? {
        while let line = nextLine() {
            guard let first = line.first(where: { !Self.isBlank(source.bytes[$0]) }) else { continue }
            if source.bytes[first] == UInt8(ascii: "#") || source.bytes[first] == UInt8(ascii: "%") {
                if comments.count < 16 {
                    comments.append(
                        String(decoding: source.bytes[first + 1..<min(line.upperBound, first + 200)], as: UTF8.self)
                            .lowercased())
                }
                continue
            }
            return try row(first..<line.upperBound)
        }
        return nil
    }

    /// The next line, empty ones too, without its end; `nil` at the end of the text.
    mutating func nextLine() -> Range<Int>? {
        let bytes = source.bytes
        guard offset < bytes.count else { return nil }
        let start = offset
        while offset < bytes.count, bytes[offset] != UInt8(ascii: "\n"), bytes[offset] != UInt8(ascii: "\r") {
            offset += 1
        }
        let end = offset
        if offset < bytes.count { offset += bytes[offset...].starts(with: [13, 10]) ? 2 : 1 }
        return start..<end
    }

    /// The words of a line that holds something.
    func row(_ line: Range<Int>) throws(ConfigurationFault) -> TextRow {
        let (range, braces) = split(line)
        let separator = separator(of: range)
        var words: [TextWord] = []
        var start = range.lowerBound
        while start < range.upperBound {
            while start < range.upperBound, Self.isBlank(source.bytes[start]) { start += 1 }
            if start == range.upperBound {
                if separator != nil { words.append(TextWord(text: "", offset: start)) }
                break
            }
            var (word, end) = try word(from: start, in: range, separator)
            if separator == nil {
                start = end
            } else {
                while end < range.upperBound, source.bytes[end] != separator { end += 1 }
                // A separator at the end of the row is followed by an empty word.
                if end + 1 == range.upperBound { words.append(word); word = TextWord(text: "", offset: end + 1) }
                start = end + 1
            }
            words.append(word)
        }
        let attributes = try braces.map { range throws(ConfigurationFault) in
            TextWord(text: try text(range), offset: range.lowerBound)
        }
        return TextRow(words: words, attributes: attributes, offset: line.lowerBound)
    }

    /// The part of a row before what stands in braces at its end, and that.
    private func split(_ line: Range<Int>) -> (Range<Int>, Range<Int>?) {
        guard let last = line.last(where: { !Self.isBlank(source.bytes[$0]) }) else { return (line, nil) }
        let trimmed = line.lowerBound..<last + 1
        guard source.bytes[last] == UInt8(ascii: "}"),
            let brace = trimmed.first(where: { source.bytes[$0] == UInt8(ascii: "{") })
        else { return (trimmed, nil) }
        var end = brace
        while end > trimmed.lowerBound, Self.isBlank(source.bytes[end - 1]) { end -= 1 }
        return (trimmed.lowerBound..<end, brace..<trimmed.upperBound)
    }

    private func separator(of range: Range<Int>) -> UInt8? {
        var isQuoted = false
        var hasSemicolon = false
        for offset in range {
            switch source.bytes[offset] {
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: ",") where !isQuoted: return UInt8(ascii: ",")
            case UInt8(ascii: ";") where !isQuoted: hasSemicolon = true
            default: break
            }
        }
        return hasSemicolon ? UInt8(ascii: ";") : nil
    }

    /// The word that begins at `start`, and where it ends.
    private func word(
        from start: Int, in range: Range<Int>, _ separator: UInt8?
    ) throws(ConfigurationFault) -> (TextWord, Int) {
        var end = start
        if source.bytes[start] == UInt8(ascii: "\"") {
            var (bytes, isClosed): ([UInt8], Bool) = ([], false)
            end += 1
            while end < range.upperBound, !isClosed {
                let isQuote = source.bytes[end] == UInt8(ascii: "\"")
                let isDoubled = isQuote && end + 1 < range.upperBound && source.bytes[end + 1] == UInt8(ascii: "\"")
                if isQuote && !isDoubled { isClosed = true } else { bytes.append(source.bytes[end]) }
                end += isDoubled ? 2 : 1
            }
            guard isClosed else { throw fault("a quote that is not closed in its line", at: start) }
            return (
                TextWord(text: try TextRows.text(bytes[...], source, at: start), offset: start, isQuoted: true), end
            )
        }
        while end < range.upperBound,
            separator.map({ source.bytes[end] != $0 }) ?? !Self.isBlank(source.bytes[end])
        { end += 1 }
        var last = end
        while last > start, Self.isBlank(source.bytes[last - 1]) { last -= 1 }
        return (TextWord(text: try text(start..<last), offset: start), end)
    }

    private func text(_ range: Range<Int>) throws(ConfigurationFault) -> String {
        try TextRows.text(source.bytes[range], source, at: range.lowerBound)
    }

    /// The text of these bytes, which is printable.
    static func text(
        _ bytes: ArraySlice<UInt8>, _ source: JSONSource, at offset: Int
    ) throws(ConfigurationFault) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationFault(
                "a byte that is not UTF-8; expected UTF-8 throughout", at: source.position(at: offset).description)
        }
        guard !bytes.contains(where: { $0 < 0x20 && $0 != 9 && $0 != 10 && $0 != 13 }) else {
            throw ConfigurationFault("a control character; expected text", at: source.position(at: offset).description)
        }
        return text
    }

    func fault(_ sentence: String, at offset: Int) -> ConfigurationFault {
        ConfigurationFault(sentence, at: source.position(at: offset).description)
    }

    static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 }
}

extension TextWord {
    /// The finite decimal number that the word is.
    var number: Double? {
        let mayBe = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"),
                UInt8(ascii: "e"), UInt8(ascii: "E"):
                true
            default: false
            }
        }
        guard mayBe, let number = Double(text), number.isFinite else { return nil }
        return number
    }

    /// Whether it is what programs write where a number is missing or too large.
    var isNoNumber: Bool {
        !isQuoted && ["nan", "inf", "infinity"].contains(text.lowercased().drop { $0 == "-" || $0 == "+" })
    }

    /// The whole number from 0 that the word is, in the one way that it can be written.
    var index: Int? {
        guard let number = Int(text), number >= 0, number.description.utf8.elementsEqual(text.utf8) else { return nil }
        return number
    }
}

/// The beginning of a text that has no control characters and does not begin as JSON does.
struct TextStart {
    let source: JSONSource
    /// Some thousand characters.
    let text: String
    /// The first line that holds something, without blanks before it.
    let firstLine: String

    init?(_ source: JSONSource) {
        let bytes = source.bytes.dropFirst(source.markBytes).prefix(1 << 12)
        guard !bytes.contains(where: { $0 < 0x20 && $0 != 9 && $0 != 10 && $0 != 13 }) else { return nil }
        self.source = source
        text = String(decoding: bytes, as: UTF8.self)
        let lines = text.split(whereSeparator: \.isNewline).lazy.map { $0.drop(while: \.isWhitespace) }
        guard let first = lines.first(where: { !$0.isEmpty }), first.first != "{", first.first != "[" else {
            return nil
        }
        firstLine = String(first)
    }

    /// The first rows, as many as asked for; fewer where there are no more or the text cannot be read on.
    func rows(_ count: Int) -> [TextRow] {
        var rows = TextRows(source)
        var first: [TextRow] = []
        while first.count < count, let row = (try? rows.next()) ?? nil { first.append(row) }
        return first
    }
}
