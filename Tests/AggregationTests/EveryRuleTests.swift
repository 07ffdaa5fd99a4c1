// The laws that every gossip rule obeys, over the catalogue: a rule is tested from the line that lists it.
import Aggregation
import Kernels
import TestSupport
import Testing

@Suite("Every rule")
struct EveryRuleTests {
    @Test("keeps the laws", arguments: RuleLaws.all, CatalogRule.all)
    func keeps(law: Law<CatalogRule>, rule: CatalogRule) throws {
        let violations = try law.violations(of: rule)
        #expect(violations == [])
    }

    @Test("that is made to break a law is found out", arguments: RuleLaws.all)
    func breaks(law: Law<CatalogRule>) throws {
        #expect(try !law.violationsOfCounterexample.isEmpty)
    }

    @Test("agrees with its slow twin", arguments: SlowRule.all)
    func twin(slow: SlowRule) throws {
        let violations = try RuleLaws.twin.violations(of: RuleLaws.Twins(fast: slow.twin, slow: slow))
        #expect(violations == [])
    }

    @Test("that has another's twin is found out")
    func twinOfAnother() throws {
        #expect(try !RuleLaws.twin.violationsOfCounterexample.isEmpty)
    }

    @Test("has a twin, and says where it is published")
    func twins() {
        #expect(Set(SlowRule.all.map(\.name)) == Set(RuleCatalog.selfCentred.names))
        #expect(RuleCatalog.gossip.entries.allSatisfy { !$0.source.isEmpty && !$0.cost.isEmpty })
    }
}

enum RuleLaws {
    /// Rounding of a sum of a dozen Floats, as a share of the greatest of them.
    private static let rounding: Float = 4e-6

    static let all = [
        permutation, allEqual, alone, finite, translation, scale, missing, report, names,
    ]

    private static func law(
        _ description: String, brokenBy planted: any GossipRule.Type,
        _ judge: @escaping @Sendable (CatalogRule, InstanceSeed, inout Verdict) throws -> Void
    ) -> Law<CatalogRule> {
        Law(description, brokenBy: CatalogRule(type: planted)) { rule, verdict in
            for seed in InstanceSeed.all { try judge(rule, seed, &verdict) }
        }
    }

    static let permutation = law("does not care who sent what", brokenBy: FirstComer.self) { rule, seed, verdict in
        let instance = seed.instance
        var random = seed.random
        let permuted = instance.reordered(random.order(instance.neighbours.count))
        let (one, other) = (try instance.mixed(by: rule.type), try permuted.mixed(by: rule.type))
        verdict.expect(isClose(one.next, other.next, within: rounding * instance.magnitude), "\(seed): \(one)")
        verdict.expect(one.report.count(.kept) == other.report.count(.kept), "\(seed): \(one.report)")
        verdict.expect(one.report.isDegraded == other.report.isDegraded, "\(seed): degraded")
    }

    static let allEqual = law(
        "returns the common value of equal inputs", brokenBy: Inflating.self
    ) { rule, seed, verdict in
        let instance = seed.instance
        let next = try instance.mapped { _ in instance.own }.mixed(by: rule.type).next
        verdict.expect(next == instance.own, "\(seed): \(next)")
    }

    static let alone = law(
        "returns the own model where nobody was heard", brokenBy: Forlorn.self
    ) { rule, seed, verdict in
        var instance = seed.instance
        (instance.neighbours, instance.weights, instance.hostile) = ([], [], [])
        let (next, report) = try instance.mixed(by: rule.type)
        verdict.expect(next == instance.own && report.treatments.isEmpty, "\(seed): \(next)")
    }

    static let finite = law(
        "is finite for finite inputs, however large", brokenBy: Overflowing.self
    ) { rule, seed, verdict in
        var instance = seed.instance
        var random = seed.random
        for row in instance.neighbours.indices where random.below(2) == 0 {
            let factor = Float((0..<random.below(39)).reduce(1.0) { power, _ in power * 10 }) / instance.magnitude
            instance.neighbours[row] = instance.neighbours[row].map { $0 * factor }
        }
        let next = try instance.mixed(by: rule.type).next
        verdict.expect(next.allSatisfy { $0.isFinite }, "\(seed): \(next)")
        let huge = try instance.mapped { model in model.map { $0 < 0 ? -1e38 : 1e38 } }.mixed(by: rule.type).next
        verdict.expect(huge.allSatisfy { $0.isFinite }, "\(seed), huge: \(huge)")
    }

    static let translation = law(
        "moves with its inputs, if it says so", brokenBy: Shrinking.self
    ) { rule, seed, verdict in
        guard try rule.fresh.symmetries.contains(.translation) else { return }
        let instance = seed.instance
        var random = seed.random
        let shift = random.vector(instance.own.count, deviation: 5)
        let moved = instance.mapped { model in zip(model, shift).map { $0 + $1 } }
        let expected = zip(try instance.mixed(by: rule.type).next, shift).map { $0 + $1 }
        let next = try moved.mixed(by: rule.type).next
        verdict.expect(isClose(next, expected, within: 4 * rounding * moved.magnitude), "\(seed): \(next), \(expected)")
    }

    static let scale = law("scales with its inputs, if it says so", brokenBy: Stepping.self) { rule, seed, verdict in
        guard try rule.fresh.symmetries.contains(.scale) else { return }
        let instance = seed.instance
        // A power of two rounds nothing, so the law holds to the last bit.
        for factor in [-8, 0.25] as [Float] {
            let scaled = instance.mapped { model in model.map { $0 * factor } }
            let expected = try instance.mixed(by: rule.type).next.map { $0 * factor }
            let next = try scaled.mixed(by: rule.type).next
            verdict.expect(
                isClose(next, expected, within: rounding * scaled.magnitude), "\(seed): \(next), \(expected)")
        }
    }

    static let missing = law(
        "leaves the weight of whoever is missing with the node itself", brokenBy: Renormalising.self
    ) { rule, seed, verdict in
        var instance = seed.instance
        instance.hostile = []
        var reweighed = instance
        reweighed.weights = instance.weights.enumerated().map { $1 * ($0.isMultiple(of: 2) ? 0.5 : 0.25) }
        let usesWeights = try instance.mixed(by: rule.type).next != reweighed.mixed(by: rule.type).next
        // IOS may find the stand-in to be the outlier.
        guard usesWeights, rule.type != IterativeOutlierScissor.self else { return }
        let missing = seed.number % instance.neighbours.count
        var (without, replaced) = (instance, instance)
        without.neighbours.remove(at: missing)
        without.weights.remove(at: missing)
        replaced.neighbours[missing] = instance.own
        let (next, expected) = (try without.mixed(by: rule.type).next, try replaced.mixed(by: rule.type).next)
        verdict.expect(isClose(next, expected, within: rounding * instance.magnitude), "\(seed): \(next), \(expected)")
    }

    static let report = law("accounts for every input in its report", brokenBy: Boasting.self) { rule, seed, verdict in
        let instance = seed.instance
        let (next, report) = try instance.mixed(by: rule.type)
        verdict.expect(report.treatments.count == instance.neighbours.count, "\(seed): \(report)")
        verdict.expect(report.ownWeight.map { $0 > -1e-9 && $0 < 1 + 1e-9 } ?? true, "\(seed): \(report)")
        let isAlone = report.count(.removed) == instance.neighbours.count
        verdict.expect(!isAlone || next == instance.own, "\(seed): \(next) though all are removed")
    }

    static let names = Law("can be told by a name of its own", brokenBy: CatalogRule(type: Namesake.self)) {
        rule, verdict in
        let spellings = RuleCatalog.gossip.descriptions.flatMap { [$0.name] + $0.aliases }
        for spelling in [rule.type.name] + rule.type.aliases {
            verdict.expect(spellings.count { $0 == spelling } == 1, "'\(spelling)' is listed more than once")
            let found = try RuleCatalog.gossip.entry(named: spelling)
            verdict.expect(found == rule.type, "'\(spelling)' is \(found)")
        }
    }

    /// A rule and what it must agree with.
    struct Twins: Sendable {
        let fast: any GossipRule
        let slow: SlowRule
    }

    static let twin = Law(
        "agrees with its slow twin", brokenBy: Twins(fast: NoCommunication(.defaults([])), slow: SlowRule.all[1])
    ) { (twins: Twins, verdict) in
        for seed in InstanceSeed.all {
            var instance = seed.instance
            if !seed.number.isMultiple(of: 3) {
                // The squared distance from ones, or something that half of the models have no value for.
                let isPartial = seed.number % 3 == 2
                instance.loss = { model in
                    isPartial && model[0] < 1 ? .nan : model.reduce(0) { $0 + ($1 - 1) * ($1 - 1) }
                }
            }
            let expected = twins.slow.mix(instance.plain).map { Float($0) }
            var rule = twins.fast
            let next = instance.mixed(by: &rule).next
            verdict.expect(
                isClose(next, expected, within: rounding * instance.magnitude), "\(seed): \(next), \(expected)")
        }
    }
}
