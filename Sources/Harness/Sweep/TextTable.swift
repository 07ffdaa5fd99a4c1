// Rows of text under a header, and the ways to write them. What the texts mean is the business of others.
import Platform
import Registry

/// Rows of text under a header.
public struct TextTable: Sendable {
    public let header: [String]
    /// Leading columns that name a row; the others hold figures.
    public let names: Int
    /// As long as the header, each.
    public private(set) var rows: [[String]]
    /// Row and column of what stands out.
    var bold: Set<[Int]> = []

    /// The same with one more column of figures.
    func adding(_ column: String, _ texts: [String]) -> TextTable {
        TextTable(header: header + [column], names: names, rows: zip(rows, texts).map { $0 + [$1] }, bold: bold)
    }

    /// For so many columns of a terminal; `nil` for any number. What does not fit is stacked, a block for each row.
    public func plain(columns: Int?) -> [String] {
        let lines = plain
        guard let columns, lines.contains(where: { $0.count > columns }) else { return lines }
        let width = header.dropFirst(names).map { printable($0).count }.max() ?? 0
        return rows.enumerated().flatMap { index, row in
            let title = zip(header, row).prefix(names).flatMap { key, name -> [String] in
                let line = "\(printable(key)) \(printable(name))"
                return line.count > columns ? [printable(key), "  \(printable(name))"] : [line]
            }
            let figures = zip(header, row).dropFirst(names).map { name, text in
                let name = printable(name)
                return "  \(name)\(String(repeating: " ", count: width - name.count))  \(printable(text))"
            }
            return (index > 0 ? [""] : []) + title + figures
        }
    }

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
        let lines = [header.map(TextTable.escaped), marks] + written(TextTable.escaped) { "**\($0)**" }
        return lines.map { "| \($0.joined(separator: " | ")) |" }
    }

    /// A text in one cell: a bar would end it, and so would one behind a backslash of the text's own.
    private static func escaped(_ text: String) -> String {
        printable(text).replacingScalars { $0 == "|" || $0 == "\\" ? "\\\($0)" : nil }
    }

    /// The texts as a format writes them, with what stands out in bold.
    private func written(_ escaped: (String) -> String, bold: (String) -> String) -> [[String]] {
        rows.enumerated().map { row, texts in
            texts.enumerated().map { column, text in
                self.bold.contains([row, column]) ? bold(escaped(text)) : escaped(text)
            }
        }
    }

    /// The lines of a LaTeX table with the rules of the package booktabs.
    public var latex: [String] {
        let columns = header.indices.map { $0 < names ? "l" : "r" }.joined()
        let lines = [header.map(LaTeX.escaped)] + written(LaTeX.escaped) { "\\textbf{\($0)}" }
        let rows = lines.map { "\($0.joined(separator: " & ")) \\\\" }
        return ["\\begin{tabular}{\(columns)}", "\\toprule", rows[0], "\\midrule"] + rows.dropFirst()
            + ["\\bottomrule", "\\end{tabular}"]
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
