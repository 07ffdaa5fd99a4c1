// Multiset rules as gossip rules: with and without the own model, and where too few are heard for the budget.
import Aggregation
import Registry
import Testing

@Suite("A multiset rule on a neighbourhood")
struct NeighbourhoodTests {
    private let names = RuleCatalog.aggregation.names

    private func rule(
        _ name: String, _ given: [(name: String, value: ParameterValue)] = []
    ) throws -> any GossipRule {
        let type = try RuleCatalog.gossip.entry(named: name)
        return try type.init(ParameterValues(given, declared: type.parameters, key: name))
    }

    /// Three neighbours, of which two are said to be hostile: more than any rule that needs n > 2f can use.
    private func shortOfNeighbours(isStrict: Bool) -> MixingInstance {
        let weights = [0.25, 0.25, 0.25]
        var instance = MixingInstance(
            own: [1, 2], neighbours: [[2, 2], [3, 1], [1, 5]], weights: weights,
            budget: Budget(count: 2, among: weights))
        instance.isStrict = isStrict
        return instance
    }

    @Test(
        "withstands fewer hostile nodes where too few are heard, and says so; or keeps the own model, if it is strict")
    func shortage() throws {
        for name in names {
            var (lenient, strict) = (try rule(name), try rule(name))
            let instance = shortOfNeighbours(isStrict: false)
            let withstands = lenient.withstands(instance.budget, among: instance.weights)
            let mixed = instance.mixed(by: &lenient)
            #expect(mixed.report.isDegraded == !withstands, "\(name)")
            let kept = shortOfNeighbours(isStrict: true).mixed(by: &strict)
            #expect(kept.report.isDegraded == !withstands, "\(name)")
            guard !withstands else { continue }
            #expect(kept.next == instance.own && kept.report.count(.removed) == 3, "\(name)")
            // As if no more had been declared than it can use.
            var fewer = instance
            var fresh = try rule(name)
            let capacity = (0...2).last { fresh.withstands(Budget(count: $0, weight: 0), among: instance.weights) }
            fewer.budget.count = try #require(capacity)
            #expect(fewer.mixed(by: &fresh).next == mixed.next, "\(name)")
        }
    }

    @Test("takes the own model as one of them, or only goes towards what they say")
    func openness() throws {
        var instance = shortOfNeighbours(isStrict: true)
        instance.budget = Budget(count: 0, weight: 0)
        var closed = try rule("mean")
        #expect(instance.mixed(by: &closed).next == [1.75, 2.5])
        var open = try rule("mean", [("neighbourhood", .text("open")), ("rate", .number(0.5))])
        #expect(isClose(instance.mixed(by: &open).next, [1.5, 7 / 3], within: 1e-6))
    }

    @Test("trusts the last of those heard where the trusted one is none of them")
    func pivot() throws {
        var instance = shortOfNeighbours(isStrict: true)
        instance.budget.count = 1
        func mixed(_ pivot: Double) throws -> [Float] {
            var rule = try rule("monna", [("neighbourhood", .text("open")), ("pivot", .number(pivot))])
            return instance.mixed(by: &rule).next
        }
        #expect(try mixed(9) == mixed(2) && mixed(2) != mixed(0))
    }

    @Test("keeps an own model that is far out, unless it is told not to")
    func protection() throws {
        var instance = shortOfNeighbours(isStrict: true)
        instance.own = [100, 100]
        instance.budget.count = 1
        var protecting = try rule("multiKrum")
        var judging = try rule("multiKrum", [("protectSelf", .flag(false))])
        #expect(instance.mixed(by: &protecting).next[0] > 30)
        #expect(instance.mixed(by: &judging).next == [2, 8 / 3])
    }

    @Test("pre-aggregations go before them, and not before rules that start from the own model")
    func before() throws {
        var krum = try #require(try rule("krum") as? any NeighbourhoodRule)
        krum.before = [StaticClipping(.defaults(StaticClipping.parameters))]
        var instance = shortOfNeighbours(isStrict: true)
        instance.neighbours[2] = [1, 1_000]
        instance.budget.count = 1
        var rule: any GossipRule = krum
        let mixed = instance.mixed(by: &rule)
        #expect(mixed.next.allSatisfy { $0 < 5 })
        #expect(!RuleCatalog.selfCentred.entries.contains { $0 is any NeighbourhoodRule.Type })
    }

    @Test("starts from the own model after bucketing too, whichever neighbours are averaged with a hostile one")
    func bucketingKeepsOwn() throws {
        for (count, size) in [(1, 2), (3, 2), (4, 2), (5, 3), (6, 4), (9, 2)] {
            for hostile in 0..<count {
                let weights = [Double](repeating: 0.1, count: count)
                var instance = MixingInstance(
                    own: [1, 2], neighbours: [[Float]](repeating: [1, 2], count: count), weights: weights,
                    budget: Budget(count: 0, among: weights))
                instance.neighbours[hostile] = [3e30, -1e30]
                var clipping = try #require(
                    try rule("centredClipping", [("radius", .number(1))]) as? any NeighbourhoodRule)
                let given: [(name: String, value: ParameterValue)] = [("size", .number(Double(size)))]
                clipping.before = [
                    Bucketing(try ParameterValues(given, declared: Bucketing.parameters, key: "bucketing"))
                ]
                var rule: any GossipRule = clipping
                let (next, report) = instance.mixed(by: &rule)
                // The hostile one is in one group, and every group moves the model by 1/n of the radius.
                let groups = 1 + (count + size - 1) / size
                let moved = zip(next, instance.own).map { Double($0 - $1) }
                let length = moved.map { $0 * $0 }.reduce(0, +).squareRoot()
                #expect(length <= 1.001 / Double(groups), "\(next) from the \(hostile)th of \(count)")
                #expect(report.count(.clipped) >= 1 && report.count(.removed) == 0)
            }
        }
    }
}
