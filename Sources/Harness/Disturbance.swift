// Disturbance: what happened in a run of real processes that no simulation of it repeats: only its traces tell what
// each node heard.
import Scenario

/// Why a run can be recomputed from its traces alone.
struct Disturbance: Sendable, Equatable {
    /// Each node at its own pace.
    var isAsynchronous = false
    /// On purpose: in a simulation they strike at other moments.
    var hasFaults = false
    /// By all nodes, hostile ones too: a hostile node that heard less forges other models.
    var missedModels = 0
    /// Labels.
    var lost: [String] = []
    var restarted: [String] = []

    /// `nil` where nothing of that kind is known.
    var inWords: String? {
        let facts = [
            isAsynchronous ? "its nodes went each at their own pace" : nil,
            hasFaults ? "faults struck it on purpose" : nil,
            missedModels > 0 ? "\(missedModels) \(missedModels == 1 ? "model was" : "models were") missed" : nil,
            Disturbance.words(lost, "lost"), Disturbance.words(restarted, "restarted"),
        ].compactMap(\.self)
        return facts.isEmpty ? nil : facts.joined(separator: ", ")
    }

    private static func words(_ labels: [String], _ fate: String) -> String? {
        guard let first = labels.first else { return nil }
        return labels.count == 1 ? "node \(first) was \(fate)" : "\(labels.count) nodes were \(fate)"
    }
}

extension RecordedRun {
    var disturbance: Disturbance {
        Disturbance(
            isAsynchronous: experiment.timing.kind == .asynchronous, hasFaults: !experiment.faults.isEmpty,
            missedModels: nodes.reduce(0) { $0 + ($1.totals?.missedModels ?? 0) },
            lost: nodes.filter { $0.lost != nil }.map(\.label), restarted: summary?.restarted ?? [])
    }

    /// What recomputes this run's models and compares them; `nil` where nothing can.
    var check: LaboratoryCommand? {
        if isSimulated || disturbance.inWords == nil { return LaboratoryCommand(.verify, directory) }
        return experiment.trace == .full ? LaboratoryCommand(.replay, directory) : nil
    }
}
