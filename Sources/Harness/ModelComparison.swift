// Compares final models that were recomputed with those that the nodes have left.
import Kernels
import Platform
public import Scenario

/// Which honest nodes' final models are not what was recomputed, bit for bit.
public struct ModelComparison: Sendable {
    /// Of the recomputed models, those with a file beside them.
    public private(set) var compared = 0
    private(set) var differing = 0
    /// Recomputed, and not in the folder.
    public private(set) var missing = 0
    /// One sentence for each node.
    public private(set) var differences: [String] = []

    /// - Parameter models: as recomputed; those of hostile nodes are passed over.
    public init(_ models: [(node: NodeID, model: [Float])], of assembly: Assembly, in directory: RunDirectory) {
        for node in assembly.honest {
            let path = directory.node(node).model
            let label = assembly.topology.labels[node.index]
            let recomputed = models.first { $0.node == node }?.model
            guard let bytes = try? Files.read(path) else {
                guard recomputed != nil else { continue }
                differences.append("node \(label): \(path) is missing")
                missing += 1
                continue
            }
            compared += 1
            do throws(ModelFileFault) {
                let file = try ModelFile(encoded: bytes)
                let isEqual =
                    file.rounds == assembly.experiment.training.rounds
                    && file.model.map(\.bitPattern) == recomputed?.map(\.bitPattern)
                guard !isEqual else { continue }
                differences.append("node \(label): \(path) differs from the recomputed model")
            } catch {
                differences.append("node \(label): \(path) \(error)")
            }
            differing += 1
        }
    }

    public var isEqual: Bool { differences.isEmpty }

    public var inWords: String { "\(differing) of \(compared) models differ, \(missing) are missing" }
}
