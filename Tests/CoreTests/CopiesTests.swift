// How often a model is copied on its way through a round: told by where it lies in memory.
import Aggregation
import Kernels
import Learning
import TestSupport
import Testing
import Wire

@testable import Core

@Suite("Copies of a model")
struct CopiesTests {
    private static let dimension = 64

    private struct Counting: StepOnly {
        let dimension = CopiesTests.dimension
        func initialParameters() -> [Float] { [Float](repeating: 0, count: dimension) }
        func step(
            _ parameters: inout [Float], state: inout LocalState, round: Round, scratch: inout TrainingScratch
        ) -> StepReport {
            for index in parameters.indices { parameters[index] += 1 }
            return StepReport(loss: 0, samples: 1)
        }
        func stepSize(in round: Round) -> Double { 0.1 }
        func batchLosses(of models: [[Float]], round: Round, scratch: inout TrainingScratch) -> [Double] { [] }
    }

    private static func place(_ model: [Float]) -> UInt {
        unsafe model.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
    }

    /// The places that the model of each round has from the mix that made it to the messages that carry it.
    private static func places(_ rule: any GossipRule, rounds: Int) -> [Set<UInt>] {
        let configuration = NodeConfiguration(
            node: NodeID(0), dimension: dimension, rounds: rounds,
            neighbours: (1...3).map { .init(node: NodeID($0), weight: 0.25, receives: true) },
            budget: Budget(count: 0, weight: 0), seed: 1)
        let trainer = Counting()
        var core = NodeCore(
            configuration, rule: rule, behaviour: .honest, initial: trainer.initialParameters(), trainer: trainer)
        var workspace = Workspace(dimension: dimension, degree: 3)
        var scratch = TrainingScratch()
        var effects: [NodeEffect] = []
        func handle(_ event: NodeEvent) {
            core.handle(event, at: Instant(nanoseconds: 0), using: &workspace, into: &effects)
        }
        handle(.started(.afresh))
        for node in 1...3 { handle(.linkUp(NodeID(node), incarnation: 1)) }
        return (0..<rounds).map { round in
            var places: Set<UInt> = []
            var step: LocalStep?
            while let effect = effects.popLast() {
                if case .train(let round, let model, let kept) = effect {
                    places.insert(place(model))
                    step = LocalStep(round, from: model, kept)
                }
            }
            if let event = step?.run(by: trainer, scratch: &scratch) { handle(event) }
            for case .send(.model(let message), _) in effects { places.insert(place(message.values)) }
            effects.removeAll()
            for node in 1...3 {
                let heard = [Float](repeating: Float(node), count: dimension)
                handle(.received(.model(ModelMessage(round: Round(round), values: heard)), from: NodeID(node)))
            }
            return places
        }
    }

    private static let law = Law<any GossipRule>(
        "a node copies none of its models from the mix to the messages",
        brokenBy: RemoveThenClip(
            .defaults(RemoveThenClip.parameters).with("centre", .text("before")))
    ) { rule, verdict in
        for (round, places) in places(rule, rounds: 5).enumerated() {
            verdict.expect(places.count == 1, "round \(round): \(places.count) places")
        }
    }

    @Test("is that none is made of its own, unless the rule wants to know the model before the step")
    func own() throws {
        let violations = try Self.law.violations(of: WeightedMean(.defaults(WeightedMean.parameters)))
        #expect(violations == [])
        #expect(try !Self.law.violationsOfCounterexample.isEmpty)
    }

    @Test("a heard model stays where it was read to, and is copied once, to where the rule reads it")
    func heard() throws {
        func identity(_ node: Int) -> LinkIdentity {
            LinkIdentity(
                experiment: [UInt8](repeating: 1, count: Hello.identityBytes), run: .none, node: NodeID(node),
                incarnation: 1, limits: Limits(.model(Self.dimension)))
        }
        var sender = Link(local: identity(1), expecting: .accepted(among: [NodeID(0)]))
        var receiver = Link(local: identity(0), expecting: .dialled(NodeID(1)))
        var (said, heard): ([LinkEffect], [LinkEffect]) = ([], [])
        receiver.start(into: &heard)
        for case .transmit(let frame) in heard { sender.receive(frame.bytes.span, into: &said) }
        for case .transmit(let frame) in said { receiver.receive(frame.bytes.span, into: &heard) }
        let frame = sender.frame(for: .model(ModelMessage(round: Round(0), values: Array(repeating: 3, count: 64))))

        var place: UInt = 0
        let isTaken = receiver.land { _, vector, _ in
            for index in vector.indices { vector[index] = 3 }
            unsafe vector.withUnsafeMutableBytes { place = UInt(bitPattern: $0.baseAddress) }
            return MemoryLayout<Float>.size * vector.count
        }
        var delivered: [LinkEffect] = []
        let head = frame.head
        receiver.receive(head.span, into: &delivered)
        let messages = delivered.compactMap { if case .deliver(let message) = $0 { message } else { nil } }
        let message = try #require(isTaken ? messages.first : nil)
        var node = NodeCore(
            NodeConfiguration(
                node: NodeID(0), dimension: Self.dimension, rounds: 5,
                neighbours: (1...2).map { .init(node: NodeID($0), weight: 1.0 / 3, receives: true) },
                budget: Budget(count: 0, weight: 0), seed: 1),
            rule: WeightedMean(.defaults(WeightedMean.parameters)), behaviour: .honest,
            initial: Counting().initialParameters())
        var workspace = Workspace(dimension: Self.dimension, degree: 2)
        var effects: [NodeEffect] = []
        let events: [NodeEvent] = [
            .started(.afresh), .linkUp(NodeID(1), incarnation: 1), .received(message, from: NodeID(1)),
        ]
        for event in events {
            node.handle(event, at: Instant(nanoseconds: 0), using: &workspace, into: &effects)
        }
        let inputs = node.modelsForRound()
        #expect(inputs.count == 1 && Self.place(inputs[0].message.values) == place)
        var function = node.function
        _ = function.mix(
            ModelMessage(round: Round(0), values: Counting().initialParameters()), with: inputs, offenders: [],
            among: node.neighbourhood, using: &workspace)
        #expect(workspace.batch.rows == 1 && workspace.batch.elements == Array(repeating: 3, count: 64))
        #expect(Self.place(workspace.batch.elements) != place, "the one copy")
    }

    @Test("a rule that judges all models alike gets its own among them, and need not gather them again")
    func gathered() throws {
        for name in RuleCatalog.aggregation.names {
            let type = try RuleCatalog.gossip.entry(named: name)
            let rule = try type.init(.defaults(type.parameters))
            var function = RoundFunction(
                NodeConfiguration(
                    node: NodeID(2), dimension: 2, rounds: 9,
                    neighbours: [0, 1, 3, 4].map { .init(node: NodeID($0), weight: 0.2, receives: true) },
                    budget: Budget(count: 0, weight: 0), seed: 1), rule: rule)
            var workspace = Workspace(dimension: 2, degree: 4)
            func message(_ value: Float) -> ModelMessage { ModelMessage(round: Round(1), values: [value, value]) }
            let heard = [0, 1, 3, 4].map { ReceivedModel(sender: NodeID($0), message: message(Float($0))) }
            _ = function.mix(
                message(2), with: heard, before: [0, 0], offenders: [],
                among: function.configuration.wholeNeighbourhood, using: &workspace)
            #expect(workspace.context.ownRow == (rule.takesOwnRow ? 2 : nil), "\(name)")
            #expect(workspace.mixedSenders.map(\.index) == [0, 1, 3, 4] && workspace.report.treatments.count == 4)
            let rows = (0..<workspace.batch.rows).map { workspace.batch.elements[2 * $0] }
            #expect(rows == (rule.takesOwnRow ? [0, 1, 2, 3, 4] : [0, 1, 3, 4]), "\(name)")
        }
    }
}
