// Findings as people read them: a title, then the sentence, no line wider than a terminal.

/// Findings in lines of at most `columns` characters, as far as words allow.
public struct FindingText: Sendable {
    /// A terminal's width since there were any.
    public static let columns = 80
    private static let margin = 12

    public let lines: [String]

    public init(_ findings: [Finding]) {
        let titles = Dictionary(uniqueKeysWithValues: Lint.kinds.map { ($0.code, $0.title) })
        lines = findings.flatMap { finding in
            let mark = finding.severity > .note ? "\(finding.severity.rawValue): " : ""
            let head = finding.rule.map { "\($0) \(Self.words(finding.verdict)): " } ?? ""
            let title = finding.rule == nil ? titles[finding.code] ?? finding.code : "rule"
            return Self.wrapped(mark + head + finding.sentence, title: title)
        }
    }

    private static func words(_ verdict: Verdict?) -> String {
        switch verdict {
        case .holds: "holds"
        case .fails: "fails"
        case .unknown, nil: "unknown"
        }
    }

    /// A title, and beside it a text in as many lines as it takes.
    public static func wrapped(_ text: String, title: String) -> [String] {
        var lines: [String] = []
        var line = title + String(repeating: " ", count: max(1, margin - title.count))
        var isEmpty = true
        for word in text.split(separator: " ") {
            if !isEmpty, line.count + 1 + word.count > columns {
                lines.append(line)
                line = String(repeating: " ", count: margin)
                isEmpty = true
            }
            line += (isEmpty ? "" : " ") + word
            isEmpty = false
        }
        return lines + [line]
    }
}
