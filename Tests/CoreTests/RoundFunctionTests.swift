// What a rule is told: by a rule that answers with what it was told.
import Aggregation
import Kernels
import Learning
import Metrics
import Registry
import TestSupport
import Testing
import Wire

@testable import Core

@Suite("What a rule is told")
struct RoundFunctionTests {
    /// Answers with the loss of its first neighbour, the step size, the first element of the model before, the number
    /// of neighbours, the count and the weight of its budget, and whether it is strict.
    private struct Witness: LossAwareRule {
        static let name = "witness"
        static let summary = "for tests"
        static let guarantee = Guarantee.none
        static let cost = "none"
        static let source = "none"
        var needs: MixNeeds { .modelBefore }

        init() {}
        init(_ parameters: ParameterValues) {}

        func probes(
            own: Span<Float>, neighbours: borrowing VectorBatch, context: borrowing MixContext, scratch: inout Scratch
        ) -> [Int] {
            Array(0..<min(1, neighbours.rows))
        }

        func mix(
            own: Span<Float>, neighbours: borrowing VectorBatch, context: borrowing MixContext, probes: ProbedLosses,
            into next: inout MutableSpan<Float>, report: inout MixReport, scratch: inout Scratch
        ) {
            let first: Double = probes.rows.first?.loss ?? -1
            let answers = [
                first, context.stepSize, Double(context.modelBefore.first ?? -1),
                Double(context.degree),
                Double(context.budget.count), context.budget.weight, context.isStrict ? 1 : 0,
            ]
            for (index, answer) in answers.enumerated() { next[index] = Float(answer) }
        }
    }

    /// Its loss is the sum of the elements.
    private struct Summing: StepOnly {
        let dimension = RoundFunctionTests.dimension
        func initialParameters() -> [Float] { [Float](repeating: 0, count: dimension) }
        func step(
            _ parameters: inout [Float], state: inout LocalState, round: Round, scratch: inout TrainingScratch
        ) -> StepReport { StepReport(loss: 0, samples: 0) }
        func stepSize(in round: Round) -> Double { 1 / Double(round.number) }
        func batchLosses(of models: [[Float]], round: Round, scratch: inout TrainingScratch) -> [Double] {
            models.map { $0.reduce(0) { $0 + Double($1) } }
        }
    }

    private static let dimension = 7

    private func answers(
        trainer: (any LocalModel)? = Summing(), offenders: [NodeID] = [], isStrict: Bool = false
    ) -> [Float] {
        let neighbours = (1...4).map { node in
            NodeConfiguration.Neighbour(node: NodeID(node), weight: node == 4 ? 0 : 0.25, receives: true)
        }
        let configuration = NodeConfiguration(
            node: NodeID(0), dimension: Self.dimension, rounds: 9, neighbours: neighbours,
            budget: Budget(count: 2, weight: 0.5), isStrict: isStrict, seed: 1)
        var function = RoundFunction(configuration, rule: Witness(), trainer: trainer)
        var workspace = Workspace(dimension: Self.dimension, degree: 4)
        func message(_ value: Float) -> ModelMessage {
            ModelMessage(round: Round(4), values: [Float](repeating: value, count: Self.dimension))
        }
        return function.mix(
            message(1), with: [ReceivedModel(sender: NodeID(2), message: message(3))],
            before: [Float](repeating: 8, count: Self.dimension), offenders: offenders,
            among: configuration.wholeNeighbourhood, using: &workspace)
    }

    @Test("losses and step sizes of its own training, the model before, and all neighbours it has")
    func everything() {
        #expect(answers() == [21, 0.25, 8, 3, 2, 0.5, 0])
        #expect(answers(isStrict: true).last == 1)
    }

    @Test("without training all models are equally good")
    func untrained() {
        #expect(answers(trainer: nil) == [0, 0, 8, 3, 2, 0.5, 0])
    }

    @Test("a budget without those who have proved to be hostile nodes, eavesdropping links not among them")
    func offenders() {
        #expect(answers(offenders: [NodeID(1)])[4...5] == [1, 0.25])
        #expect(answers(offenders: [NodeID(1), NodeID(2), NodeID(3)])[4...5] == [0, 0])
        #expect(answers(offenders: [NodeID(4)])[4...5] == [2, 0.5])
    }

    @Test("a node keeps the model before its step for a rule that needs it")
    func modelBefore() throws {
        let rule = RemoveThenClip(
            try ParameterValues(
                [("centre", .text("before"))], declared: RemoveThenClip.parameters, key: "rule"))
        var node = HandledNode(rule: rule)
        node.join(1...2)
        node.receive([4, 1], from: 1, round: 0, at: 0)
        node.receive([1, 1], from: 2, round: 0, at: 0)
        // 0 + (4 − 0) / 3 + (1 − 0) / 3 + (1 − 0) / 3, then the step adds 1.
        #expect(node.values(sentTo: 1).last.map { abs($0[0] - 3) < 1e-6 && abs($0[1] - 2) < 1e-6 } == true)
    }

    @Test("what the rule did to each neighbour is recorded, and counted anew after each record")
    func tallies() {
        var node = HandledNode(degree: 3, hostile: 1, measureEvery: 2, rule: GeometricTrimmedSum.standard)
        node.join(1...3)
        for round in 0..<4 {
            node.receive([2, 2], from: 1, round: round, at: 0)
            node.receive([1e9, 0], from: 2, round: round, at: 0)
            node.receive([1, 3], from: 3, round: round, at: 0)
        }
        #expect(node.records == [2, 4])
        let tallies = node.lastRecord?.tallies ?? []
        #expect(tallies.map(\.neighbour.index) == [1, 2, 3])
        #expect(tallies.map(\.tally.heard) == [2, 2, 2] && tallies.map(\.tally.kept) == [2, 0, 2])
        #expect(tallies.map(\.tally.removed) == [0, 2, 0])
        #expect(node.lastRecord?.returnedWeight.map { abs($0 - 0.25) < 1e-12 } == true)
        #expect(node.lastRecord?.threshold ?? 0 > 9e8 && node.lastRecord?.degradedMixes == 0)
    }
}

extension GeometricTrimmedSum {
    fileprivate static var standard: GeometricTrimmedSum { .init(.defaults(parameters)) }
}
