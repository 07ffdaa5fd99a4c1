// What an attacker is told of a victim's mix is what the victim comes to.
import Aggregation
import Attacks
import Kernels
import Registry
import Testing
import Wire

@testable import Core

@Suite("What a victim's rule would make of a forgery")
struct VictimRulesTests {
    private static let dimension = 5

    /// Node 0 with honest neighbours 1 to 4 and hostile ones 5 and 6.
    private static func victim(_ rule: any GossipRule) -> RoundFunction {
        let neighbours = (1...6).map { NodeConfiguration.Neighbour(node: NodeID($0), weight: 0.125, receives: true) }
        return RoundFunction(
            NodeConfiguration(
                node: NodeID(0), dimension: dimension, rounds: 9, neighbours: neighbours,
                budget: Budget(count: 2, weight: 0.25), seed: 3), rule: rule)
    }

    private static func received(_ nodes: [Int], seed: UInt64) -> [ReceivedModel] {
        nodes.map { node in
            var random = RandomStream(seed: seed, purpose: .measurement, node: NodeID(node))
            var values = [Float](repeating: 0, count: dimension)
            random.fillGaussian(&values, mean: 0, standardDeviation: 1)
            return ReceivedModel(sender: NodeID(node), message: ModelMessage(round: Round(4), values: values))
        }
    }

    private static let rules = RuleCatalog.gossip.entries.compactMap { type -> (any GossipRule)? in
        guard let rule = try? type.init(.defaults(type.parameters)), !(rule is any LossAwareRule),
            rule.needs.isDisjoint(with: [.modelBefore, .hostile])
        else { return nil }
        return rule
    }

    @Test("is what it comes to when every hostile neighbour sends it, for every rule", arguments: rules.indices)
    func truth(place: Int) throws {
        let rule = Self.rules[place]
        let forgery = [Float](repeating: 2, count: Self.dimension)
        let heard = Self.received([0, 1, 2, 3, 4], seed: 1)
        let oracle = VictimRules([Self.victim(rule)], amid: [5, 6].map { NodeID($0) })
            .oracle(in: Round(4), hearing: heard)
        let trial = try #require(oracle.trial(of: NodeID(0), sent: forgery))

        var function = Self.victim(rule)
        let lies = [5, 6].map {
            ReceivedModel(sender: NodeID($0), message: ModelMessage(round: Round(4), values: forgery))
        }
        var workspace = Workspace(dimension: Self.dimension, degree: 6)
        let mixed = function.mix(
            heard[0].message, with: heard.dropFirst() + lies, offenders: [],
            among: function.configuration.wholeNeighbourhood, using: &workspace)
        #expect(trial.model.map(\.bitPattern) == mixed.map(\.bitPattern), "\(type(of: rule).name)")
        #expect(trial.threshold == workspace.report.threshold)
        #expect(oracle.trial(of: NodeID(0), sent: forgery) == trial, "asking changes nothing")
    }

    @Test("is what it comes to without the hostile ones where the forgery is no number, which nobody takes")
    func refused() throws {
        for rule in Self.rules {
            func trial(_ hostile: [Int], _ forgery: Float) -> Trial? {
                VictimRules([Self.victim(rule)], amid: hostile.map { NodeID($0) })
                    .oracle(in: Round(4), hearing: Self.received([0, 1, 2, 3, 4], seed: 1))
                    .trial(of: NodeID(0), sent: [Float](repeating: forgery, count: Self.dimension))
            }
            let silent = try #require(trial([], 2))
            for forgery in [Float.infinity, -.infinity, .nan] { #expect(trial([5, 6], forgery) == silent) }
            #expect(trial([5, 6], 2) != nil)
        }
    }

    @Test("is unknown of a node that was not heard, or that is none of its victims")
    func unknown() {
        let rules = VictimRules([Self.victim(Self.rules[0])], amid: [NodeID(5)])
        let forgery = [Float](repeating: 2, count: Self.dimension)
        #expect(rules.oracle(in: Round(4), hearing: []).trial(of: NodeID(0), sent: forgery) == nil)
        let oracle = rules.oracle(in: Round(4), hearing: Self.received([0, 1], seed: 1))
        #expect(oracle.trial(of: NodeID(1), sent: forgery) == nil)
    }
}
