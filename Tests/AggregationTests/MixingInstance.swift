// What the suites of this module share: one input of a gossip rule, random ones, and a rule run on it.
import Aggregation
import Kernels
import Registry
import Testing
import TestSupport

/// A node's model and those of its neighbours, with weights and budget.
struct MixingInstance {
    var own: [Float]
    var neighbours: [[Float]]
    var weights: [Double]
    var budget: Budget
    var isStrict = false
    /// Rows that an oracle names.
    var hostile: Set<Int> = []
    var before: [Float] = []
    /// Of the node's batch; for rules that ask.
    var loss: (@Sendable ([Double]) -> Double)?
    /// Who shares the work.
    var crew: Crew?

    static let round = Round(3)
    static let rounds = 10
    static let stepSize = 0.5

    init(own: [Float], neighbours: [[Float]], weights: [Double], budget: Budget) {
        self.own = own
        self.neighbours = neighbours
        self.weights = weights
        self.budget = budget
    }

    /// The output and the report of `rule`, fresh and with its default parameters.
    func mixed(by rule: any GossipRule.Type) throws -> (next: [Float], report: MixReport) {
        var rule = try rule.init(.defaults(rule.parameters))
        return mixed(by: &rule)
    }

    func mixed(by rule: inout any GossipRule) -> (next: [Float], report: MixReport) {
        var batch = VectorBatch(columns: own.count, capacity: neighbours.count)
        for neighbour in neighbours { batch.append(neighbour) }
        batch.crew = crew
        // Senders are numbered around the node itself, which is in the middle.
        let node = NodeID(neighbours.count / 2)
        let senders = (0...neighbours.count).map { NodeID($0) }.filter { $0 != node }
        var budget = budget
        budget.hostile = hostile.sorted().map { senders[$0] }
        let context = MixContext(
            round: Self.round, rounds: Self.rounds, node: node, senders: senders, weights: weights, budget: budget,
            isStrict: isStrict, stepSize: Self.stepSize, modelBefore: before)
        // Whatever stood there before must not matter.
        var next = [Float](repeating: .nan, count: own.count)
        var span = next.mutableSpan
        var scratch = Scratch()
        scratch.distances = [.nan, -1]
        scratch.order = [7]
        scratch.coefficients = [.nan]
        scratch.vector = [.nan]
        var report = MixReport()
        report.begin(rows: 3)
        report.begin(rows: neighbours.count)
        if let loss, var aware = rule as? any LossAwareRule {
            let rows = aware.probes(own: own.span, neighbours: batch, context: context, scratch: &scratch)
            let losses = ([own] + rows.map { neighbours[$0] }).map { loss($0.map(Double.init)) }
            aware.mix(
                own: own.span, neighbours: batch, context: context,
                probes: ProbedLosses(rows, losses: losses), into: &span, report: &report, scratch: &scratch)
        } else {
            rule.mix(
                own: own.span, neighbours: batch, context: context, into: &span, report: &report, scratch: &scratch)
        }
        return (next, report)
    }

    /// The same numbers for a slow twin.
    var plain: MixingCase {
        var plain = MixingCase(
            own: own.map(Double.init), neighbours: neighbours.map { $0.map(Double.init) }, weights: weights,
            budgetCount: budget.count, budgetWeight: budget.weight)
        plain.hostile = hostile
        plain.round = Self.round.number
        plain.rounds = Self.rounds
        plain.stepSize = Self.stepSize
        plain.before = before.map(Double.init)
        if let loss { plain.loss = loss }
        return plain
    }

    /// Every model passed through `change`.
    func mapped(_ change: ([Float]) -> [Float]) -> MixingInstance {
        var copy = self
        copy.own = change(own)
        copy.neighbours = neighbours.map(change)
        copy.before = change(before)
        return copy
    }

    /// Neighbours and weights in another order, and so sent by others.
    func reordered(_ order: [Int]) -> MixingInstance {
        var copy = self
        copy.neighbours = order.map { neighbours[$0] }
        copy.weights = order.map { weights[$0] }
        copy.hostile = Set(order.indices.filter { hostile.contains(order[$0]) })
        return copy
    }

    /// The greatest magnitude of any element.
    var magnitude: Float { (neighbours + [own]).joined().map(\.magnitude).max() ?? 0 }
}

/// The seed of a random instance. A failing test names it.
struct InstanceSeed: CustomTestStringConvertible, Sendable {
    let number: Int
    var testDescription: String { "seed \(number)" }
    static let all = (0..<60).map { InstanceSeed(number: $0) }

    var random: RandomStream { RandomStream(seed: UInt64(number), purpose: .measurement) }

    /// 1 to 20 elements, 1 to 12 neighbours, equal weights or not, a budget from none to too much.
    var instance: MixingInstance {
        var random = random
        let count = 1 + random.below(12)
        let dimension = 1 + random.below(20)
        var (own, neighbours) = ([Float](), [[Float]]())
        for row in 0...count {
            var model = [Float](repeating: 0, count: dimension)
            let spread = [0.1, 1, 20][random.below(3)]
            random.fillGaussian(&model, mean: 1, standardDeviation: spread)
            if row == 0 { own = model } else { neighbours.append(model) }
        }
        let weights = random.weights(count)
        let budget =
            random.below(2) == 0
            ? Budget(count: random.below(4), among: weights)
            : Budget(weight: 0.5 * random.uniform(), among: weights)
        var instance = MixingInstance(own: own, neighbours: neighbours, weights: weights, budget: budget)
        instance.hostile = Set(random.order(count).prefix(budget.count))
        instance.before = zip(own, random.vector(dimension, deviation: 0.3)).map { $0 + $1 }
        return instance
    }
}

extension RandomStream {
    /// Positive weights of `count` neighbours, equal in half of the cases, that leave something for the node itself.
    mutating func weights(_ count: Int) -> [Double] {
        guard below(2) == 0 else { return Array(repeating: 1 / Double(count + 1), count: count) }
        let raw = (0..<count).map { _ in 0.1 + uniform() }
        let total = raw.reduce(0, +) + uniform()
        return raw.map { $0 / total }
    }

    /// A random order of `0 ..< count`.
    mutating func order(_ count: Int) -> [Int] {
        var order = Array(0..<count)
        for last in order.indices.dropFirst().reversed() { order.swapAt(last, below(last + 1)) }
        return order
    }

    mutating func vector(_ count: Int, deviation: Double = 1) -> [Float] {
        var vector = [Float](repeating: 0, count: count)
        fillGaussian(&vector, mean: 0, standardDeviation: deviation)
        return vector
    }
}

/// A rule of the catalogue, by name in test listings.
struct CatalogRule: CustomTestStringConvertible, Sendable {
    let type: any GossipRule.Type
    var testDescription: String { type.name }
    /// Those that start from the own model.
    static let all = RuleCatalog.selfCentred.entries.map { CatalogRule(type: $0) }
    /// And those that judge a set, on the neighbourhood.
    static let everyGossip = RuleCatalog.gossip.entries.map { CatalogRule(type: $0) }

    /// One with its default parameters.
    var fresh: any GossipRule { get throws { try type.init(.defaults(type.parameters)) } }
}

extension SlowRule: CustomTestStringConvertible {
    public var testDescription: String {
        ([name] + parameters.map { "\($0.name) \($0.value)" }).joined(separator: ", ")
    }

    /// The rule that it is the twin of.
    var twin: any GossipRule {
        get throws {
            let type = try RuleCatalog.gossip.entry(named: name)
            let given = parameters.map { name, value -> (name: String, value: ParameterValue) in
                switch value {
                case .text(let text): (name, .text(text))
                case .number(let number): (name, .number(number))
                }
            }
            return try type.init(ParameterValues(given, declared: type.parameters, key: name))
        }
    }
}

/// Whether two vectors are equal up to `tolerance` in every element.
func isClose(_ a: [Float], _ b: [Float], within tolerance: Float) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { ($0 - $1).magnitude <= tolerance }
}
