// What -h and --help print: usage, summary and flags; --help also examples, allowed values and exit statuses.

/// The help of a program or of one of its commands, for a terminal of some width.
struct HelpText {
    private static let column = 28
    /// Values that are listed; of more, the first few.
    private static let mostValues = 12

    let program: ProgramEntry
    /// Without examples and values.
    let isShort: Bool
    let columns: Int

    /// Of one command.
    func lines(of command: CommandEntry) -> [String] {
        var lines = paragraph("usage: \(program.words(before: command)) [FLAG]...", hanging: 7)
        lines += [""] + paragraph(command.summary)
        lines += [""] + command.flags.flatMap { self.lines(of: $0) }
        guard !isShort else { return lines }
        if !command.examples.isEmpty { lines += ["", "examples:"] + command.examples.flatMap { self.lines(of: $0) } }
        return lines
    }

    /// Of all commands.
    func lines() -> [String] {
        guard !program.commands.isEmpty else { return lines(of: program.own) + (isShort ? [] : statuses) }
        var lines = paragraph(program.summary)
        lines += [""] + paragraph("usage: \(program.own.name) \(program.own.arguments) [FLAG]...", hanging: 7) + [""]
        for command in program.commands {
            lines += row("\(command.name) \(command.arguments)", command.summary)
            guard !isShort, let example = command.examples.first else { continue }
            lines += row("", "as in: \(program.name) \(example.arguments)")
        }
        lines += [""] + program.own.flags.flatMap { self.lines(of: $0) }
        lines += [""] + paragraph("'\(program.name) COMMAND --help' tells more of each; -h less.")
        return isShort ? lines : lines + statuses
    }

    private var statuses: [String] {
        ["", "exit status:"] + program.statuses.flatMap { row("\($0.status)", $0.meaning) }
    }

    private func lines(of flag: Flag) -> [String] {
        row(flag.usage, flag.summary)
            + (isShort ? [] : values(of: flag).map { paragraph(spaces + "allowed: \($0)", hanging: Self.column) } ?? [])
    }

    /// Words that a flag can have, where they are not said in its summary.
    private func values(of flag: Flag) -> String? {
        let words = flag.values.candidates(for: "").map(\.word)
        guard !words.isEmpty, !words.allSatisfy(flag.summary.contains) else { return nil }
        return words.prefix(Self.mostValues).joined(separator: ", ") + (words.count > Self.mostValues ? ", …" : "")
    }

    private func lines(of example: Example) -> [String] {
        paragraph("  \(program.name) \(example.arguments)", hanging: 6)
            + paragraph("      \(example.summary)", hanging: 6)
    }

    private var spaces: String { String(repeating: " ", count: columns >= Self.column + 20 ? Self.column : 4) }

    private func row(_ name: String, _ sentence: String) -> [String] {
        described(name, sentence, at: Self.column, to: columns)
    }

    private func paragraph(_ text: String, hanging: Int = 0) -> [String] {
        wrapped(text, to: columns, hanging: hanging)
    }
}

extension ProgramEntry {
    /// `gossiplab run [NAME or FILE]`, or `gossipnode --run DIR`.
    func words(before command: CommandEntry) -> String {
        ([name] + (commands.isEmpty ? [] : [command.name]) + (command.arguments.isEmpty ? [] : [command.arguments]))
            .joined(separator: " ")
    }
}
