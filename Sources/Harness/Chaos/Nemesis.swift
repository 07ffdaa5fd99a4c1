// Plays the faults of nodes on real processes at the plan's moments: kills and restarts them, stops them and lets them
// go on, leaves them no room to write, and flips bits of what they have saved.
import Faults
import Kernels
import Platform
import Scenario

struct Nemesis {
    private let faults: SharedFaults
    private let directory: RunDirectory
    /// Came back after a crash, before or since the run was resumed.
    private(set) var restarted: Set<NodeID>
    /// Whose disks are full.
    private var full: Set<NodeID> = []
    /// To be restarted when there is room again: without any, a process cannot even say where it listens.
    private var lackRoom: Set<NodeID> = []

    init(_ assembly: Assembly, _ faults: SharedFaults, in directory: RunDirectory) {
        (self.faults, self.directory) = (faults, directory)
        restarted = Set(assembly.topology.nodes.filter { directory.node($0).hasRejoined })
    }

    /// Does what the plan says is due.
    ///
    /// - Returns: nodes that were down and will not come back.
    mutating func strike(_ launcher: inout Launcher) throws(SystemFault) -> [NodeID] {
        guard !faults.isEmpty else { return [] }
        let round = launcher.nodes.indices.compactMap { launcher.nodes[$0].heartbeat.read()?.round }.max() ?? 0
        for (node, change) in faults.advance(to: round) {
            let index = node.index
            switch change {
            case .crash where launcher.nodes[index].isRunning:
                try launcher.nodes[index].process.send(.kill)
                launcher.nodes[index].status = try launcher.nodes[index].process.wait()
                launcher.nodes[index].isDown = true
            case .restart:
                try restart(node, &launcher)
            case .pause where launcher.nodes[index].isRunning:
                try launcher.nodes[index].process.send(.stop)
                launcher.nodes[index].watch.hold()
            case .goOn where launcher.nodes[index].isRunning:
                try launcher.nodes[index].process.send(.continue)
                launcher.nodes[index].watch.letGo()
            case .fillDisk:
                full.insert(node)
                limitFiles(launcher.nodes[index], to: Heartbeat.byteCount)
            case .freeDisk:
                full.remove(node)
                limitFiles(launcher.nodes[index], to: nil)
                if lackRoom.remove(node) != nil { try restart(node, &launcher) }
            case .corruptCheckpoint(let draw):
                try corruptNewestCheckpoint(in: directory.node(node), draw)
            default: break
            }
        }
        // What was killed for good, or would come back after the run was stopped, is not waited for.
        guard faults.isOver || isStill(launcher) || launcher.wasStopped else { return [] }
        let gone = launcher.nodes.indices.filter { launcher.nodes[$0].isDown }
        for index in gone { launcher.nodes[index].isDown = false }
        return gone.map { NodeID($0) }
    }

    private mutating func restart(_ node: NodeID, _ launcher: inout Launcher) throws(SystemFault) {
        guard launcher.nodes[node.index].isDown, !launcher.wasStopped else { return }
        guard !full.contains(node) else {
            lackRoom.insert(node)
            return
        }
        try faults.whileLinksRest { () throws(SystemFault) in try launcher.restart(node.index) }
        restarted.insert(node)
    }

    /// Of those of every so many rounds. What a node saves at the same moment comes whole into another file's place.
    private func corruptNewestCheckpoint(in folder: NodeDirectory, _ draw: UInt64) throws(SystemFault) {
        guard let rounds = LeftCheckpoints(in: folder).rounds.last else { return }
        let path = folder.checkpoint(rounds: rounds)
        // It may just have made room for a newer one.
        guard var bytes = try? Files.read(path), !bytes.isEmpty else { return }
        let (byte, mask) = CheckpointCorruption.bit(draw, of: bytes.count)
        bytes[byte] ^= mask
        try Files.write(bytes, to: path)
    }

    /// A sign of life is written in place, which takes no room on a disk. A process that ends meanwhile needs no limit.
    private func limitFiles(_ node: NodeProcess, to bytes: Int?) {
        if node.isRunning { try? HostLimits.limitFiles(ofProcess: node.process.processIdentifier, to: bytes) }
    }

    /// Kills what the plan holds for good, once nothing else is left.
    func endHeld(_ launcher: inout Launcher) {
        guard isStill(launcher) else { return }
        for index in launcher.nodes.indices where launcher.nodes[index].isRunning {
            launcher.kill(index, as: .heldToTheEnd)
        }
    }

    /// No node runs but those that the plan holds, and no fault ends as time goes by: nothing will change any more.
    private func isStill(_ launcher: Launcher) -> Bool {
        faults.nextEnd == nil && !launcher.nodes.contains { $0.isRunning && !$0.watch.isHeld }
    }
}
