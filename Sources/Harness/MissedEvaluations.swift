// MissedEvaluations, recomputed when the run is over: nodes overwrite snapshots that nobody has read, so that they
// never wait for their reader. Once a run is over, its traces tell which models went into every mix; here those are
// computed again.
import Kernels
import Metrics
import Platform
import Scenario

/// Rounds of a run of processes whose evaluation is missing.
struct MissedEvaluations {
    /// A replay goes through the run on one thread. It may take as long as the run did, and this long in any case.
    private static let patience: Nanoseconds = .milliseconds(10_000)
    /// Longer traces are not read: they take several times their size in memory.
    private static let mostTraceBytes = 64 << 20

    /// All moments until the furthest honest node.
    let planned: Int
    /// The missed ones, ascending.
    private(set) var rounds: [Int]
    private let assembly: Assembly
    private let directory: RunDirectory

    /// - Parameters:
    ///   - reached: the rounds that the furthest honest node has done.
    ///   - evaluated: the rounds that have an evaluation.
    init(of assembly: Assembly, in directory: RunDirectory, reached: Int, evaluated: [Int]) {
        let known = Set(evaluated)
        let evaluationRounds = EvaluationRounds(assembly.experiment).through(reached)
        planned = evaluationRounds.count
        rounds = evaluationRounds.filter { !known.contains($0) }
        self.assembly = assembly
        self.directory = directory
    }

    /// Evaluates those that the traces tell of, in order of rounds. What a broken trace or too little time leaves stays
    /// missed.
    mutating func recompute(within runTime: Nanoseconds, shouldStop: () -> Bool) throws -> [EvaluationRecord] {
        guard let last = rounds.last, traceBytes <= Self.mostTraceBytes else { return [] }
        guard var replay = try? Replay(assembly, in: directory) else { return [] }
        let clock = MonotonicClock()
        let limit = clock.now() + max(Self.patience, runTime)
        var evaluator = try Evaluator(assembly, in: directory)
        let wanted = Set(rounds)
        var models: [Int: [NodeID: [Float]]] = [:]
        var reports = self.reports(at: wanted)
        var evaluations: [EvaluationRecord] = []
        do {
            try replay.run { node, rounds, model, handedOut in
                guard wanted.contains(rounds) else { return }
                models[rounds, default: [:]][node] = model
                reports[rounds, default: MomentReports()].mixes[node] = handedOut.mix
                reports[rounds, default: MomentReports()].ownModels[node] = handedOut.ownModel
            } until: { told in
                while let moment = rounds.first, moment <= told {
                    rounds.removeFirst()
                    let known = (models.removeValue(forKey: moment) ?? [:]).map { (node: $0.key, model: $0.value) }
                    guard !known.isEmpty else { continue }
                    let judgement = evaluator.judge(
                        known.sorted { $0.node < $1.node }, rounds: moment,
                        told: reports.removeValue(forKey: moment) ?? MomentReports())
                    evaluations.append(judgement.record)
                }
                return told >= last || clock.now() > limit || shouldStop()
            }
        } catch is Replay.Difference {
            // From there on nobody knows the models.
        }
        return evaluations
    }

    /// What the honest nodes wrote of their rounds at these moments.
    private func reports(at moments: Set<Int>) -> [Int: MomentReports] {
        var reports: [Int: MomentReports] = [:]
        for node in assembly.honest {
            var file = GrowingFile(directory.node(node).metrics)
            for record in (try? file.newLines())?.compactMap({ NodeRecord(line: $0) }) ?? []
            where moments.contains(record.rounds) {
                reports[record.rounds, default: MomentReports()].records[node] = record
            }
        }
        return reports
    }

    private var traceBytes: Int {
        assembly.topology.nodes.reduce(0) { $0 + (Files.size(of: directory.node($1).trace) ?? 0) }
    }
}
