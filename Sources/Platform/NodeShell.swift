// Runs one node as a process: carries out what the core asks, over real sockets, files and clock. The only interpreter
// of effects outside Simulation.
import Core
import Kernels
import Learning
import Metrics
import Registry
import Scenario
public import Wire

/// A node process from its first listen to its last byte.
public struct NodeShell {
    /// What a process is told on its command line.
    public struct Options: Sendable {
        public var listen = "127.0.0.1:0"
        /// The folder whose `<index>/endpoint.json` tell where neighbours listen; that of the run by default.
        public var endpoints: String?
        /// Where nodes are reached, by index; one that is not known here, or has port 0, is found by its endpoint file.
        public var addresses: [String?] = []
        /// Of the run that the node belongs to: it talks to no node of another.
        public var nonce = RunNonce.none
        /// The secrets of the node's edges; without them anyone who reaches its port can pose as a neighbour.
        public var keys: KeyRing?
        public var transport = Transport.tcp
        public var start = Start.afresh
        public var trace = TraceKeeping.full
        /// That share the work on long vectors; `nil`: as many as the host has idle processors.
        public var threads: Int?

        public init() {}
    }

    /// What the process goes on from.
    public enum Start: Sendable {
        case afresh
        /// The checkpoint after so many rounds, which all nodes of the run start from.
        case resume(Int)
        /// The checkpoint that this node left at the stop of this number, while all others start from theirs.
        case resumeStop(Int)
        /// Whatever this node alone left behind.
        case rejoin
    }

    /// A local step after one that cost more processor time than this goes to the worker thread, and so do losses.
    /// Elapsed time would not do: where many nodes share a processor, any step may stand still for longer.
    private static let longestInlineStep: Nanoseconds = .milliseconds(2)
    /// After one that cost less than this the worker is let go, with its thread and its memory.
    private static let shortStep: Nanoseconds = .milliseconds(1)
    /// After its last message a node stays this long at most, until its neighbours have read all of it.
    private static let longestGoodbye: Nanoseconds = .milliseconds(1_500)
    /// Between two attempts to write a trace line for which there was no room.
    private static let diskPause: Nanoseconds = .milliseconds(100)
    /// Whether its files are still there is looked at no more often.
    private static let lookInterval: Nanoseconds = .milliseconds(1_000)

    private let node: NodeID
    private let experiment: [UInt8]
    private let folder: NodeDirectory
    /// Nobody else runs this node in its folder.
    private let lock: FileLock
    private let trainer: any LocalModel
    private var core: NodeCore
    private var transport: any MessageTransport
    private let signals: Signals
    private let lifeline: FileDescriptor?
    private let clock = MonotonicClock()

    private let metrics: AppendOnlyFile
    private let trace: TraceLog
    private var heartbeat: HeartbeatWriter
    private var snapshots: SnapshotFolder
    private var checkpoints: [Int] = []
    private var stops: [StopName] = []
    private let start: NodeStart
    private let incarnation: UInt64
    private var workspace: Workspace
    private var training = TrainingScratch()
    private var queue = EffectQueue()
    /// When the trace line that could not be written is tried again, and how often it was.
    private var triesTraceAt: Instant?
    private var traceTries = 0
    private var arrivals: [Arrival] = []
    /// Those that are being handled.
    private var handled: [Arrival] = []
    private var wakeAt: Instant?
    private var ending: Ending?
    /// Why the final model is not on the disk, if it is not.
    private var lostModel: SystemFault?
    private var mixNanoseconds: Nanoseconds = 0
    private var warningThrottle = WarningThrottle()
    private var looksAgainAt = Instant(nanoseconds: 0)
    private var contact: NeighbourContact
    private var worker: LocalWorker? { didSet { others = waitedFor } }
    /// What is waited for beside links.
    private var others: [FileDescriptor] = []
    private var job: LocalJob?
    /// It was told to end with its round.
    private var endsWithRound = false
    /// What the last local step and the last losses cost; nobody knows that of the first, which goes to the worker.
    private var lastCost: (step: StepCost?, losses: StepCost?)

    /// Makes the node's folder and files and starts to listen.
    ///
    /// - Parameter identity: of the experiment, 32 bytes.
    public init(_ node: AssembledNode, identity: [UInt8], run: RunDirectory, options: Options) throws {
        self.node = node.configuration.node
        experiment = identity
        folder = run.node(node.configuration.node)
        core = node.core
        trainer = node.trainer
        workspace = Workspace(
            dimension: node.configuration.dimension, degree: node.neighbours.count, crew: .threads(options.threads))
        signals = try Signals()
        lifeline = Lifeline.inherited()

        try Files.makeDirectory(folder.path)
        guard let lock = try FileLock.take(folder.lock) else {
            throw ConfigurationFault(
                "node \(self.node) runs already in \(folder.path); one process a node: end that one, or give another "
                    + "--run")
        }
        self.lock = lock
        if lock.isEffective { Files.removeParts(in: folder.path) }
        let recovery = RecoveryState(of: node, identity: identity, in: folder)
        start = try recovery.start(options.start)
        (checkpoints, stops) = recovery.left(by: start)
        metrics = try AppendOnlyFile(folder.metrics)
        trace = try TraceLog(
            folder.trace,
            TraceHeader(of: self.node, experiment: identity, dimension: node.configuration.dimension),
            keeps: options.trace)
        snapshots = try SnapshotFolder(folder, end: node.configuration.rounds)

        incarnation = max(WallClock.microseconds(), start.incarnation &+ 1)
        heartbeat = try HeartbeatWriter(folder.heartbeat, first: incarnation, at: clock.now())
        let local = LinkIdentity(
            experiment: identity, run: options.nonce, node: node.configuration.node, incarnation: incarnation,
            limits: Limits(node.configuration.channels, backlog: node.configuration.backlog))
        let addresses = NeighbourAddresses(
            known: options.addresses, folder: options.endpoints ?? run.nodes, run: options.nonce)
        let settings = TransportSettings(
            local: local, keys: options.keys, neighbours: node.neighbours, listen: options.listen,
            patience: node.configuration.patience.deadline, addressOf: addresses.address)
        transport =
            switch options.transport {
            case .tcp: try TCPTransport(settings, now: clock.now())
            case .udp: try UDPTransport(settings, now: clock.now())
            }
        let endpoint = Endpoint(
            address: transport.address.reached(by: options.listen), pid: ChildProcess.ownIdentifier,
            incarnation: incarnation,
            nonce: options.nonce)
        // In its own folder always, which tells of the node when others have long taken its place elsewhere.
        try Files.write(endpoint.json, to: folder.endpoint)
        if let endpoints = options.endpoints {
            let shared = NodeDirectory("\(endpoints)/\(self.node.index)")
            try Files.makeDirectory(shared.path)
            try Files.write(endpoint.json, to: shared.endpoint)
        }
        // A laboratory has started the neighbours itself, and sees what becomes of them.
        contact = NeighbourContact(
            settings, addresses: addresses, from: lifeline == nil ? clock.now() : nil,
            joining: node.configuration.patience.joining)
        recovery.refusals.forEach { warn($0) }
        if options.nonce == .none { warn(Self.namelessRun) }
        if !lock.isEffective {
            warn("the file system of \(folder.path) has no locks: see to it that no other process runs this node")
        }
    }

    private static let namelessRun =
        "no --nonce and no job of a launcher: other runs of this experiment without one are taken for this run"

    /// Whether it has never reached a neighbour, where it has some.
    public var isAlone: Bool { contact.isAlone }

    /// Runs until all rounds are done, the node is told to stop, or it cannot go on.
    ///
    /// - Returns: how it ended; what went wrong has been said.
    /// - Throws: what the machine would not do. A final model that cannot be written is among it: a run that leaves
    ///   none has failed.
    public mutating func run() throws(SystemFault) -> Ending {
        others = waitedFor
        handle(.started(start))
        while ending == nil {
            let ready = try transport.wait(until: nextMoment, others: others, into: &arrivals)
            takeArrivals()
            sayWhoIsMissing()
            lookAfterFolder()
            if ready[0] { heed(try signals.take()) }
            // The lifeline is readable only when the launcher has gone.
            if lifeline != nil, ready[1] { leave(by: .stopRequested, as: .stopped(core.currentRound)) }
            if worker != nil, ready[ready.count - 1] { try takeResults() }
            if let moment = wakeAt, moment <= clock.now() {
                wakeAt = nil
                handle(.timer)
            }
            retryTrace()
            try workIfAsked()
            showSignOfLife()
        }
        showSignOfLife(isLast: true)
        if case .finished = ending, let isolationWarning = contact.isolationWarning { warn(isolationWarning) }
        try sayGoodbye()
        if let lostModel { throw lostModel }
        guard let ending else { preconditionFailure("the loop ends with an ending") }
        return ending
    }

    /// Signals, the end of the launcher, the worker's results.
    private var waitedFor: [FileDescriptor] {
        [signals.descriptor] + (lifeline.map { [$0] } ?? []) + (worker.map { [$0.descriptor] } ?? [])
    }

    /// A node whose files are deleted goes on, for its neighbours' sake, and says so.
    private mutating func lookAfterFolder() {
        let now = clock.now()
        guard now >= looksAgainAt else { return }
        looksAgainAt = now + Self.lookInterval
        if trace.isDeleted {
            warn(
                "\(folder.path) was deleted while the node runs: what it writes is lost; it goes on for the others")
        }
    }

    /// What is sent before the end of a job asks for a checkpoint; what asks for the end is not to wait.
    private mutating func heed(_ received: [Signal]) {
        if received.contains(where: { !Signal.warnings.contains($0) }) {
            leave(by: .stopRequested, as: .stopped(core.currentRound))
        } else if !received.isEmpty, !endsWithRound {
            endsWithRound = true
            handle(.stopAfterRound)
        }
    }

    /// When there is something to do, whatever comes in.
    private var nextMoment: Instant? {
        guard job == nil else { return clock.now() }
        var next = heartbeat.nextAt
        if let wakeAt { next = min(next, wakeAt) }
        if let triesTraceAt { next = min(next, triesTraceAt) }
        if let moment = contact.nextWordAt { next = min(next, moment) }
        return next
    }

    private mutating func showSignOfLife(isLast: Bool = false) {
        do throws(SystemFault) {
            try heartbeat.beat(in: core.currentRound.number, at: clock.now(), isLast: isLast)
        } catch {
            warn("its sign of life cannot be written: \(error)")
        }
    }

    // MARK: - Events

    private mutating func sayWhoIsMissing() {
        guard let moment = contact.nextWordAt, moment <= clock.now() else { return }
        if let word = contact.word(at: clock.now(), listening: "\(transport.address)") { warn(word) }
    }

    private mutating func takeArrivals() {
        // Handling an event may send, and a send that fails is an arrival itself.
        while !arrivals.isEmpty {
            swap(&handled, &arrivals)
            for arrival in handled { take(arrival) }
            handled.removeAll(keepingCapacity: true)
        }
    }

    private mutating func take(_ arrival: Arrival) {
        switch arrival {
        case .linkUp(let peer, let incarnation):
            contact.linkUp(peer)
            handle(.linkUp(peer, incarnation: incarnation))
        case .linkDown(let peer): handle(.linkDown(peer))
        case .message(let message, let peer): handle(.received(message, from: peer))
        case .refused(let rejection, let peer, let count):
            let sender = peer.map { "node \($0)" } ?? "a peer that did not say who it is"
            let detail = rejection == .otherChannels ? "; a message here holds \(core.channels)" : ""
            warn("refused \(sender): \(rejection.rawValue)\(detail)")
            // Bytes of strangers are nobody's offence; they are counted under this node's own name.
            handle(.rejected(rejection, from: peer ?? node, count: count))
        case .unresolved(let peer, let reason):
            warn("\(reason), where node \(peer) is looked for; it is tried again", about: "names")
        }
    }

    private mutating func handle(_ event: NodeEvent) {
        let start = clock.now()
        let known = queue.effects.count
        core.handle(event, at: start, using: &workspace, into: &queue.effects)
        if queue.effects[known...].contains(where: { if case .trace = $0 { true } else { false } }) {
            mixNanoseconds += clock.now() - start
        }
        carryOut()
    }

    /// Ends the node before its rounds are done. What waits for room on the disk is dropped: nothing was said yet that
    /// follows from it.
    private mutating func leave(by event: NodeEvent, as ending: Ending) {
        guard self.ending == nil else { return }
        queue.removeAll()
        triesTraceAt = nil
        handle(event)
        // The core may have ended already, with its last line still to be written.
        if self.ending == nil { finish(ending) }
    }

    // MARK: - Effects

    private mutating func carryOut() {
        while let effect = queue.next() {
            switch effect {
            case .send(let message, let peer): transport.send(message, to: peer, into: &arrivals)
            case .wake(let moment): wakeAt = moment
            case .train(let round, let model, let state): job = LocalJob(LocalStep(round, from: model, state))
            case .probeLosses(let round, let models): job = LocalJob(lossesOf: models, in: round)
            case .trace(let line): if !write(line) { queue.blockOnTrace(at: clock.now()) }
            case .warn(let warning): warn("\(warning)")
            case .record(let record): append(record)
            case .mixed(let rounds, let mix):
                handOut { folder throws(SystemFault) in try folder.write(mix, rounds: rounds) }
            case .ownModel(let rounds, let model):
                handOut { folder throws(SystemFault) in try folder.write(ownModel: model, rounds: rounds) }
            case .snapshot(let rounds, let model):
                handOut { folder throws(SystemFault) in try folder.write(model, rounds: rounds) }
            case .save(let checkpoint): save(checkpoint)
            case .stop(let ending): finish(ending)
            }
        }
    }

    /// Writes down what a mix came to, or says that the node stands still until that works.
    private mutating func write(_ line: TraceLine) -> Bool {
        do throws(SystemFault) {
            try trace.append(line)
            (triesTraceAt, traceTries) = (nil, 0)
            keep { [trace] () throws(SystemFault) in try trace.trim() }
            return true
        } catch {
            warn("\(error); it stands still until there is room", about: error.kind)
            triesTraceAt = clock.now() + Self.diskPause
            traceTries += 1
            return false
        }
    }

    private mutating func retryTrace() {
        guard let line = queue.blockedLine, let moment = triesTraceAt, moment <= clock.now() else { return }
        if write(line) {
            queue.release()
            carryOut()
        } else if Self.diskPause * Nanoseconds(traceTries) > core.patience.fullDisk {
            // Tries and not time: a process that stood still has tried nothing meanwhile.
            leave(by: .traceLost, as: .traceLost(core.currentRound))
        }
    }

    /// Does what the core asked of the node's data: at once while that is quick; what takes long goes to the worker, so
    /// that links are served meanwhile. The bits are the same either way, and where no thread can be started as well.
    private mutating func workIfAsked() throws(SystemFault) {
        guard var job else { return }
        self.job = nil
        let cost = job.isStep ? lastCost.step : lastCost.losses
        let isLong = cost.map { $0.most >= Self.longestInlineStep } ?? true
        if isLong, cost?.isOfProcessor ?? true, let worker = startedWorker() {
            try worker.submit(job)
        } else {
            let known = max(lastCost.step?.most ?? 0, lastCost.losses?.most ?? 0)
            if let worker, worker.outstanding == 0, known < Self.shortStep { self.worker = nil }
            take(job.run(trainer, scratch: &training, measuresProcessor: isLong))
        }
    }

    private mutating func startedWorker() -> LocalWorker? {
        if let worker { return worker }
        do throws(SystemFault) {
            worker = try LocalWorker(trainer)
        } catch {
            warn("\(error); long steps hold up its links", about: error.kind)
        }
        return worker
    }

    private mutating func takeResults() throws(SystemFault) {
        while let result = try worker?.take() { take(result) }
    }

    private mutating func take(_ result: LocalResult) {
        switch result.event {
        case .lossesProbed:
            lastCost.losses = result.cost
            mixNanoseconds += result.cost.most
        default:
            lastCost.step = result.cost
        }
        handle(result.event)
    }

    private mutating func append(_ record: NodeRecord) {
        var record = record
        (record.bytesSent, record.messagesSent) = (transport.bytesSent, transport.messagesSent)
        record.bytesReceived = transport.bytesReceived
        record.snapshotsOverwritten = snapshots.overwritten
        record.mixNanoseconds = mixNanoseconds
        mixNanoseconds = 0
        let line = record.json
        keep { [metrics] () throws(SystemFault) in try metrics.append(line) }
    }

    private mutating func handOut(_ write: (inout SnapshotFolder) throws(SystemFault) -> Void) {
        do throws(SystemFault) {
            try write(&snapshots)
        } catch {
            warn(error.description, about: error.kind)
        }
    }

    /// Writes the newest checkpoint, of every so many rounds or of a stop, and keeps the one before it.
    private mutating func save(_ checkpoint: Checkpoint) {
        var checkpoint = checkpoint
        checkpoint.incarnation = incarnation
        let bytes = checkpoint.encoded(node: node, experiment: experiment)
        let stop = checkpoint.isStop ? StopName(number: checkpoint.stops, rounds: checkpoint.rounds) : nil
        let path = stop.map { folder.checkpoint(of: $0) } ?? folder.checkpoint(rounds: checkpoint.rounds)
        guard keep({ () throws(SystemFault) in try Files.write(bytes, to: path) }) else { return }
        if let stop {
            stops = stops.filter { $0 != stop } + [stop]
            while stops.count > 2 { Files.remove(folder.checkpoint(of: stops.removeFirst())) }
            return
        }
        checkpoints.removeAll { $0 == checkpoint.rounds }
        checkpoints.append(checkpoint.rounds)
        while checkpoints.count > 2 {
            Files.remove(folder.checkpoint(rounds: checkpoints.removeFirst()))
        }
    }

    private mutating func finish(_ ending: Ending) {
        if case .finished(let model) = ending {
            do throws(SystemFault) {
                try Files.write(ModelFile(rounds: core.currentRound.number, model: model).encoded, to: folder.model)
            } catch {
                lostModel = error
            }
        }
        if let failure = ending.failure { StandardError.print("gossipnode \(node): \(failure)") }
        self.ending = ending
    }

    /// Of metrics, snapshots and checkpoints a full disk costs some and stops nothing: the loss is reported once.
    @discardableResult
    private mutating func keep(_ write: () throws(SystemFault) -> Void) -> Bool {
        do throws(SystemFault) {
            try write()
            return true
        } catch {
            warn(error.description, about: error.kind)
            return false
        }
    }

    /// One line on standard error a minute for each subject; that is the sentence itself, unless it tells more.
    private mutating func warn(_ sentence: String, about subject: String? = nil) {
        guard warningThrottle.isDue(subject ?? sentence, at: clock.now()) else { return }
        StandardError.print("gossipnode \(node): \(sentence)")
    }

    /// Sends what is queued, then waits until every neighbour has closed, so that no last model is lost.
    private mutating func sayGoodbye() throws(SystemFault) {
        let limit = clock.now() + Self.longestGoodbye
        while transport.hasOutput, clock.now() < limit {
            _ = try transport.wait(until: limit, others: [], into: &arrivals)
        }
        transport.finishSending()
        while transport.hasConnections, clock.now() < limit {
            _ = try transport.wait(until: limit, others: [], into: &arrivals)
        }
    }
}

// MARK: - Long steps

/// What the core asks of the node's data, as a value that a worker can own.
struct LocalJob: Sendable {
    private let round: Round
    private var step: LocalStep?
    private let models: [[Float]]

    init(_ step: consuming LocalStep) {
        round = step.round
        self.step = step
        models = []
    }

    init(lossesOf models: [[Float]], in round: Round) {
        self.round = round
        self.models = models
    }

    var isStep: Bool { step != nil }

    /// - Parameter measuresProcessor: whether to ask for processor time, which is a call of the system.
    mutating func run(
        _ trainer: any LocalModel, scratch: inout TrainingScratch, measuresProcessor: Bool
    ) -> LocalResult {
        func now() -> Nanoseconds { measuresProcessor ? ThreadClock().now() : MonotonicClock().now().nanoseconds }
        let start = now()
        let event =
            step?.run(by: trainer, scratch: &scratch)
            ?? .lossesProbed(round, trainer.batchLosses(of: models, round: round, scratch: &scratch))
        return LocalResult(event: event, cost: StepCost(most: now() - start, isOfProcessor: measuresProcessor))
    }
}

/// What a local step took. Elapsed time is never less than the processor time in it, and costs nothing to measure: only
/// a step after one that seemed long is measured by the processor.
struct StepCost: Sendable {
    /// The processor time, or more.
    let most: Nanoseconds
    let isOfProcessor: Bool
}

struct LocalResult: Sendable {
    /// What the core is told.
    let event: NodeEvent
    let cost: StepCost
}

typealias LocalWorker = Worker<LocalJob, LocalResult>

extension Worker where Job == LocalJob, Output == LocalResult {
    convenience init(_ trainer: any LocalModel) throws(SystemFault) {
        var scratch = TrainingScratch()
        try self.init { job in
            var job = job
            return job.run(trainer, scratch: &scratch, measuresProcessor: true)
        }
    }
}
