// LintSubject: what the linter looks at: a graph, who is hostile on it, what every node is told to withstand, and the
// rules in question. It comes from a topology file and flags, or from an assembled experiment.
import Aggregation
import Core
import Graphs
import Kernels
import Registry
import Scenario

/// A rule with the name that settings have for it.
public struct NamedRule: Sendable {
    public let name: String
    public let rule: any GossipRule

    public init(_ name: String, _ rule: any GossipRule) {
        self.name = name
        self.rule = rule
    }

    /// With its defaults.
    public init(named name: String) throws(ConfigurationFault) {
        let type = try RuleCatalog.gossip.entry(named: name)
        self.init(type.name, try type.init(.defaults(type.parameters)))
    }

    /// Every rule of the catalogue that can be made without more being said.
    public static var all: [NamedRule] { RuleCatalog.gossip.names.compactMap { try? NamedRule(named: $0) } }
}

/// Who is hostile, and how that was decided.
public enum HostileSet: Sendable, Equatable {
    case nobody
    case given([NodeID])
    /// The worst that was found; whether all placements of as many were looked at.
    case worst([NodeID], ofAll: Bool)

    public var nodes: [NodeID] {
        switch self {
        case .nobody: []
        case .given(let nodes), .worst(let nodes, _): nodes
        }
    }
}

/// What is looked at.
public struct LintSubject: Sendable {
    /// A round of a graph that changes is one in so many that are looked at.
    public static let mostRounds = 200

    public let graphs: any LinkSchedule
    /// The rounds looked at: one of a graph that never changes.
    public let rounds: [Round]
    /// How many of its first rounds, one after the other, can be looked at soon.
    let windowLength: Int
    /// All links that there are in some round.
    public let topology: Topology
    /// The weights, where the graph changes their mean over the rounds looked at, each counting once.
    public let weights: MixingWeights
    public let placement: HostileSet
    /// Ascending.
    public let honest: [NodeID]
    /// What every node is told, as settings say it: where they do not, as many as some honest node has beside it.
    public let tolerance: NodeConfiguration.Tolerance
    private let declared: NodeConfiguration.Tolerance?
    public let rules: [NamedRule]
    /// Whether these rules are those of one experiment, and not a choice that is open.
    public let isDecided: Bool

    let isHostile: [Bool]

    /// - Parameter roundCount: how many rounds of the schedule there are, one a gossip step.
    public init(
        _ graphs: any LinkSchedule, lasting roundCount: Int = .max, placement: HostileSet = .nobody,
        tolerance: NodeConfiguration.Tolerance? = nil, rules: [NamedRule] = NamedRule.all,
        isDecided: Bool = false
    ) {
        let distinct = graphs.distinctRounds(before: roundCount)
        let looked = distinct ?? (0..<min(roundCount, Self.mostRounds)).map { Round($0) }
        let rounds = Array(looked.prefix(Self.mostRounds))
        let window = max(1, min(roundCount, Self.mostRounds, RoundHistory.affordableRounds(of: graphs)))
        self.init(
            graphs, weights: graphs.meanWeights(in: rounds), rounds: rounds, window, placement, tolerance, rules,
            isDecided: isDecided)
    }

    /// An experiment as it would be run.
    ///
    /// - Parameter rules: others than its own, to compare with.
    public init(_ assembly: Assembly, rules: [NamedRule]? = nil) {
        let own = NamedRule(assembly.experiment.aggregation.rule.kind, assembly.gossipRule)
        self.init(
            assembly.graphs, lasting: assembly.experiment.training.steps,
            placement: assembly.hostile.isEmpty ? .nobody : .given(assembly.hostile), tolerance: assembly.tolerance,
            rules: rules ?? [own], isDecided: rules == nil)
    }

    /// The same with others hostile.
    func placing(_ placement: HostileSet) -> LintSubject {
        LintSubject(
            graphs, weights: weights, rounds: rounds, windowLength, placement, declared, rules, isDecided: isDecided)
    }

    private init(
        _ graphs: any LinkSchedule, weights: MixingWeights, rounds: [Round], _ windowLength: Int,
        _ placement: HostileSet, _ declared: NodeConfiguration.Tolerance?, _ rules: [NamedRule], isDecided: Bool
    ) {
        self.windowLength = windowLength
        self.graphs = graphs
        topology = graphs.union
        self.rounds = rounds
        self.weights = weights
        self.placement = placement
        var isHostile = [Bool](repeating: false, count: topology.nodeCount)
        for node in placement.nodes { isHostile[node.index] = true }
        self.isHostile = isHostile
        honest = topology.nodes.filter { !isHostile[$0.index] }
        self.declared = declared
        let most = honest.map { weights.topology.neighbours(of: $0).count { isHostile[$0.index] } }.max() ?? 0
        tolerance = declared ?? .count(placement.nodes.isEmpty ? 1 : most)
        self.rules = rules
        self.isDecided = isDecided
    }

    /// The most that any node is told, as a number of nodes.
    public var mostTold: Int { honest.map { told($0).count }.max() ?? 0 }

    /// What a node is told.
    func told(_ node: NodeID) -> Budget { tolerance.budget(among: weights.senders(of: node)) }

    /// The labels of nodes as sentences have them: all of a few and the first of many.
    func names(_ nodes: [NodeID]) -> String {
        let shown = nodes.prefix(Self.mostNames).map { topology.labels[$0.index] }.joined(separator: ", ")
        return nodes.count > Self.mostNames ? "\(shown) and \(nodes.count - Self.mostNames) more" : shown
    }

    func labels(_ nodes: [NodeID]) -> [String] { nodes.map { topology.labels[$0.index] } }

    private static let mostNames = 8
}
