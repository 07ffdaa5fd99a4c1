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

    /// - Parameters:
    ///   - models: as recomputed; those of hostile nodes are passed over.
    ///   - ownModels: what nodes have beside them, likewise.
    public init(
        _ models: [(node: NodeID, model: [Float])], _ ownModels: [NodeID: [Float]], of assembly: Assembly,
        in directory: RunDirectory
    ) {
        let rounds = assembly.experiment.training.rounds
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
            var found = [Self.difference(of: recomputed, from: bytes, at: path, rounds: rounds)]
            if let own = ownModels[node], recomputed != nil {
                let path = directory.node(node).ownModel
                found.append(
                    (try? Files.read(path)).map { Self.difference(of: own, from: $0, at: path, rounds: rounds) }
                        ?? "\(path) is missing")
            }
            let sentences = found.compactMap(\.self)
            guard !sentences.isEmpty else { continue }
            differences += sentences.map { "node \(label): \($0)" }
            differing += 1
        }
    }

    private static func difference(
        of recomputed: [Float]?, from bytes: [UInt8], at path: String, rounds: Int
    ) -> String? {
        do throws(ModelFileFault) {
            let file = try ModelFile(encoded: bytes)
            let isEqual = file.rounds == rounds && file.model.map(\.bitPattern) == recomputed?.map(\.bitPattern)
            return isEqual ? nil : "\(path) differs from the recomputed model"
        } catch {
            return "\(path) \(error)"
        }
    }

    public var isEqual: Bool { differences.isEmpty }

    public var inWords: String { "\(differing) of \(compared) models differ, \(missing) are missing" }
}
