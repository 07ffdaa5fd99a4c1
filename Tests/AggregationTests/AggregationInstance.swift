// What the suites on multiset rules share: one input, random ones, and a rule, fast or slow, run on it.
import Aggregation
import Kernels
import ReferenceRules
import Registry
import Testing

/// Vectors, how many of them may be hostile, and which is the node's own.
struct AggregationInstance {
    var vectors: [[Float]]
    var hostile: Int
    var own: Int?
    var protectsOwn = false
    var modelBefore: [Float] = []
    /// Who shares the work.
    var crew: Crew?

    init(_ vectors: [[Float]], hostile: Int, own: Int? = nil) {
        self.vectors = vectors
        self.hostile = hostile
        self.own = own
    }

    /// What a fresh rule makes of it.
    func aggregated(
        by rule: any AggregationRule.Type, _ given: [(name: String, value: ParameterValue)] = [],
        after before: [any PreAggregation] = []
    ) throws -> (vector: [Float], report: MixReport) {
        let parameters = try ParameterValues(given, declared: rule.parameters, key: rule.name)
        var pipeline = AggregationPipeline(before: before, rule: try rule.init(parameters))
        try pipeline.check(inputs: vectors.count, hostile: hostile, own: own)
        return aggregated(by: &pipeline)
    }

    func aggregated(by pipeline: inout AggregationPipeline) -> (vector: [Float], report: MixReport) {
        var scratch = Scratch()
        // Whatever stood there before must not matter.
        scratch.distances = [.nan, -1]
        scratch.order = [7]
        scratch.coefficients = [.nan]
        scratch.vector = [.nan]
        return aggregated(by: &pipeline, &scratch)
    }

    func aggregated(
        by pipeline: inout AggregationPipeline, _ scratch: inout Scratch
    ) -> (vector: [Float], report: MixReport) {
        var batch = VectorBatch(columns: vectors[0].count, capacity: vectors.count)
        for vector in vectors { batch.append(vector) }
        batch.crew = crew
        var output = [Float](repeating: .nan, count: vectors[0].count)
        var span = output.mutableSpan
        var report = MixReport(rows: vectors.count)
        let context = AggregationContext(
            hostile: hostile, own: own, protectsOwn: protectsOwn, modelBefore: modelBefore)
        pipeline.aggregate(&batch, context: context, into: &span, report: &report, scratch: &scratch)
        return (output, report)
    }

    /// What the slow twin makes of it.
    func reference(
        _ rule: any AggregationRule.Type, _ given: [(name: String, value: ParameterValue)] = []
    ) throws -> ReferenceResult {
        let slow = try #require(ReferenceRules.aggregation[rule.name])
        return slow(plain(try ParameterValues(given, declared: rule.parameters, key: rule.name)))
    }

    func plain(_ parameters: ParameterValues) -> ReferenceInputs {
        ReferenceInputs(
            vectors.map { $0.map(Double.init) }, hostile: hostile, own: own, protectsOwn: protectsOwn,
            modelBefore: modelBefore.isEmpty ? nil : modelBefore.map(Double.init), parameters: parameters)
    }

    /// Every vector passed through `change`.
    func mapped(_ change: ([Float]) -> [Float]) -> AggregationInstance {
        var copy = self
        copy.vectors = vectors.map(change)
        if !modelBefore.isEmpty { copy.modelBefore = change(modelBefore) }
        return copy
    }

    /// The vectors in another order.
    func reordered(_ order: [Int]) -> AggregationInstance {
        var copy = self
        copy.vectors = order.map { vectors[$0] }
        copy.own = own.flatMap { order.firstIndex(of: $0) }
        return copy
    }

    /// The greatest magnitude of any element.
    var magnitude: Float { vectors.joined().map(\.magnitude).max() ?? 0 }
}

extension InstanceSeed {
    /// 1 to 10 vectors of 1 to 20 elements, of which a rule of this capacity can withstand `hostile`.
    func aggregationInstance(_ capacity: (Int) -> Int) -> AggregationInstance {
        var random = random
        let count = 1 + random.below(10)
        let dimension = 1 + random.below(20)
        let centre = random.vector(dimension, deviation: 2)
        let vectors = (0..<count).map { _ in
            zip(centre, random.vector(dimension, deviation: [0.1, 1, 20][random.below(3)])).map { $0 + $1 }
        }
        var instance = AggregationInstance(vectors, hostile: random.below(max(1, min(capacity(count), count - 1) + 1)))
        if random.below(2) == 0 { instance.own = random.below(count) }
        instance.protectsOwn = random.below(2) == 0
        return instance
    }
}

/// A multiset rule of the catalogue, by name in test listings.
struct CatalogAggregation: CustomTestStringConvertible, Sendable {
    let type: any AggregationRule.Type
    var testDescription: String { type.name }
    static let all = RuleCatalog.aggregation.entries.map { CatalogAggregation(type: $0) }

    /// With its default parameters.
    func make() throws -> any AggregationRule { try type.init(.defaults(type.parameters)) }

    func instance(_ seed: InstanceSeed) throws -> AggregationInstance {
        let rule = try make()
        return seed.aggregationInstance(rule.capacity)
    }
}
