// Pre-aggregations and a rule, one after the other, in Double.
import Kernels
import Registry

/// What a chain from n vectors to one is made of, by the names in the catalogue.
public struct ReferenceChain: Sendable {
    public var before: [(name: String, parameters: ParameterValues)]
    public var rule: (name: String, parameters: ParameterValues)

    public init(
        before: [(name: String, parameters: ParameterValues)] = [], rule: (name: String, parameters: ParameterValues)
    ) {
        self.before = before
        self.rule = rule
    }

    /// What it makes of these inputs; kept are those whose row has any influence.
    ///
    /// - Parameters:
    ///   - inputs: their parameters do not matter.
    ///   - random: what bucketing draws from.
    public func aggregate(_ inputs: ReferenceInputs, random: RandomStream) -> ReferenceResult {
        var (inputs, random) = (inputs, random)
        var groups = Array(0..<inputs.count)
        for step in before {
            inputs.parameters = step.parameters
            guard let prepare = ReferenceRules.preAggregations[step.name] else {
                preconditionFailure("no \(step.name)")
            }
            let made = prepare(inputs, &random)
            inputs.vectors = made.vectors
            inputs.own = inputs.own.map { made.groups[$0] }
            groups = groups.map { made.groups[$0] }
        }
        inputs.parameters = rule.parameters
        guard let aggregate = ReferenceRules.aggregation[rule.name] else { preconditionFailure("no \(rule.name)") }
        let result = aggregate(inputs)
        return ReferenceResult(result.vector, kept: groups.indices.filter { result.kept.contains(groups[$0]) })
    }
}
