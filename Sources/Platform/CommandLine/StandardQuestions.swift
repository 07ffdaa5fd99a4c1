// What every program is asked beside its work: help, version, manual page, and by shells what can follow.
import Registry

extension ProgramEntry {
    /// Answers the question that a command line asks, if it asks one.
    ///
    /// - Returns: the exit status; `nil` where there is work to be done.
    public func answer(_ arguments: [String]) throws -> Int32? {
        if arguments.first == "--complete" {
            try StandardOutput.print(tabbed: Completer(program: self).rows(for: Array(arguments.dropFirst())))
            return ExitCode.success
        }
        guard let lines = try answerLines(arguments) else { return nil }
        try StandardOutput.print(lines: lines)
        return ExitCode.success
    }

    private func answerLines(_ arguments: [String]) throws -> [String]? {
        guard let first = arguments.first else { return nil }
        if first == "--version" { return [versionLine] }
        let isShort = arguments.contains("-h")
        let help = HelpText(program: self, isShort: isShort, columns: Terminal.columnsOfOutput)
        if let command = commands.first(where: { $0.name == first }) {
            return isShort || arguments.contains("--help") ? help.lines(of: command) : nil
        }
        if commands.isEmpty {
            if first == "--manual" { return manual }
            if let shell = try completions(arguments) { return shell }
            return isShort || arguments.contains("--help") ? help.lines() : nil
        }
        guard ["help", "--help", "-h"].contains(first) else { return nil }
        guard arguments.count > 1 else { return help.lines() }
        guard let command = commands.first(where: { $0.name == arguments[1] }) else {
            throw ConfigurationFault(.unknown(noun: "command", given: arguments[1], known: commands.map(\.name)))
        }
        return help.lines(of: command)
    }

    private func completions(_ arguments: [String]) throws(ConfigurationFault) -> [String]? {
        guard let first = arguments.first, first == "--completions" || first.hasPrefix("--completions=") else {
            return nil
        }
        let flags = try Flags(arguments, allowed: own.flags)
        return try Shell(named: flags.required("completions", Shell.listed)).script.split(
            separator: "\n", omittingEmptySubsequences: false
        ).map(String.init)
    }

    /// The manual page.
    public var manual: [String] { ManualPage(program: self).lines }

    /// What a command line without a word prints.
    public var shortHelp: [String] {
        HelpText(program: self, isShort: true, columns: Terminal.columnsOfOutput).lines()
    }
}
