// A node mixes round after round in the memory of the first ones.
import Kernels
import Testing

@testable import Aggregation

@Suite("Memory")
struct AllocationTests {
    @Test("a multiset rule that has run keeps all of its memory, and takes no more", arguments: CatalogAggregation.all)
    func rules(rule: CatalogAggregation) throws {
        try expectSteadiness(of: AggregationPipeline(rule: rule.make()))
    }

    @Test("so does a pre-aggregation before one", arguments: RuleCatalog.before.names)
    func chains(name: String) throws {
        let step = try RuleCatalog.before.entry(named: name)
        try expectSteadiness(
            of: AggregationPipeline(
                before: [step.init(.defaults(step.parameters))], rule: TrimmedMean(.defaults([]))))
    }

    /// Where everything is that outlives a call stays the same from the third call on.
    private func expectSteadiness(of pipeline: AggregationPipeline) throws {
        var pipeline = pipeline
        var random = RandomStream(seed: 5, purpose: .measurement)
        let vectors = (0..<12).map { _ in random.vector(200) }
        var output = [Float](repeating: 0, count: 200)
        var batch = VectorBatch(columns: 200, capacity: 12)
        var scratch = Scratch()
        var report = MixReport()
        let context = AggregationContext(
            hostile: min(2, pipeline.capacity(of: 12)), own: 3, protectsOwn: true,
            modelBefore: [Float](repeating: 0, count: 200))
        var places: [Set<UInt>] = []
        for _ in 0..<6 {
            batch.removeAll()
            for vector in vectors { batch.append(vector.span) }
            report.begin(rows: 12)
            var span = output.mutableSpan
            pipeline.aggregate(&batch, context: context, into: &span, report: &report, scratch: &scratch)
            places.append(buffers(in: (scratch, batch, report)))
        }
        #expect(places[2].count >= 2)
        #expect(places[3...].allSatisfy { $0 == places[2] })
    }

    /// The addresses of all arrays in a value, empty ones without memory left out.
    private func buffers(in value: Any) -> Set<UInt> {
        func address<Element>(_ array: [Element]) -> Set<UInt> {
            guard array.capacity > 0 else { return [] }
            return unsafe array.withUnsafeBufferPointer { [UInt(bitPattern: $0.baseAddress)] }
        }
        return switch value {
        case let array as [Float]: address(array)
        case let array as [Double]: address(array)
        case let array as [Int]: address(array)
        case let array as [Treatment]: address(array)
        case let array as [SIMD8<Double>]: address(array)
        default: Mirror(reflecting: value).children.reduce(into: []) { $0.formUnion(buffers(in: $1.value)) }
        }
    }
}
