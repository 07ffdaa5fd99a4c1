// Single rules on numbers that can be checked by hand, and the budgets that they are given.
import Aggregation
import Kernels
import Registry
import Testing

@Suite("Gossip rules by hand")
struct GossipRuleTests {
    /// Own (0, 0), four neighbours of weight 0.2, one hostile node tolerated.
    private static let example = {
        var example = MixingInstance(
            own: [0, 0], neighbours: [[1, 0], [0, 2], [3, 0], [0, -10]], weights: [0.2, 0.2, 0.2, 0.2],
            budget: Budget(count: 1, weight: 0.2))
        example.hostile = [3]
        return example
    }()

    struct Worked: Sendable, CustomTestStringConvertible {
        let rule: String
        var parameters: [(name: String, value: ParameterValue)] = []
        let next: [Float]
        var threshold: Double?

        var testDescription: String { ([rule] + parameters.map { "\($0.name) \($0.value)" }).joined(separator: ", ") }

        func make() throws -> any GossipRule {
            let type = try RuleCatalog.gossip.entry(named: rule)
            return try type.init(ParameterValues(parameters, declared: type.parameters, key: "rule"))
        }
    }

    @Test(
        "the worked example",
        arguments: [
            Worked(rule: "none", next: [0, 0]),
            Worked(rule: "gossip", next: [0.8, -1.6]),
            Worked(rule: "cs+", next: [0.8, -0.2], threshold: 3),
            Worked(rule: "csPlus", parameters: [("boundary", .text("refcode"))], next: [0.6, 0], threshold: 2),
            Worked(rule: "gts", next: [0.8, 0.4], threshold: 10),
            Worked(rule: "csHe", next: [0.8, -0.3483314774], threshold: 3.7416573868),
            Worked(
                rule: "clippedGossip", parameters: [("mode", .text("oracle"))], next: [0.8, -0.3483314774],
                threshold: 3.7416573868),
            Worked(
                rule: "clippedGossip", parameters: [("boundary", .text("exclusiveRef"))],
                next: [0.6472135955, -0.0472135955], threshold: 2.2360679775),
            Worked(
                rule: "clippedGossip", parameters: [("mode", .text("secondLargest"))], next: [0.8, -0.2], threshold: 3),
            Worked(rule: "ios", next: [1, 0.5], threshold: 8.4380092439),
            Worked(rule: "nna", next: [1, 0.5], threshold: 10),
            Worked(rule: "rtc", next: [0.8, 0.4], threshold: 3.7416573868),
            Worked(rule: "bridgeT", next: [1.0 / 3, 0]),
            Worked(rule: "bridgeT", parameters: [("own", .text("inside"))], next: [1.0 / 3, 0]),
            Worked(rule: "bridgeM", next: [0, 0]),
        ])
    func workedExample(worked: Worked) throws {
        var rule = try worked.make()
        let (next, report) = Self.example.mixed(by: &rule)
        #expect(isClose(next, worked.next, within: 1e-6))
        #expect((report.threshold == nil) == (worked.threshold == nil))
        if let threshold = report.threshold, let expected = worked.threshold {
            #expect(abs(threshold - expected) < 1e-6)
        }
    }

    @Test("half of the oracle's radius is the best one")
    func oracleOpt() throws {
        var rule = try Worked(rule: "clippedGossip", parameters: [("mode", .text("oracleOpt"))], next: []).make()
        let threshold = try #require(Self.example.mixed(by: &rule).report.threshold)
        #expect(abs(threshold - 3.7416573868 / 2) < 1e-9)
    }

    @Test("scalar W-MSR drops the farthest value on either side")
    func scalarConsensus() throws {
        let instance = MixingInstance(
            own: [5], neighbours: [[1], [4], [6], [7], [100]], weights: Array(repeating: 0.1, count: 5),
            budget: Budget(count: 1, weight: 0.1))
        #expect(try instance.mixed(by: NearbyValuesMean.self).next == [5.5])
    }

    @Test(
        "the report says of every neighbour what became of it",
        arguments: [
            ("csPlus", [.kept, .kept, .kept, .clipped], 0.2 + 0.2 * 0.7),
            ("gts", [.kept, .kept, .kept, .removed], 0.4),
            ("ios", [.kept, .kept, .kept, .removed], 0.25), ("nna", [.kept, .kept, .kept, .removed], 0.25),
            ("gossip", [.kept, .kept, .kept, .kept], 0.2), ("none", [.removed, .removed, .removed, .removed], 1),
            ("balance", [.removed, .removed, .removed, .removed], 1),
            ("ubar", [.kept, .removed, .removed, .removed], 0.5),
            ("wmsr", [.split, .split, .split, .split], nil), ("drsa", [.split, .split, .split, .split], nil),
            ("bridgeT", [.split, .split, .split, .split], 1.0 / 3),
        ] as [(String, [Treatment], Double?)])
    func treatments(name: String, treatments: [Treatment], ownWeight: Double?) throws {
        let report = try Self.example.mixed(by: try RuleCatalog.gossip.entry(named: name)).report
        #expect(report.treatments == treatments && !report.isDegraded)
        #expect((report.ownWeight == nil) == (ownWeight == nil))
        if let own = report.ownWeight, let ownWeight { #expect(abs(own - ownWeight) < 1e-12) }
    }

    @Test("without a budget the clipping rules are plain gossip", arguments: ["clippedGossip", "csPlus", "gts", "rtc"])
    func noBudget(name: String) throws {
        var instance = Self.example
        instance.budget = Budget(count: 0, weight: 0)
        let (next, report) = try instance.mixed(by: try RuleCatalog.gossip.entry(named: name))
        #expect(try next == instance.mixed(by: WeightedMean.self).next)
        #expect(report.threshold == nil && report.count(.kept) == 4)
    }

    @Test("with more budget than weight CS+ keeps the own model")
    func wholeBudget() throws {
        var instance = Self.example
        instance.own = [5, 7]
        instance.budget = Budget(count: 3, weight: 0.6)
        let (next, report) = try instance.mixed(by: ClippedSumPlus.self)
        #expect(next == [5, 7] && report.count(.removed) == 4 && report.threshold == 0)
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
        var clipped = try Worked(
            rule: "clippedGossip",
            parameters: [("mode", .text("fixed")), ("radius", .number(2)), ("rate", .number(0.5))], next: []
        ).make()
        #expect(isClose(Self.example.mixed(by: &clipped).next, [0.3, 0], within: 1e-6))
        var mean = try Worked(rule: "weightedMean", parameters: [("rate", .number(0.5))], next: []).make()
        #expect(isClose(Self.example.mixed(by: &mean).next, [0.4, -0.8], within: 1e-6))
    }

    @Test(
        "a strict node keeps its own model rather than withstand fewer hostile nodes",
        arguments: ["bridgeT", "nna", "bridgeM"])
    func strict(name: String) throws {
        var instance = Self.example
        instance.budget = Budget(count: 3, weight: 0.6)
        let type = try RuleCatalog.gossip.entry(named: name)
        let degraded = try instance.mixed(by: type)
        #expect(degraded.report.isDegraded && degraded.report.count(.removed) < 4)
        instance.isStrict = true
        let (next, report) = try instance.mixed(by: type)
        #expect(next == instance.own && report.isDegraded && report.count(.removed) == 4)
    }

    @Test("UBAR refuses what is worse, and takes the best of what is worse if there is nothing else")
    func losses() throws {
        var instance = Self.example
        instance.neighbours = [[1, 0], [0, 2], [3, 0], [0, 1.5], [0, 9]]
        instance.weights = Array(repeating: 0.1, count: 5)
        // The two nearest are tried: (1, 0) and (0, 1.5).
        for (target, next) in [([0, 5], [0, 0.75]), ([9, 0], [0.5, 0]), ([-2, -1], [0.5, 0])] as [([Double], [Float])] {
            instance.loss = { model in zip(model, target).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
            #expect(try instance.mixed(by: LossFilteredAverage.self).next == next)
        }
        instance.loss = { model in model == [0, 0] ? 1 : .infinity }
        #expect(try instance.mixed(by: LossFilteredAverage.self).next == [0, 0])
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
        #expect(report.isDegraded == degraded && report.count(.split) == (trim > 0 ? heard : 0))
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

    @Test("a proven hostile node leaves the budget with its weight")
    func provenForger() {
        var budget = Budget(count: 1, weight: 0.3, hostile: [NodeID(2), NodeID(5)])
        budget.takeOff(NodeID(5), weight: 0.2)
        #expect(budget.count == 0 && abs(budget.weight - 0.1) < 1e-12 && budget.hostile == [NodeID(2)])
        budget.takeOff(NodeID(2), weight: 0.2)
        #expect(budget == Budget(count: 0, weight: 0, hostile: []))
    }

    @Test("sums of weights are compared with some slack")
    func slack() {
        // 0.1 + 0.2 is above 0.3 in binary.
        #expect(Budget(weight: 0.3, among: [0.1, 0.2]).count == 2)
    }
}
