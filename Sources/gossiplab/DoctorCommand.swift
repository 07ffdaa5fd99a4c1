// gossiplab doctor: what on this machine could stop a run of real processes, and what to do about it.
import Harness
import Platform
import Registry
import Scenario

enum DoctorCommand: Command {
    static let name = "doctor"
    static let usage = "doctor [NODES, NAME or FILE]"
    static let summary =
        "Looks at descriptors, ports, memory, processors, clock, disk and loopback for a run; 1 if something is wrong."
    static let flags = [
        Flag("set", "KEY=VALUE", "override a key of the experiment; may be repeated", values: CatalogWords.settings),
        Flag("out", "DIR", "parent folder of the run that is meant (default runs)"), Flag("json", nil, "print JSON"),
        InputFiles.flag,
    ]
    static let examples = [
        Example("doctor", "for the built-in quickstart"),
        Example("doctor 500", "for 500 nodes with six links each"),
        Example("doctor mine.json --set training.batchSize=512", "for an experiment of your own"),
    ]
    private static let nodeCounts = 2...100_000

    static func argument(after words: [String]) -> Completion { words.isEmpty ? CatalogWords.experiments : .nothing }

    static func run(_ flags: Flags) throws -> Int32 {
        guard flags.words.count <= 1 else {
            throw ConfigurationFault("one experiment at a time, not '\(flags.words.joined(separator: " "))'")
        }
        let diagnosis = try Doctor(
            source(flags), runsIn: flags.value("out") ?? "runs", program: nodeProgram()
        ).examine()
        if flags.has("json") {
            try StandardOutput.print(json: diagnosis.json)
        } else {
            try StandardOutput.print(rows: diagnosis.lines.reversed().prefix(1), first: diagnosis.colour)
            try StandardOutput.print(lines: [""] + diagnosis.lines.dropLast(2))
        }
        return diagnosis.problems == 0 ? ExitCode.success : ExitCode.failure
    }

    /// The experiment that the command names, or for a number the quickstart on a graph of so many nodes.
    private static func source(_ flags: Flags) throws(ConfigurationFault) -> ExperimentSource {
        let word = flags.words.first ?? "quickstart"
        let inputs = try InputFiles(flags)
        guard let nodes = Int(word) else {
            return try ExperimentSource(named: word, overrides: flags.values("set"), inputs: inputs)
        }
        guard nodeCounts.contains(nodes) else {
            throw ConfigurationFault(
                .notAllowed(
                    key: "NODES", given: word,
                    allowed: "a whole number from \(nodeCounts.lowerBound) to \(nodeCounts.upperBound)"))
        }
        let graph = nodes > 6 ? #""randomRegular", "degree": 6, "seed": 1"# : #""complete""#
        return try ExperimentSource(
            named: "quickstart",
            overrides: [
                #"topology={"family": \#(graph), "nodes": \#(nodes)}"#, "adversary=[]", "name=\(nodes)-nodes",
                "aggregation.tolerates.count=0", "task.split=iid",
                #"task.dataset={"kind": "synthetic", "features": 64, "samples": \#(max(2_000, 4 * nodes))}"#,
            ] + flags.values("set"), inputs: inputs)
    }
}
