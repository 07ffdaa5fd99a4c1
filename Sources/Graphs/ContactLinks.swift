// A graph of contacts: who meets whom in which round, as a trace recorded it.
public import Kernels
import Registry

/// Two nodes that have a link with each other in one round.
public struct Contact: Sendable, Hashable, Comparable {
    private let number: UInt32
    private let lowIndex: UInt32
    private let highIndex: UInt32

    /// Rounds of traces are below this.
    public static let mostRounds = 1 << 31

    /// - Parameter round: below `mostRounds`.
    public init(_ round: Int, _ one: NodeID, _ other: NodeID) {
        precondition(one != other && round < Self.mostRounds, "two nodes, in a round of a trace")
        number = UInt32(round)
        lowIndex = UInt32(min(one, other).index)
        highIndex = UInt32(max(one, other).index)
    }

    public var round: Int { Int(number) }
    /// The smaller of the two.
    public var low: NodeID { NodeID(Int(lowIndex)) }
    public var high: NodeID { NodeID(Int(highIndex)) }

    public static func < (a: Contact, b: Contact) -> Bool {
        (a.number, a.lowIndex, a.highIndex) < (b.number, b.lowIndex, b.highIndex)
    }
}

/// What comes after the last round of a trace.
public enum AfterTrace: String, Sendable, CaseIterable {
    /// It begins again.
    case `repeat`
    /// Its last round goes on for ever.
    case hold
    /// Nobody meets any more.
    case end
}

/// Contacts round by round; a round without any is a gap, in which all nodes are alone. Weights are Metropolis weights
/// of each round's contacts.
public struct ContactLinks: LinkSchedule {
    /// A contact as one of the two sees it.
    private struct Meeting: Sendable, Equatable {
        let round: UInt32
        let node: UInt32
        let other: UInt32
    }

    public let union: Topology
    /// Rounds of the trace, gaps among them.
    public let length: Int
    public let after: AfterTrace
    /// Ascending by round, node, other.
    private let meetings: [Meeting]
    /// Of each node, for each of its neighbours the round in which they meet first.
    private let firstRounds: [[UInt32]]

    /// - Parameters:
    ///   - graph: undirected; its nodes count, and its edges do not.
    ///   - contacts: ascending, once each.
    ///   - length: rounds of the trace, more than the last contact's round.
    public init(_ graph: Topology, contacts: [Contact], length: Int, after: AfterTrace) {
        precondition(!graph.directed && length > contacts.last?.round ?? 0, "mutual contacts of the trace's rounds")
        self.length = length
        self.after = after
        var meetings: [Meeting] = []
        meetings.reserveCapacity(2 * contacts.count)
        for contact in contacts {
            let (round, low, high) = (UInt32(contact.round), UInt32(contact.low.index), UInt32(contact.high.index))
            meetings.append(Meeting(round: round, node: low, other: high))
            meetings.append(Meeting(round: round, node: high, other: low))
        }
        meetings.sort { ($0.round, $0.node, $0.other) < ($1.round, $1.node, $1.other) }
        self.meetings = meetings
        let byEnds = contacts.sorted { ($0.low, $0.high, $0.round) < ($1.low, $1.high, $1.round) }
        var edges: [Edge] = []
        var first: [UInt32] = []
        for contact in byEnds where edges.last.map({ ($0.source, $0.target) != (contact.low, contact.high) }) ?? true {
            edges.append(Edge(contact.low, contact.high))
            first.append(UInt32(contact.round))
        }
        union = graph.with(edges, directed: false)
        // Edges ascend, so that every smaller neighbour comes in before any larger one, as in the topology.
        var smaller = [[UInt32]](repeating: [], count: graph.nodeCount)
        var larger = smaller
        for (edge, round) in zip(edges, first) {
            smaller[edge.target.index].append(round)
            larger[edge.source.index].append(round)
        }
        firstRounds = zip(smaller, larger).map { $0 + $1 }
    }

    /// One for each round, which are too many to look at one by one.
    public func distinctRounds(before rounds: Int) -> [Round]? { nil }

    public func everySender(of node: NodeID) -> [Sender] {
        zip(union.neighbours(of: node), firstRounds[node.index]).map { neighbour, round in
            Sender(neighbour, weight: weight(node, neighbour, inTrace: Int(round)))
        }
    }

    public func senders(of node: NodeID, in round: Round) -> [Sender] {
        guard let number = roundOfTrace(round) else { return [] }
        return meetings[range(of: node, inTrace: number)].map { meeting in
            let other = NodeID(Int(meeting.other))
            return Sender(other, weight: weight(node, other, inTrace: number))
        }
    }

    public func receivers(of node: NodeID, in round: Round) -> [NodeID] {
        guard let number = roundOfTrace(round) else { return [] }
        return meetings[range(of: node, inTrace: number)].map { NodeID(Int($0.other)) }
    }

    public func weights(in round: Round) -> MixingWeights {
        let rows = union.nodes.map { senders(of: $0, in: round) }
        let edges = zip(union.nodes, rows).flatMap { node, row in
            row.filter { node < $0.node }.map { Edge(node, $0.node) }
        }
        return MixingWeights(union.with(edges, directed: false), rows: rows.map { $0.map(\.weight) })
    }

    private func roundOfTrace(_ round: Round) -> Int? {
        guard round.number >= length else { return round.number }
        return switch after {
        case .repeat: round.number % length
        case .hold: length - 1
        case .end: nil
        }
    }

    private func weight(_ one: NodeID, _ other: NodeID, inTrace round: Int) -> Double {
        1 / Double(1 + max(range(of: one, inTrace: round).count, range(of: other, inTrace: round).count))
    }

    /// Where the meetings of a node in a round are.
    private func range(of node: NodeID, inTrace round: Int) -> Range<Int> {
        let (number, index) = (UInt32(round), UInt32(node.index))
        var (low, high) = (0, meetings.count)
        while low < high {
            let middle = (low + high) / 2
            if (meetings[middle].round, meetings[middle].node) < (number, index) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        var end = low
        while end < meetings.count, meetings[end].round == number, meetings[end].node == index { end += 1 }
        return low..<end
    }
}
