// The one table of a program's commands and flags. Help, the manual page and what shells complete are made from it.
import Registry
import Wire

/// A command line that does something, and what.
public struct Example: Sendable {
    /// What follows the program's name.
    public let arguments: String
    public let summary: String

    public init(_ arguments: String, _ summary: String) {
        self.arguments = arguments
        self.summary = summary
    }
}

/// One command of a program, or all of a program that has none.
public struct CommandEntry: Sendable {
    public let name: String
    /// Its arguments, as in `[NAME or FILE]`; empty where it takes none.
    public let arguments: String
    public let summary: String
    public let examples: [Example]
    public let flags: [Flag]
    /// What can follow these words.
    public let argument: @Sendable ([String]) -> Completion

    /// - Parameters:
    ///   - usage: its name, and its arguments.
    ///   - argument: what can follow the words that are there; by default what `usage` says.
    public init(
        usage: String, summary: String, examples: [Example], flags: [Flag],
        argument: (@Sendable ([String]) -> Completion)? = nil
    ) {
        let parts = usage.split(separator: " ", maxSplits: 1).map(String.init)
        name = parts.first ?? ""
        arguments = parts.count > 1 ? parts[1] : ""
        self.summary = summary
        self.examples = examples
        self.flags = flags + [Flag("help", nil, "this text; -h for a shorter one")]
        let standard = Completion(arguments)
        self.argument = argument ?? { _ in standard }
    }
}

/// A program: what stands on its command line, and what comes back.
public struct ProgramEntry: Sendable {
    public let name: String
    public let summary: String
    /// Its commands; empty where it is but one.
    public let commands: [CommandEntry]
    /// What holds without a command.
    public let own: CommandEntry

    /// A program of commands.
    public init(name: String, summary: String, commands: [CommandEntry]) {
        self.name = name
        self.summary = summary
        self.commands = commands
        statuses = [
            (ExitCode.success, "done"), (ExitCode.failure, "the run failed, or a result could not be written"),
            Self.usage, (ExitCode.interrupted, "stopped by Ctrl-C"), Self.closedPipe,
        ]
        own = CommandEntry(
            usage: "\(name) COMMAND [ARGUMENT]", summary: summary, examples: [], flags: [ProgramEntry.versionFlag])
    }

    /// A program that is one command.
    ///
    /// - Parameter usage: its name, and what must be given.
    public init(usage: String, summary: String, examples: [Example], flags: [Flag]) {
        commands = []
        own = CommandEntry(
            usage: usage, summary: summary, examples: examples,
            flags: flags + [
                ProgramEntry.versionFlag, Flag("manual", nil, "print the manual page, for 'man -l -' or a file"),
                Flag("completions", "SHELL", "print what \(Shell.listed) needs to complete words", values: Shell.names),
            ])
        statuses = [
            (ExitCode.success, "all rounds done, or stopped in good order when asked to"),
            (ExitCode.failure, "it could not go on, or never reached a neighbour"), Self.usage, Self.closedPipe,
        ]
        name = own.name
        self.summary = summary
    }

    private static let versionFlag = Flag("version", nil, "print the version")

    /// Of both programs, which belong together.
    public static let version = "1.0.0"

    /// What `--version` prints.
    public var versionLine: String {
        "\(name) \(Self.version) (wire protocol \(Frame.version), \(Processor.instructions))"
    }

    /// What the exit statuses mean.
    let statuses: [(status: Int32, meaning: String)]

    private static let usage: (status: Int32, meaning: String) = (
        ExitCode.usage, "wrong use or bad input, which one line tells"
    )
    private static let closedPipe: (status: Int32, meaning: String) = (
        ExitCode.closedPipe, "the reader of the results has gone"
    )
}
