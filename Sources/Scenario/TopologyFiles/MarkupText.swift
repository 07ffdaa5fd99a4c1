// MarkupText: the characters that XML, HTML and GML write as &name; or &#number;.

enum MarkupText {
    private static let names: [Substring: String] = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'"]

    /// The text with what is written so put in its place; what is not known stays.
    static func resolved(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
        var resolved = ""
        var rest = text[...]
        while let ampersand = rest.firstIndex(of: "&") {
            resolved += rest[..<ampersand]
            rest = rest[ampersand...]
            guard let end = rest.prefix(12).firstIndex(of: ";"),
                let character = character(rest[rest.index(after: ampersand)..<end])
            else {
                resolved += "&"
                rest = rest.dropFirst()
                continue
            }
            resolved += character
            rest = rest[rest.index(after: end)...]
        }
        return resolved + rest
    }

    /// What stands between & and ;.
    static func character(_ name: Substring) -> String? {
        guard name.first == "#" else { return names[name] }
        let digits = name.dropFirst()
        let isHexadecimal = digits.first == "x" || digits.first == "X"
        guard let value = isHexadecimal ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits),
            let scalar = Unicode.Scalar(value), value >= 32 || [9, 10, 13].contains(value)
        else { return nil }
        return String(Character(scalar))
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
