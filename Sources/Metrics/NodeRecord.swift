// NodeRecord: what a node tells about its own rounds. Only facts it knows itself: it holds no test data and nobody
// else's model.
import Kernels

/// One line of a node's metrics: the rounds since the line before. Or what several lines, or several nodes, come to;
/// how, says RecordSchema.
public struct NodeRecord: Sendable, Equatable {
    /// Rounds closed so far.
    public var rounds = 0
    /// Mean training loss over the samples drawn since the last record; `nil` if there were none.
    public var trainLoss: Double?
    public var computeNanoseconds: Nanoseconds = 0
    public var waitNanoseconds: Nanoseconds = 0
    public var mixNanoseconds: Nanoseconds = 0
    /// Models mixed in.
    public var mixedModels = 0
    /// What the rule did with the models of each neighbour that was heard, ascending.
    public var tallies: [NeighbourTally] = []
    /// The rule's last threshold: the distance beyond which it clipped or removed models.
    public var threshold: Double?
    /// What the own model weighed in the last mix beyond what the topology gives it.
    public var returnedWeight: Double?
    /// Mixes for which too few neighbours were heard to withstand as many hostile nodes as declared.
    public var degradedMixes = 0
    /// Mixes in which the rule's iteration was stopped by its limit before it had come to an end.
    public var unfinishedMixes = 0
    /// Neighbours that were expected in a round and missed when it closed.
    public var missedModels = 0
    /// Models that came after their round had closed.
    public var lateModels = 0
    /// Since the start, like all that follows but the tallies.
    public var bytesSent = 0
    public var messagesSent = 0
    public var bytesReceived = 0
    /// Snapshots that made room for others before anybody read them.
    public var snapshotsOverwritten = 0
    /// Refused messages by reason, since the start.
    public var rejections: [Count] = []
    /// Those of them that came over a neighbour's link, by neighbour and reason, since the start.
    public var refusals: [Refusal] = []
    /// Which neighbours the node went on without.
    public var cutOffs: [CutOff] = []
    /// Time waited for each neighbour while no more were missing than may be late on purpose, since the start; where
    /// several were, each has its share.
    public var waits: [Wait] = []

    public struct NeighbourTally: Sendable, Equatable {
        public let neighbour: NodeID
        public var tally: Tally

        public init(neighbour: NodeID, tally: Tally) {
            self.neighbour = neighbour
            self.tally = tally
        }
    }

    public struct Count: Sendable, Equatable {
        public let reason: String
        public var count: Int

        public init(reason: String, count: Int) {
            self.reason = reason
            self.count = count
        }
    }

    public struct Refusal: Sendable, Equatable {
        public let neighbour: NodeID
        public let reason: String
        public var count: Int

        public init(neighbour: NodeID, reason: String, count: Int) {
            self.neighbour = neighbour
            self.reason = reason
            self.count = count
        }
    }

    /// That a node has gone on without a neighbour, since the line before.
    public struct CutOff: Sendable, Equatable {
        public let neighbour: NodeID
        /// Rounds that were closed without a model of it that was expected.
        public var missed: Int
        /// How often its model was owed when a round closed, so that it was not waited for until it sent one.
        public var givenUp: Int
        /// Links with it that ended, and not because it took its leave for good.
        public var linksLost: Int

        public init(neighbour: NodeID, missed: Int = 0, givenUp: Int = 0, linksLost: Int = 0) {
            self.neighbour = neighbour
            self.missed = missed
            self.givenUp = givenUp
            self.linksLost = linksLost
        }

        public var isNothing: Bool { missed == 0 && givenUp == 0 && linksLost == 0 }
    }

    public struct Wait: Sendable, Equatable {
        public let neighbour: NodeID
        public internal(set) var nanoseconds: Nanoseconds

        public init(neighbour: NodeID, nanoseconds: Nanoseconds) {
            self.neighbour = neighbour
            self.nanoseconds = nanoseconds
        }
    }

    public init() {}

    /// What was waited for each of so many nodes.
    public func awaitedSeconds(ofNodes count: Int) -> [Double] {
        var seconds = [Double](repeating: 0, count: count)
        for wait in waits where seconds.indices.contains(wait.neighbour.index) {
            seconds[wait.neighbour.index] = Double(wait.nanoseconds) / 1e9
        }
        return seconds
    }

    /// What was done with the models of each of so many nodes.
    public func tallies(ofNodes count: Int) -> [Tally] {
        var tallies = [Tally](repeating: Tally(), count: count)
        for one in self.tallies where tallies.indices.contains(one.neighbour.index) {
            tallies[one.neighbour.index] = one.tally
        }
        return tallies
    }
}

/// What rules did with models: those that were heard count in full, shortened, or not at all. A rule that judges each
/// coordinate by itself puts them into none of these.
public struct Tally: Sendable, Equatable {
    public var heard = 0
    public var kept = 0
    public var clipped = 0
    public var removed = 0

    public init() {}

    /// Models that were judged as a whole.
    public var judged: Int { kept + clipped + removed }

    public static func += (sum: inout Tally, other: Tally) {
        sum.heard &+= other.heard
        sum.kept &+= other.kept
        sum.clipped &+= other.clipped
        sum.removed &+= other.removed
    }
}
