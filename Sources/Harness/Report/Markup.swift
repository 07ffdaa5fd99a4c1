// Markup that escapes by construction: what is put into it is text, whatever stands in it. It checks no grammar.

/// A piece of HTML or SVG. Its literals are markup; strings interpolated into them are escaped.
struct Markup: ExpressibleByStringInterpolation, Sendable {
    private(set) var text: String

    init(stringLiteral value: String) { text = value }
    init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity) }

        mutating func appendLiteral(_ literal: String) { text += literal }
        mutating func appendInterpolation(_ string: String) { text += escaped(string) }
        mutating func appendInterpolation(_ markup: Markup) { text += markup.text }
        mutating func appendInterpolation(_ pieces: [Markup]) { for piece in pieces { text += piece.text } }
        mutating func appendInterpolation(_ number: Int) { text += "\(number)" }

        /// A length in a drawing, to a tenth.
        mutating func appendInterpolation(_ length: Double) {
            let digits = rounded(length, 1)
            text += digits.hasSuffix(".0") ? String(digits.dropLast(2)) : digits
        }
    }

    static func += (left: inout Markup, right: Markup) { left.text += right.text }
}

/// `text` as it may stand between tags and in quoted attributes; control characters, which HTML forbids, are replaced.
private func escaped(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { byte in
        byte >= 32 && byte != 127 && !"&<>\"'".utf8.contains(byte)
    }
    guard !isPlain else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        case "'": result += "&#39;"
        case "\n", "\t": result.unicodeScalars.append(scalar)
        case "\0"..<" ", "\u{7F}"..."\u{9F}": result += "\u{FFFD}"
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}
