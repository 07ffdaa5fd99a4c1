// gossiplab topology: what a graph is and what theory promises on it, and the same graph in other formats. How rules
// fare on it is in TopologyBreakdown.
import Harness
import JSON
import Kernels
import Linter
import Platform
import Registry
import Scenario

enum TopologyCommand: Command {
    static let name = "topology"
    static let usage = "topology inspect|convert|draw|breakdown|table FILE"
    static let summary =
        "Says what a graph is and what each rule promises on it, writes it in another format, draws it."
    static let flags =
        [
            Flag(
                "hostile", "WHO",
                "the hostile nodes: labels with commas (3,7 or 3,); with inspect also how many, placed worst"),
            Flag("tolerates", "N", "with inspect, what all nodes are told (default: what the worst placed needs)"),
            Flag(
                "experiment", "NAME", "with inspect, an experiment whose hostile nodes, budget and rule are looked at",
                values: CatalogWords.experiments),
            Flag("rule", "NAME", "with inspect and breakdown, this rule alone", values: CatalogWords.rules),
            Flag("json", nil, "with inspect and breakdown, print JSON"),
            Flag("most", "N", "with breakdown, hostile nodes at most (default: less than half)"),
            Flag("seconds", "S", "with breakdown, time for all of it (default 60)"),
            Flag(
                "to", "FORMAT", "with convert, the format: \(TopologyFile.formats.joined(separator: ", "))",
                values: .words(TopologyFile.formats)),
            Flag("out", "PATH", "with convert and draw, the file to write (default: standard output)"), InputFiles.flag,
        ] + TopologyDrawCommand.flags

    private static let verbs = ["inspect", "convert", "draw", "breakdown", "table"]

    static let examples = [
        Example("topology inspect Topologies/quickstart-16.json", "what a graph is, and what theory promises on it"),
        Example("topology draw ring nodes=16 --out ring.svg", "a picture of a family's graph"),
        Example("topology convert graph.json --to graphml --out graph.graphml", "the same graph for another program"),
    ]

    static func argument(after words: [String]) -> Completion {
        guard let verb = words.first else { return .words(verbs) }
        return verb == "draw" && words.count == 1 ? CatalogWords.familiesOrFiles : .files
    }

    static func run(_ flags: Flags) throws -> Int32 {
        if flags.words.first == "draw" {
            let room = MemoryRoom(bytes: HostLimits.freeMemory(), for: .report)
            try TopologyDrawCommand.run(Array(flags.words.dropFirst()), flags, room: room)
            return ExitCode.success
        }
        guard let verb = flags.words.first, flags.words.count >= 2 else {
            throw ConfigurationFault(
                .missing(
                    key: "\(verbs.joined(separator: ", ")) and FILE", expected: "a topology file, as in Topologies/"))
        }
        guard verbs.contains(verb) else {
            throw ConfigurationFault(.unknown(noun: "topology command", given: verb, known: verbs))
        }
        guard verb == "table" || flags.words.count == 2 else {
            throw ConfigurationFault("one file at a time, not '\(flags.words.dropFirst().joined(separator: " "))'")
        }
        if verb == "table" {
            try StandardOutput.print(
                lines: GraphTable(try flags.words.dropFirst().map { try graph(at: $0, flags) }).markdown)
            return ExitCode.success
        }
        let file = try graph(at: flags.words[1], flags).file
        for warning in file.warnings { StandardError.print("warning: \(warning)") }
        switch verb {
        case "inspect": try inspect(file, flags)
        case "breakdown": try TopologyBreakdown.run(file, flags)
        default: try convert(file, flags)
        }
        return ExitCode.success
    }

    private static func graph(at path: String, _ flags: Flags) throws -> (name: String, file: TopologyFile) {
        let inputs = try InputFiles(flags)
        let room = MemoryRoom(bytes: HostLimits.freeMemory(), for: .report)
        let file = try TopologyFile.read(path: path, room: room) { path throws(ConfigurationFault) in
            try inputs.read(path)
        }
        return (path.split(separator: "/").last.map(String.init) ?? path, file)
    }

    private static func inspect(_ file: TopologyFile, _ flags: Flags) throws {
        let subject = try subject(file, flags)
        let findings = Lint.findings(of: subject)
        if flags.has("json") { return try StandardOutput.print(json: JSONText.pretty(subject.json(findings))) }
        // Of a graph that never changes all but its name stands among the findings.
        let account = file.schedule == nil ? file.account.filter { !$0.hasPrefix("graph: ") } : file.account
        try StandardOutput.print(lines: account + FindingText(findings).lines)
    }

    /// What is to be looked at.
    private static func subject(_ file: TopologyFile, _ flags: Flags) throws -> LintSubject {
        var rules = try flags.value("rule").map { [try NamedRule(named: $0)] }
        if let name = flags.value("experiment") {
            guard !flags.has("hostile"), !flags.has("tolerates") else {
                throw ConfigurationFault(
                    "--experiment says who is hostile and what is withstood; leave --hostile and "
                        + "--tolerates out, or the experiment")
            }
            let source = try ExperimentSource(named: name, inputs: InputFiles(flags))
            let room = MemoryRoom(bytes: HostLimits.freeMemory(), for: .report)
            let assembly = try Assembly(source.experiment, topology: file, files: source.dataFiles, room: room)
            let own = NamedRule(assembly.experiment.aggregation.rule.kind, assembly.gossipRule)
            rules = rules ?? [own] + NamedRule.all.filter { $0.name != own.name }
            return LintSubject(assembly, rules: rules)
        }
        let most = file.topology.nodeCount - 1
        let told: Int? = flags.has("tolerates") ? try flags.count("tolerates", 0...most, default: 0) : nil
        let who = try flags.value("hostile").map { try hostile($0, in: file) } ?? Hostile.count(0)
        func subject(_ placement: HostileSet) -> LintSubject {
            LintSubject(
                file.graphs, placement: placement, tolerance: told.map { .count($0) }, rules: rules ?? NamedRule.all)
        }
        switch who {
        case .nodes(let nodes): return subject(.given(nodes))
        case .count(0): return subject(.nobody)
        case .count(let count): return subject(.nobody).placingWorst(count)
        }
    }

    private enum Hostile { case nodes([NodeID]), count(Int) }

    private static func hostile(_ text: String, in file: TopologyFile) throws(ConfigurationFault) -> Hostile {
        let most = file.topology.nodeCount - 1
        if !text.contains(","), let count = Int(text) {
            guard 0...most ~= count else {
                throw ConfigurationFault(
                    .notAllowed(key: "--hostile", given: text, allowed: "up to \(most) of \(most + 1) nodes"))
            }
            return .count(count)
        }
        var nodes: [NodeID] = []
        for label in text.split(separator: ",").map(String.init) {
            guard let node = file.topology.node(labelled: label) else {
                throw ConfigurationFault(
                    .unknown(noun: "node in --hostile", given: label, known: file.topology.labels))
            }
            if !nodes.contains(node) { nodes.append(node) }
        }
        guard nodes.count <= most else { throw ConfigurationFault("all nodes are hostile; allowed: all but one") }
        return nodes.isEmpty ? .count(0) : .nodes(nodes.sorted())
    }

    private static func convert(_ file: TopologyFile, _ flags: Flags) throws {
        guard let format = flags.value("to") else {
            throw ConfigurationFault(.missing(key: "--to", expected: TopologyFile.formats.joined(separator: ", ")))
        }
        let (text, loss) = try file.written(as: format)
        if let loss { StandardError.print("warning: \(loss)") }
        if let path = flags.value("out") {
            try Files.write(Array(text.utf8), to: path)
        } else {
            if text.first == "{" {
                try StandardOutput.print(json: text)
            } else {
                let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
                try StandardOutput.print(lines: lines.dropLast())
            }
        }
    }
}
