// Resumption: makes a stopped run's files ready to go on.
import Kernels
import Metrics
import Platform
import Scenario

/// Prepares a stopped run's files for going on.
public enum Resumption {
    /// What the nodes of a stopped run can go on from: the furthest round, or stop, of which every node has a whole
    /// checkpoint.
    /// Asynchronous nodes are in rounds of their own, and so each goes on from its own newest checkpoint.
    public static func beginning(of assembly: Assembly, in directory: RunDirectory) -> NodeShell.Start {
        let saved = assembly.topology.nodes.map { node in
            (try? assembly.node(node)).map {
                RecoveryState(of: $0, identity: assembly.identity, in: directory.node(node))
            }
        }
        if assembly.experiment.timing.kind == .asynchronous {
            return saved.contains { $0?.newestRound != nil } ? .rejoin : .afresh
        }
        let common = LeftCheckpoints.commonStarts(of: saved.map { $0?.left ?? LeftCheckpoints(rounds: [], stops: []) })
        return common.first { start in saved.allSatisfy { $0?.isWhole(start) == true } } ?? .afresh
    }

    /// Seconds that the run took until it was stopped, over all times that it was gone on with: as its summary says, or
    /// where it was cut off without one, what the busiest node recorded.
    public static func secondsSpent(on assembly: Assembly, in directory: RunDirectory) -> Double {
        if let said = (try? directory.loadSummary())?.member("wallSeconds")?.number { return said }
        let nodes = assembly.topology.nodes.map { node -> Nanoseconds in
            let record = NodeRecord(metrics: (try? Files.read(directory.node(node).metrics)) ?? [])
            return record.computeNanoseconds &+ record.waitNanoseconds &+ record.mixNanoseconds
        }
        return Double(nodes.max() ?? 0) / 1e9
    }

    /// Removes what would mislead the new processes: addresses of the dead ones, old snapshots and final models; where
    /// they begin anew, also what the dead ones saved. The summary goes too: it tells of a run that was stopped.
    static func clear(_ directory: RunDirectory, of assembly: Assembly, for beginning: NodeShell.Start) {
        Files.remove(directory.summary)
        if case .afresh = beginning { Files.remove(directory.metrics) }
        for node in assembly.topology.nodes {
            let folder = directory.node(node)
            Files.remove(folder.endpoint)
            Files.remove(folder.heartbeat)
            Files.remove(folder.model)
            Files.removeTree(folder.snapshots)
            guard case .afresh = beginning else { continue }
            Files.remove(folder.trace)
            Files.remove(folder.metrics)
            let names = (try? Files.names(in: folder.path)) ?? []
            for rounds in names.compactMap(NodeDirectory.rounds(ofCheckpoint:)) {
                Files.remove(folder.checkpoint(rounds: rounds))
            }
            for stop in names.compactMap(NodeDirectory.stop(ofCheckpoint:)) {
                Files.remove(folder.checkpoint(of: stop))
            }
        }
    }
}
