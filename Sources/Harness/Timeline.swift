// Timeline: collects snapshots as they come, from either engine, and evaluates each moment once its models are
// complete. A moment of which a model was there and never came is left out: the others' figures would look like those
// of all.
import Core
import JSON
import Kernels
import Metrics
import Registry
import Scenario

/// The evaluations of one run, in order of rounds.
public struct Timeline {
    private let honest: Set<NodeID>
    private let evaluationRounds: EvaluationRounds
    private let end: Int
    /// Whether a node that is beyond a moment may have had a model there that never came.
    private let mayLose: Bool
    private var evaluator: Evaluator
    /// The first moment that is not settled yet; `nil` after the last.
    private var next: Int?
    /// Models of moments that are not settled yet, by rounds and node.
    private var pending: [Int: [NodeID: [Float]]] = [:]
    /// What the nodes told beside them.
    private var reports: [Int: MomentReports] = [:]
    /// The newest rounds each honest node was heard of at.
    private var newest: [NodeID: Int] = [:]
    /// From these nothing more will come.
    private var closed: Set<NodeID> = []
    /// Something came since `advance`, which is asked far more often.
    private var hasNews = false
    public private(set) var evaluations: [EvaluationRecord] = []
    /// The models after all rounds.
    public private(set) var final: Judgement?

    /// - Parameters:
    ///   - rounds: the moments after these are collected; -1 for all.
    ///   - mayLose: whether snapshots may be overwritten before they come here.
    ///   - directory: of the run, if it has one.
    public init(
        _ assembly: Assembly, after rounds: Int = -1, mayLose: Bool, in directory: RunDirectory? = nil
    ) throws(ConfigurationFault) {
        honest = Set(assembly.honest)
        evaluationRounds = EvaluationRounds(assembly.experiment)
        end = assembly.experiment.training.rounds
        self.mayLose = mayLose
        evaluator = try Evaluator(assembly, in: directory)
        next = evaluationRounds.next(after: rounds)
    }

    /// The most rounds that any honest node was heard of at; -1 before the first.
    public var reached: Int { newest.values.max() ?? -1 }

    /// Takes the model of a node after `rounds` rounds; models of hostile nodes are ignored, and those of settled
    /// moments.
    public mutating func add(_ model: [Float], of node: NodeID, rounds: Int) {
        guard honest.contains(node), let next, rounds >= next else { return }
        pending[rounds, default: [:]][node] = model
        newest[node] = max(newest[node] ?? -1, rounds)
        hasNews = true
    }

    /// Takes what a node told of its rounds since the moment before this one; before its model.
    public mutating func add(_ record: NodeRecord, of node: NodeID) {
        guard honest.contains(node), let next, record.rounds >= next else { return }
        reports[record.rounds, default: MomentReports()].records[node] = record
    }

    /// Takes the mix that made a node's model after `rounds` rounds; before that model.
    public mutating func add(_ mix: MixSample, of node: NodeID, rounds: Int) {
        guard honest.contains(node), let next, rounds >= next else { return }
        reports[rounds, default: MomentReports()].mixes[node] = mix
    }

    /// Takes the own model of a node beside what it shares after `rounds` rounds; before that.
    public mutating func add(ownModel: [Float], of node: NodeID, rounds: Int) {
        guard honest.contains(node), let next, rounds >= next else { return }
        reports[rounds, default: MomentReports()].ownModels[node] = ownModel
    }

    /// Nothing more will come from `node`.
    public mutating func close(_ node: NodeID) { hasNews = closed.insert(node).inserted || hasNews }

    /// Evaluates every moment that no honest node can add to any more; returns what is new.
    public mutating func advance() -> [EvaluationRecord] {
        guard hasNews else { return [] }
        hasNews = false
        let open = honest.filter { !closed.contains($0) }
        let settled = open.map { newest[$0] ?? -1 }.min() ?? reached
        let first = evaluations.count
        while let moment = next, moment <= settled {
            settle(moment)
            next = evaluationRounds.next(after: moment)
        }
        return Array(evaluations[first...])
    }

    private mutating func settle(_ moment: Int) {
        let models = pending.removeValue(forKey: moment) ?? [:]
        let told = reports.removeValue(forKey: moment) ?? MomentReports()
        let isWhole = honest.allSatisfy { models[$0] != nil || !mayLose || newest[$0] ?? -1 < moment }
        guard isWhole, !models.isEmpty else { return }
        let judgement = evaluator.judge(
            models.map { (node: $0.key, model: $0.value) }.sorted { $0.node < $1.node }, rounds: moment, told: told)
        evaluations.append(judgement.record)
        if moment == end { final = judgement }
    }
}

extension EvaluationRecord {
    /// One line of the laboratory's `metrics.jsonl`.
    public var json: [UInt8] {
        var line = JSONLine()
        line.add("rounds", rounds)
        line.add("nodes", nodes)
        line.add(test)
        if let validation { line.add("validation") { $0.add(validation) } }
        if let optimum {
            line.add("optimum") { object in
                object.add("excessLoss") { $0.add(optimum.excessLoss, isBetterBelow: true) }
                object.add("distance") { $0.add(optimum.distance, isBetterBelow: true) }
            }
        }
        line.add("consensusDistance") { $0.add(distance) }
        line.add("measures") { figures.write(to: &$0) }
        return line.line()
    }
}
