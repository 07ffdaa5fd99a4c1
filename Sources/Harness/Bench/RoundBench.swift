// Benchmarks of rounds of real node processes, beside a bare exchange of the same bytes between as many processes.
import Aggregation
import Graphs
import Kernels
import Platform
import Registry
import Scenario
import Wire

/// Benchmarks of rounds of real processes.
public enum RoundBench: Bench {
    public static let name = "rounds"
    public static let flags = [
        Flag("nodes", "N", "processes (default 16)"),
        Flag("family", "NAME", "\(BenchTask.families.joined(separator: ", ")) (default: several)"),
        Flag("rule", "NAME", "how models are mixed (default: several)"),
        Flag("rounds", "N", "rounds of one run (default: about a second of them)"),
        Flag("transport", "KIND", "tcp (default) or udp; the bare exchange is TCP in any case"),
        Flag("keys", nil, "seal every link"),
    ]

    /// So many models are exchanged in one run, where nobody says how many rounds it has.
    private static let modelsOfRun = 64_000
    /// The launcher looks for the end of the first and of the last round this often, and at memory so much less often.
    private static let interval: Nanoseconds = .milliseconds(1)
    private static let looksPerMemory = 100
    /// No run may take longer.
    private static let longestRun: Nanoseconds = .milliseconds(300_000)

    public static func run(_ settings: BenchSettings) throws -> BenchReport {
        let nodes = try settings.flags.count("nodes", 3...4096, default: 16)
        let tasks = try self.tasks(nodes: nodes, settings.flags)
        var report = BenchReport(
            name, repetitions: settings.repetitions,
            conditions: [
                ("transport", .text(try links(settings.flags).transport.rawValue)),
                ("keys", .flag(settings.flags.has("keys"))), ("nodes", .number(nodes)),
                ("features", .number(BenchTask.features)),
                ("classes", .number(BenchTask.classes)), ("batch", .number(BenchTask.batch)),
                ("measure.every", .number(0)), ("checkpoint.every", .number(0)),
            ],
            columns: [
                .init(key: "rounds", header: "rounds", decimals: 0),
                .init(key: "millisecondsPerRound", header: "ms a round", decimals: 3),
                .init(key: "spread", header: "spread", decimals: 3),
                .init(key: "millisecondsPerExchange", header: "bare ms", decimals: 3),
                .init(key: "timesExchange", header: "times bare", decimals: 2),
                .init(key: "secondsToFirstRound", header: "start s", decimals: 3),
                .init(key: "peakMegabytesPerNode", header: "MB a node", decimals: 1),
            ],
            notes: [
                "ms a round: from when every node has closed its first round to when every node has written its model; "
                    + "spread: between the quartiles, as a share of the median.",
                "bare: sockets alone, as many processes and bytes, without frames, checks, training, mixing or files; "
                    + "measured in turn with the nodes.",
                "start: from reading the experiment to when every node has closed its first round.",
                "MB a node: the most that any node had resident at once (VmHWM).",
            ])
        for task in tasks {
            settings.announce("\(task.family), \(task.rule), \(task.rounds) rounds")
            report.add(try measure(task, settings), settings)
        }
        return report
    }

    /// What the processes are told of their links.
    private static func links(_ flags: Flags) throws(ConfigurationFault) -> (transport: Transport, hasKeys: Bool) {
        let known = Transport.allCases.map(\.rawValue)
        let given = try flags.choice("transport", known, default: Transport.tcp.rawValue)
        return (Transport(rawValue: given) ?? .tcp, flags.has("keys"))
    }

    private static func tasks(nodes: Int, _ flags: Flags) throws(ConfigurationFault) -> [BenchTask] {
        let family = try flags.choice("family", BenchTask.families, default: Ring.name)
        let rule = try flags.value("rule").map { given throws(ConfigurationFault) in
            try RuleCatalog.gossip.entry(named: given).name
        }
        var chosen = [(family, rule ?? WeightedMean.name)]
        if flags.value("family") == nil, rule == nil {
            chosen += [(Complete.name, WeightedMean.name), (Complete.name, ClippedSumPlus.name)]
        }
        var tasks: [BenchTask] = []
        for (family, rule) in chosen {
            let degree = family == Complete.name ? nodes - 1 : 2
            let standard = min(2_000, max(50, modelsOfRun / (nodes * degree)))
            let rounds = try flags.count("rounds", 2...1_000_000, default: standard)
            tasks.append(BenchTask(family: family, nodes: nodes, rule: rule, rounds: rounds))
        }
        return tasks
    }

    private static func measure(_ task: BenchTask, _ settings: BenchSettings) throws -> BenchReport.Row {
        let assembly = try task.assembly()
        try ProcessRun.check(program: settings.node)
        try ProcessRun.checkLimits(for: assembly)
        var (rounds, exchanges, ratios, starts) = (Sample(), Sample(), Sample(), Sample())
        var peak = 0
        for _ in 0..<settings.repetitions {
            let exchange = try BareExchange.measure(
                assembly.topology, bytes: 4 * assembly.channels.elementCount, rounds: task.rounds,
                program: settings.laboratory)
            let run = try launch(task, over: try links(settings.flags), program: settings.node)
            exchanges.add(exchange)
            rounds.add(run.round)
            ratios.add(run.round / exchange)
            starts.add(run.start)
            peak = max(peak, run.peakBytes)
        }
        return .init(
            name: "\(task.family), \(task.rule)",
            figures: [
                Double(task.rounds), 1e3 * rounds.median, rounds.spread, 1e3 * exchanges.median, ratios.median,
                starts.median, Double(peak) / 1e6,
            ])
    }

    /// One run of all nodes: seconds to the first closed round and of one round, and the memory of the greediest.
    private static func launch(
        _ task: BenchTask, over links: (transport: Transport, hasKeys: Bool), program: String
    ) throws -> (start: Double, round: Double, peakBytes: Int) {
        let folder = try TemporaryDirectory()
        let clock = MonotonicClock()
        let beginning = clock.now()
        let assembly = try task.assembly()
        let record = RunRecord.processes(transport: links.transport, hasKeys: links.hasKeys)
        let directory = try RunFiles(for: assembly, in: folder.path, made: record).directory
        if links.hasKeys { try KeyFile.write(for: assembly.topologyFile, to: directory.keys) }
        let lifeline = try Lifeline()
        let nonce = RunNonce(Entropy.bytes(RunNonce.byteCount))
        var children: [ChildProcess] = []
        defer { for child in children where child.status == nil { try? child.send(.kill) } }
        let nodes = assembly.topology.nodes.map(directory.node)
        for node in assembly.topology.nodes {
            try Files.makeDirectory(directory.node(node).path)
            children.append(
                try ChildProcess.node(
                    node, of: assembly, run: nonce, in: directory, program: program, lifeline: lifeline,
                    ["--transport", links.transport.rawValue]
                        + (links.hasKeys ? ["--keys", KeyFile.path(ofNode: node, in: directory.keys)] : [])))
        }

        var peak = 0
        func lookAtMemory() {
            peak = children.reduce(peak) { max($0, ProcessMemory.peakBytes(of: $1.processIdentifier) ?? 0) }
        }
        var looks = 0
        var poll = PollLoop()
        // Waits until `isDone` holds of every node, one after the other.
        func waitUntilAll(_ what: String, _ isDone: (NodeDirectory) -> Bool) throws -> Instant {
            for (node, child) in zip(nodes, children) {
                while !isDone(node) {
                    if let status = try child.poll(), status != .exited(0) { throw BenchFault("a node \(status)") }
                    guard clock.now() - beginning < longestRun else {
                        throw BenchFault("it took too long until all nodes \(what)")
                    }
                    looks += 1
                    if looks % looksPerMemory == 0 { lookAtMemory() }
                    try poll.wait(until: clock.now() + interval)
                }
            }
            return clock.now()
        }
        let first = try waitUntilAll("have closed a round") { Files.size(of: $0.trace) ?? 0 > 0 }
        lookAtMemory()
        let last = try waitUntilAll("have finished") { Files.exists($0.model) }
        for child in children where try child.wait() != .exited(0) { throw BenchFault("a node did not end well") }
        let round = Double(last - first) / 1e9 / Double(task.rounds - 1)
        return (Double(first - beginning) / 1e9, round, peak)
    }
}
