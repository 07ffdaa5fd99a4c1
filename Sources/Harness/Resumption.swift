// What a stopped run left behind, made ready to go on.
import Kernels
import Platform
import Scenario

public enum Resumption {
    /// The newest round whose checkpoint every node of the run has; `nil` where there is none.
    public static func newestCommonCheckpoint(of assembly: Assembly, in directory: RunDirectory) -> Int? {
        var common: Set<Int>?
        for node in assembly.topology.nodes {
            let names = (try? Files.names(in: directory.node(node).path)) ?? []
            let rounds = Set(names.compactMap(NodeDirectory.rounds(ofCheckpoint:)))
            common = common.map { $0.intersection(rounds) } ?? rounds
        }
        return common?.max()
    }

    /// Removes what would mislead the new processes: addresses of the dead ones, old snapshots and final models.
    ///
    /// - Parameter rounds: of the checkpoint that they start from; where there is none, they begin new traces too.
    public static func clear(_ directory: RunDirectory, of assembly: Assembly, from rounds: Int?) {
        for node in assembly.topology.nodes {
            let folder = directory.node(node)
            Files.remove(folder.endpoint)
            Files.remove(folder.model)
            Files.removeTree(folder.snapshots)
            if rounds == nil {
                Files.remove(folder.trace)
                Files.remove(folder.metrics)
            }
        }
    }
}
