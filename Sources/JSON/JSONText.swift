// Writes JSON trees: canonically, for hashes, and prettily, for people. What nodes write every round is a JSONLine.
import Cryptography

/// The two ways to write a tree; reading either gives the same tree again.
public enum JSONText {
    /// No blanks, keys in the order of their bytes, numbers as short as they get: equal trees give equal bytes.
    public static func canonical(_ value: JSONValue) -> String {
        var text = ""
        write(value, canonical: true, into: &text)
        return text
    }

    /// SHA-256 of the canonical text, of which never more than a piece is kept.
    public static func digest(_ value: JSONValue) -> [UInt8] {
        var hashed = HashedText()
        write(value, canonical: true, into: &hashed)
        return hashed.finish()
    }

    /// Two-space indents and a final line feed; keys keep their order. What holds no other container takes one line,
    /// an object only if it fits.
    public static func pretty(_ value: JSONValue) -> String {
        var text = ""
        write(value, indent: "", into: &text)
        return text + "\n"
    }

    private static let widestObject = 100

    /// One line, either canonical or with a blank after each colon and comma.
    private static func write(_ value: JSONValue, canonical: Bool, into text: inout some TextOutputStream) {
        let comma = canonical ? "," : ", "
        switch value.kind {
        case .null: text.write("null")
        case .flag(let flag): text.write(flag ? "true" : "false")
        case .number(let number, let literal): text.write(shortest(number, literal))
        case .text(let string): text.write(JSONEscape.quoted(string))
        case .array(let elements):
            text.write("[")
            for (index, element) in elements.enumerated() {
                if index > 0 { text.write(comma) }
                write(element, canonical: canonical, into: &text)
            }
            text.write("]")
        case .object(let members):
            let ordered = canonical ? inOrder(members) : Array(members)
            text.write("{")
            for (index, member) in ordered.enumerated() {
                if index > 0 { text.write(comma) }
                text.write(JSONEscape.quoted(member.key))
                text.write(canonical ? ":" : ": ")
                write(member.value, canonical: canonical, into: &text)
            }
            text.write("}")
        }
    }

    private static func inOrder(_ members: JSONMembers) -> [JSONMember] {
        members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }

    private static func write(_ value: JSONValue, indent: String, into text: inout some TextOutputStream) {
        let inner = indent + "  "
        switch value.kind {
        case .array(let elements) where elements.contains(where: \.isContainer):
            text.write("[")
            for (index, element) in elements.enumerated() {
                text.write((index > 0 ? ",\n" : "\n") + inner)
                write(element, indent: inner, into: &text)
            }
            text.write("\n\(indent)]")
        case .object(let members):
            var line = ""
            if !members.contains(where: \.value.isContainer) { write(value, canonical: false, into: &line) }
            guard line.isEmpty || line.utf8.count > widestObject else { return text.write(line) }
            text.write("{")
            for (index, member) in members.enumerated() {
                text.write((index > 0 ? ",\n" : "\n") + inner + JSONEscape.quoted(member.key) + ": ")
                write(member.value, indent: inner, into: &text)
            }
            text.write("\n\(indent)}")
        default:
            write(value, canonical: false, into: &text)
        }
    }

    /// A whole number without point or exponent where that is exact, else the shortest decimal that reads back equal.
    private static func shortest(_ number: Double, _ literal: String) -> String {
        precondition(number.isFinite, "JSON has no infinity and no NaN")
        if let whole = Int(literal) ?? Int(exactly: number) { return "\(whole)" }
        if let whole = UInt64(literal) ?? UInt64(exactly: number) { return "\(whole)" }
        return "\(number)"
    }
}

extension JSONValue {
    /// Whether the value is an array or an object with something in it.
    fileprivate var isContainer: Bool {
        switch kind {
        case .array(let elements): !elements.isEmpty
        case .object(let members): !members.isEmpty
        default: false
        }
    }
}

/// Text that is hashed as it comes.
private struct HashedText: TextOutputStream {
    private static let pieceBytes = 1 << 16

    private var hash = SHA256()
    private var piece: [UInt8] = []

    mutating func write(_ text: String) {
        piece.append(contentsOf: text.utf8)
        if piece.count >= Self.pieceBytes { flush() }
    }

    mutating func finish() -> [UInt8] {
        flush()
        return hash.finish()
    }

    private mutating func flush() {
        hash.update(piece)
        piece.removeAll(keepingCapacity: true)
    }
}
