// Benchmarks of simulated rounds of many nodes: what one process does in virtual time, and what memory it takes.
import Aggregation
import Graphs
import Kernels
import Learning
import Platform
import Scenario
import Simulation

/// Benchmarks of the simulator.
public enum SimulatorBench: Bench {
    public static let name = "simulator"
    public static let flags = [
        Flag("nodes", "N", "simulated nodes (default: \(sizes.map(String.init).joined(separator: " and ")))"),
        Flag("threads", "N", "threads (default: one a processor)"),
        Flag("rounds", "N", "rounds of one simulation (default 20)"),
    ]

    /// Ascending, as the memory of a process is known by its peak alone.
    private static let sizes = [1_024, 4_096]

    public static func run(_ settings: BenchSettings) throws -> BenchReport {
        let threads = try settings.flags.count("threads", 1...256, default: HostLimits.processors)
        let rounds = try settings.flags.count("rounds", 1...1_000_000, default: 20)
        let sizes =
            settings.flags.has("nodes") ? [try settings.flags.count("nodes", 3...100_000, default: 0)] : self.sizes
        var report = BenchReport(
            name, repetitions: settings.repetitions,
            conditions: [
                ("threads", .number(threads)), ("rounds", .number(rounds)), ("family", .text(Ring.name)),
                ("rule", .text(WeightedMean.name)), ("features", .number(BenchTask.features)),
                ("classes", .number(BenchTask.classes)), ("batch", .number(BenchTask.batch)),
            ],
            columns: [
                .init(key: "stepsPerSecond", header: "steps/s", decimals: 0),
                .init(key: "spread", header: "spread", decimals: 3),
                .init(key: "stepsPerProcessorSecond", header: "steps/processor s", decimals: 0),
                .init(key: "timesTraining", header: "times training", decimals: 2),
                .init(key: "peakMegabytes", header: "MB", decimals: 0),
                .init(key: "dataMegabytes", header: "of them data", decimals: 0),
            ],
            notes: [
                "steps/s: local steps with all that belongs to their rounds, from the first event to the last.",
                "steps/processor s: the same over the time of all threads on processors, whoever else is at work.",
                "times training: how much more processor time than those steps alone take, measured in turn.",
                "MB: the most that this process had resident at once so far (VmHWM).",
            ])
        for nodes in sizes {
            settings.announce("\(nodes) nodes")
            let task = BenchTask(
                family: Ring.name, nodes: nodes, rule: WeightedMean.name, rounds: rounds,
                samplesOfNode: BenchTask.batch)
            report.add(try measure(task, threads: threads, repetitions: settings.repetitions), settings)
        }
        return report
    }

    private static func measure(_ task: BenchTask, threads: Int, repetitions: Int) throws -> BenchReport.Row {
        let assembly = try task.assembly(sharesData: true)
        let steps = task.nodes * task.rounds
        var (rates, costs, ratios) = (Sample(), Sample(), Sample())
        for _ in 0..<repetitions {
            let alone = try trainingAlone(assembly)
            var simulator = try Simulator(assembly, options: .init(threads: threads))
            var taken = 0
            var elapsed = 0.0
            let cost = processorSeconds { elapsed = seconds { taken = simulator.run().steps } }
            guard taken == steps else { throw BenchFault("\(taken) local steps were simulated, not \(steps)") }
            rates.add(Double(steps) / elapsed)
            costs.add(Double(steps) / cost)
            ratios.add(cost / Double(steps) / alone)
        }
        let data = 4 * task.nodes * task.samplesOfNode * BenchTask.features
        return .init(
            name: "\(task.nodes) nodes",
            figures: [
                rates.median, rates.spread, costs.median, ratios.median, Double(ProcessMemory.peakBytes() ?? 0) / 1e6,
                Double(data) / 1e6,
            ])
    }

    /// Processor seconds of one local step, of many nodes in turn on this thread.
    private static func trainingAlone(_ assembly: Assembly) throws -> Double {
        let trainers = try assembly.topology.nodes.prefix(1_024).map { try assembly.node($0).trainer }
        var model = trainers[0].initialParameters()
        var scratch = TrainingScratch()
        var state = LocalState()
        let time = processorSeconds {
            for trainer in trainers { _ = trainer.step(&model, state: &state, round: Round(0), scratch: &scratch) }
        }
        return time / Double(trainers.count)
    }
}
