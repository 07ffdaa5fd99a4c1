// The laws that every gossip rule obeys, over the catalogue: a rule is tested from the line that lists it.
import Aggregation
import Kernels
import TestSupport
import Testing

@Suite("Every rule")
struct EveryRuleTests {
    /// Rounding of a sum of a dozen Floats, as a share of the greatest of them.
    private static let rounding: Float = 4e-6

    @Test("does not care who sent what", arguments: CatalogRule.all, InstanceSeed.all)
    func permutation(rule: CatalogRule, seed: InstanceSeed) throws {
        let instance = seed.instance
        var random = seed.random
        let permuted = instance.reordered(random.order(instance.neighbours.count))
        let (one, other) = (try instance.mixed(by: rule.type), try permuted.mixed(by: rule.type))
        #expect(isClose(one.next, other.next, within: Self.rounding * instance.magnitude))
        #expect(one.report.count(.kept) == other.report.count(.kept))
        #expect(one.report.isDegraded == other.report.isDegraded)
    }

    @Test("returns the common value of equal inputs", arguments: CatalogRule.all, InstanceSeed.all)
    func allEqual(rule: CatalogRule, seed: InstanceSeed) throws {
        let instance = seed.instance
        let equal = instance.mapped { _ in instance.own }
        #expect(try equal.mixed(by: rule.type).next == instance.own)
    }

    @Test("returns the own model where nobody was heard", arguments: CatalogRule.all, InstanceSeed.all)
    func alone(rule: CatalogRule, seed: InstanceSeed) throws {
        var instance = seed.instance
        (instance.neighbours, instance.weights, instance.liars) = ([], [], [])
        let (next, report) = try instance.mixed(by: rule.type)
        #expect(next == instance.own)
        #expect(report.treatments.isEmpty)
    }

    @Test("is finite for finite inputs, however large", arguments: CatalogRule.all, InstanceSeed.all)
    func finite(rule: CatalogRule, seed: InstanceSeed) throws {
        var instance = seed.instance
        var random = seed.random
        for row in instance.neighbours.indices where random.below(2) == 0 {
            let exponent = Double(random.below(39))
            let factor = Float((0..<Int(exponent)).reduce(1.0) { power, _ in power * 10 }) / instance.magnitude
            instance.neighbours[row] = instance.neighbours[row].map { $0 * factor }
        }
        #expect(try instance.mixed(by: rule.type).next.allSatisfy { $0.isFinite })
        let huge = instance.mapped { model in model.map { $0 < 0 ? -1e38 : 1e38 } }
        #expect(try huge.mixed(by: rule.type).next.allSatisfy { $0.isFinite })
    }

    @Test("moves with its inputs", arguments: CatalogRule.all, InstanceSeed.all)
    func translation(rule: CatalogRule, seed: InstanceSeed) throws {
        guard try rule.fresh.symmetries.contains(.translation) else { return }
        let instance = seed.instance
        var random = seed.random
        let shift = random.vector(instance.own.count, deviation: 5)
        let moved = instance.mapped { model in zip(model, shift).map { $0 + $1 } }
        let next = try instance.mixed(by: rule.type).next
        let expected = zip(next, shift).map { $0 + $1 }
        #expect(isClose(try moved.mixed(by: rule.type).next, expected, within: 4 * Self.rounding * moved.magnitude))
    }

    @Test("scales with its inputs", arguments: CatalogRule.all, InstanceSeed.all)
    func scale(rule: CatalogRule, seed: InstanceSeed) throws {
        guard try rule.fresh.symmetries.contains(.scale) else { return }
        let instance = seed.instance
        // A power of two rounds nothing, so the law holds to the last bit.
        for factor in [-8, 0.25] as [Float] {
            let scaled = instance.mapped { model in model.map { $0 * factor } }
            let next = try instance.mixed(by: rule.type).next
            let expected = next.map { $0 * factor }
            let tolerance = Self.rounding * scaled.magnitude
            #expect(isClose(try scaled.mixed(by: rule.type).next, expected, within: tolerance))
        }
    }

    @Test("leaves the weight of whoever is missing with the node itself", arguments: CatalogRule.all, InstanceSeed.all)
    func missing(rule: CatalogRule, seed: InstanceSeed) throws {
        var instance = seed.instance
        instance.liars = []
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
        #expect(
            isClose(
                try without.mixed(by: rule.type).next, try replaced.mixed(by: rule.type).next,
                within: Self.rounding * instance.magnitude))
    }

    @Test("agrees with its slow twin", arguments: SlowRule.all, InstanceSeed.all)
    func slowTwin(slow: SlowRule, seed: InstanceSeed) throws {
        var instance = seed.instance
        if !seed.number.isMultiple(of: 3) {
            // The squared distance from ones, or something that half of the models have no value for.
            let isPartial = seed.number % 3 == 2
            instance.loss = { model in
                isPartial && model[0] < 1 ? .nan : model.reduce(0) { $0 + ($1 - 1) * ($1 - 1) }
            }
        }
        let expected = slow.mix(instance.plain).map { Float($0) }
        var rule = try slow.twin
        #expect(isClose(instance.mixed(by: &rule).next, expected, within: Self.rounding * instance.magnitude))
    }

    @Test("accounts for every input in its report", arguments: CatalogRule.all, InstanceSeed.all)
    func report(rule: CatalogRule, seed: InstanceSeed) throws {
        let instance = seed.instance
        let (next, report) = try instance.mixed(by: rule.type)
        #expect(report.treatments.count == instance.neighbours.count)
        #expect(report.ownWeight.map { $0 > -1e-9 && $0 < 1 + 1e-9 } ?? true)
        if report.count(.removed) == instance.neighbours.count { #expect(next == instance.own) }
    }

    @Test("can be told by a name of its own", arguments: CatalogRule.all)
    func names(rule: CatalogRule) throws {
        let spellings = RuleCatalog.gossip.descriptions.flatMap { [$0.name] + $0.aliases }
        for spelling in [rule.type.name] + rule.type.aliases {
            #expect(spellings.count { $0 == spelling } == 1)
            #expect(try RuleCatalog.gossip.entry(named: spelling) == rule.type)
        }
    }

    @Test("every rule has a twin, and says where it is published")
    func twins() {
        #expect(Set(SlowRule.all.map(\.name)) == Set(RuleCatalog.selfCentred.names))
        #expect(RuleCatalog.gossip.entries.allSatisfy { !$0.source.isEmpty && !$0.cost.isEmpty })
    }
}
