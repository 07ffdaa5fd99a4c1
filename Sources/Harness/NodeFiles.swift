// What a node left in its folder, as the laboratory reads it.
import Kernels
import Metrics
import Platform
import Scenario

extension NodeDirectory {
    /// Rounds that the node had closed when it last wrote to its trace.
    func roundsReached(of assembly: Assembly) -> Int {
        lastRecord.map { assembly.experiment.training.cadence.round(of: $0.line.next).number } ?? 0
    }

    /// Whether the node came back alone from a checkpoint, and not together with all others.
    var hasRejoined: Bool { lastRecord.map { $0.returns > 0 } ?? false }

    private var lastRecord: TraceRecord? {
        (try? TraceTail.read(trace, of: nil, bytes: 1 << 12))?.records.last
    }

    /// The node's own model that it has handed out after so many rounds, if it is there and of this experiment's size.
    func ownModel(rounds: Int, of assembly: Assembly) -> [Float]? {
        let path = rounds == assembly.experiment.training.rounds ? ownModel : ownModel(rounds: rounds)
        guard assembly.keepsOwnModels, let bytes = try? Files.read(path),
            let file = try? ModelFile(encoded: bytes), file.rounds == rounds, file.model.count == assembly.dimension
        else { return nil }
        return file.model
    }

    /// The model after all rounds, if it is there and of this experiment's size.
    func finalModel(of assembly: Assembly) -> [Float]? {
        guard let bytes = try? Files.read(model), let file = try? ModelFile(encoded: bytes),
            file.rounds == assembly.experiment.training.rounds, file.model.count == assembly.dimension
        else { return nil }
        return file.model
    }
}
