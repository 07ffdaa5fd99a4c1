// Collects snapshots as they come, from either engine, and evaluates each moment once its models are complete.
import Kernels
import Metrics
import Scenario

/// The evaluations of one run, in order of rounds.
public struct Timeline {
    private let honest: [NodeID]
    private var evaluator: Evaluator
    /// Models of moments that are not complete yet, by rounds.
    private var pending: [Int: [(node: NodeID, model: [Float])]] = [:]
    /// The newest rounds each honest node was heard of at; `Int.max` once nothing more will come from it.
    private var newest: [NodeID: Int]
    /// The least of them, and how many nodes are there: `advance` is asked far more often than they change.
    private var settled = -1
    private var laggards: Int
    public private(set) var evaluations: [EvaluationRecord] = []

    public init(_ assembly: Assembly) throws(ConfigurationFault) {
        honest = assembly.honest
        newest = Dictionary(uniqueKeysWithValues: honest.map { ($0, -1) })
        laggards = honest.count
        evaluator = try Evaluator(assembly)
    }

    /// Takes the model of a node after `rounds` rounds. Models of hostile nodes are ignored, and what comes after its
    /// moment was evaluated, as from a node that was restarted.
    public mutating func add(_ model: [Float], of node: NodeID, rounds: Int) {
        guard newest[node] != nil, rounds > settled else { return }
        pending[rounds, default: []].append((node, model))
        note(node, at: rounds)
    }

    /// Nothing more will come from `node`.
    public mutating func close(_ node: NodeID) { note(node, at: .max) }

    private mutating func note(_ node: NodeID, at rounds: Int) {
        guard let known = newest[node], rounds > known else { return }
        newest[node] = rounds
        if known == settled { laggards -= 1 }
    }

    /// Evaluates every moment that no honest node can add to any more; returns what is new.
    public mutating func advance() -> [EvaluationRecord] {
        guard laggards == 0 else { return [] }
        settled = newest.values.min() ?? .max
        laggards = newest.values.count { $0 == settled }
        var new: [EvaluationRecord] = []
        for rounds in pending.keys.sorted() where rounds <= settled {
            guard let models = pending.removeValue(forKey: rounds) else { continue }
            new.append(evaluator.evaluate(models.sorted { $0.node < $1.node }, rounds: rounds))
        }
        evaluations.append(contentsOf: new)
        return new
    }
}

extension EvaluationRecord {
    /// One line of the laboratory's `metrics.jsonl`.
    public var json: [UInt8] {
        var line = JSONLine()
        line.add("rounds", rounds)
        line.add("nodes", nodes)
        line.add("accuracy") { $0.add(accuracy, averageModel: averageModelAccuracy) }
        line.add("loss") { $0.add(loss, averageModel: averageModelLoss) }
        line.add("consensusDistance") { object in
            object.add("rms", consensusDistance)
            object.add("relative", relativeConsensusDistance)
        }
        return line.line()
    }
}

extension JSONLine {
    fileprivate mutating func add(_ spread: Spread, averageModel: Double) {
        add("least", spread.least)
        add("mean", spread.mean)
        add("greatest", spread.greatest)
        add("averageModel", averageModel)
    }
}
