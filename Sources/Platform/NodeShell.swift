// Runs one node as a process: carries out what the core asks, over real sockets, files and clock. The only interpreter
// of effects outside Simulation.
import Core
import Kernels
import Learning
import Metrics
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
        /// The secrets of the node's edges; without them anyone who reaches its port can pose as a neighbour.
        public var keys: KeyRing?
        public var transport = Transport.tcp
        public var start = Start.afresh

        public init() {}
    }

    /// What the process goes on from.
    public enum Start: Sendable {
        case afresh
        /// The checkpoint after so many rounds, which all nodes of the run start from.
        case resume(Int)
        /// Whatever this node alone left behind.
        case rejoin
    }

    /// A local step after one that cost more processor time than this goes to the worker thread, and so do losses.
    /// Elapsed time would not do: where many nodes share a processor, any step may stand still for longer.
    private static let longestInlineStep: Nanoseconds = .milliseconds(2)
    /// After its last message a node stays this long at most, until its neighbours have read all of it.
    private static let longestFarewell: Nanoseconds = .milliseconds(1_500)

    private let node: NodeID
    private let experiment: [UInt8]
    private let folder: NodeDirectory
    private let trainer: any LocalModel
    private var core: NodeCore
    private var transport: any MessageTransport
    private let signals: Signals
    private let lifeline: FileDescriptor?
    private let clock = MonotonicClock()

    private let metrics: AppendOnlyFile
    private let trace: AppendOnlyFile
    private var snapshots: SnapshotFolder
    private var checkpoints: [Int] = []
    private let start: NodeStart
    private let incarnation: UInt64
    private var workspace: Workspace
    private var training = TrainingScratch()
    private var effects: [NodeEffect] = []
    private var arrivals: [Arrival] = []
    private var wakeAt: Instant?
    private var ending: Ending?
    private var mixNanoseconds: Nanoseconds = 0
    private var complaints = Complaints()
    private var worker: LocalWorker?
    private var job: LocalJob?
    /// Processor time of the last local step and of the last losses; nobody knows that of the first.
    private var lastCost = (step: Nanoseconds.max, losses: Nanoseconds.max)

    /// Makes the node's folder and files and starts to listen.
    ///
    /// - Parameter identity: of the experiment, 32 bytes.
    public init(_ node: AssembledNode, identity: [UInt8], run: RunDirectory, options: Options) throws {
        self.node = node.configuration.node
        experiment = identity
        folder = run.node(node.configuration.node)
        core = node.core
        trainer = node.trainer
        workspace = Workspace(dimension: node.configuration.dimension, degree: node.neighbours.count)
        signals = try Signals()
        lifeline = Lifeline.inherited()

        try Files.makeDirectory(folder.path)
        let remains = Remains(of: node, identity: identity, in: folder)
        start = try remains.start(options.start)
        checkpoints = remains.checkpoints
        metrics = try AppendOnlyFile(folder.metrics)
        trace = try AppendOnlyFile(folder.trace)
        snapshots = try SnapshotFolder(folder)

        incarnation = max(WallClock.microseconds(), start.incarnation &+ 1)
        let local = LinkIdentity(
            experiment: identity, node: node.configuration.node, incarnation: incarnation,
            limits: Limits(dimension: node.configuration.dimension))
        let endpoints = options.endpoints ?? run.nodes
        let settings = TransportSettings(
            local: local, keys: options.keys, neighbours: node.neighbours, listen: options.listen,
            patience: node.configuration.patience.deadline
        ) { [addresses = options.addresses] neighbour in
            if addresses.indices.contains(neighbour.index), let known = addresses[neighbour.index],
                !known.hasSuffix(":0")
            {
                return known
            }
            let path = NodeDirectory("\(endpoints)/\(neighbour.index)").endpoint
            guard let bytes = try? Files.read(path) else { return nil }
            return try? Endpoint(bytes, name: path).address
        }
        transport =
            switch options.transport {
            case .tcp: try TCPTransport(settings, now: clock.now())
            case .udp: try UDPTransport(settings, now: clock.now())
            }
        let endpoint = Endpoint(
            address: "\(transport.address)", pid: ChildProcess.ownIdentifier, incarnation: incarnation)
        let own = NodeDirectory("\(endpoints)/\(self.node.index)")
        try Files.makeDirectory(own.path)
        try Files.write(endpoint.json, to: own.endpoint)
        remains.refusals.forEach { complain($0) }
    }

    /// Runs until all rounds are done or the node is told to stop.
    ///
    /// - Returns: how it ended.
    public mutating func run() throws(SystemFault) -> Ending {
        handle(.started(start))
        while ending == nil {
            var others = [signals.descriptor]
            if let lifeline { others.append(lifeline) }
            if let worker { others.append(worker.descriptor) }
            let ready = try transport.wait(until: job == nil ? wakeAt : clock.now(), others: others, into: &arrivals)
            takeArrivals()
            if ready[0], try !signals.take().isEmpty { handle(.stopRequested) }
            // The lifeline is readable only when the launcher has gone.
            if lifeline != nil, ready[1] { handle(.stopRequested) }
            try takeResults()
            if let moment = wakeAt, moment <= clock.now() {
                wakeAt = nil
                handle(.timer)
            }
            try workIfAsked()
        }
        try sayFarewell()
        guard let ending else { preconditionFailure("the loop ends with an ending") }
        return ending
    }

    // MARK: - Events

    private mutating func takeArrivals() {
        // Handling an event may send, and a send that fails is an arrival itself.
        while !arrivals.isEmpty {
            var batch: [Arrival] = []
            swap(&batch, &arrivals)
            for arrival in batch { take(arrival) }
        }
    }

    private mutating func take(_ arrival: Arrival) {
        switch arrival {
        case .linkUp(let peer, let incarnation): handle(.linkUp(peer, incarnation: incarnation))
        case .linkDown(let peer): handle(.linkDown(peer))
        case .message(let message, let peer): handle(.received(message, from: peer))
        case .refused(let rejection, let peer):
            let sender = peer.map { "node \($0)" } ?? "a peer that did not say who it is"
            complain("refused \(sender): \(rejection.rawValue)")
            // Bytes of strangers are nobody's offence; they are counted under this node's own name.
            handle(.rejected(rejection, from: peer ?? node))
        }
    }

    private mutating func handle(_ event: NodeEvent) {
        let start = clock.now()
        core.handle(event, at: start, using: &workspace, into: &effects)
        if effects.contains(where: { if case .trace = $0 { true } else { false } }) {
            mixNanoseconds += clock.now() - start
        }
        carryOut()
    }

    // MARK: - Effects

    private mutating func carryOut() {
        var batch: [NodeEffect] = []
        swap(&batch, &effects)
        for effect in batch {
            switch effect {
            case .send(let message, let peer): transport.send(message, to: peer, into: &arrivals)
            case .wake(let moment): wakeAt = moment
            case .train(let round, let model, let state): job = LocalJob(round: round, task: .step(model, state))
            case .tryOut(let round, let models): job = LocalJob(round: round, task: .losses(models))
            case .trace(let line): keep { [trace] () throws(SystemFault) in try trace.append(line.json) }
            case .record(let record): append(record)
            case .snapshot(let rounds, let model): writeSnapshot(model, rounds: rounds)
            case .save(let checkpoint): save(checkpoint)
            case .stop(let ending): finish(ending)
            }
        }
    }

    /// Does what the core asked of the node's data: at once while that is quick; what takes long goes to the worker, so
    /// that links are served meanwhile. The bits are the same either way.
    private mutating func workIfAsked() throws(SystemFault) {
        guard let job else { return }
        self.job = nil
        if (job.isStep ? lastCost.step : lastCost.losses) < Self.longestInlineStep {
            take(job.run(trainer, scratch: &training))
        } else {
            try submit(job)
        }
    }

    private mutating func submit(_ job: LocalJob) throws(SystemFault) {
        if worker == nil { worker = try LocalWorker(trainer) }
        try worker?.submit(job)
    }

    private mutating func takeResults() throws(SystemFault) {
        while let result = try worker?.take() { take(result) }
    }

    private mutating func take(_ result: LocalResult) {
        switch result.event {
        case .triedOut:
            lastCost.losses = result.cost
            mixNanoseconds += result.cost
        default:
            lastCost.step = result.cost
        }
        handle(result.event)
    }

    private mutating func append(_ record: NodeRecord) {
        let line = record.json(
            bytesSent: transport.bytesSent, messagesSent: transport.messagesSent, mixNanoseconds: Int(mixNanoseconds),
            snapshotsOverwritten: snapshots.overwritten)
        mixNanoseconds = 0
        keep { [metrics] () throws(SystemFault) in try metrics.append(line) }
    }

    private mutating func writeSnapshot(_ model: [Float], rounds: Int) {
        do throws(SystemFault) {
            try snapshots.write(model, rounds: rounds)
        } catch {
            complain(error.description, about: error.kind)
        }
    }

    /// Writes the newest checkpoint and keeps the one before it.
    private mutating func save(_ checkpoint: Checkpoint) {
        var checkpoint = checkpoint
        checkpoint.incarnation = incarnation
        let bytes = checkpoint.encoded(node: node, experiment: experiment)
        let path = folder.checkpoint(rounds: checkpoint.rounds)
        guard keep({ () throws(SystemFault) in try Files.write(bytes, to: path) }) else { return }
        checkpoints.removeAll { $0 == checkpoint.rounds }
        checkpoints.append(checkpoint.rounds)
        if checkpoints.count > 2 { Files.remove(folder.checkpoint(rounds: checkpoints.removeFirst())) }
    }

    private mutating func finish(_ ending: Ending) {
        if case .finished(let model) = ending {
            let bytes = ModelFile(rounds: core.round.number, model: model).encoded
            let path = folder.model
            keep { () throws(SystemFault) in try Files.write(bytes, to: path) }
        }
        self.ending = ending
    }

    /// A full disk stops no learning: the loss is reported once, and the run goes on.
    @discardableResult
    private mutating func keep(_ write: () throws(SystemFault) -> Void) -> Bool {
        do throws(SystemFault) {
            try write()
            return true
        } catch {
            complain(error.description, about: error.kind)
            return false
        }
    }

    /// One line on standard error a minute for each subject; that is the sentence itself, unless it tells more.
    private mutating func complain(_ sentence: String, about subject: String? = nil) {
        guard complaints.isDue(subject ?? sentence, at: clock.now()) else { return }
        StandardError.print("gossipnode \(node): \(sentence)")
    }

    /// Sends what is queued, then waits until every neighbour has closed, so that no last model is lost.
    private mutating func sayFarewell() throws(SystemFault) {
        let limit = clock.now() + Self.longestFarewell
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
    enum Task: Sendable {
        case step([Float], LocalState)
        case losses([[Float]])
    }

    let round: Round
    let task: Task

    var isStep: Bool { if case .step = task { true } else { false } }

    func run(_ trainer: any LocalModel, scratch: inout TrainingScratch) -> LocalResult {
        let clock = ThreadClock()
        let start = clock.now()
        let event: NodeEvent
        switch task {
        case .step(var model, var state):
            let report = trainer.step(&model, state: &state, round: round, scratch: &scratch)
            event = .trained(round, model, state, report)
        case .losses(let models):
            event = .triedOut(round, trainer.batchLosses(of: models, round: round, scratch: &scratch))
        }
        return LocalResult(event: event, cost: clock.now() - start)
    }
}

struct LocalResult: Sendable {
    /// What the core is told.
    let event: NodeEvent
    /// Processor time that it took.
    let cost: Nanoseconds
}

typealias LocalWorker = Worker<LocalJob, LocalResult>

extension Worker where Job == LocalJob, Output == LocalResult {
    convenience init(_ trainer: any LocalModel) throws(SystemFault) {
        var scratch = TrainingScratch()
        try self.init { $0.run(trainer, scratch: &scratch) }
    }
}
