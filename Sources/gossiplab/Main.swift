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
        guard let name = arguments.first, !["help", "--help", "-h"].contains(name) else {
            try StandardOutput.print(lines: help)
            return arguments.isEmpty ? ExitCode.usage : ExitCode.success
        }
        try Processor.check()
        try HostLimits.checkOpenFiles(for: "gossiplab")
        guard let command = commands.first(where: { $0.name == name }) else {
            throw ConfigurationFault(.unknown(noun: "command", given: name, known: commands.map { $0.name }))
        }
        let rest = Array(arguments.dropFirst())
        if rest.contains("--help") || rest.contains("-h") {
            try StandardOutput.print(lines: help(for: command))
            return ExitCode.success
        }
        return try command.run(Flags(rest, allowed: command.flags))
    }

    private static var help: [String] {
        ["gossiplab runs and judges experiments of decentralised, Byzantine-robust learning.", ""]
            + ["usage: gossiplab COMMAND [ARGUMENT] [FLAG]...", ""]
            + commands.map { "  " + padded($0.usage, to: 26) + $0.summary }
            + ["", "gossiplab COMMAND --help tells more of each."]
    }

    private static func help(for command: any Command.Type) -> [String] {
        ["usage: gossiplab \(command.usage) [FLAG]...", "", command.summary, ""]
            + command.flags.map { "  " + padded($0.usage, to: 26) + $0.summary }
    }
}

/// One command of the laboratory. A new one is one file and one line in `commands`.
protocol Command: SendableMetatype {
    static var name: String { get }
    /// The name and its arguments.
    static var usage: String { get }
    static var summary: String { get }
    static var flags: [Flag] { get }

    /// - Returns: the exit status.
    static func run(_ flags: Flags) throws -> Int32
}

private let commands: [any Command.Type] = [
    RunCommand.self, SimulateCommand.self, ListCommand.self, ShowCommand.self, ResumeCommand.self, VerifyCommand.self,
    ReplayCommand.self, TraceCommand.self, ReportCommand.self, ExportCommand.self, SoakCommand.self, SweepCommand.self,
    ReproduceCommand.self, TopologyCommand.self, CheckCommand.self, KeysCommand.self, BenchCommand.self,
    AggregateCommand.self, ForgeCommand.self, PrivacyCommand.self, ManifestCommand.self,
]

/// `text` and at least one blank, filled up to `width`.
func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
}
