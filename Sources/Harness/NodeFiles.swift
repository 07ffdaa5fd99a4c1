// What a node left in its folder, as the laboratory reads it.
import Platform
import Scenario

extension NodeDirectory {
    /// Rounds that the node had closed when it last wrote to its trace, of which only the end is read.
    var roundsReached: Int {
        let end = (try? Files.readEnd(of: trace, bytes: 1 << 16)) ?? []
        return TraceFile(end).lines.last?.next.number ?? 0
    }

    /// Whether the node came back alone from a checkpoint, and not together with all others.
    var hasRejoined: Bool {
        guard let bytes = try? Files.read(trace) else { return false }
        return TraceFile(bytes).lines.contains { line in
            line.checkpoint.map { !line.inputs.isEmpty || line.round.number != $0 } ?? false
        }
    }

    /// The model after all rounds, if it is there and of this experiment's size.
    func finalModel(of assembly: Assembly) -> [Float]? {
        guard let bytes = try? Files.read(model), let file = try? ModelFile(encoded: bytes),
            file.rounds == assembly.experiment.training.rounds, file.model.count == assembly.dimension
        else { return nil }
        return file.model
    }
}
