// Plays the fault plan on real processes, by signals: kills, restarts, stops and continues them at the plan's moments.
import Faults
import Kernels
import Platform
import Scenario

struct Nemesis {
    private var plan: FaultPlan
    private let clock = MonotonicClock()
    /// Came back after a crash, before or since the run was resumed.
    private(set) var restarted: Set<NodeID>

    init(_ assembly: Assembly, in directory: RunDirectory) {
        plan = FaultPlan(
            assembly.faults, nodeCount: assembly.topology.nodeCount, seed: assembly.experiment.seed,
            deadline: .milliseconds(assembly.experiment.timing.deadlineMilliseconds))
        restarted = Set(assembly.topology.nodes.filter { directory.node($0).hasRejoined })
    }

    /// Does what the plan says is due.
    ///
    /// - Returns: nodes that were down and will not come back.
    mutating func strike(_ launcher: inout Launcher) throws(SystemFault) -> [NodeID] {
        guard !plan.isEmpty else { return [] }
        let round = launcher.nodes.indices.compactMap { launcher.nodes[$0].heartbeat.read()?.round }.max() ?? 0
        for (node, change) in plan.advance(to: FaultMoment(now: clock.now(), round: round)) {
            let index = node.index
            switch change {
            case .crash where launcher.nodes[index].isRunning:
                try launcher.nodes[index].process.send(.kill)
                launcher.nodes[index].status = try launcher.nodes[index].process.wait()
                launcher.nodes[index].isDown = true
            case .restart where launcher.nodes[index].isDown && !launcher.wasStopped:
                try launcher.restart(index)
                restarted.insert(node)
            case .pause where launcher.nodes[index].isRunning:
                try launcher.nodes[index].process.send(.stop)
                launcher.nodes[index].watch.hold()
            case .goOn where launcher.nodes[index].isRunning:
                try launcher.nodes[index].process.send(.continue)
                launcher.nodes[index].watch.letGo()
            default: break
            }
        }
        // What was killed for good, or would come back after the run was stopped, is not waited for.
        guard plan.isOver || isStill(launcher) || launcher.wasStopped else { return [] }
        let gone = launcher.nodes.indices.filter { launcher.nodes[$0].isDown }
        for index in gone { launcher.nodes[index].isDown = false }
        return gone.map { NodeID($0) }
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
        plan.nextEnd == nil && !launcher.nodes.contains { $0.isRunning && !$0.watch.isHeld }
    }
}
