// gossiplab check: all that is to be said of an experiment before it is run, without running it.
import Harness
import JSON
import Linter
import Platform
import Registry
import Scenario

enum CheckCommand: Command {
    static let name = "check"
    static let usage = "check [NAME or FILE]"
    static let summary = "Says what theory promises of an experiment, without running it; 1 if it cannot agree."
    static let flags = [
        Flag(
            "set", "KEY=VALUE", "override a key of the experiment, as in training.rounds=500; may be repeated",
            values: CatalogWords.settings),
        Flag("json", nil, "print JSON"), InputFiles.flag,
    ]

    static let examples = [
        Example(
            "check mine.json --set aggregation.rule=csPlus",
            "what theory promises of an experiment, before it is run")
    ]

    static func argument(after words: [String]) -> Completion { words.isEmpty ? CatalogWords.experiments : .nothing }

    static func run(_ flags: Flags) throws -> Int32 {
        guard flags.words.count <= 1 else {
            throw ConfigurationFault("one experiment at a time, not '\(flags.words.joined(separator: " "))'")
        }
        let source = try ExperimentSource(
            named: flags.words.first ?? "quickstart", overrides: flags.values("set"), inputs: InputFiles(flags))
        let room = MemoryRoom(bytes: HostLimits.freeMemory(), for: .report)
        let assembly = try Assembly(
            source.experiment, topology: source.topologyFile(of: source.experiment, room: room),
            files: source.dataFiles, room: room)
        for warning in assembly.warnings { StandardError.print("warning: \(warning)") }
        let subject = LintSubject(assembly)
        let findings = Lint.findings(of: subject)
        if flags.has("json") {
            try StandardOutput.print(json: JSONText.pretty(subject.json(findings)))
        } else {
            try StandardOutput.print(lines: FindingText(findings).lines)
        }
        return findings.contains { $0.severity == .error } ? ExitCode.failure : ExitCode.success
    }
}
