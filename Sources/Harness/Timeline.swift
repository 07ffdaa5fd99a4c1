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
    private var newest: [NodeID: Int] = [:]
    public private(set) var evaluations: [EvaluationRecord] = []

    public init(_ assembly: Assembly) throws(ConfigurationFault) {
        honest = assembly.honest
        evaluator = try Evaluator(assembly)
    }

    /// Takes the model of a node after `rounds` rounds; models of hostile nodes are ignored.
    public mutating func add(_ model: [Float], of node: NodeID, rounds: Int) {
        guard honest.contains(node) else { return }
        pending[rounds, default: []].append((node, model))
        newest[node] = max(newest[node] ?? -1, rounds)
    }

    /// Nothing more will come from `node`.
    public mutating func close(_ node: NodeID) { newest[node] = .max }

    /// Evaluates every moment that no honest node can add to any more; returns what is new.
    public mutating func advance() -> [EvaluationRecord] {
        let settled = honest.map { newest[$0] ?? -1 }.min() ?? -1
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
