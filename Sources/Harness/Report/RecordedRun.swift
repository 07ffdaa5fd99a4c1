// What the files of a run say, whichever engine wrote them and however far it came. Reading them is RunReader's.
import Graphs
import JSON
import Metrics
import Scenario

/// A run as far as it is on disk.
public struct RecordedRun: Sendable {
    public enum State: Sendable {
        /// Whoever asks is running it.
        case running
        /// There is no summary: it goes on elsewhere, or was cut off.
        case unfinished
        case stopped
        case finished
    }

    let directory: RunDirectory
    let state: State
    /// `nil` where no laboratory made it.
    let record: RunRecord?
    let experiment: Experiment
    /// The experiment as it was written, for listing.
    let settings: JSONValue
    let topology: TopologyFile
    /// Where its nodes are drawn; `nil` where there are too many for a drawing.
    let graph: PlacedGraph?
    /// In order of rounds.
    let evaluations: [RecordedEvaluation]
    /// One for each node of the topology, by index.
    let nodes: [RecordedNode]
    /// Traffic of all nodes; everything else of the honest ones.
    let totals: NodeRecord
    let summary: RecordedSummary?
    /// What guessing comes to; `nil` where nothing is classified, or nobody said it yet.
    let chance: Double?
    /// What the run is compared with, as far as it was simulated.
    let references: [(kind: Reference, evaluations: [RecordedEvaluation])]

    /// What the folder lacks, or holds in a way that this program does not read; a sentence each.
    let remarks: [String]

    /// Of the whole run where it has ended, otherwise of the last moment.
    var figures: Figures { summary?.figures ?? evaluations.last?.figures ?? Figures() }

    var screening: Screening { Screening(nodes.map { ($0.tally, $0.isHostile) }) }

    /// What its nodes are compared by.
    var measure: TaskMeasure { evaluations.last?.measure ?? summary?.measure ?? .accuracy }

    /// The first round in which the honest models were not finite, or a node said so of its own.
    var divergedIn: Int? {
        let measured = evaluations.first { $0.nodes > 0 && $0.distance == nil }?.rounds
        let told = nodes.compactMap { $0.isHostile ? nil : $0.divergedIn }
        return ([measured].compactMap(\.self) + told).min()
    }

    /// That its nodes have closed, as far as is known.
    var closedRounds: Int { evaluations.last?.rounds ?? nodes.compactMap { $0.totals?.rounds }.max() ?? 0 }

    var hostileCount: Int { nodes.count { $0.isHostile } }

    /// A simulation has no processes, and so no files of single nodes.
    var isSimulated: Bool {
        record?.isSimulation ?? summary.map { $0.engine == Engine.simulation.rawValue }
            ?? nodes.allSatisfy { $0.totals == nil }
    }

    /// Every moment that was measured or was to be, until the last measured one, ascending; `nil` where the measurement
    /// is missing.
    var moments: [(rounds: Int, evaluation: RecordedEvaluation?)] {
        let planned = evaluations.last.map { EvaluationRounds(experiment).through($0.rounds) } ?? []
        var moments: [(rounds: Int, evaluation: RecordedEvaluation?)] = []
        var next = 0
        for evaluation in evaluations {
            while next < planned.count, planned[next] < evaluation.rounds {
                moments.append((planned[next], nil))
                next += 1
            }
            if next < planned.count, planned[next] == evaluation.rounds { next += 1 }
            moments.append((evaluation.rounds, evaluation))
        }
        return moments
    }
}

/// One line of the laboratory's metrics. What was not finite has no value.
struct RecordedEvaluation: Sendable, Equatable {
    let rounds: Int
    /// Honest nodes in the figures.
    let nodes: Int
    let measure: TaskMeasure
    /// By that measure, on the test part.
    let worst: Double?
    let mean: Double?
    let best: Double?
    let averageModel: Double?
    let meanLoss: Double?
    /// By the same measure, on the part that is held back; `nil` where there is none.
    let worstOnValidation: Double?
    /// Of the worst nodes; `nil` where the optimum is not known.
    let excessLoss: Double?
    let optimumDistance: Double?
    /// Root mean square.
    let distance: Double?
    let relativeDistance: Double?
    /// Of the median node.
    let medianDistance: Double?
    let relativeMedianDistance: Double?
    /// Everything that was measured, by name.
    let figures: Figures

    /// By node, by that measure; none where nodes were not measured one by one.
    var nodeScores: [Double?] { figures.list(measure == .accuracy ? "nodeAccuracies" : "nodeLosses") }
}

/// What is known of one node.
struct RecordedNode: Sendable {
    let label: String
    let isHostile: Bool
    /// Of its training data; `nil` before the summary says it.
    var samples: Int?
    /// Of each class, where there are classes.
    var ofClass: [Int] = []
    /// Of its final model, by the task's measure; `nil` for hostile nodes and for those that have not finished.
    var score: Double?
    /// Of its final model above the optimum's, where that is known.
    var excessLoss: Double?
    /// ε of its samples at the end; `nil` where its gradients were not private. Infinite without noise.
    var epsilon: Double?
    /// Why it was lost, if it was; a node that ended with the whole run was not.
    var lost: String?
    /// From its own metrics; a simulated node writes none.
    var totals: NodeRecord?
    /// What the honest nodes waited for it among the last few, which may be late on purpose.
    var awaitedSeconds: Double = 0
    /// What the honest nodes' rules did with its models.
    var tally = Tally()
    /// What it says of each of its neighbours; `nil` where nothing is known.
    var heard: NodeRecord?
    /// Of its own, in all rounds so far; `nil` where nothing is known.
    var bytes: (sent: Int, received: Int)?

    /// The round in which its model was not finite any more, as it said when it ended.
    var divergedIn: Int? {
        guard let lost, lost.hasPrefix("diverged at round ") else { return nil }
        return Int(lost.dropFirst("diverged at round ".count).prefix { $0.isNumber })
    }
}

/// What only the summary of an ended run says.
struct RecordedSummary: Sendable {
    let verdict: String
    let hasFailed: Bool
    /// `nil` in summaries of earlier programs.
    let standing: Standing?
    let measure: TaskMeasure
    let identity: String
    /// What it was made with and on; empty in summaries of earlier programs.
    let program: String
    let machine: String
    /// Labels of those that did not learn what others did, and of those that are far from them.
    let failedNodes: Set<String>
    let farNodes: Set<String>
    let engine: String
    let transport: String
    let wallSeconds: Double
    let modelDigest: String
    let learningError: Double?
    let generalizationGap: Double?
    /// Everything that was measured, by name.
    let figures: Figures
    /// What guessing comes to; `nil` where nothing is classified.
    let chance: Double?
    let warnings: [String]
    /// What the classes are called.
    let classNames: [String]
    /// Labels of nodes that came back after a crash.
    let restarted: [String]
    /// Rounds that the slowest and the furthest honest node of a stopped run have closed.
    let reached: ClosedRange<Int>?
}
