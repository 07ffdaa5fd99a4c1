// MarkupText: the characters that XML, HTML and GML write as &name; or &#number;.

enum MarkupText {
    private static let names: [String: Unicode.Scalar] = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'"]
    /// Characters between & and ; at most.
    private static let longest = 10

    /// The text with what is written so put in its place; what is not known stays.
    static func resolved(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
        var resolved = String.UnicodeScalarView()
        var rest = text[...].unicodeScalars
        while let ampersand = rest.firstIndex(of: "&") {
            resolved += rest[..<ampersand]
            rest = rest[rest.index(after: ampersand)...]
            if let (scalar, end) = reference(rest) {
                resolved.append(scalar)
                rest = rest[end...]
            } else {
                resolved.append("&")
            }
        }
        return String(resolved + rest)
    }

    /// What a text behind an & stands for, and where it goes on behind the semicolon; `nil` where that is not known.
    static func reference(
        _ text: Substring.UnicodeScalarView
    ) -> (scalar: Unicode.Scalar, end: Substring.UnicodeScalarView.Index)? {
        guard let end = text.prefix(longest + 1).firstIndex(of: ";"), let scalar = scalar(Substring(text[..<end]))
        else { return nil }
        return (scalar, text.index(after: end))
    }

    private static func scalar(_ name: Substring) -> Unicode.Scalar? {
        guard name.first == "#" else { return names[String(name)] }
        let digits = name.dropFirst()
        let isHexadecimal = digits.first == "x" || digits.first == "X"
        guard let value = isHexadecimal ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits),
            value >= 32 || [9, 10, 13].contains(value)
        else { return nil }
        return Unicode.Scalar(value)
    }

    /// The text as it may stand between quotes or tags of XML.
    static func escaped(_ string: String) -> String {
        var text = ""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            case "\0"..<" ": text += "&#\(scalar.value);"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
