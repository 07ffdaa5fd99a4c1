// YAMLText: JSON trees as YAML, which is how people read what a cluster is asked for. It writes the little of YAML that
// every reader of it understands alike, and reads none.
import JSON

enum YAMLText {
    /// Several documents in one text.
    static func documents(_ values: [JSONValue]) -> String {
        values.map { value in
            var text = "---\n"
            write(value, indent: "", into: &text)
            return text
        }.joined()
    }

    /// A container, from the beginning of a line.
    private static func write(_ value: JSONValue, indent: String, into text: inout String) {
        switch value.kind {
        case .object(let members):
            for member in members {
                text += indent + word(member.key) + ":"
                writeValue(member.value, indent: indent, into: &text)
            }
        case .array(let elements):
            for element in elements {
                var inner = ""
                if isContainer(element) {
                    write(element, indent: indent + "  ", into: &inner)
                    // The first line of an element stands beside its hyphen.
                    text += "\(indent)- " + inner.dropFirst(indent.count + 2)
                } else {
                    text += "\(indent)-"
                    writeValue(element, indent: indent, into: &text)
                }
            }
        case .null, .flag, .number, .text: text += scalar(value) + "\n"
        }
    }

    /// What follows a key or a hyphen.
    private static func writeValue(_ value: JSONValue, indent: String, into text: inout String) {
        if isContainer(value) {
            text += "\n"
            if case .array = value.kind { return write(value, indent: indent, into: &text) }
            return write(value, indent: indent + "  ", into: &text)
        }
        if case .text(let string) = value.kind, isBlock(string) {
            text += " |\n"
            for line in string.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
                text += line.isEmpty ? "\n" : "\(indent)  \(line)\n"
            }
            return
        }
        text += " \(scalar(value))\n"
    }

    /// Whether a value takes lines of its own.
    private static func isContainer(_ value: JSONValue) -> Bool {
        switch value.kind {
        case .object(let members): !members.isEmpty
        case .array(let elements): !elements.isEmpty
        case .null, .flag, .number, .text: false
        }
    }

    /// Whether a text can stand as it is, line by line: it ends with its one last line feed.
    private static func isBlock(_ text: String) -> Bool {
        text.hasSuffix("\n") && !text.hasSuffix("\n\n") && !text.hasPrefix(" ") && !text.hasPrefix("\n")
            && text.unicodeScalars.allSatisfy { $0 == "\n" || ($0.value >= 32 && $0.value < 127) }
    }

    private static func scalar(_ value: JSONValue) -> String {
        if case .text(let string) = value.kind { return word(string) }
        return JSONText.canonical(value)
    }

    /// A text that can be taken for nothing else stands as it is; every other one as in JSON, which is YAML as well.
    private static func word(_ text: String) -> String {
        let isPlain = text.wholeMatch(of: /[A-Za-z][-A-Za-z0-9_.\/]*/) != nil && !meaningful.contains(text.lowercased())
        return isPlain ? text : JSONText.canonical(.text(text))
    }

    private static let meaningful: Set = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"]
}
