// An experiment as real processes on this host: launches one gossipnode a node, watches their files and exits, lets go
// wrong what the plan says, and ends them all, whatever happens. It talks to no node.
import Faults
import Kernels
import Metrics
import Platform
import Scenario

public struct ProcessRun {
    /// Nodes told to stop are given this long before they are killed.
    private static let longestStop: Nanoseconds = .milliseconds(2_500)

    private static let deadlinesUntilHung: Nanoseconds = 4

    private struct Child {
        let node: NodeID
        var process: ChildProcess
        let folder: NodeDirectory
        var status: ExitStatus?
        /// Killed by the plan, and to be restarted.
        var isDown = false
        /// Bytes of its trace when it was last seen to grow, and when that was.
        var traceBytes = 0
        var grewAt: Instant
        var wasHung = false
    }

    private let assembly: Assembly
    private let directory: RunDirectory
    private let program: String
    private let beginning: NodeShell.Start
    private let hasKeys: Bool
    private let lifeline: Lifeline
    private let signals: Signals
    private let clock = MonotonicClock()
    private var children: [Child] = []
    private var timeline: Timeline
    private var stopAskedAt: Instant?
    private var plan: FaultPlan

    /// Finds what on this host would stop a run, before anything is written.
    public static func checkLimits(for assembly: Assembly) throws(ConfigurationFault) {
        // Nodes inherit the limit.
        let limit = HostLimits.raiseOpenFiles()
        var degrees = [Int](repeating: 0, count: assembly.topology.nodeCount)
        for (one, other) in assembly.topologyFile.links {
            degrees[one.index] += 1
            degrees[other.index] += 1
        }
        let degree = degrees.max() ?? 0
        try HostLimits.check(
            openFiles: HostLimits.openFiles(forLinks: degree), for: "a node of \(degree) links", limit: limit.soft)
        try HostLimits.check(processes: assembly.topology.nodeCount, for: "\(assembly.topology.nodeCount) nodes")
    }

    /// Refuses a plan with faults that only the simulator can make.
    public static func checkFaults(of assembly: Assembly) throws(ConfigurationFault) {
        for (index, planned) in assembly.faults.enumerated() {
            switch (planned.fault as? any NodeFault)?.affliction {
            case .crash, .pause: continue
            default:
                throw ConfigurationFault(
                    "faults.\(index) is \(type(of: planned.fault).name), which happens in 'gossiplab simulate' only; "
                        + "allowed with processes: \(Crash.name), \(Pause.name)")
            }
        }
    }

    /// Finds out whether there is a node program at all.
    public static func check(program: String) throws(ConfigurationFault) {
        guard Files.exists(program) else {
            throw ConfigurationFault("there is no node program at \(program); build it with 'swift build'")
        }
    }

    /// - Parameters:
    ///   - program: path of the gossipnode executable.
    ///   - beginning: what every node goes on from.
    ///   - hasKeys: every edge gets a key for this run; the files are removed when it is over.
    public init(
        _ assembly: Assembly, in directory: RunDirectory, program: String, from beginning: NodeShell.Start = .afresh,
        hasKeys: Bool = false
    ) throws {
        try ProcessRun.check(program: program)
        self.assembly = assembly
        self.directory = directory
        self.program = program
        self.beginning = beginning
        plan = FaultPlan(
            assembly.faults, nodeCount: assembly.topology.nodeCount, seed: assembly.experiment.seed,
            deadline: .milliseconds(assembly.experiment.timing.deadlineMilliseconds))
        self.hasKeys = hasKeys
        lifeline = try Lifeline()
        signals = try Signals([.terminate, .interrupt, .child])
        timeline = try Timeline(assembly)
    }

    /// Starts all nodes and watches them until the last one has ended.
    ///
    /// - Parameter evaluated: called with each new evaluation, in order of rounds.
    public mutating func run(
        evaluated: ([EvaluationRecord]) throws(SystemFault) -> Void
    ) throws -> RunOutcome {
        let start = clock.now()
        defer { if hasKeys { Files.removeTree(directory.keys) } }
        do {
            if hasKeys { try KeyFile.write(for: assembly.topologyFile, to: directory.keys) }
            try launch()
            try watch(evaluated: evaluated)
        } catch {
            endAll()
            throw error
        }
        var outcome = try collect()
        try evaluated(timeline.advance())
        outcome.evaluations = timeline.evaluations
        outcome.wasStopped = stopAskedAt != nil
        outcome.wallSeconds = Double(clock.now() - start) / 1e9
        return outcome
    }

    private mutating func launch() throws(SystemFault) {
        let further: [String] =
            switch beginning {
            case .afresh: []
            case .resume(let rounds): ["--resume", "\(rounds)"]
            case .rejoin: ["--rejoin"]
            }
        for node in assembly.topology.nodes {
            let folder = directory.node(node)
            try Files.makeDirectory(folder.path)
            let process = try start(node, further)
            children.append(Child(node: node, process: process, folder: folder, grewAt: clock.now()))
        }
    }

    private func start(_ node: NodeID, _ further: [String]) throws(SystemFault) -> ChildProcess {
        try .node(
            node, of: assembly, in: directory, program: program, lifeline: lifeline,
            further + (hasKeys ? ["--keys", KeyFile.path(ofNode: node, in: directory.keys)] : []))
    }

    private mutating func watch(evaluated: ([EvaluationRecord]) throws(SystemFault) -> Void) throws(SystemFault) {
        // Often enough that no snapshot is overwritten, seldom enough to leave the processors to the nodes.
        let interval = Nanoseconds.milliseconds(max(5, children.count / 8))
        var poll = PollLoop()
        while children.contains(where: { $0.status == nil || $0.isDown }) {
            poll.removeAll()
            poll.add(signals.descriptor)
            try poll.wait(until: clock.now() + interval)
            for signal in try signals.take() where signal != .child { try askToStop() }
            for index in children.indices where children[index].status == nil {
                children[index].status = try children[index].process.poll()
                readSnapshots(of: children[index])
                if children[index].status != nil, !children[index].isDown { closeTimeline(of: children[index]) }
            }
            if !plan.isEmpty { try letThingsGoWrong() }
            try evaluated(timeline.advance())
            endHung()
            if let moment = stopAskedAt, clock.now() - moment > Self.longestStop { endAll() }
        }
    }

    // MARK: - Faults

    private mutating func letThingsGoWrong() throws(SystemFault) {
        let round = children.compactMap { newestRound(of: $0) }.max() ?? 0
        for (node, change) in plan.advance(to: FaultMoment(now: clock.now(), round: round)) {
            let index = node.index
            switch change {
            case .crash where children[index].status == nil:
                try children[index].process.send(.kill)
                children[index].status = try children[index].process.wait()
                children[index].isDown = true
            case .restart where children[index].isDown && stopAskedAt == nil:
                children[index].process = try start(node, ["--rejoin"])
                children[index].status = nil
                children[index].isDown = false
                children[index].grewAt = clock.now()
            case .pause where children[index].status == nil: try children[index].process.send(.stop)
            case .goOn where children[index].status == nil: try children[index].process.send(.continue)
            default: break
            }
        }
        // What was killed for good, or would come back after the run was stopped, is not waited for.
        guard plan.isOver || stopAskedAt != nil else { return }
        for index in children.indices where children[index].isDown {
            children[index].isDown = false
            closeTimeline(of: children[index])
        }
    }

    /// The round that a node was in when it last wrote to its trace.
    private func newestRound(of child: Child) -> Int? {
        guard let end = try? Files.readEnd(of: child.folder.trace, bytes: 1 << 16) else { return nil }
        return TraceFile(Array(end.drop { $0 != UInt8(ascii: "\n") }.dropFirst())).published?.number
    }

    /// Once some nodes have finished, one that has closed no round for many deadlines hangs, and is killed.
    private mutating func endHung() {
        let deadline = Nanoseconds.milliseconds(assembly.experiment.timing.deadlineMilliseconds)
        let now = clock.now()
        guard children.contains(where: { $0.status != nil }) else { return }
        for index in children.indices where children[index].status == nil {
            guard now - children[index].grewAt > Self.deadlinesUntilHung * deadline else { continue }
            let bytes = Files.size(of: children[index].folder.trace) ?? 0
            if bytes > children[index].traceBytes {
                children[index].traceBytes = bytes
                children[index].grewAt = now
            } else {
                children[index].wasHung = true
                try? children[index].process.send(.kill)
            }
        }
    }

    private mutating func askToStop() throws(SystemFault) {
        guard stopAskedAt == nil else { return endAll() }
        stopAskedAt = clock.now()
        // A process that stands still would not hear the request.
        if !plan.isEmpty { for child in children where child.status == nil { try child.process.send(.continue) } }
        for child in children where child.status == nil { try child.process.send(.terminate) }
    }

    /// Kills what still runs and waits for its end: no orphan is left.
    private mutating func endAll() {
        for index in children.indices where children[index].status == nil {
            try? children[index].process.send(.kill)
            children[index].status = try? children[index].process.wait()
        }
    }

    private mutating func readSnapshots(of child: Child) {
        for name in (try? Files.names(in: child.folder.snapshots)) ?? [] {
            guard let rounds = NodeDirectory.rounds(ofSnapshot: name) else { continue }
            let path = child.folder.snapshot(rounds: rounds)
            if assembly.honest.contains(child.node), let bytes = try? Files.read(path),
                let file = try? ModelFile(encoded: bytes), file.model.count == assembly.dimension
            {
                timeline.add(file.model, of: child.node, rounds: file.rounds)
            }
            Files.remove(path)
        }
    }

    private mutating func closeTimeline(of child: Child) {
        if let model = child.folder.finalModel(of: assembly) {
            timeline.add(model, of: child.node, rounds: assembly.experiment.training.rounds)
        }
        timeline.close(child.node)
    }

    private func collect() throws(SystemFault) -> RunOutcome {
        var outcome = RunOutcome(engine: .processes, transport: assembly.experiment.transport.rawValue)
        for child in children {
            outcome.totals[child.node] = NodeTotals(metrics: (try? Files.read(child.folder.metrics)) ?? [])
            if let model = child.folder.finalModel(of: assembly), child.status == .exited(0) {
                outcome.finalModels.append((child.node, model))
            } else {
                outcome.lost.append(LostNode(node: child.node, reason: reason(for: child)))
            }
        }
        return outcome
    }

    /// Why a node did not finish: how it ended, and the last thing it said.
    private func reason(for child: Child) -> String {
        let ending = child.status?.description ?? "was not started"
        let stopped = stopAskedAt != nil && child.status == .exited(0)
        guard !stopped else { return LostNode.stopped }
        if child.wasHung { return "hung: closed no round for \(Self.deadlinesUntilHung) deadlines, and was killed" }
        let log = (try? Files.read(child.folder.log)) ?? []
        let last = String(decoding: log, as: UTF8.self).split(whereSeparator: \.isNewline).last
        return last.map { "\(ending): \($0)" } ?? ending
    }
}

extension NodeRecord.NeighbourTally {
    /// `[neighbour, heard, kept, clipped, removed]`.
    fileprivate init?(_ value: JSONValue) {
        let counts = value.elements.compactMap(\.count)
        guard counts.count == 5 else { return nil }
        var tally = Tally()
        (tally.heard, tally.kept, tally.clipped, tally.removed) = (counts[1], counts[2], counts[3], counts[4])
        self.init(neighbour: NodeID(counts[0]), tally: tally)
    }
}

extension ChildProcess {
    /// Starts a node of a run whose files are written.
    ///
    /// - Parameter further: flags beside those that every node is given.
    static func node(
        _ node: NodeID, of assembly: Assembly, in directory: RunDirectory, program: String, lifeline: Lifeline,
        _ further: [String] = []
    ) throws(SystemFault) -> ChildProcess {
        // Written out, a graph may be larger than the file that it came from.
        let most = [directory.experiment, directory.topology].compactMap { Files.size(of: $0) }.max() ?? 0
        let limits = most > InputFiles.usualMost ? ["--\(InputFiles.flag.name)", "\(most)"] : []
        return try ChildProcess(
            program,
            [
                "--experiment", directory.experiment, "--topology", directory.topology, "--node",
                assembly.topology.labels[node.index], "--run", directory.path,
            ] + limits + further, output: .file(directory.node(node).log), lifeline: lifeline)
    }
}

extension NodeTotals {
    /// The sum of a node's `metrics.jsonl`; a torn last line is passed over.
    init(metrics bytes: [UInt8]) {
        self.init()
        add(bytes.split(separator: UInt8(ascii: "\n")))
    }

    /// Goes on with further lines of it; what is not whole is passed over.
    mutating func add(_ lines: [ArraySlice<UInt8>]) {
        for line in lines {
            guard let value = try? StrictJSON.read(Array(line), name: "metrics.jsonl") else { continue }
            trainLoss = value.member("trainLoss")?.number ?? trainLoss
            computeNanoseconds &+= Nanoseconds(value.count("computeNanoseconds"))
            waitNanoseconds &+= Nanoseconds(value.count("waitNanoseconds"))
            mixNanoseconds &+= Nanoseconds(value.count("mixNanoseconds"))
            mixedModels &+= value.count("mixedModels")
            missedModels &+= value.count("missedModels")
            lateModels &+= value.count("lateModels")
            degradedMixes &+= value.count("degradedMixes")
            threshold = value.member("threshold")?.number ?? threshold
            returnedWeight = value.member("returnedWeight")?.number ?? returnedWeight
            add((value.member("tallies")?.elements ?? []).compactMap(NodeRecord.NeighbourTally.init))
            bytesSent = value.count("bytesSent")
            messagesSent = value.count("messagesSent")
            snapshotsOverwritten = value.count("snapshotsOverwritten")
            rejections = (value.member("rejections")?.members ?? []).map { member in
                NodeRecord.Count(reason: member.key, count: member.value.count ?? 0)
            }
            waits = (value.member("waits")?.elements ?? []).compactMap { wait in
                guard let node = wait.elements.first?.count, let time = wait.elements.last?.count
                else { return nil }
                return NodeRecord.Wait(neighbour: NodeID(node), nanoseconds: Nanoseconds(time))
            }
        }
    }
}
