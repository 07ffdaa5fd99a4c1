// The laboratory's command line: finds the command, reports faults in one line, sets the exit status.
import Harness
import Platform
import Registry
import Scenario

@main
struct Main {
    static func main() {
        StandardStreams.prepare()
        ProcessMemory.keepFreed()
        let arguments = Array(CommandLine.arguments.dropFirst())
        ExitCode.leave(
            with: ExitCode.of("gossiplab") {
                try run(arguments)
            } status: { fault in
                // What a request to end has cut short has not gone wrong.
                if Signals.wereRequestsToEnd { return ExitCode.interrupted }
                return fault is ConfigurationFault ? ExitCode.usage : ExitCode.failure
            })
    }

    private static func run(_ arguments: [String]) throws -> Int32 {
        guard let name = arguments.first else {
            try StandardOutput.print(lines: program.shortHelp)
            return ExitCode.usage
        }
        if let status = try program.answer(arguments) { return status }
        try Processor.check()
        try HostLimits.checkOpenFiles(for: program.name)
        guard let command = commands.first(where: { $0.name == name }) else {
            throw ConfigurationFault(.unknown(noun: "command", given: name, known: commands.map { $0.name }))
        }
        return try command.run(Flags(Array(arguments.dropFirst()), allowed: command.flags))
    }
}

/// One command of the laboratory. A new one is one file and one line in `commands`.
protocol Command: SendableMetatype {
    static var name: String { get }
    /// The name and its arguments.
    static var usage: String { get }
    static var summary: String { get }
    static var flags: [Flag] { get }
    /// Command lines that use it, the plainest first; at least one.
    static var examples: [Example] { get }

    /// What can follow these words; by default what `usage` says: files for FILE, folders for RUN.
    static func argument(after words: [String]) -> Completion

    /// - Returns: the exit status.
    static func run(_ flags: Flags) throws -> Int32
}

extension Command {
    static var examples: [Example] { [] }

    static func argument(after words: [String]) -> Completion {
        CommandEntry(usage: usage, summary: summary, examples: [], flags: []).argument(words)
    }

    /// The same as an entry of the program's table.
    fileprivate static var entry: CommandEntry {
        CommandEntry(
            usage: usage, summary: summary, examples: examples, flags: flags, argument: { argument(after: $0) })
    }
}

private let commands: [any Command.Type] = [
    RunCommand.self, SimulateCommand.self, InitCommand.self, ListCommand.self, ShowCommand.self, WatchCommand.self,
    ResumeCommand.self, VerifyCommand.self, ReplayCommand.self, TraceCommand.self, ReportCommand.self,
    ExportCommand.self, SoakCommand.self, SweepCommand.self, ReproduceCommand.self, TopologyCommand.self,
    CheckCommand.self, KeysCommand.self, BenchCommand.self, DoctorCommand.self, AggregateCommand.self,
    ForgeCommand.self, PrivacyCommand.self, ManifestCommand.self, CompletionsCommand.self, ManualCommand.self,
]

/// The table of all that can stand on the laboratory's command line.
let program = ProgramEntry(
    name: "gossiplab", summary: "Runs and judges experiments of decentralised, Byzantine-robust learning.",
    commands: commands.map { $0.entry })

/// `text` and at least one blank, filled up to `width`.
func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
}
