// What a node tells about its own rounds. Only facts it knows itself: it holds no test data and nobody else's model.
import JSON
import Kernels

/// One line of a node's metrics: the rounds since the line before.
public struct NodeRecord: Sendable, Equatable {
    /// Rounds closed so far.
    public var rounds = 0
    /// Mean training loss over the samples drawn since the last record; `nil` if there were none.
    public var trainLoss: Double?
    public var computeNanoseconds: Nanoseconds = 0
    public var waitNanoseconds: Nanoseconds = 0
    /// Models mixed in.
    public var mixedModels = 0
    /// What the rule did with the models of each neighbour that was heard, ascending.
    public var tallies: [NeighbourTally] = []
    /// The rule's last threshold: the distance beyond which it clipped or removed models.
    public var threshold: Double?
    /// What the own model weighed in the last mix beyond what the topology gives it.
    public var returnedWeight: Double?
    /// Mixes for which too few neighbours were heard to withstand as many liars as declared.
    public var degradedMixes = 0
    /// Mixes in which the rule's iteration was stopped by its limit before it had come to an end.
    public var unfinishedMixes = 0
    /// Neighbours that were expected in a round and missed when it closed.
    public var missedModels = 0
    /// Models that came after their round had closed.
    public var lateModels = 0
    /// Refused messages by reason, since the start.
    public var rejections: [Count] = []
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

    public struct Wait: Sendable, Equatable {
        public let neighbour: NodeID
        public let nanoseconds: Nanoseconds

        public init(neighbour: NodeID, nanoseconds: Nanoseconds) {
            self.neighbour = neighbour
            self.nanoseconds = nanoseconds
        }
    }

    public init() {}
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
        sum.heard += other.heard
        sum.kept += other.kept
        sum.clipped += other.clipped
        sum.removed += other.removed
    }
}

extension NodeRecord {
    /// One line of `nodes/<index>/metrics.jsonl`; times in nanoseconds; waits are neighbour and time, tallies are
    /// neighbour, heard, kept, clipped, removed.
    public func json(
        bytesSent: Int, messagesSent: Int, mixNanoseconds: Int, snapshotsOverwritten: Int
    ) -> [UInt8] {
        var line = JSONLine()
        line.add("rounds", rounds)
        line.add("trainLoss", trainLoss)
        line.add("computeNanoseconds", Int(computeNanoseconds))
        line.add("waitNanoseconds", Int(waitNanoseconds))
        line.add("mixNanoseconds", mixNanoseconds)
        line.add("mixedModels", mixedModels)
        line.add("missedModels", missedModels)
        line.add("lateModels", lateModels)
        line.add("degradedMixes", degradedMixes)
        line.add("unfinishedMixes", unfinishedMixes)
        line.add("threshold", threshold)
        line.add("returnedWeight", returnedWeight)
        line.add("bytesSent", bytesSent)
        line.add("messagesSent", messagesSent)
        line.add("snapshotsOverwritten", snapshotsOverwritten)
        line.add(
            "rejections",
            object: { object in
                for rejection in rejections { object.add(rejection.reason, rejection.count) }
            })
        line.add("waits", waits) { line, wait in
            line.appendList { line in
                line.append(integer: wait.neighbour.index)
                line.separate()
                line.append(integer: Int(wait.nanoseconds))
            }
        }
        line.add("tallies", tallies) { line, one in
            line.appendList { line in
                line.append(integer: one.neighbour.index)
                for count in [one.tally.heard, one.tally.kept, one.tally.clipped, one.tally.removed] {
                    line.separate()
                    line.append(integer: count)
                }
            }
        }
        return line.line()
    }
}
