// Rows of text under a header, and the three ways to write them. What the texts mean is the business of others.
import Platform
import Registry

/// Rows of text under a header.
public struct TextTable: Sendable {
    public let header: [String]
    /// Leading columns that name a row; the others hold figures.
    public let names: Int
    /// As long as the header, each.
    public let rows: [[String]]

    /// Columns side by side, names to the left and figures to the right; as wide as what is shown of their texts.
    public var plain: [String] {
        let lines = ([header] + rows).map { $0.map(printable) }
        let widths = header.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { line in
            let texts = zip(line, widths).enumerated().map { column, text in
                let blanks = String(repeating: " ", count: text.1 - text.0.count)
                return column < names ? text.0 + blanks : blanks + text.0
            }
            return String(texts.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
        }
    }

    /// The lines of a table of GitHub's Markdown.
    public var markdown: [String] {
        let marks = header.indices.map { $0 < names ? "---" : "---:" }
        let lines = [header.map(TextTable.escaped), marks] + rows.map { $0.map(TextTable.escaped) }
        return lines.map { "| \($0.joined(separator: " | ")) |" }
    }

    /// A text in one cell: a bar would end it, and so would one behind a backslash of the text's own.
    private static func escaped(_ text: String) -> String {
        printable(text).replacingScalars { $0 == "|" || $0 == "\\" ? "\\\($0)" : nil }
    }

    /// Comma-separated values with a final line feed; what has commas, quotes or line feeds is quoted (RFC 4180).
    public var csv: String {
        ([header] + rows).map { $0.map(TextTable.quoted).joined(separator: ",") + "\n" }.joined()
    }

    private static func quoted(_ text: String) -> String {
        guard text.utf8.contains(where: { ",\"\n\r".utf8.contains($0) }) else { return text }
        return "\"\(text.replacingScalars { $0 == "\"" ? "\"\"" : nil })\""
    }
}
