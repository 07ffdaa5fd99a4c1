// RunOutcome: what either engine returns of a run, as it was measured.
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
}

/// The result of a run as it was measured.
public struct RunOutcome: Sendable {
    public var engine: Engine
    public var transport: String
    /// Final models of the nodes that finished all rounds, ascending.
    public var finalModels: [(node: NodeID, model: [Float])] = []
    /// Their own models, where they have such beside what they share.
    public var ownModels: [NodeID: [Float]] = [:]
    public var lost: [LostNode] = []
    /// What should be known of nodes that finished; one sentence each.
    public var warnings: [String] = []
    /// Nodes that came back after a crash, ascending.
    public var restarted: [NodeID] = []
    /// How often each kind of fault of the plan struck, in its order.
    public var strikes: [(kind: String, count: Int)] = []
    /// Rounds that each node has closed.
    public var reached: [NodeID: Int] = [:]
    /// What each node's records come to.
    public var totals: [NodeID: NodeRecord] = [:]
    /// In order of rounds.
    public var evaluations: [EvaluationRecord] = []
    /// Of moments before the first of them, where the run was gone on with.
    public var earlier: [(rounds: Int, figures: Figures)] = []
    /// Runs that this one is compared with.
    public var references: [ReferenceRun] = []
    /// Who told different neighbours different things, where that was asked for.
    public var equivocations: Equivocations?
    /// What twins of this run came to, where they were asked for.
    public var stability: StabilityResult?
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
