// Rules where inputs are no numbers, or the largest: what comes before a rule, and offsets, make such of finite models.
import Aggregation
import Kernels
import Registry
import TestSupport
import Testing

@Suite("Rules on extreme inputs")
struct ExtremeInputTests {
    private static let extremes: [Float] = [
        .infinity, -.infinity, .nan, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 0, 1,
    ]

    /// Some of its elements, some whole models, or everything.
    private static func extreme(_ models: [[Float]], _ random: inout RandomStream) -> [[Float]] {
        let share = [0.2, 1][random.below(2)]
        let isOne = random.below(3) == 0 ? extremes[random.below(extremes.count)] : nil
        return models.map { model in
            guard random.uniform() < 0.6 || isOne != nil else { return model }
            return model.map { random.uniform() < share ? isOne ?? extremes[random.below(extremes.count)] : $0 }
        }
    }

    private static func isSame(_ a: [Float], _ b: [Float]) -> Bool {
        a.count == b.count && zip(a, b).allSatisfy { $0.bitPattern == $1.bitPattern || $0.isNaN && $1.isNaN }
    }

    /// Of a rule after each pre-aggregation, and after none, the seeds where what was there before it matters.
    private static func reminiscences(of rule: any AggregationRule) throws -> [String] {
        let steps = try RuleCatalog.preAggregations.entries.map { try $0.init(.defaults($0.parameters)) }
        var found: [String] = []
        for before in [[]] + steps.map({ [$0] }) as [[any PreAggregation]] {
            for seed in InstanceSeed.all {
                var pipeline = AggregationPipeline(before: before, rule: rule)
                var instance = seed.aggregationInstance { pipeline.capacity(of: $0, withOwn: false) }
                guard
                    (try? pipeline.check(inputs: instance.vectors.count, hostile: instance.hostile, own: instance.own))
                        != nil
                else { continue }
                var random = seed.random
                instance.vectors = extreme(instance.vectors, &random)
                if random.below(2) == 0 { instance.modelBefore = instance.vectors[0] }
                let fresh = instance.aggregated(by: &pipeline)
                // What it leaves of more rows than this one has.
                var scratch = Scratch()
                let large = AggregationInstance((0..<14).map { _ in random.vector(3) }, hostile: 0, own: 13)
                _ = large.aggregated(by: &pipeline, &scratch)
                let again = instance.aggregated(by: &pipeline, &scratch)
                if !isSame(fresh.vector, again.vector) || fresh.report.treatments != again.report.treatments {
                    found.append("\(before.map { type(of: $0).name }) \(seed): \(fresh) \(again)")
                }
            }
        }
        return found
    }

    @Test("a set of them comes to the same whatever the rule did before", arguments: CatalogAggregation.all)
    func sets(rule: CatalogAggregation) throws {
        let found = try Self.reminiscences(of: rule.make())
        #expect(found.isEmpty, "\(found.first ?? "")")
    }

    @Test("a rule that goes by what it did before is found out")
    func wrong() throws { #expect(try !Self.reminiscences(of: Reminiscent(.defaults([]))).isEmpty) }

    @Test("neighbours that send them, and an own model of them, are mixed", arguments: CatalogRule.everyGossip)
    func neighbours(rule: CatalogRule) throws {
        for seed in InstanceSeed.all {
            var random = seed.random
            var instance = seed.instance
            instance.neighbours = Self.extreme(instance.neighbours, &random)
            if random.below(3) == 0 { instance.own = Self.extreme([instance.own], &random)[0] }
            instance.loss = { $0.reduce(0) { $0 + $1 * $1 } }
            let (next, report) = try instance.mixed(by: rule.type)
            #expect(next.count == instance.own.count && report.treatments.count == instance.neighbours.count)
        }
    }
}
