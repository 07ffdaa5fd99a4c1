// The manual page of a program, in the macros that every man(1) knows.

/// The manual page of a program, of section 1.
struct ManualPage {
    let program: ProgramEntry

    var lines: [String] {
        var lines = [
            ".TH \(program.name.uppercased()) 1 \"\" \"\(program.name) \(ProgramEntry.version)\" \"User commands\"",
            ".SH NAME", Self.text("\(program.name) - \(program.summary)"), ".SH SYNOPSIS",
            Self.bold(program.name) + Self.text(synopsis), ".SH DESCRIPTION", Self.text(program.summary),
        ]
        if program.commands.isEmpty {
            lines +=
                [".SH OPTIONS"] + program.own.flags.flatMap(Self.lines) + examples(of: program.own, [".SH EXAMPLES"])
        } else {
            lines += [".SH OPTIONS"] + program.own.flags.flatMap(Self.lines) + [".SH COMMANDS"]
            for command in program.commands {
                lines += [".SS " + Self.quoted("\(command.name) \(command.arguments)"), Self.text(command.summary)]
                lines += command.flags.flatMap(Self.lines) + examples(of: command, [".PP", "Examples:"])
            }
        }
        lines += [".SH EXIT STATUS"]
        for (status, meaning) in program.statuses { lines += [".TP", Self.bold("\(status)"), Self.text(meaning)] }
        return lines
    }

    private var synopsis: String { (program.own.arguments.isEmpty ? "" : " \(program.own.arguments)") + " [FLAG]..." }

    private static func lines(of flag: Flag) -> [String] {
        let value = flag.placeholder.map { " \\fI\(text($0))\\fR" } ?? ""
        return [".TP", bold("--\(flag.name)") + value, text(flag.summary)]
    }

    private func examples(of command: CommandEntry, _ heading: [String]) -> [String] {
        guard !command.examples.isEmpty else { return [] }
        return heading
            + command.examples.flatMap { example in
                [".TP", Self.bold("\(program.name) \(example.arguments)"), Self.text(example.summary)]
            }
    }

    private static func bold(_ words: String) -> String { "\\fB\(text(words))\\fR" }

    private static func quoted(_ words: String) -> String {
        "\"\(text(words).replacing("\"", with: "\\(dq"))\""
    }

    /// `words` as they are, whatever they mean to troff.
    private static func text(_ words: String) -> String {
        let escaped = words.replacing("\\", with: "\\e").replacing("-", with: "\\-").replacing("'", with: "\\(aq")
            .replacing("…", with: "...")
        return escaped.hasPrefix(".") ? "\\&\(escaped)" : escaped
    }
}
