// Single rules on numbers that can be checked by hand, and the budgets that they are given.
import Aggregation
import Kernels
import Testing

@Suite("Gossip rules by hand")
struct GossipRuleTests {
    /// Own (0, 0), four neighbours of weight 0.2, one liar tolerated.
    private static let example = MixingInstance(
        own: [0, 0], neighbours: [[1, 0], [0, 2], [3, 0], [0, -10]], weights: [0.2, 0.2, 0.2, 0.2],
        budget: Budget(count: 1, weight: 0.2))

    @Test(
        "the worked example",
        arguments: [
            ("noCommunication", [0, 0]), ("weightedMean", [0.8, -1.6]), ("trimmedNeighbourMean", [1.0 / 3, 0]),
            ("clippedGossip", [0.8, -0.3483314774]), ("csPlus", [0.8, -0.2]),
        ] as [(String, [Float])])
    func workedExample(name: String, expected: [Float]) throws {
        let next = try Self.example.mixed(by: try RuleCatalog.gossip.entry(named: name)).next
        #expect(isClose(next, expected, within: 1e-6))
    }

    @Test("the clipping radii of the worked example")
    func radii() throws {
        #expect(try Self.example.mixed(by: ClippedSumPlus.self).report.threshold == 3)
        let radius = try #require(try Self.example.mixed(by: ClippedGossip.self).report.threshold)
        #expect(abs(radius - 3.7416573868) < 1e-9)
        let report = try Self.example.mixed(by: ClippedSumPlus.self).report
        #expect(report.kept == 3 && report.clipped == 1 && report.removed == 0 && !report.degraded)
    }

    @Test("without a budget the clipping rules are plain gossip", arguments: ["clippedGossip", "csPlus"])
    func noBudget(name: String) throws {
        var instance = Self.example
        instance.budget = Budget(count: 0, weight: 0)
        let (next, report) = try instance.mixed(by: try RuleCatalog.gossip.entry(named: name))
        #expect(try next == instance.mixed(by: WeightedMean.self).next)
        #expect(report.threshold == nil && report.kept == 4)
    }

    @Test("with more budget than weight CS+ keeps the own model")
    func wholeBudget() throws {
        var instance = Self.example
        instance.own = [5, 7]
        instance.budget = Budget(count: 3, weight: 0.6)
        let (next, report) = try instance.mixed(by: ClippedSumPlus.self)
        #expect(next == [5, 7] && report.removed == 4 && report.threshold == 0)
    }

    @Test("one unit in the last place of a weight moves no threshold")
    func weightTolerance() throws {
        var instance = Self.example
        instance.weights[3] = instance.weights[3].nextDown
        instance.budget.weight = instance.budget.weight.nextUp
        #expect(try instance.mixed(by: ClippedSumPlus.self).report.threshold == 3)
    }

    @Test("a fixed radius and a rate are what they say")
    func parameters() throws {
        let given: [(name: String, value: ParameterValue)] = [
            ("mode", .text("fixed")), ("radius", .number(2)), ("rate", .number(0.5)),
        ]
        var clipped: any GossipRule = ClippedGossip(
            try ParameterValues(given, declared: ClippedGossip.parameters, key: "rule"))
        #expect(isClose(Self.example.mixed(by: &clipped).next, [0.3, 0], within: 1e-6))
        var mean: any GossipRule = WeightedMean(
            try ParameterValues([("rate", .number(0.5))], declared: WeightedMean.parameters, key: "rule"))
        #expect(isClose(Self.example.mixed(by: &mean).next, [0.4, -0.8], within: 1e-6))
    }

    @Test(
        "BRIDGE-T with too few neighbours trims less and says so",
        arguments: [(1, 0, true), (2, 0, true), (3, 1, true), (4, 1, true), (5, 2, false), (6, 2, false)])
    func degrades(heard: Int, trim: Int, degraded: Bool) throws {
        let values = [4, -9, 100, 1, 2, 3].prefix(heard).map { Float($0) }
        let instance = MixingInstance(
            own: [0], neighbours: values.map { [$0] }, weights: values.map { _ in 0.1 },
            budget: Budget(count: 2, weight: 0.2))
        let (next, report) = try instance.mixed(by: TrimmedNeighbourMean.self)
        #expect(report.degraded == degraded && report.removed == 2 * trim && report.kept == heard - 2 * trim)
        let kept = values.sorted().dropFirst(trim).dropLast(trim)
        #expect(isClose(next, [kept.reduce(0, +) / Float(kept.count + 1)], within: 1e-5))
    }
}

@Suite("Budgets")
struct BudgetTests {
    @Test("a count weighs as much as its heaviest neighbours could")
    func count() {
        #expect(Budget(count: 2, among: [0.1, 0.25, 0.2]) == Budget(count: 2, weight: 0.5))
        #expect(Budget(count: 0, among: [0.1]) == Budget(count: 0, weight: 0))
        #expect(Budget(count: 3, among: []) == Budget(count: 3, weight: 0))
    }

    @Test(
        "a weight counts the lightest neighbours that fit in it",
        arguments: [(0, 0), (0.09, 0), (0.1, 1), (0.3, 2), (0.55, 3), (0.9, 3)])
    func weight(weight: Double, count: Int) {
        #expect(Budget(weight: weight, among: [0.25, 0.1, 0.2]) == Budget(count: count, weight: weight))
    }

    @Test("sums of weights are compared with some slack")
    func slack() {
        // 0.1 + 0.2 is above 0.3 in binary.
        #expect(Budget(weight: 0.3, among: [0.1, 0.2]).count == 2)
    }
}
