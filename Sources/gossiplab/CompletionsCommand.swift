// gossiplab completions: what a shell needs to complete the words of both programs.
import Platform
import Registry

enum CompletionsCommand: Command {
    static let name = "completions"
    static let usage = "completions SHELL"
    static let summary = "Prints what \(Shell.listed) needs to complete commands, flags, and names of all catalogues."
    static let flags: [Flag] = []
    static let examples = Shell.allCases.map { shell in
        Example(shell.command, "in \(shell.rawValue), as '\(shell.hint)'")
    }

    static func argument(after words: [String]) -> Completion { words.isEmpty ? Shell.names : .nothing }

    static func run(_ flags: Flags) throws -> Int32 {
        guard let name = flags.words.first, flags.words.count == 1 else {
            throw ConfigurationFault(.missing(key: "the shell", expected: "one of \(Shell.listed)"))
        }
        let script = try Shell(named: name).script
        try StandardOutput.print(lines: script.split(separator: "\n", omittingEmptySubsequences: false))
        return ExitCode.success
    }
}

extension Shell {
    fileprivate var command: String { "completions \(rawValue)" }
}
