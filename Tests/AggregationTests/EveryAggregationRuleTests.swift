// The laws that every multiset rule obeys, over the catalogue: a rule is tested from the line that lists it.
import Aggregation
import Kernels
import ReferenceRules
import Testing

@Suite("Every multiset rule")
struct EveryAggregationRuleTests {
    /// Rounding of Floats, as a share of the greatest of them.
    private static let rounding: Float = 4e-6

    @Test("agrees with its slow twin", arguments: CatalogAggregation.all, InstanceSeed.all)
    func twin(rule: CatalogAggregation, seed: InstanceSeed) throws {
        let instance = try rule.instance(seed)
        let expected = try instance.reference(rule.type)
        let (vector, report) = try instance.aggregated(by: rule.type)
        #expect(isClose(vector, expected.vector.map { Float($0) }, within: Self.rounding * instance.magnitude))
        let kept = report.treatments.indices.filter { report.treatments[$0] != .removed }
        #expect(kept == expected.kept)
    }

    @Test("agrees with it for every choice of its parameters", arguments: CatalogAggregation.all)
    func choices(rule: CatalogAggregation) throws {
        for parameter in rule.type.parameters {
            guard case .choice(let names) = parameter.domain else { continue }
            for name in names {
                for seed in InstanceSeed.all.prefix(20) {
                    let instance = try rule.instance(seed)
                    let expected = try instance.reference(rule.type, [(parameter.name, .text(name))])
                    let vector = try instance.aggregated(by: rule.type, [(parameter.name, .text(name))]).vector
                    // Filtering among all takes thousands of passes in which rounding adds up.
                    let tolerance = (name == "all" ? 100 : 1) * Self.rounding * instance.magnitude
                    #expect(isClose(vector, expected.vector.map { Float($0) }, within: tolerance), "\(name), \(seed)")
                }
            }
        }
    }

    /// Where its twin does care, there is a tie: the first of equals wins.
    @Test("does not care who sent what, but for ties", arguments: CatalogAggregation.all, InstanceSeed.all.prefix(30))
    func permutation(rule: CatalogAggregation, seed: InstanceSeed) throws {
        var instance = try rule.instance(seed)
        var random = seed.random
        if rule.type == NearestToPivot.self { instance.own = instance.own ?? 0 }
        let order = random.order(instance.vectors.count)
        let (slow, reordered) = (try instance.reference(rule.type), try instance.reordered(order).reference(rule.type))
        guard Set(slow.kept) == Set(reordered.kept.map { order[$0] }) else { return }
        let one = try instance.aggregated(by: rule.type)
        let other = try instance.reordered(order).aggregated(by: rule.type)
        #expect(isClose(one.vector, other.vector, within: Self.rounding * instance.magnitude))
        #expect(order.map { one.report.treatments[$0] } == other.report.treatments)
    }

    @Test("returns the common value of equal inputs, exactly", arguments: CatalogAggregation.all, InstanceSeed.all)
    func allEqual(rule: CatalogAggregation, seed: InstanceSeed) throws {
        var instance = try rule.instance(seed)
        // Rules that step from an origin reach what is within a step of it.
        instance.own = 0
        guard rule.type != SignMajority.self else { return }
        instance = instance.mapped { _ in instance.vectors[0] }
        #expect(try instance.aggregated(by: rule.type).vector == instance.vectors[0])
    }

    @Test("is finite for finite inputs, however large", arguments: CatalogAggregation.all, InstanceSeed.all)
    func finite(rule: CatalogAggregation, seed: InstanceSeed) throws {
        var instance = try rule.instance(seed)
        var random = seed.random
        for row in instance.vectors.indices where random.below(2) == 0 {
            let power = [1e10, 1e20, 1e30, 1e38][random.below(4)]
            let factor = Float(power) / instance.magnitude
            instance.vectors[row] = instance.vectors[row].map { max(-1e38, min(1e38, $0 * factor)) }
        }
        #expect(try instance.aggregated(by: rule.type).vector.allSatisfy { $0.isFinite })
        let huge = instance.mapped { vector in vector.map { $0 < 0 ? -1e38 : 1e38 } }
        #expect(try huge.aggregated(by: rule.type).vector.allSatisfy { $0.magnitude <= 1.0001e38 })
    }

    @Test("moves with its inputs, if it says so", arguments: CatalogAggregation.all, InstanceSeed.all)
    func translation(rule: CatalogAggregation, seed: InstanceSeed) throws {
        var instance = try rule.instance(seed)
        instance.own = instance.own ?? 0
        guard try rule.make().symmetries.contains(.translation) else { return }
        var random = seed.random
        let shift = random.vector(instance.vectors[0].count, deviation: 5)
        let moved = instance.mapped { vector in zip(vector, shift).map { $0 + $1 } }
        let expected = zip(try instance.aggregated(by: rule.type).vector, shift).map { $0 + $1 }
        let tolerance = 4 * Self.rounding * moved.magnitude
        #expect(isClose(try moved.aggregated(by: rule.type).vector, expected, within: tolerance))
    }

    @Test("scales with its inputs, if it says so", arguments: CatalogAggregation.all, InstanceSeed.all)
    func scale(rule: CatalogAggregation, seed: InstanceSeed) throws {
        let instance = try rule.instance(seed)
        guard try rule.make().symmetries.contains(.scale) else { return }
        // A power of two rounds nothing.
        for factor in [-8, 0.25] as [Float] {
            let scaled = instance.mapped { vector in vector.map { $0 * factor } }
            let expected = try instance.aggregated(by: rule.type).vector.map { $0 * factor }
            let tolerance = Self.rounding * scaled.magnitude
            #expect(isClose(try scaled.aggregated(by: rule.type).vector, expected, within: tolerance))
        }
    }

    @Test("keeps a protected own vector, if it discards any", arguments: CatalogAggregation.all, InstanceSeed.all)
    func protection(rule: CatalogAggregation, seed: InstanceSeed) throws {
        guard rule.type.isSelection else { return }
        var instance = try rule.instance(seed)
        // As far away as anything.
        instance.own = 0
        instance.protectsOwn = true
        instance.vectors[0] = instance.vectors[0].map { $0 + 20 }
        #expect(try instance.aggregated(by: rule.type).report.treatments[0] != .removed)
        let expected = try instance.reference(rule.type)
        let vector = try instance.aggregated(by: rule.type).vector
        #expect(isClose(vector, expected.vector.map { Float($0) }, within: Self.rounding * instance.magnitude))
    }

    @Test("refuses more hostile inputs than it can withstand, in one line", arguments: CatalogAggregation.all)
    func refusal(rule: CatalogAggregation) throws {
        for count in 1...40 {
            let pipeline = AggregationPipeline(rule: try rule.make())
            let capacity = pipeline.capacity(of: count)
            try pipeline.check(inputs: count, hostile: capacity, own: 0)
            #expect(capacity >= 0)
            let fault = #expect(throws: ConfigurationFault.self) {
                try pipeline.check(inputs: count, hostile: capacity + 1, own: 0)
            }
            #expect(fault?.description.contains("\n") == false)
        }
        #expect(throws: ConfigurationFault.self) {
            try AggregationPipeline(rule: try rule.make()).check(inputs: 0, hostile: 0)
        }
    }

    @Test("every rule and every pre-aggregation has a twin, and no twin stands for one that is gone")
    func twins() {
        #expect(Set(ReferenceRules.aggregation.keys) == Set(RuleCatalog.aggregation.names))
        #expect(Set(ReferenceRules.before.keys) == Set(RuleCatalog.before.names))
    }

    @Test("can be told by a name of its own", arguments: CatalogAggregation.all)
    func names(rule: CatalogAggregation) throws {
        for spelling in [rule.type.name] + rule.type.aliases {
            #expect(try RuleCatalog.aggregation.entry(named: spelling) == rule.type)
        }
        #expect(!rule.type.source.isEmpty && !rule.type.cost.isEmpty && !rule.type.robustness.description.isEmpty)
        // What makes it ByzFL's is allowed.
        _ = try ParameterValues(rule.type.byzfl, declared: rule.type.parameters, key: rule.type.name)
    }
}
