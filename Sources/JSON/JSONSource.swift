// JSONSource, where JSON values stand: a file's bytes, the places in it that messages name, and the table that the
// reader makes of it. The reader is StrictJSON, the values are JSONValue.
import Registry

/// A file's bytes and what messages call it. Readers of other text than JSON name their places by it too.
public final class JSONSource: Sendable {
    public let name: String
    public let bytes: [UInt8]

    public init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    /// How many bytes at the start are a byte order mark, which some editors write and nobody sees.
    public var markBytes: Int { bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0 }

    /// Whether this text stands there.
    public func has(_ text: String, at offset: Int) -> Bool {
        var offset = offset
        for byte in text.utf8 {
            guard offset < bytes.count, bytes[offset] == byte else { return false }
            offset += 1
        }
        return true
    }

    /// The place of one of the bytes, or of the end.
    public func position(at offset: Int) -> JSONPosition { JSONPosition(source: self, offset: offset) }
}

/// A byte of a source. Line and column are counted when someone asks, so that reading stays cheap.
public struct JSONPosition: Sendable, CustomStringConvertible {
    let source: JSONSource?
    let offset: Int

    /// Where values stand that come from no file.
    public static let none = JSONPosition(source: nil, offset: 0)

    /// Where a file begins.
    public static func start(ofFile name: String) -> JSONPosition {
        JSONPosition(source: JSONSource(name: name, bytes: []), offset: 0)
    }

    /// What messages call the file; `nil` outside files.
    public var file: String? { source?.name }

    /// `LINE:COLUMN`, both from 1; columns count Unicode scalars.
    public var lineColumn: String {
        var (line, column) = (1, 1)
        for byte in (source?.bytes ?? []).prefix(offset).dropFirst(source?.markBytes ?? 0) {
            if byte == UInt8(ascii: "\n") {
                (line, column) = (line + 1, 1)
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        return "\(line):\(column)"
    }

    /// `FILE:LINE:COLUMN`, or nothing outside files.
    public var description: String { source.map { "\($0.name):\(lineColumn)" } ?? "" }

    /// What `body` returns; a fault of its that has no place yet is placed here.
    public func locating<Result>(
        _ body: () throws(ConfigurationFault) -> Result
    ) throws(ConfigurationFault) -> Result {
        do {
            return try body()
        } catch {
            throw error.located(at: description)
        }
    }
}

/// A source that was read and found to be JSON: where each of its values and keys begins, and nothing else of them, so
/// that a tree of any shape takes little more than its file.
///
/// One entry a value or key, in the order of the file: the offset of its first byte. Behind that of an array or object
/// stands the number of the entry after its last one.
final class JSONDocument: Sendable {
    let source: JSONSource
    private let entries: [UInt32]

    init(_ source: JSONSource, entries: [UInt32]) {
        self.source = source
        self.entries = entries
    }

    func position(ofEntry entry: Int) -> JSONPosition { JSONPosition(source: source, offset: Int(entries[entry])) }

    /// The entry after the value that begins at this one, all its parts included.
    func end(ofEntry entry: Int) -> Int {
        switch source.bytes[Int(entries[entry])] {
        case UInt8(ascii: "["), UInt8(ascii: "{"): Int(entries[entry + 1])
        default: entry + 1
        }
    }

    /// The entries of the parts of an array or object.
    func parts(ofEntry entry: Int) -> Range<Int> { entry + 2..<Int(entries[entry + 1]) }

    func kind(ofEntry entry: Int) -> JSONValue.Kind {
        let bytes = source.bytes
        let offset = Int(entries[entry])
        switch bytes[offset] {
        case UInt8(ascii: "{"): return .object(JSONMembers(self, entries: parts(ofEntry: entry)))
        case UInt8(ascii: "["): return .array(JSONElements(self, entries: parts(ofEntry: entry)))
        case UInt8(ascii: "\""): return .text(text(ofEntry: entry))
        case UInt8(ascii: "t"): return .flag(true)
        case UInt8(ascii: "f"): return .flag(false)
        case UInt8(ascii: "n"): return .null
        default:
            let literal = JSONNumber(in: bytes, from: offset)
            return .number(literal.value, literal: literal.text)
        }
    }

    /// The number at this entry, without its literal; `nil` if it is none.
    func number(ofEntry entry: Int) -> Double? {
        let offset = Int(entries[entry])
        switch source.bytes[offset] {
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return JSONNumber(in: source.bytes, from: offset).value
        default: return nil
        }
    }

    /// The text or key at this entry.
    func text(ofEntry entry: Int) -> String { JSONEscape.text(in: source.bytes, from: Int(entries[entry])) }

    /// Whether the key at this entry is `key`.
    func isKey(_ key: String, atEntry entry: Int) -> Bool {
        let bytes = source.bytes
        var offset = Int(entries[entry]) + 1
        for byte in key.utf8 {
            guard bytes[offset] == byte, byte != UInt8(ascii: "\\") else {
                return bytes[offset] == UInt8(ascii: "\\") && text(ofEntry: entry).utf8.elementsEqual(key.utf8)
            }
            offset += 1
        }
        return bytes[offset] == UInt8(ascii: "\"")
    }
}
