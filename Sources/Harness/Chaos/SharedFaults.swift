// SharedFaults: the fault plan of a run of real processes. The laboratory lets it go on, its faulty links ask it, each
// on a thread of its own.
import Faults
import Kernels
import Platform
import Scenario
import Synchronization

final class SharedFaults: Sendable {
    private struct State {
        var plan: FaultPlan
        /// The newest that any node is in, as the laboratory saw last.
        var round = 0
    }

    private let state: Mutex<State>
    private let clock = MonotonicClock()

    init(_ assembly: Assembly) {
        state = Mutex(
            State(
                plan: FaultPlan(
                    assembly.faults, nodeCount: assembly.topology.nodeCount, seed: assembly.experiment.seed,
                    deadline: .milliseconds(assembly.experiment.timing.deadlineMilliseconds))))
    }

    /// Strikes and ends what is due, now that a node is in this round and none is in a later one.
    func advance(to round: Int) -> [(node: NodeID, change: NodeChange)] {
        state.withLock { state in
            state.round = round
            return state.plan.advance(to: FaultMoment(now: clock.now(), round: round))
        }
    }

    var isEmpty: Bool { state.withLock { $0.plan.isEmpty } }
    var isOver: Bool { state.withLock { $0.plan.isOver } }
    var nextEnd: Instant? { state.withLock { $0.plan.nextEnd } }
    var strikes: [(kind: String, count: Int)] { state.withLock { $0.plan.strikes } }

    /// Lends the plan to a link for one of its turns, each of which has an end whatever nodes send.
    func serve(_ turn: (inout FaultPlan, FaultMoment) -> Void) {
        state.withLock { turn(&$0.plan, FaultMoment(now: clock.now(), round: $0.round)) }
    }

    /// Does something while no link makes a descriptor: a process that is started meanwhile could inherit it.
    func whileLinksRest(_ body: () throws(SystemFault) -> Void) throws(SystemFault) {
        try state.withLock { _ throws(SystemFault) in try body() }
    }
}
