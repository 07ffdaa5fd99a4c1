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
        Flag("features", "N", "of a sample; the model has ten for each, and ten (default \(BenchTask.features))"),
        Flag("transport", "KIND", "tcp (default) or udp; the bare exchange is TCP in any case"),
        Flag("keys", nil, "seal every link"),
        Flag("against", "PATH", "another gossipnode, or its folder: measured in turn with this one, as a ratio"),
        Flag("count", nil, "what a node costs in a round: processor time, context switches, system calls"),
    ]

    /// So many models are exchanged in one run, where nobody says how many rounds it has.
    private static let modelsOfRun = 64_000
    public static func run(_ settings: BenchSettings) throws -> BenchReport {
        let nodes = try settings.flags.count("nodes", 3...4096, default: 16)
        let tasks = try self.tasks(nodes: nodes, settings.flags)
        let plan = try Plan(settings)
        var report = BenchReport(
            name, repetitions: settings.repetitions,
            conditions: [
                ("transport", .text(plan.links.transport.rawValue)),
                ("keys", .flag(plan.links.hasKeys)), ("nodes", .number(nodes)),
                ("features", .number(tasks[0].featureCount)),
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
            ] + (plan.other == nil ? [] : Comparison.columns) + (plan.counts ? RoundCosts.columns : []),
            notes: [
                "ms a round: from when every node has closed its first round to when every node has written its model; "
                    + "spread: between the quartiles, as a share of the median.",
                "bare: sockets alone, as many processes and bytes, without frames, checks, training, mixing or files; "
                    + "measured in turn with the nodes.",
                "start: from reading the experiment to when every node has closed its first round.",
                "MB a node: the most that any node had resident at once (VmHWM).",
            ] + (plan.other == nil ? [] : Comparison.notes) + (plan.counts ? RoundCosts.notes : []))
        for task in tasks {
            settings.announce("\(task.family), \(task.rule), \(task.rounds) rounds")
            report.add(try measure(task, plan, settings), settings)
        }
        return report
    }

    /// What the processes are told of their links.
    private static func links(_ flags: Flags) throws(ConfigurationFault) -> RoundRun.Links {
        let known = Transport.allCases.map(\.rawValue)
        let given = try flags.choice("transport", known, default: Transport.tcp.rawValue)
        return RoundRun.Links(transport: Transport(rawValue: given) ?? .tcp, hasKeys: flags.has("keys"))
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
            let features = try flags.count("features", 1...1_000_000, default: BenchTask.features)
            let scale = max(1, features / BenchTask.features)
            let standard = min(2_000, max(50, modelsOfRun / (nodes * degree))) / scale
            let rounds = try flags.count("rounds", 2...1_000_000, default: max(10, standard))
            var task = BenchTask(family: family, nodes: nodes, rule: rule, rounds: rounds, featureCount: features)
            // As many bytes of data as usual, but for one batch.
            if scale > 1 { task.samplesOfNode = max(BenchTask.batch, task.samplesOfNode / scale) }
            tasks.append(task)
        }
        return tasks
    }

    private static func measure(
        _ task: BenchTask, _ plan: Plan, _ settings: BenchSettings
    ) throws -> BenchReport.Row {
        let assembly = try task.assembly()
        try ProcessRun.checkLimits(for: assembly)
        var (rounds, exchanges, ratios, starts) = (Sample(), Sample(), Sample(), Sample())
        var peak = 0
        var comparison = Comparison()
        var costs: [RoundCosts] = []
        for repetition in 0..<settings.repetitions {
            let exchange = try BareExchange.measure(
                assembly.topology, bytes: 4 * assembly.channels.elementCount, rounds: task.rounds,
                program: settings.laboratory)
            // Whoever comes second finds the machine as the first one has left it: they take turns at that too.
            var other: RoundRun?
            func measureOther() throws {
                other = try plan.other.map { try RoundRun(of: task, plan.links, program: $0) }
            }
            if repetition % 2 == 1 { try measureOther() }
            let run = try RoundRun(of: task, plan.links, program: settings.node)
            if repetition % 2 == 0 { try measureOther() }
            exchanges.add(exchange)
            rounds.add(run.secondsOfRound)
            ratios.add(run.secondsOfRound / exchange)
            starts.add(run.secondsToFirstRound)
            peak = max(peak, run.peakBytes)
            costs.append(run.costs)
            if let other { comparison.add(run, other) }
        }
        let calls = plan.counts ? try SystemCallCounts.measure(task, plan.links, program: settings.node) : nil
        return .init(
            name: "\(task.family), \(task.rule)",
            figures: [
                Double(task.rounds), 1e3 * rounds.median, rounds.spread, 1e3 * exchanges.median, ratios.median,
                starts.median, Double(peak) / 1e6,
            ] + (plan.other == nil ? [] : comparison.figures)
                + (plan.counts ? RoundCosts.figures(costs, calls) : []))
    }

    /// What is run, beside the tasks.
    private struct Plan {
        let links: RoundRun.Links
        /// The program that this one is compared with.
        let other: String?
        let counts: Bool

        init(_ settings: BenchSettings) throws(ConfigurationFault) {
            links = try RoundBench.links(settings.flags)
            counts = settings.flags.has("count")
            other = settings.flags.value("against").map { Files.isDirectory($0) ? "\($0)/gossipnode" : $0 }
            try ProcessRun.check(program: settings.node)
            if let other, !Files.exists(other) || Files.isDirectory(other) {
                throw ConfigurationFault("--against: there is no program at \(other); a gossipnode, or its folder")
            }
        }
    }
}
