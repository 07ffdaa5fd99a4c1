// RunWatch: a run as somebody sees it who did not start it: from its files, at any moment, whoever writes them. It
// writes nothing itself.
import Kernels
import Platform
import Registry
import Scenario

/// Looks at a run again and again.
public struct RunWatch {
    /// What became of the run, as far as its folder tells.
    public enum State: Sendable, Equatable {
        /// It is being made, or its files were not whole.
        case starting
        case running
        case finished
        case failed
        case stopped
        /// There is no summary, and nobody is left who would write one.
        case cutOff
        /// Its folder is not there any more.
        case gone

        public var hasEnded: Bool { self != .starting && self != .running }
        public var hasFailed: Bool { [.failed, .stopped, .cutOff, .gone].contains(self) }
    }

    /// Where a node is, as it told last.
    struct NodePlace: Sendable, Equatable {
        let label: String
        let rounds: Int
    }

    /// What was seen at one moment.
    public struct Look: Sendable {
        public let state: State
        /// `nil` where nothing could be read yet.
        let run: RecordedRun?
        /// Of the honest nodes, by index; empty for a simulation.
        let places: [NodePlace]
        /// Rounds that the slowest of them has closed, or that were measured.
        let rounds: Int
        let secondsLeft: Double?
    }

    /// A folder that is being made has its files within this time.
    private static let longestStart: Nanoseconds = .milliseconds(5_000)
    /// A run of which nothing has moved for so long may have nobody who runs it.
    private static let longestSilence: Nanoseconds = .milliseconds(2_000)

    private let directory: RunDirectory
    private let start: Instant
    private var reader: RunReader?
    private var heartbeats: [HeartbeatReader] = []
    private var pace: Pace?
    private var movedAt: Instant
    private var lastSeen: [Int] = []

    /// - Parameter word: the run's folder, as it stands on the command line.
    public init(_ word: String, at now: Instant) throws(ConfigurationFault) {
        let path = word.count > 1 && word.hasSuffix("/") ? String(word.dropLast()) : word
        directory = RunDirectory(path)
        (start, movedAt) = (now, now)
        guard !Files.exists(directory.experiment) else { return }
        // One that is just being made has its lock first.
        guard Files.isDirectory(path), (try? Files.names(in: path))?.allSatisfy({ $0 == "lock" }) == true else {
            _ = try RunFolder(path)
            return
        }
    }

    /// - Throws: where the folder is no run's, or one of another version, and will not become one.
    public mutating func look(at now: Instant) throws(ConfigurationFault) -> Look {
        guard Files.isDirectory(directory.path) else { return Look(.gone) }
        let run: RecordedRun
        do throws(ConfigurationFault) {
            if reader == nil { reader = try RunReader(directory) }
            guard let read = try reader?.read() else { return Look(.starting) }
            run = read
        } catch {
            // Between two looks everything may have gone.
            guard Files.isDirectory(directory.path) else { return Look(.gone) }
            // What its maker writes first is not whole before the last of it is there.
            guard now - start < Self.longestStart, !Files.exists(directory.metrics) else { throw error }
            return Look(.starting)
        }
        let places = places(of: run)
        let rounds = places.map(\.rounds).min() ?? run.evaluations.last?.rounds ?? 0
        let seen = places.map(\.rounds) + [run.evaluations.count]
        if seen != lastSeen { (lastSeen, movedAt) = (seen, now) }
        var pace = self.pace ?? Pace(of: run.experiment.training.rounds)
        let left = pace.secondsLeft(done: rounds, at: now)
        self.pace = pace
        let state = state(of: run, at: now)
        return Look(
            state: state, run: run, places: places, rounds: rounds, secondsLeft: state == .running ? left : nil)
    }

    private func state(of run: RecordedRun, at now: Instant) -> State {
        switch run.state {
        case .finished: run.summary?.hasFailed == true ? .failed : .finished
        case .stopped: .stopped
        case .running: .running
        case .unfinished: now - movedAt < Self.longestSilence || isHeld(run) ? .running : .cutOff
        }
    }

    /// Whether a process is left that has to do with the run.
    private func isHeld(_ run: RecordedRun) -> Bool {
        FileLock.isHeld(directory.lock)
            || run.nodes.indices.contains { FileLock.isHeld(directory.node(NodeID($0)).lock) }
    }

    /// Heartbeats tell more than records, which come only as often as is measured.
    private mutating func places(of run: RecordedRun) -> [NodePlace] {
        guard !run.isSimulated else { return [] }
        if heartbeats.isEmpty {
            heartbeats = run.nodes.indices.map { HeartbeatReader(directory.node(NodeID($0)).heartbeat) }
        }
        return run.nodes.indices.compactMap { index in
            let node = run.nodes[index]
            let told = heartbeats[index].read()?.round ?? 0
            return node.isHostile || node.lost != nil
                ? nil : NodePlace(label: node.label, rounds: max(told, node.totals?.rounds ?? 0))
        }
    }
}

extension RunWatch.Look {
    /// Where nothing can be read.
    fileprivate init(_ state: RunWatch.State) {
        self.init(state: state, run: nil, places: [], rounds: 0, secondsLeft: nil)
    }
}
