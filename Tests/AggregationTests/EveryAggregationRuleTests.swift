// The laws that every multiset rule obeys, over the catalogue: a rule is tested from the line that lists it.
import Aggregation
import Kernels
import ReferenceRules
import Registry
import Testing
import TestSupport

@Suite("Every multiset rule")
struct EveryAggregationRuleTests {
    @Test("keeps the laws", arguments: AggregationLaws.all, CatalogAggregation.all)
    func keeps(law: Law<CatalogAggregation>, rule: CatalogAggregation) throws {
        let violations = try law.violations(of: rule)
        #expect(violations == [])
    }

    @Test("that is made to break a law is found out", arguments: AggregationLaws.all)
    func breaks(law: Law<CatalogAggregation>) throws {
        #expect(try !law.violationsOfCounterexample.isEmpty)
    }

    @Test("has a twin, as has every pre-aggregation, and no twin stands for one that is gone")
    func twins() {
        #expect(Set(ReferenceRules.aggregation.keys) == Set(RuleCatalog.aggregation.names))
        #expect(Set(ReferenceRules.preAggregations.keys) == Set(RuleCatalog.preAggregations.names))
    }
}

enum AggregationLaws {
    /// Rounding of Floats, as a share of the greatest of them.
    private static let rounding: Float = 4e-6

    static let all = [
        twin, choices, permutation, allEqual, finite, translation, scale, protection, refusal, names,
    ]

    private static func law(
        _ description: String, brokenBy planted: any AggregationRule.Type, seeds: Int = InstanceSeed.all.count,
        _ judge: @escaping @Sendable (CatalogAggregation, InstanceSeed, inout Verdict) throws -> Void
    ) -> Law<CatalogAggregation> {
        Law(description, brokenBy: CatalogAggregation(type: planted)) { rule, verdict in
            for seed in InstanceSeed.all.prefix(seeds) { try judge(rule, seed, &verdict) }
        }
    }

    static let twin = law("agrees with its slow twin", brokenBy: FirstInput.self) { rule, seed, verdict in
        let instance = try rule.instance(seed)
        let expected = try instance.reference(rule.type)
        let (vector, report) = try instance.aggregated(by: rule.type)
        verdict.expect(
            isClose(vector, expected.vector.map { Float($0) }, within: rounding * instance.magnitude),
            "\(seed): \(vector), \(expected.vector)")
        let kept = report.treatments.indices.filter { report.treatments[$0] != .removed }
        verdict.expect(kept == expected.kept, "\(seed): keeps \(kept), not \(expected.kept)")
    }

    static let choices = law(
        "agrees with it for every choice of its parameters", brokenBy: ModelessMedian.self, seeds: 20
    ) { rule, seed, verdict in
        for parameter in rule.type.parameters {
            guard case .choice(let names) = parameter.domain else { continue }
            for name in names {
                let instance = try rule.instance(seed)
                let expected = try instance.reference(rule.type, [(parameter.name, .text(name))]).vector
                let vector = try instance.aggregated(by: rule.type, [(parameter.name, .text(name))]).vector
                // Filtering among all takes thousands of passes in which rounding adds up.
                let tolerance = (name == "all" ? 100 : 1) * rounding * instance.magnitude
                verdict.expect(
                    isClose(vector, expected.map { Float($0) }, within: tolerance),
                    "\(name), \(seed): \(vector), \(expected)")
            }
        }
    }

    /// Where its twin does care, there is a tie: the first of equals wins.
    static let permutation = law(
        "does not care who sent what, but for ties", brokenBy: FirstInput.self, seeds: 30
    ) { rule, seed, verdict in
        // It makes groups by who sent what, as published.
        guard rule.type != MedianOfMeans.self else { return }
        var instance = try rule.instance(seed)
        var random = seed.random
        if rule.type == NearestToPivot.self { instance.own = instance.own ?? 0 }
        let order = random.order(instance.vectors.count)
        let (slow, reordered) = (try instance.reference(rule.type), try instance.reordered(order).reference(rule.type))
        guard Set(slow.kept) == Set(reordered.kept.map { order[$0] }) else { return }
        let one = try instance.aggregated(by: rule.type)
        let other = try instance.reordered(order).aggregated(by: rule.type)
        verdict.expect(
            isClose(one.vector, other.vector, within: rounding * instance.magnitude),
            "\(seed): \(one.vector), \(other.vector)")
        verdict.expect(order.map { one.report.treatments[$0] } == other.report.treatments, "\(seed): \(other.report)")
    }

    static let allEqual = law(
        "returns the common value of equal inputs, exactly", brokenBy: Underrating.self
    ) { rule, seed, verdict in
        var instance = try rule.instance(seed)
        // Rules that step from an origin reach what is within a step of it.
        instance.own = 0
        guard rule.type != SignMajority.self else { return }
        instance = instance.mapped { _ in instance.vectors[0] }
        let vector = try instance.aggregated(by: rule.type).vector
        verdict.expect(vector == instance.vectors[0], "\(seed): \(vector)")
    }

    static let finite = law(
        "is finite for finite inputs, however large", brokenBy: OverflowingSum.self
    ) { rule, seed, verdict in
        var instance = try rule.instance(seed)
        var random = seed.random
        for row in instance.vectors.indices where random.below(2) == 0 {
            let power = [1e10, 1e20, 1e30, 1e38][random.below(4)]
            let factor = Float(power) / instance.magnitude
            instance.vectors[row] = instance.vectors[row].map { max(-1e38, min(1e38, $0 * factor)) }
        }
        let vector = try instance.aggregated(by: rule.type).vector
        verdict.expect(vector.allSatisfy { $0.isFinite }, "\(seed): \(vector)")
        let huge = try instance.mapped { vector in vector.map { $0 < 0 ? -1e38 : 1e38 } }.aggregated(by: rule.type)
        verdict.expect(huge.vector.allSatisfy { $0.magnitude <= 1.0001e38 }, "\(seed), huge: \(huge.vector)")
    }

    static let translation = law(
        "moves with its inputs, if it says so", brokenBy: Underrating.self
    ) { rule, seed, verdict in
        var instance = try rule.instance(seed)
        instance.own = instance.own ?? 0
        guard try rule.make().symmetries.contains(.translation) else { return }
        var random = seed.random
        let shift = random.vector(instance.vectors[0].count, deviation: 5)
        let moved = instance.mapped { vector in zip(vector, shift).map { $0 + $1 } }
        let expected = zip(try instance.aggregated(by: rule.type).vector, shift).map { $0 + $1 }
        let vector = try moved.aggregated(by: rule.type).vector
        verdict.expect(
            isClose(vector, expected, within: 4 * rounding * moved.magnitude), "\(seed): \(vector), \(expected)")
    }

    static let scale = law("scales with its inputs, if it says so", brokenBy: Offset.self) { rule, seed, verdict in
        let instance = try rule.instance(seed)
        guard try rule.make().symmetries.contains(.scale) else { return }
        // A power of two rounds nothing.
        for factor in [-8, 0.25] as [Float] {
            let scaled = instance.mapped { vector in vector.map { $0 * factor } }
            let expected = try instance.aggregated(by: rule.type).vector.map { $0 * factor }
            let vector = try scaled.aggregated(by: rule.type).vector
            verdict.expect(
                isClose(vector, expected, within: rounding * scaled.magnitude), "\(seed): \(vector), \(expected)")
        }
    }

    static let protection = law(
        "keeps a protected own vector, if it discards any", brokenBy: Unprotecting.self
    ) { rule, seed, verdict in
        guard rule.type.isSelection else { return }
        var instance = try rule.instance(seed)
        // As far away as anything.
        instance.own = 0
        instance.protectsOwn = true
        instance.vectors[0] = instance.vectors[0].map { $0 + 20 }
        let (vector, report) = try instance.aggregated(by: rule.type)
        verdict.expect(report.treatments[0] != .removed, "\(seed): \(report)")
        let expected = try instance.reference(rule.type).vector
        verdict.expect(
            isClose(vector, expected.map { Float($0) }, within: rounding * instance.magnitude),
            "\(seed): \(vector), \(expected)")
    }

    static let refusal = Law(
        "refuses more hostile inputs than it can withstand, in one line, and no fewer",
        brokenBy: CatalogAggregation(type: Moody.self)
    ) { rule, verdict in
        let pipeline = AggregationPipeline(rule: try rule.make())
        /// What it says of so many inputs.
        func fault(_ inputs: Int, _ hostile: Int) -> String? {
            do { try pipeline.check(inputs: inputs, hostile: hostile, own: 0) } catch { return error.description }
            return nil
        }
        for count in 1...40 {
            let capacity = pipeline.capacity(of: count, withOwn: true)
            verdict.expect(fault(count, capacity) == nil, "refuses \(capacity) of \(count)")
            let refusal = fault(count, capacity + 1)
            verdict.expect(
                refusal.map { !$0.contains("\n") } ?? false, "\(capacity + 1) of \(count): \(refusal ?? "-")")
        }
        verdict.expect(fault(0, 0) != nil, "takes no inputs at all")
    }

    static let names = Law(
        "can be told by a name of its own", brokenBy: CatalogAggregation(type: NamesakeOfKrum.self)
    ) { rule, verdict in
        for spelling in [rule.type.name] + rule.type.aliases {
            let found = try RuleCatalog.aggregation.entry(named: spelling)
            verdict.expect(found == rule.type, "'\(spelling)' is \(found)")
        }
        let texts = [rule.type.source, rule.type.cost, rule.type.robustness.description]
        verdict.expect(texts.allSatisfy { !$0.isEmpty }, "\(texts)")
        // What makes it ByzFL's is allowed.
        _ = try ParameterValues(rule.type.byzfl, declared: rule.type.parameters, key: rule.type.name)
    }
}
