// Which links of a graph there are in which round: a pure function of the topology file and the round's number. What
// one node makes of it is in NodeSchedule; the kinds that a file can name are in Schedules/.
public import Kernels

/// A graph that may change from round to round.
public protocol LinkSchedule: Sendable, Equatable {
    /// Every link that there is in some round, as large as the graph ever gets.
    var union: Topology { get }

    /// One round of every graph among those of the rounds before `rounds`, ascending; `nil` where chance draws a new
    /// one for each round.
    func distinctRounds(before rounds: Int) -> [Round]?

    /// Everyone whose model `node` mixes in some round, ascending, with the weight that it has the first time.
    func everySender(of node: NodeID) -> [Sender]

    /// Whether `node` belongs to the graph.
    func isPresent(_ node: NodeID, in round: Round) -> Bool

    /// The nodes whose models `node` mixes, ascending, with their weights.
    func senders(of node: NodeID, in round: Round) -> [Sender]

    /// The nodes that `node` sends its model to, ascending.
    func receivers(of node: NodeID, in round: Round) -> [NodeID]

    /// The graph of one round, absent nodes without links, with its weights.
    func weights(in round: Round) -> MixingWeights
}

/// A node whose model another one mixes, and how much it counts there.
public struct Sender: Sendable, Equatable {
    public let node: NodeID
    public let weight: Double

    public init(_ node: NodeID, weight: Double) {
        self.node = node
        self.weight = weight
    }
}

extension LinkSchedule {
    public func isPresent(_ node: NodeID, in round: Round) -> Bool { true }

    public func everySender(of node: NodeID) -> [Sender] {
        let rounds = distinctRounds(before: .max) ?? []
        var weights = [Double?](repeating: nil, count: union.nodeCount)
        for round in rounds {
            for sender in senders(of: node, in: round) where weights[sender.node.index] == nil {
                weights[sender.node.index] = sender.weight
            }
        }
        return weights.enumerated().compactMap { index, weight in weight.map { Sender(NodeID(index), weight: $0) } }
    }

    public func weights(in round: Round) -> MixingWeights {
        let rows = union.nodes.map { senders(of: $0, in: round) }
        let edges = zip(union.nodes, rows).flatMap { node, row in row.map { Edge($0.node, node) } }
        return MixingWeights(union.with(edges, directed: true), rows: rows.map { $0.map(\.weight) })
    }

    /// Whether the graph is the same in all rounds.
    public var isConstant: Bool { self is ConstantLinks }

    public func isEqual(to other: any LinkSchedule) -> Bool { (other as? Self) == self }
}

/// The graph that never changes.
public struct ConstantLinks: LinkSchedule {
    private let weights: MixingWeights

    public init(_ weights: MixingWeights) { self.weights = weights }

    public var union: Topology { weights.topology }
    public func distinctRounds(before rounds: Int) -> [Round]? { [Round(0)] }
    public func senders(of node: NodeID, in round: Round) -> [Sender] { weights.senders(of: node) }
    public func receivers(of node: NodeID, in round: Round) -> [NodeID] { weights.topology.receivers(of: node) }
    public func weights(in round: Round) -> MixingWeights { weights }
}
