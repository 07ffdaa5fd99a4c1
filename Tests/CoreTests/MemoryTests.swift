// Memory of a node: it mixes round after round in the memory of its first rounds: from the models heard, which it
// copies together, to the mixed one.
import Aggregation
import Kernels
import Learning
import TestSupport
import Testing
import Wire

@testable import Core

@Suite("Memory")
struct MemoryTests {
    /// A rule, and what comes before it.
    struct Subject: CustomTestStringConvertible, Sendable {
        let rule: any GossipRule.Type
        var before: (any PreAggregation.Type)?

        var testDescription: String {
            ([before?.name, rule.name] as [String?]).compactMap(\.self).joined(separator: ", ")
        }

        static let all =
            RuleCatalog.gossip.entries.map { Subject(rule: $0) }
            + RuleCatalog.preAggregations.entries.map { Subject(rule: OnNeighbourhood<TrimmedMean>.self, before: $0) }

        func make() throws -> any GossipRule {
            let made = try rule.init(.defaults(rule.parameters))
            guard let before, var open = made as? any NeighbourhoodRule else { return made }
            open.before = [try before.init(.defaults(before.parameters))]
            return open
        }
    }

    static let law = Law(
        "keeps all of its memory once it has run, and takes no more", brokenBy: Subject(rule: Hoarding.self)
    ) { (subject: Subject, verdict) in
        let (dimension, degree) = (200, 11)
        let configuration = NodeConfiguration(
            node: NodeID(0), dimension: dimension, rounds: 9,
            neighbours: (1...degree).map { .init(node: NodeID($0), weight: 1 / 12, receives: true) },
            budget: Budget(count: 1, weight: 1 / 12), seed: 1)
        var function = RoundFunction(configuration, rule: try subject.make(), trainer: Flat(dimension: dimension))
        var workspace = Workspace(dimension: dimension, degree: degree)
        var places: [Set<UInt>] = []
        for round in 0..<7 {
            // Others in each round, as they come: what is kept of them would show.
            let models = (0...degree).map { node in
                var random = RandomStream(
                    seed: 5, purpose: .measurement, node: NodeID(node), round: Round(round % 2))
                var values = [Float](repeating: 0, count: dimension)
                random.fillGaussian(&values, mean: 0, standardDeviation: 1)
                return ModelMessage(round: Round(round), values: values)
            }
            let heard = (1...degree).map { ReceivedModel(sender: NodeID($0), message: models[$0]) }
            _ = function.mix(
                models[0], with: heard, before: models[0].values, offenders: [],
                among: configuration.wholeNeighbourhood, using: &workspace)
            // It belongs to the caller.
            workspace.context.modelBefore = []
            places.append(buffers(in: workspace))
        }
        verdict.expect(places[3].count >= 3, "only \(places[3].count) buffers are seen")
        for round in 4..<7 where places[round] != places[3] {
            verdict.expect(false, "round \(round): \(places[round].subtracting(places[3]).count) buffers are new")
        }
    }

    @Test("is that of the first rounds", arguments: Subject.all)
    func keeps(subject: Subject) throws {
        let violations = try Self.law.violations(of: subject)
        #expect(violations == [])
    }

    @Test("that grows is found out")
    func breaks() throws {
        #expect(try !Self.law.violationsOfCounterexample.isEmpty)
    }

    /// The addresses of all arrays in a value, empty ones without memory left out.
    private static func buffers(in value: Any) -> Set<UInt> {
        func address<Element>(_ array: [Element]) -> Set<UInt> {
            guard array.capacity > 0 else { return [] }
            return unsafe array.withUnsafeBufferPointer { [UInt(bitPattern: $0.baseAddress)] }
        }
        return switch value {
        case let array as [Float]: address(array)
        case let array as [Double]: address(array)
        case let array as [Int]: address(array)
        case let array as [NodeID]: address(array)
        case let array as [Treatment]: address(array)
        case let array as [SIMD8<Double>]: address(array)
        default: Mirror(reflecting: value).children.reduce(into: []) { $0.formUnion(buffers(in: $1.value)) }
        }
    }

    /// All models are equally good.
    private struct Flat: StepOnly {
        let dimension: Int
        func initialParameters() -> [Float] { [Float](repeating: 0, count: dimension) }
        func step(
            _ parameters: inout [Float], state: inout LocalState, round: Round, scratch: inout TrainingScratch
        ) -> StepReport { StepReport(loss: 0, samples: 0) }
        func stepSize(in round: Round) -> Double { 0.1 }
        func batchLosses(of models: [[Float]], round: Round, scratch: inout TrainingScratch) -> [Double] {
            models.map { _ in 0 }
        }
    }
}
