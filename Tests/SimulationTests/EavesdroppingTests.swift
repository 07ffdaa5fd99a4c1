// Eavesdropping links and collusion in the simulator, watched at the rules that mix what was sent.
import Aggregation
import Attacks
import Core
import Kernels
import Learning
import Registry
import Synchronization
import TestSupport
import Testing

@testable import Simulation

/// Training that leaves models as they are: what a node sends is then what it mixed.
private struct Standstill: StepOnly {
    let node: Int
    let dimension = 3

    func initialParameters() -> [Float] { [Float(node), 1, -1] }

    func step(
        _ parameters: inout [Float], state: inout LocalState, round: Round, scratch: inout TrainingScratch
    ) -> StepReport { StepReport(loss: 0, samples: 0) }

    func stepSize(in round: Round) -> Double { 0 }

    func batchLosses(of models: [[Float]], round: Round, scratch: inout TrainingScratch) -> [Double] {
        models.map { _ in 0 }
    }
}

/// Keeps the own model and writes down what it was given.
private struct Eavesdropper: GossipRule {
    static let name = "eavesdropper"
    static let summary = "for tests"
    static let guarantee = Guarantee.isolation
    static let cost = "none"
    static let source = "none"

    struct Word: Hashable, Comparable {
        let round: Round
        let sender: NodeID
        let hearer: NodeID
        let model: [Float]

        static func < (a: Word, b: Word) -> Bool {
            (a.round, a.sender, a.hearer) < (b.round, b.sender, b.hearer)
        }
    }

    final class Notebook: Sendable {
        let words = Mutex<[Word]>([])
    }

    let notebook: Notebook

    init(_ notebook: Notebook) { self.notebook = notebook }
    init(_ parameters: ParameterValues) { self.init(Notebook()) }

    func mix(
        own: Span<Float>, neighbours: borrowing VectorBatch, context: borrowing MixContext,
        into next: inout MutableSpan<Float>, report: inout MixReport, scratch: inout Scratch
    ) {
        for index in own.indices { next[index] = own[index] }
        for (row, sender) in context.senders.enumerated() {
            let model = Array(neighbours.elements[neighbours.range(ofRow: row)])
            let word = Word(round: context.round, sender: sender, hearer: context.node, model: model)
            notebook.words.withLock { $0.append(word) }
        }
    }
}

@Suite("What crosses the network")
struct EavesdroppingTests {
    private static let rounds = 6
    private static let hostile = [NodeID(1), NodeID(3)]

    /// What the nodes of a complete graph of five heard, two of them attacking together or each for itself.
    private func words(colluding: Bool, _ options: Simulator.Options) throws -> [Eavesdropper.Word] {
        let notebook = Eavesdropper.Notebook()
        let attack = GaussianNoise(
            try ParameterValues([("around", .text("zero"))], declared: GaussianNoise.parameters, key: "attack"))
        let nodes = (0..<5).map { index in
            let id = NodeID(index)
            let neighbours = (0..<5).map { NodeID($0) }.filter { $0 != id }
            let configuration = NodeConfiguration(
                node: id, dimension: 3, rounds: Self.rounds,
                neighbours: neighbours.map { .init(node: $0, weight: 0.2, receives: true) },
                budget: Budget(count: 2, weight: 0.4), seed: 4)
            let adversary = Adversary(
                attack: attack, allies: Set(Self.hostile).subtracting([id]), rounds: 0..<Self.rounds, probability: 1,
                collusion: colluding ? Collusion(leader: Self.hostile[0], common: .nothing) : nil)
            let trainer = Standstill(node: index)
            let core = NodeCore(
                configuration, rule: Eavesdropper(notebook),
                behaviour: Self.hostile.contains(id) ? .hostile(adversary) : .honest,
                initial: trainer.initialParameters())
            return SimulatedNode(core: core, trainer: trainer, neighbours: neighbours)
        }
        var simulator = Simulator(
            nodes, experiment: [UInt8](repeating: 2, count: 32), options: options)
        _ = simulator.run()
        return notebook.words.withLock { $0.sorted() }
    }

    private static let options: [Simulator.Options] = [
        .init(), .init(threads: 3), .init(carriage: .bytes), .init(threads: 2, carriage: .bytes),
    ]

    @Test("everyone hears every neighbour in every round, the same on every road", arguments: 0..<4)
    func everything(option: Int) throws {
        let heard = try words(colluding: false, Self.options[option])
        // Three honest nodes hear four neighbours; two hostile nodes hear the honest ones.
        #expect(heard.count == Self.rounds * (3 * 4 + 2 * 3))
        #expect(try heard == words(colluding: false, .init()))
        for word in heard where !Self.hostile.contains(word.sender) {
            #expect(word.model == Standstill(node: word.sender.index).initialParameters())
        }
    }

    @Test("colluding noise is one vector a round, for all victims of all members", arguments: 0..<4)
    func collusion(option: Int) throws {
        let forgeries = try words(colluding: true, Self.options[option]).filter { Self.hostile.contains($0.sender) }
        #expect(forgeries.count == Self.rounds * 3 * 2)
        #expect(Set(forgeries.map(\.model)).count == Self.rounds)
        for round in 0..<Self.rounds {
            #expect(Set(forgeries.filter { $0.round == Round(round) }.map(\.model)).count == 1)
        }
    }

    @Test("hostile nodes on their own tell every victim something else")
    func alone() throws {
        let forgeries = try words(colluding: false, .init()).filter { Self.hostile.contains($0.sender) }
        #expect(Set(forgeries.map(\.model)).count == Self.rounds * 3 * 2)
    }
}
