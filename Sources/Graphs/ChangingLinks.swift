// A graph that changes in named rounds: edges and nodes come and go as a file lists them.
public import Kernels
import Registry

/// What changes in a graph when a round begins.
public struct GraphChange: Sendable, Equatable {
    public var from: Round
    public var dropped: [Edge] = []
    public var added: [Edge] = []
    public var leaving: [NodeID] = []
    public var joining: [NodeID] = []

    public init(from: Round) { self.from = from }
}

/// The edges and nodes of a graph between two changes. An edge stays while one of its ends is away, and counts again
/// when both are back.
public struct GraphState: Sendable {
    private let graph: Topology
    private var edges: [Edge: Edge]
    private var isAway: [Bool]

    /// The whole graph.
    public init(_ graph: Topology) {
        self.graph = graph
        edges = Dictionary(uniqueKeysWithValues: graph.edges.map { (Edge($0.source, $0.target), $0) })
        isAway = [Bool](repeating: false, count: graph.nodeCount)
    }

    /// The ends as the graph has them, without the weight.
    private func key(_ edge: Edge) -> Edge {
        graph.directed || edge.source < edge.target ? Edge(edge.source, edge.target) : Edge(edge.target, edge.source)
    }

    private func words(_ edge: Edge) -> String {
        "the edge '\(graph.labels[edge.source.index])' - '\(graph.labels[edge.target.index])'"
    }

    public mutating func drop(_ edge: Edge) throws(ConfigurationFault) {
        guard edges.removeValue(forKey: key(edge)) != nil else {
            throw ConfigurationFault("\(words(edge)) is not there to be dropped")
        }
    }

    public mutating func add(_ edge: Edge) throws(ConfigurationFault) {
        let key = key(edge)
        guard key.source != key.target else {
            throw ConfigurationFault("'\(graph.labels[key.source.index])' gets an edge to itself; expected two nodes")
        }
        guard edges.updateValue(Edge(key.source, key.target, weight: edge.weight), forKey: key) == nil else {
            throw ConfigurationFault("\(words(edge)) is there already and cannot be added")
        }
    }

    public mutating func leave(_ node: NodeID) throws(ConfigurationFault) {
        guard !isAway[node.index] else {
            throw ConfigurationFault("node '\(graph.labels[node.index])' is away already and cannot leave")
        }
        isAway[node.index] = true
    }

    public mutating func join(_ node: NodeID) throws(ConfigurationFault) {
        guard isAway[node.index] else {
            throw ConfigurationFault("node '\(graph.labels[node.index])' is there already and cannot join")
        }
        isAway[node.index] = false
    }

    public mutating func apply(_ change: GraphChange) throws(ConfigurationFault) {
        for edge in change.dropped { try drop(edge) }
        for edge in change.added { try add(edge) }
        for node in change.leaving { try leave(node) }
        for node in change.joining { try join(node) }
    }

    /// All edges, those of absent nodes too.
    var allEdges: [Edge] { edges.values.sorted { ($0.source, $0.target) < ($1.source, $1.target) } }

    var presence: [Bool] { isAway.map { !$0 } }

    /// The graph of the nodes that are there.
    var topology: Topology {
        graph.with(
            allEdges.filter { !isAway[$0.source.index] && !isAway[$0.target.index] }, directed: graph.directed)
    }
}

/// A graph that changes as listed; with a period, again and again from its first state.
public struct ChangingLinks: LinkSchedule {
    private struct Phase: Equatable {
        let start: Int
        let weights: MixingWeights
        let isPresent: [Bool]
    }

    public let union: Topology
    /// After so many rounds the graph is again what it was at first.
    public let period: Int?
    /// Ascending by start, the first at 0.
    private let phases: [Phase]

    /// - Parameters:
    ///   - graph: before the first change.
    ///   - changes: ascending by round, one a round, and all before `period`.
    ///   - rule: where the weights of each round's graph come from.
    ///   - samples: of each node how many it has; `nil` where that is not known.
    public init(
        _ graph: Topology, changes: [GraphChange], period: Int? = nil, rule: Weighting,
        samples: [Int]? = nil
    ) throws(ConfigurationFault) {
        var state = GraphState(graph)
        var phases: [Phase] = []
        var seen: [Edge: Edge] = [:]
        func begin(at start: Int) throws(ConfigurationFault) {
            for edge in state.allEdges {
                seen[Edge(edge.source, edge.target), default: edge] = seen[Edge(edge.source, edge.target)] ?? edge
            }
            let phase = Phase(
                start: start, weights: try MixingWeights(state.topology, rule: rule, samples: samples),
                isPresent: state.presence)
            if phases.last?.start == start { phases.removeLast() }
            phases.append(phase)
        }
        try begin(at: 0)
        for change in changes {
            precondition(change.from.number >= phases[phases.count - 1].start, "ascending")
            try state.apply(change)
            do throws(ConfigurationFault) {
                try begin(at: change.from.number)
            } catch {
                throw ConfigurationFault("from round \(change.from) on: \(error)")
            }
        }
        self.phases = phases
        self.period = period
        union = graph.with(
            seen.values.sorted { ($0.source, $0.target) < ($1.source, $1.target) }, directed: graph.directed)
        try refuseIsolation()
    }

    /// A node that is there and has no edge in all rounds to come is nearly always an accident.
    private func refuseIsolation() throws(ConfigurationFault) {
        let lasting = period == nil ? phases.suffix(1)[...] : phases[...]
        for node in union.nodes where union.degree(of: node) + union.receivers(of: node).count > 0 {
            let isForsaken = lasting.allSatisfy { phase in
                let graph = phase.weights.topology
                return phase.isPresent[node.index] && graph.degree(of: node) + graph.receivers(of: node).count == 0
            }
            guard isForsaken, let first = lasting.first else { continue }
            throw ConfigurationFault(
                "node '\(union.labels[node.index])' is without an edge for ever from round \(first.start) on; "
                    + "allowed: an edge that stays or comes back, or to let the node leave")
        }
    }

    /// The rounds in which the graph changes, within the first period; the first is 0.
    public var starts: [Round] { phases.map { Round($0.start) } }

    public func distinctRounds(before rounds: Int) -> [Round]? { starts.filter { $0.number < rounds } }

    private func phase(in round: Round) -> Phase {
        let number = period.map { round.number % $0 } ?? round.number
        var (low, high) = (0, phases.count - 1)
        while low < high {
            let middle = (low + high + 1) / 2
            if phases[middle].start <= number { low = middle } else { high = middle - 1 }
        }
        return phases[low]
    }

    public func isPresent(_ node: NodeID, in round: Round) -> Bool { phase(in: round).isPresent[node.index] }
    public func senders(of node: NodeID, in round: Round) -> [Sender] { phase(in: round).weights.senders(of: node) }
    public func receivers(of node: NodeID, in round: Round) -> [NodeID] {
        phase(in: round).weights.topology.receivers(of: node)
    }
    public func weights(in round: Round) -> MixingWeights { phase(in: round).weights }
}
