// An experiment as real processes on this host: the launcher starts and ends them, the observer watches what they
// write, the nemesis lets go wrong what the plan says. Here is only who acts when.
import Faults
import Kernels
import Metrics
import Platform
import Scenario

/// A run of real processes.
public struct ProcessRun {
    private let beginning: NodeShell.Start
    private let signals: Signals
    private let clock = MonotonicClock()
    private var launcher: Launcher
    private var observer: Observer
    private var nemesis: Nemesis
    private let faults: SharedFaults
    /// Where faults strike what nodes send.
    private var links: FaultyLinks?

    /// - Parameters:
    ///   - program: path of the gossipnode executable.
    ///   - beginning: what every node goes on from.
    ///   - hasKeys: every edge gets a key for this run; the files are removed when it is over.
    ///   - longestSilence: a node whose loop does not stir for longer hangs, and is killed; a minute by default.
    public init(
        _ assembly: Assembly, in directory: RunDirectory, program: String, from beginning: NodeShell.Start = .afresh,
        hasKeys: Bool = false, longestSilence: Nanoseconds? = nil
    ) throws {
        try ProcessRun.check(program: program)
        self.beginning = beginning
        faults = SharedFaults(assembly)
        let hasFaultyLinks = assembly.faults.contains { $0.fault is any NetworkFault }
        launcher = try Launcher(
            assembly, in: directory, program: program, hasKeys: hasKeys, hasFaultyLinks: hasFaultyLinks)
        signals = try Signals(Signals.requestsToEnd + [.child])
        observer = try Observer(assembly, in: directory, from: beginning, longestSilence: longestSilence)
        nemesis = Nemesis(assembly, faults, in: directory)
        if hasFaultyLinks { links = try FaultyLinks(assembly, faults, in: directory, run: launcher.nonce) }
    }

    /// Starts all nodes and watches them until the last one has ended.
    ///
    /// - Parameters:
    ///   - evaluated: called with each new evaluation, in order of rounds.
    ///   - recomputing: called when the run is over, with the number of moments that will be computed again.
    public mutating func run(
        evaluated: ([EvaluationRecord]) throws(SystemFault) -> Void, recomputing: (Int) -> Void = { _ in }
    ) throws -> RunOutcome {
        let start = clock.now()
        defer { launcher.removeKeys() }
        do {
            try launcher.launch(from: beginning)
            try links?.begin()
            try watch(evaluated: evaluated)
        } catch {
            launcher.endAll()
            throw error
        }
        links = nil
        try evaluated(observer.advance())
        var outcome = observer.outcome(of: launcher.nodes, wasStopped: launcher.wasStopped)
        outcome.restarted = nemesis.restarted.sorted()
        outcome.strikes = faults.strikes
        let time = clock.now() - start
        outcome.wallSeconds = Double(time) / 1e9
        try observer.makeUp(for: &outcome, within: time, recomputing) {
            (try? signals.take().contains { $0 != .child }) ?? false
        }
        return outcome
    }

    private mutating func watch(evaluated: ([EvaluationRecord]) throws(SystemFault) -> Void) throws(SystemFault) {
        // Often enough that no snapshot is overwritten, seldom enough to leave the processors to the nodes.
        let interval = Nanoseconds.milliseconds(max(5, launcher.nodes.count / 8))
        var poll = PollLoop()
        while launcher.isAwaited {
            poll.removeAll()
            poll.add(signals.descriptor)
            try poll.wait(until: clock.now() + interval)
            for signal in try signals.take() where signal != .child { try launcher.askToStop() }
            for index in launcher.nodes.indices where launcher.nodes[index].isRunning {
                launcher.nodes[index].status = try launcher.nodes[index].process.poll()
                let node = launcher.nodes[index]
                observer.readSnapshots(of: node)
                if !node.isRunning, !node.isDown { observer.close(node) }
            }
            try links?.check()
            for node in try nemesis.strike(&launcher) { observer.close(launcher.nodes[node.index]) }
            try evaluated(observer.advance())
            try observer.lookAfterFolders(&launcher.nodes)
            observer.endHung(&launcher)
            nemesis.endHeld(&launcher)
            launcher.endLate()
        }
    }
}
