// What one node has of the graph in one round. It follows from the file's schedule and the round alone: all nodes work
// out the same, and none of them needs a clock for it.
import Kernels

/// One node's part of the graph in one round.
public struct Neighbourhood: Sendable, Equatable {
    /// A node with which there is a link in this round.
    public struct Member: Sendable, Equatable {
        /// Its position among all with whom the node ever has a link.
        public let slot: Int
        /// w_ij; `nil`: its model does not come here in this round; 0: it is only overheard.
        public let weight: Double?
        /// Whether it is sent this node's model of the round.
        public let receives: Bool

        public init(slot: Int, weight: Double?, receives: Bool) {
            self.slot = slot
            self.weight = weight
            self.receives = receives
        }

        /// Whether its model is one of those that are mixed.
        public var isMixed: Bool { weight ?? 0 > 0 }
    }

    /// Ascending by slot.
    public let members: [Member]
    /// A node outside the graph in this round waits for nobody, and nobody waits for it.
    public let isPresent: Bool
    /// How many nodes mix what this one sends; who only overhears it is none of them.
    public let receiverCount: Int

    /// - Parameter receivers: how many mix what this node sends; `nil`: all that receive it.
    public init(members: [Member], isPresent: Bool = true, receivers: Int? = nil) {
        precondition(zip(members, members.dropFirst()).allSatisfy { $0.slot < $1.slot }, "ascending, once each")
        self.members = members
        self.isPresent = isPresent
        receiverCount = receivers ?? members.count { $0.receives }
    }

    /// Of a node outside the graph.
    public static let absent = Neighbourhood(members: [], isPresent: false)

    /// How many models are mixed where all are heard.
    public var mixedCount: Int { members.count { $0.isMixed } }

    /// w_ii: what the neighbours leave to the node itself where all are heard.
    public var ownWeight: Double { 1 - members.reduce(0) { $0 + ($1.weight ?? 0) } }

    /// What there is with the neighbour of this slot in this round.
    public func member(at slot: Int) -> Member? {
        // Where all are there, which is the usual case.
        if slot < members.count, members[slot].slot == slot { return members[slot] }
        return members.slot(of: slot, by: \.slot).map { members[$0] }
    }

    /// w_ij of the neighbour of this slot, if its model is mixed.
    public func mixingWeight(at slot: Int) -> Double? {
        member(at: slot).flatMap { $0.isMixed ? $0.weight : nil }
    }
}
