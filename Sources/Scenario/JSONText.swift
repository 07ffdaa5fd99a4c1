// Writes JSON trees: canonically, for hashes, and prettily, for people. Lines of metrics are written elsewhere.

/// The two ways to write a tree; reading either gives the same tree again.
public enum JSONText {
    /// No blanks, keys in the order of their bytes, numbers as short as they get: equal trees give equal bytes.
    public static func canonical(_ value: JSONValue) -> String {
        var text = ""
        write(value, canonical: true, into: &text)
        return text
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
    private static func write(_ value: JSONValue, canonical: Bool, into text: inout String) {
        let blank = canonical ? "" : " "
        switch value.kind {
        case .null: text += "null"
        case .flag(let flag): text += flag ? "true" : "false"
        case .number(let number, let literal): text += shortest(number, literal)
        case .text(let string): text += quoted(string)
        case .array(let elements):
            text += "["
            for (index, element) in elements.enumerated() {
                if index > 0 { text += "," + blank }
                write(element, canonical: canonical, into: &text)
            }
            text += "]"
        case .object(let members):
            let ordered = canonical ? members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) } : members
            text += "{"
            for (index, member) in ordered.enumerated() {
                if index > 0 { text += "," + blank }
                text += quoted(member.key) + ":" + blank
                write(member.value, canonical: canonical, into: &text)
            }
            text += "}"
        }
    }

    private static func write(_ value: JSONValue, indent: String, into text: inout String) {
        let inner = indent + "  "
        switch value.kind {
        case .array(let elements) where elements.contains(where: \.isContainer):
            text += "["
            for (index, element) in elements.enumerated() {
                text += (index > 0 ? ",\n" : "\n") + inner
                write(element, indent: inner, into: &text)
            }
            text += "\n\(indent)]"
        case .object(let members):
            var line = ""
            if !members.contains(where: \.value.isContainer) { write(value, canonical: false, into: &line) }
            if !line.isEmpty, line.utf8.count <= widestObject {
                text += line
                return
            }
            text += "{"
            for (index, member) in members.enumerated() {
                text += (index > 0 ? ",\n" : "\n") + inner + quoted(member.key) + ": "
                write(member.value, indent: inner, into: &text)
            }
            text += "\n\(indent)}"
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

    private static func quoted(_ string: String) -> String {
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
