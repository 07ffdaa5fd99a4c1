// RuleTrial: one rule on given vectors, for calculations on small instances.
import Aggregation
import Kernels
import Registry

/// A multiset rule by name, with what comes before it.
struct RuleTrial {
    private var pipeline: AggregationPipeline
    private var scratch = Scratch()

    /// - Parameter given: values of the rule's parameters, the others have their defaults.
    init(
        _ name: String, _ given: [(name: String, value: ParameterValue)] = [], after before: [String] = []
    ) throws(ConfigurationFault) {
        let rule = try RuleCatalog.aggregation.entry(named: name)
        var steps: [any PreAggregation] = []
        for step in before {
            let type = try RuleCatalog.preAggregations.entry(named: step)
            steps.append(try type.init(.defaults(type.parameters)))
        }
        pipeline = AggregationPipeline(
            before: steps, rule: try rule.init(ParameterValues(given, declared: rule.parameters, key: name)))
    }

    /// What the rule makes of vectors of one length, of which so many may be hostile.
    mutating func aggregate(_ vectors: [[Float]], hostile: Int) throws(ConfigurationFault) -> [Float] {
        try pipeline.check(inputs: vectors.count, hostile: hostile, own: nil)
        var batch = VectorBatch(columns: vectors[0].count, capacity: vectors.count)
        for vector in vectors { batch.append(vector) }
        var output = [Float](repeating: 0, count: vectors[0].count)
        var span = output.mutableSpan
        var report = MixReport(rows: vectors.count)
        pipeline.aggregate(
            &batch, context: AggregationContext(hostile: hostile), into: &span, report: &report, scratch: &scratch)
        return output
    }
}
