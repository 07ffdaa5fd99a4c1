// Texts broken at words, so that a terminal of any width breaks none.

/// `text` in lines of at most so many columns, broken at blanks; blanks that align stay. A word that is wider has a
/// line to itself, whole, so that a path or a digest can still be copied.
///
/// - Parameter hanging: blanks before every line but the first; no more than half of the columns.
public func wrapped(_ text: String, to columns: Int, hanging: Int = 0) -> [String] {
    guard text.count > columns else { return [text] }
    let indent = String(repeating: " ", count: min(hanging, max(0, columns / 2)))
    var lines: [String] = []
    var line = ""
    var hasWord = false
    var rest = text[...]
    while !rest.isEmpty {
        let blanks = rest.prefix { $0 == " " }
        rest = rest.dropFirst(blanks.count)
        let word = rest.prefix { $0 != " " }
        rest = rest.dropFirst(word.count)
        guard !word.isEmpty else { break }
        if !hasWord || line.count + blanks.count + word.count <= columns {
            line += blanks + word
        } else {
            lines.append(line)
            line = indent + word
        }
        hasWord = true
    }
    return lines + [line]
}

/// A row of a table of two columns, `name   value`, in as many lines as it takes; the value hangs where it begins.
public func wrapped(row: String, to columns: Int) -> [String] {
    guard row.count > columns else { return [row] }
    let name = row.firstRange(of: "  ").map { row[..<$0.lowerBound] } ?? ""
    let gap = row.dropFirst(name.count).prefix { $0 == " " }
    let start = name.count + gap.count
    return wrapped(row, to: columns, hanging: name.isEmpty ? 0 : 2 * start <= columns ? start : 2)
}

/// A name, and in a second column what is said of it; below each other where there is no room for two columns.
func described(_ name: String, _ sentence: String, at column: Int, to columns: Int) -> [String] {
    guard columns >= column + 20 else {
        return wrapped("  \(name)", to: columns, hanging: 4) + wrapped("    \(sentence)", to: columns, hanging: 4)
    }
    guard name.count + 4 <= column else {
        return ["  \(name)"]
            + wrapped(String(repeating: " ", count: column) + sentence, to: columns, hanging: column)
    }
    let filling = String(repeating: " ", count: column - name.count - 2)
    return wrapped("  \(name)\(filling)\(sentence)", to: columns, hanging: column)
}
