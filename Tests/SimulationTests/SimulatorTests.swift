// The simulator: one result whatever the threads, the carriage and the repetition; and a pinned run.
import Aggregation
import Attacks
import Core
import Faults
import Kernels
import Learning
import Metrics
import Registry
import TestSupport
import Testing

@testable import Simulation

@Suite("Simulator")
struct SimulatorTests {
    static let rounds = 10
    static let nodes = 8
    static let hostileNode = NodeID(3)

    /// Eight nodes on a ring with chords, digits split iid, CS+, one hostile node.
    static func experiment(attack: (any ModelAttack)? = GaussianNoise(.defaults(GaussianNoise.parameters)))
        throws -> [SimulatedNode]
    {
        let data = try Digits().trainingPart(rows: (0..<800).map { $0 }, targets: Digits().trainingTargets())
        let step = InverseSquareRootStep(
            try ParameterValues(
                [("value", .number(0.5))], declared: InverseSquareRootStep.parameters, key: "stepSize"))
        let settings = LocalSGD.Settings(batchSize: 32, momentum: 0.9, weightDecay: 1e-4, stepSize: step)
        return (0..<nodes).map { index in
            let samples = (0..<Int32(100)).map { $0 * Int32(nodes) + Int32(index) }
            let trainer = LocalSGD(
                objective: softmax(on: data), shard: Batch(data, rows: samples), settings: settings,
                seed: 1, node: NodeID(index))
            let neighbours = [1, 2, nodes - 2, nodes - 1].map { NodeID((index + $0) % nodes) }.sorted()
            let configuration = NodeConfiguration(
                node: NodeID(index), dimension: trainer.dimension, rounds: rounds,
                neighbours: neighbours.map { .init(node: $0, weight: 0.2, receives: true) },
                budget: Budget(count: 1, weight: 0.2), seed: 1, measureEvery: 5)
            var behaviour = Behaviour.honest
            if NodeID(index) == hostileNode, let attack {
                behaviour = .hostile(
                    Adversary(attack: attack, allies: [], rounds: 0..<rounds, probability: 1, collusion: nil))
            }
            let core = NodeCore(
                configuration, rule: ClippedSumPlus(.defaults(ClippedSumPlus.parameters)), behaviour: behaviour,
                initial: trainer.initialParameters())
            return SimulatedNode(core: core, trainer: trainer, neighbours: neighbours)
        }
    }

    static func run(_ nodes: [SimulatedNode], _ options: Simulator.Options) -> SimulationResult {
        var simulator = Simulator(
            nodes, experiment: [UInt8](repeating: 1, count: 32), options: options)
        return simulator.run()
    }

    static func models(_ result: SimulationResult) -> [[Float]] {
        result.endings.compactMap { if case .finished(let model) = $0 { model } else { nil } }
    }

    @Test("three runs and any number of threads have one trace", arguments: [1, 2, 3, 8])
    func trace(threads: Int) throws {
        let nodes = try Self.experiment()
        let first = Self.run(nodes, .init())
        for _ in 0..<3 {
            let result = Self.run(nodes, .init(threads: threads))
            #expect(result.traceHash == first.traceHash)
            #expect(Self.models(result) == Self.models(first))
        }
    }

    @Test("messages carried as bytes through links end in the same models")
    func carriage() throws {
        let nodes = try Self.experiment()
        let values = Self.run(nodes, .init(carriage: .values))
        #expect(Self.models(values).count == Self.nodes)
        for carriage in Carriage.allCases {
            let other = Self.run(nodes, .init(threads: 2, carriage: carriage))
            #expect(Self.models(values) == Self.models(other), "\(carriage)")
            #expect(other.traffic.map(\.messages) == values.traffic.map(\.messages))
            // Who has ended reads no last words.
            let sent = other.traffic.reduce(0) { $0 + $1.bytes }
            let received = other.traffic.reduce(0) { $0 + $1.received }
            #expect(received <= sent && received > 9 * sent / 10, "\(carriage): \(received) of \(sent)")
        }
    }

    @Test(
        "one datagram in five lost: every round closes on time, the models are the same, bytes at most twice",
        arguments: [Carriage.datagrams, .sealedDatagrams], [1, 2, 3])
    func loss(carriage: Carriage, seed: UInt64) throws {
        let nodes = try Self.experiment()
        let calm = Self.run(nodes, .init())
        let loss = PlannedFault(
            Loss(try ParameterValues([("rate", .number(0.2))], declared: Loss.parameters, key: "loss")),
            rounds: 0..<Int.max, nodes: (0..<Self.nodes).map { NodeID($0) })
        let plan = FaultPlan([loss], nodeCount: Self.nodes, seed: seed, deadline: .milliseconds(5_000))
        var simulator = Simulator(
            nodes, experiment: [UInt8](repeating: 1, count: 32), faults: plan, seed: seed,
            options: .init(carriage: carriage))
        var missed = 0
        let result = simulator.run(observe: { if case .record(_, let record) = $0 { missed += record.missedModels } })
        #expect(missed == 0)
        #expect(Self.models(result) == Self.models(calm))
        #expect(result.strikes.map(\.count).reduce(0, +) > 300)
        let bytes = [calm, result].map { $0.traffic.map(\.bytes).reduce(0, +) }
        #expect(bytes[1] < 2 * bytes[0], "\(bytes)")
    }

    @Test("every local step goes through the core, and every model through admission")
    func counts() throws {
        var mixed = 0
        var simulator = Simulator(
            try Self.experiment(), experiment: [UInt8](repeating: 1, count: 32))
        let result = simulator.run(observe: { if case .record(_, let record) = $0 { mixed += record.mixedModels } })
        #expect(result.steps == Self.nodes * Self.rounds)
        #expect(mixed == Self.nodes * Self.rounds * 4)
    }

    @Test("a run that is cut off ends there, with nobody finished")
    func cutOff() throws {
        let nodes = try Self.experiment(attack: Silence(.defaults([])))
        var options = Simulator.Options()
        // Honest nodes wait a deadline for the silent one in the first round.
        options.longest = .milliseconds(1_000)
        let result = Self.run(nodes, options)
        #expect(Self.models(result).isEmpty && result.endings.count == Self.nodes)
        #expect(result.virtualNanoseconds > 0 && result.virtualNanoseconds < .milliseconds(12_000))
    }

    @Test("a silent hostile node is outwaited, and nothing else changes with its patience account")
    func silence() throws {
        let nodes = try Self.experiment(attack: Silence(.defaults([])))
        let result = Self.run(nodes, .init())
        #expect(Self.models(result).count == Self.nodes)
        #expect(result.virtualNanoseconds < .milliseconds(12_000))
        #expect(Self.models(Self.run(nodes, .init(threads: 2, carriage: .bytes))) == Self.models(result))
    }

    @Test("a node whose neighbours are all ignored ends, and with it virtual time")
    func endsEarly() throws {
        var nodes = try Self.experiment()
        let lonely = nodes[3]
        let everyone = Adversary(
            attack: Silence(.defaults([])), allies: Set(lonely.neighbours), rounds: 0..<Self.rounds, probability: 1,
            collusion: nil)
        nodes[3] = try Self.forging(everyone, like: lonely)
        #expect(Self.models(Self.run(nodes, .init())).count == Self.nodes)
    }

    private static func forging(_ adversary: Adversary, like node: SimulatedNode) throws -> SimulatedNode {
        let configuration = NodeConfiguration(
            node: hostileNode, dimension: node.trainer.dimension, rounds: rounds,
            neighbours: node.neighbours.map { .init(node: $0, weight: 0.2, receives: true) },
            budget: Budget(count: 1, weight: 0.2), seed: 1)
        let core = NodeCore(
            configuration, rule: ClippedSumPlus(.defaults(ClippedSumPlus.parameters)), behaviour: .hostile(adversary),
            initial: node.trainer.initialParameters())
        return SimulatedNode(core: core, trainer: node.trainer, neighbours: node.neighbours)
    }

    @Test("the pinned run: ten rounds, eight nodes, one seed, to the last bit")
    func pinned() throws {
        let result = Self.run(try Self.experiment(), .init())
        let models = Self.models(result)
        let honest = models.enumerated().filter { NodeID($0.offset) != Self.hostileNode }.map(\.element)
        let consensus = Consensus(honest)
        var scratch = ObjectiveScratch()
        let evaluation = softmax(on: Digits().testPart()).evaluate(
            consensus.average.span, on: Digits().testPart(), scratch: &scratch)
        #expect(consensus.distance.rootMeanSquare == PinnedRun.consensusDistance)
        #expect(evaluation.meanLoss == PinnedRun.averageModelLoss)
        #expect(result.traceHash == PinnedRun.traceHash)
    }
}

/// What the pinned run must come to, in debug and release, with and without AVX2.
enum PinnedRun {
    static let consensusDistance = 0.04268706891201104
    static let averageModelLoss = 2.1294652701743866
    static let traceHash: UInt64 = 15_546_402_030_124_605_850
}
