// Markup that escapes by construction: what is put into it is text, whatever stands in it. It checks no grammar.
import Platform
import Registry

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
        mutating func appendInterpolation(lines: [String]) { text += lines.map(escaped).joined(separator: "\n") }
        mutating func appendInterpolation(_ number: Int) { text += "\(number)" }

        /// A length in a drawing, to a tenth.
        mutating func appendInterpolation(_ length: Double) {
            let digits = rounded(length, 1)
            text += digits.hasSuffix(".0") ? String(digits.dropLast(2)) : digits
        }
    }

    static func += (left: inout Markup, right: Markup) { left.text += right.text }
    static func + (left: Markup, right: Markup) -> Markup { "\(left)\(right)" }
}

extension Markup {
    /// A table that scrolls where the page is narrow; leading columns hold words, the others figures, to the right.
    ///
    /// - Parameter hostile: rows of hostile nodes, which are tinted.
    static func table(_ name: String, _ table: TextTable, hostile: Set<Int> = []) -> Markup {
        let longest = 24
        let heads = table.header.enumerated().map { index, column -> Markup in
            index < table.names
                ? "<th scope=\"col\" class=\"text\">\(column)</th>" : "<th scope=\"col\">\(column)</th>"
        }
        let lines = table.rows.enumerated().map { row, texts -> Markup in
            let cells = texts.enumerated().map { index, text -> Markup in
                let text: Markup = table.bold.contains([row, index]) ? "<b>\(text)</b>" : "\(text)"
                let isLong = texts[index].count > longest
                let kind: Markup = index >= table.names ? "" : isLong ? " class=\"text long\"" : " class=\"text\""
                return "<td\(kind)>\(text)</td>"
            }
            return hostile.contains(row) ? "<tr class=\"hostile\">\(cells)</tr>\n" : "<tr>\(cells)</tr>\n"
        }
        return """
            <div class="scroll" role="region" aria-label="\(name)" tabindex="0">
            <table>
            <thead><tr>\(heads)</tr></thead>
            <tbody>
            \(lines)</tbody>
            </table>
            </div>

            """
    }
}

/// `text` as it may stand between tags and in quoted attributes. Control characters, which HTML forbids, and those that
/// turn the direction of reading are shown as on a terminal.
private func escaped(_ text: String) -> String {
    printable(text).replacingScalars { scalar in
        switch scalar {
        case "&": "&amp;"
        case "<": "&lt;"
        case ">": "&gt;"
        case "\"": "&quot;"
        case "'": "&#39;"
        default: nil
        }
    }
}
