// Check: a condition of a rule looked at on a graph. Each kind of condition is one file here, and one line in `check`.
import Aggregation
import Graphs

/// What came of looking at one condition.
struct Check {
    let finding: Finding
    /// Whether it is one of those of which one is enough.
    let isEnough: Bool
    /// What there is against what may be: at most 1 where the condition holds. For finding the worst placement.
    let demand: Double

    /// - Parameter demand: by default 0 where it holds, 2 where it fails and 1 in between.
    init(
        _ code: String, _ verdict: Verdict, numbers: [(String, Double)] = [], nodes: [String] = [],
        isEnough: Bool = false, demand: Double? = nil, saying sentence: String
    ) {
        finding = Finding(code, verdict: verdict, numbers: numbers, nodes: nodes, saying: sentence)
        self.isEnough = isEnough
        self.demand = demand ?? (verdict == .holds ? 0 : verdict == .fails ? 2 : 1)
    }
}

/// Looks at the conditions of one rule.
struct Checker {
    let facts: GraphFacts
    let named: NamedRule
    private(set) var ignored: IgnoredNeighbours

    init(_ facts: GraphFacts, _ named: NamedRule) {
        self.facts = facts
        self.named = named
        ignored = IgnoredNeighbours(named.rule)
    }

    var subject: LintSubject { facts.subject }
    var rule: any GossipRule { named.rule }

    mutating func check(_ condition: GraphCondition) -> Check {
        switch condition {
        case .noneHostile: noneHostile()
        case .capacity: capacity()
        case .connected: connected()
        case .robust(let isEnough): robust(isEnough: isEnough)
        case .heardWeight(let times): heardWeight(times)
        case .summation(let coefficient): summation(coefficient)
        case .gapSquared: gapSquared()
        case .cutWeight(let limit): cutWeight(below: limit)
        case .complete(let perHostile): complete(perHostile: perHostile)
        }
    }

    /// For each honest node, in their order, how many neighbours its rule can leave out; `nil` where that is not known.
    ///
    /// - Parameter lightest: how many of the lightest ones, and not of the heaviest.
    mutating func everyIgnored(lightest: Bool = false) -> [Int]? {
        guard subject.honest.count <= IgnoredNeighbours.mostNodes, !rule.needs.contains(.hostile) else { return nil }
        var all: [Int] = []
        for (node, told) in zip(subject.honest, facts.told) {
            guard let one = ignored.of(subject.weights.weights(at: node), told, lightest: lightest)
            else { return nil }
            all.append(one)
        }
        return all
    }
}
