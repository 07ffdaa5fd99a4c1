// What a run came to, whichever engine ran it.
import Core
import Kernels
import Metrics

public enum Engine: String, Sendable, CaseIterable { case processes, simulation }

/// A node that did not finish all rounds, and why.
public struct LostNode: Sendable, Equatable {
    /// What became of a node that left no final model.
    public enum Kind: String, Sendable, CaseIterable {
        /// It ended with a failure before it listened: nobody ever heard of it.
        case neverStarted
        /// Somebody ended it without asking.
        case killed
        /// It did nothing any more.
        case hung
        /// It ended by itself, with a failure.
        case failed
        /// It was told to stop, and did.
        case stopped
        /// There is no final model, and nobody saw why.
        case missing
    }

    /// The reason of a node that ended because the whole run was stopped.
    static let stopped = "stopped"

    public let node: NodeID
    public let kind: Kind
    public let reason: String
    /// What the node said of it, without how its process ended.
    public let cause: String?

    public init(_ node: NodeID, _ kind: Kind, reason: String, cause: String? = nil) {
        self.node = node
        self.kind = kind
        self.reason = reason
        self.cause = cause
    }

    /// Its model was not finite any more.
    public var hasDiverged: Bool { Ending.isDivergence(reason) }
}

/// What a node's records add up to.
public struct NodeTotals: Sendable, Equatable {
    public var trainLoss: Double?
    public var computeNanoseconds: Nanoseconds = 0
    public var waitNanoseconds: Nanoseconds = 0
    public var mixNanoseconds: Nanoseconds = 0
    public var mixedModels = 0
    public var missedModels = 0
    public var lateModels = 0
    public var degradedMixes = 0
    public var unfinishedMixes = 0
    /// Those of the last mix.
    public var threshold: Double?
    public var returnedWeight: Double?
    /// By neighbour, ascending.
    public private(set) var tallies: [NodeRecord.NeighbourTally] = []
    public var bytesSent = 0
    public var messagesSent = 0
    public var snapshotsOverwritten = 0
    public var rejections: [NodeRecord.Count] = []
    public var waits: [NodeRecord.Wait] = []

    public init() {}

    public mutating func add(_ record: NodeRecord) {
        trainLoss = record.trainLoss ?? trainLoss
        computeNanoseconds &+= record.computeNanoseconds
        waitNanoseconds &+= record.waitNanoseconds
        mixedModels &+= record.mixedModels
        missedModels &+= record.missedModels
        lateModels &+= record.lateModels
        degradedMixes &+= record.degradedMixes
        unfinishedMixes &+= record.unfinishedMixes
        threshold = record.threshold ?? threshold
        returnedWeight = record.returnedWeight ?? returnedWeight
        add(record.tallies)
        rejections = record.rejections
        waits = record.waits
    }
}

extension NodeTotals {
    mutating func add(_ others: [NodeRecord.NeighbourTally]) {
        for other in others {
            let position = tallies.firstIndex { $0.neighbour >= other.neighbour } ?? tallies.endIndex
            if position < tallies.endIndex, tallies[position].neighbour == other.neighbour {
                tallies[position].tally += other.tally
            } else {
                tallies.insert(other, at: position)
            }
        }
    }

    /// Traffic of all nodes; everything else of the honest ones.
    static func sum(_ all: [NodeTotals], honest: [NodeTotals]) -> NodeTotals {
        var sum = NodeTotals()
        for one in all {
            sum.bytesSent &+= one.bytesSent
            sum.messagesSent &+= one.messagesSent
        }
        for one in honest {
            sum.computeNanoseconds &+= one.computeNanoseconds
            sum.waitNanoseconds &+= one.waitNanoseconds
            sum.mixNanoseconds &+= one.mixNanoseconds
            sum.mixedModels &+= one.mixedModels
            sum.missedModels &+= one.missedModels
            sum.lateModels &+= one.lateModels
            sum.degradedMixes &+= one.degradedMixes
            sum.unfinishedMixes &+= one.unfinishedMixes
            sum.snapshotsOverwritten &+= one.snapshotsOverwritten
            for rejection in one.rejections {
                if let index = sum.rejections.firstIndex(where: { $0.reason == rejection.reason }) {
                    sum.rejections[index].count &+= rejection.count
                } else {
                    sum.rejections.append(rejection)
                }
            }
        }
        return sum
    }

    /// What these nodes together did with the models of each of so many nodes.
    static func tallies(by mixing: [NodeTotals], nodes count: Int) -> [Tally] {
        var tallies = [Tally](repeating: Tally(), count: count)
        for one in mixing.flatMap(\.tallies) where tallies.indices.contains(one.neighbour.index) {
            tallies[one.neighbour.index] += one.tally
        }
        return tallies
    }

    /// What these nodes together waited for each of so many nodes, when it was among the last few.
    static func awaitedSeconds(by waiting: [NodeTotals], nodes count: Int) -> [Double] {
        var seconds = [Double](repeating: 0, count: count)
        for wait in waiting.flatMap(\.waits) where seconds.indices.contains(wait.neighbour.index) {
            seconds[wait.neighbour.index] += Double(wait.nanoseconds) / 1e9
        }
        return seconds
    }
}

public struct RunOutcome: Sendable {
    public var engine: Engine
    public var transport: String
    /// Final models of the nodes that finished all rounds, ascending.
    public var finalModels: [(node: NodeID, model: [Float])] = []
    public var lost: [LostNode] = []
    /// What should be known of nodes that finished; one sentence each.
    public var warnings: [String] = []
    /// Nodes that came back after a crash, ascending.
    public var restarted: [NodeID] = []
    /// Rounds that each node has closed.
    public var reached: [NodeID: Int] = [:]
    public var totals: [NodeID: NodeTotals] = [:]
    /// In order of rounds.
    public var evaluations: [EvaluationRecord] = []
    /// Those among them that were made from the traces, when the run was over.
    public var recomputed: [EvaluationRecord] = []
    /// Moments that were to be evaluated, as far as the run came, and those that could not be.
    public var moments = (planned: 0, missed: 0)
    /// The final models of the honest nodes, judged; `nil` where nobody has done so yet.
    public var final: Judgement?
    public var wallSeconds = 0.0
    /// Ctrl-C, or a signal to the laboratory.
    public var wasStopped = false

    public init(engine: Engine, transport: String) {
        self.engine = engine
        self.transport = transport
    }
}
