// An experiment as real processes on this host: launches one gossipnode a node, watches their files and exits, lets go
// wrong what the plan says, and ends them all, whatever happens. It talks to no node.
import Core
import Faults
import JSON
import Kernels
import Metrics
import Platform
import Registry
import Scenario
import Wire

public struct ProcessRun {
    /// Nodes told to stop are given this long before they are killed.
    private static let longestStop: Nanoseconds = .milliseconds(2_500)

    private static let lookInterval: Nanoseconds = .milliseconds(1_000)
    /// Whether all folders are still there is looked at no more often.
    private static let folderInterval: Nanoseconds = .milliseconds(500)

    private struct Child {
        /// Why it was killed by the laboratory.
        enum Verdict { case hung(Nanoseconds, wasStopped: Bool), heldToTheEnd }

        let node: NodeID
        var process: ChildProcess
        let folder: NodeDirectory
        var status: ExitStatus?
        /// Killed by the plan, and to be restarted.
        var isDown = false
        var heartbeat: HeartbeatReader
        var watch: HeartbeatWatch
        var verdict: Verdict?
        /// Its folder was deleted while it ran.
        var hasNoFolder = false

        var isRunning: Bool { status == nil }

        /// It has done all its rounds, and ended by itself. One that never met a neighbour says so by its status; its
        /// model counts all the same, since leaving it out would hide the worst node of all.
        var hasFinished: Bool { status == .exited(ExitCode.success) || status == .exited(ExitCode.failure) }
    }

    private let assembly: Assembly
    private let directory: RunDirectory
    private let program: String
    private let beginning: NodeShell.Start
    private let hasKeys: Bool
    /// Drawn anew each time that nodes are started; one that a fault plan restarts gets the same.
    private let nonce = RunNonce(Entropy.bytes(RunNonce.byteCount))
    private let lifeline: Lifeline
    private let signals: Signals
    private let clock = MonotonicClock()
    private var children: [Child] = []
    private var timeline: Timeline
    private var stopAskedAt: Instant?
    private var foldersDueAt = Instant(nanoseconds: 0)
    private var plan: FaultPlan
    private let longestSilence: Nanoseconds
    private var looksAt: Instant
    /// Came back after a crash, before or since the run was resumed.
    private var restarted: Set<NodeID>

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
        let nodes = assembly.topology.nodeCount
        try HostLimits.check(
            openFiles: HostLimits.openFiles(forLinks: nodes), for: "a laboratory of \(nodes) nodes", limit: limit.soft)
        try HostLimits.check(processes: nodes, for: "\(nodes) nodes")
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
    ///   - longestSilence: a node whose loop does not stir for longer hangs, and is killed; a minute by default.
    public init(
        _ assembly: Assembly, in directory: RunDirectory, program: String, from beginning: NodeShell.Start = .afresh,
        hasKeys: Bool = false, longestSilence: Nanoseconds? = nil
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
        self.longestSilence = longestSilence ?? HeartbeatWatch.longestSilence
        looksAt = clock.now()
        restarted = Set(assembly.topology.nodes.filter { directory.node($0).hasRejoined })
        lifeline = try Lifeline()
        signals = try Signals(Signals.requestsToEnd + [.child])
        timeline = try Timeline(assembly, after: Self.moment(before: beginning, in: directory), mayLose: true)
    }

    /// The last moment that was evaluated before the run goes on.
    private static func moment(before beginning: NodeShell.Start, in directory: RunDirectory) throws(SystemFault) -> Int
    {
        switch beginning {
        case .afresh: -1
        case .resume(let rounds): rounds
        case .rejoin: try EvaluationLines(ofFile: directory.metrics).rounds.last ?? -1
        }
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
        outcome.final = timeline.final
        outcome.wasStopped = stopAskedAt != nil
        let time = clock.now() - start
        outcome.wallSeconds = Double(time) / 1e9
        try makeUp(for: &outcome, within: time, recomputing)
        return outcome
    }

    /// Finds out which moments were missed and, unless the run is to be gone on with, evaluates them after all.
    private func makeUp(for outcome: inout RunOutcome, within time: Nanoseconds, _ recomputing: (Int) -> Void) throws {
        var evaluated = outcome.evaluations.map(\.rounds)
        if case .afresh = beginning {} else { evaluated += try EvaluationLines(ofFile: directory.metrics).rounds }
        var missed = MissedMoments(of: assembly, in: directory, reached: timeline.reached, evaluated: evaluated)
        if !missed.rounds.isEmpty, !outcome.wasStopped {
            recomputing(missed.rounds.count)
            outcome.recomputed = try missed.recompute(within: time) {
                (try? signals.take().contains { $0 != .child }) ?? false
            }
            outcome.evaluations = (outcome.evaluations + outcome.recomputed).sorted { $0.rounds < $1.rounds }
        }
        outcome.moments = (planned: missed.planned, missed: missed.rounds.count)
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
            children.append(
                Child(
                    node: node, process: process, folder: folder, heartbeat: HeartbeatReader(folder.heartbeat),
                    watch: HeartbeatWatch(at: clock.now())))
        }
    }

    private func start(_ node: NodeID, _ further: [String]) throws(SystemFault) -> ChildProcess {
        try .node(
            node, of: assembly, run: nonce, in: directory, program: program, lifeline: lifeline,
            further + (hasKeys ? ["--keys", KeyFile.path(ofNode: node, in: directory.keys)] : []))
    }

    private mutating func watch(evaluated: ([EvaluationRecord]) throws(SystemFault) -> Void) throws(SystemFault) {
        // Often enough that no snapshot is overwritten, seldom enough to leave the processors to the nodes.
        let interval = Nanoseconds.milliseconds(max(5, children.count / 8))
        var poll = PollLoop()
        while children.contains(where: { $0.isRunning || $0.isDown }) {
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
            try lookAfterFolders()
            endHung()
            endHeld()
            if let moment = stopAskedAt, clock.now() - moment > Self.longestStop { endAll() }
        }
    }

    /// A run whose folder is deleted has nowhere to go; a node whose folder is deleted goes on for the others.
    private mutating func lookAfterFolders() throws(SystemFault) {
        let now = clock.now()
        guard now >= foldersDueAt else { return }
        foldersDueAt = now + Self.folderInterval
        guard Files.isDirectory(directory.path), Files.exists(directory.experiment) else {
            throw SystemFault(
                "go on in", "\(directory.path), which was deleted while the run went on", errno: SystemFault.notFound)
        }
        for index in children.indices where children[index].status == nil && !children[index].hasNoFolder {
            guard !Files.isDirectory(children[index].folder.path) else { continue }
            children[index].hasNoFolder = true
            closeTimeline(of: children[index])
            let label = assembly.topology.labels[children[index].node.index]
            StandardError.print(
                "\(children[index].folder.path) was deleted while node \(label) runs: what it writes is lost, and it "
                    + "will count as lost; the others go on")
        }
    }

    // MARK: - Faults

    private mutating func letThingsGoWrong() throws(SystemFault) {
        let round = children.indices.compactMap { children[$0].heartbeat.read()?.round }.max() ?? 0
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
                children[index].watch = HeartbeatWatch(at: clock.now())
                restarted.insert(node)
            case .pause where children[index].isRunning:
                try children[index].process.send(.stop)
                children[index].watch.hold()
            case .goOn where children[index].isRunning:
                try children[index].process.send(.continue)
                children[index].watch.letGo()
            default: break
            }
        }
        // What was killed for good, or would come back after the run was stopped, is not waited for.
        guard plan.isOver || isStill || stopAskedAt != nil else { return }
        for index in children.indices where children[index].isDown {
            children[index].isDown = false
            closeTimeline(of: children[index])
        }
    }

    // MARK: - Nodes that would never end

    /// Kills nodes whose loops have not stirred for too long.
    private mutating func endHung() {
        let now = clock.now()
        guard now >= looksAt else { return }
        looksAt = now + min(Self.lookInterval, longestSilence / 4)
        for index in children.indices where children[index].isRunning && !children[index].hasNoFolder {
            children[index].watch.look(children[index].heartbeat.read()?.beats, at: now)
            guard children[index].watch.isHung(longest: longestSilence) else { continue }
            let process = children[index].process
            kill(index, as: .hung(children[index].watch.silence, wasStopped: process.isStopped))
        }
    }

    /// No node runs but those that the plan holds, and no fault ends as time goes by: nothing will change any more.
    private var isStill: Bool {
        plan.nextEnd == nil && !children.contains { $0.isRunning && !$0.watch.isHeld }
    }

    /// Kills what the plan holds for good, once nothing else is left.
    private mutating func endHeld() {
        guard isStill else { return }
        for index in children.indices where children[index].isRunning { kill(index, as: .heldToTheEnd) }
    }

    private mutating func kill(_ index: Int, as verdict: Child.Verdict) {
        children[index].verdict = children[index].verdict ?? verdict
        try? children[index].process.send(.kill)
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
        outcome.restarted = restarted.sorted()
        for child in children {
            outcome.reached[child.node] = child.folder.roundsReached
            outcome.totals[child.node] = NodeTotals(metrics: (try? Files.read(child.folder.metrics)) ?? [])
            if let model = child.folder.finalModel(of: assembly), child.hasFinished {
                outcome.finalModels.append((child.node, model))
                if child.status != .exited(ExitCode.success) {
                    let label = assembly.topology.labels[child.node.index]
                    outcome.warnings.append("node \(label) finished, but \(lostNode(child).reason)")
                }
            } else {
                outcome.lost.append(lostNode(child))
            }
        }
        return outcome
    }

    /// What became of a node that did not finish: how it ended, and the last thing it said.
    private func lostNode(_ child: Child) -> LostNode {
        switch child.verdict {
        case .hung(let silence, let wasStopped):
            let cause = wasStopped ? " (a signal had stopped it)" : ""
            let reason = "hung: its loop had not stirred for \(silence / 1_000_000_000) s\(cause), and was killed"
            return LostNode(child.node, .hung, reason: reason)
        case .heldToTheEnd:
            return LostNode(child.node, .killed, reason: "held by the fault plan to the end")
        case nil:
            break
        }
        if child.hasNoFolder { return LostNode(child.node, .failed, reason: "its folder was deleted while it ran") }
        if stopAskedAt != nil, child.status == .exited(0) {
            return LostNode(child.node, .stopped, reason: LostNode.stopped)
        }
        let kind: LostNode.Kind =
            switch child.status {
            case .exited(0): .stopped
            case .exited: Files.exists(child.folder.endpoint) ? .failed : .neverStarted
            case .signalled, nil: .killed
            }
        let ending = child.status?.description ?? "was not started"
        let log = String(decoding: (try? Files.read(child.folder.log)) ?? [], as: UTF8.self)
        guard let said = log.split(whereSeparator: \.isNewline).last else {
            return LostNode(child.node, kind, reason: ending)
        }
        // The node's lines begin with the program's name.
        let cause = String(said.hasPrefix("gossipnode") ? said.drop { $0 != ":" }.dropFirst(2) : said)
        let reason = Ending.isDivergence(cause) ? cause : "\(ending): \(said)"
        return LostNode(child.node, kind, reason: reason, cause: cause)
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
        _ node: NodeID, of assembly: Assembly, run nonce: RunNonce, in directory: RunDirectory, program: String,
        lifeline: Lifeline, _ further: [String] = []
    ) throws(SystemFault) -> ChildProcess {
        // Written out, a graph may be larger than the file that it came from.
        let most = [directory.experiment, directory.topology].compactMap { Files.size(of: $0) }.max() ?? 0
        let limits = most > InputFiles.usualMost ? ["--\(InputFiles.flag.name)", "\(most)"] : []
        return try ChildProcess(
            program,
            [
                "--experiment", directory.experiment, "--topology", directory.topology, "--node",
                assembly.topology.labels[node.index], "--run", directory.path, "--nonce", "\(nonce)",
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
            unfinishedMixes &+= value.count("unfinishedMixes")
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
