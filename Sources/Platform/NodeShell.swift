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
        /// Of the run that the node belongs to: it talks to no node of another.
        public var nonce = RunNonce.none
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

    /// A local step after one that cost more processor time than this goes to the worker thread. Elapsed time would not
    /// do: where many nodes share a processor, any step may stand still for longer.
    private static let longestInlineStep: Nanoseconds = .milliseconds(2)
    /// After its last message a node stays this long at most, until its neighbours have read all of it.
    private static let longestFarewell: Nanoseconds = .milliseconds(1_500)
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
    private var looksAgainAt = Instant(nanoseconds: 0)
    private var company: Company
    private var worker: TrainingWorker?
    private var step: TrainingJob?
    /// Processor time of the last local step; nobody knows that of the first.
    private var lastStep = Nanoseconds.max

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
        guard let lock = try FileLock.take(folder.lock) else {
            throw ConfigurationFault(
                "node \(self.node) runs already in \(folder.path); one process a node: end that one, or give another "
                    + "--run")
        }
        self.lock = lock
        let remains = Remains(of: node, identity: identity, in: folder)
        start = try remains.start(options.start)
        checkpoints = remains.checkpoints
        metrics = try AppendOnlyFile(folder.metrics)
        trace = try AppendOnlyFile(folder.trace)
        snapshots = try SnapshotFolder(folder)

        incarnation = max(WallClock.microseconds(), start.incarnation &+ 1)
        let local = LinkIdentity(
            experiment: identity, run: options.nonce, node: node.configuration.node, incarnation: incarnation,
            limits: Limits(dimension: node.configuration.dimension))
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
            address: "\(transport.address)", pid: ChildProcess.ownIdentifier, incarnation: incarnation,
            nonce: options.nonce)
        // In its own folder as well, which tells of the node when others have long taken its place elsewhere.
        for place in [folder, NodeDirectory("\(addresses.folder)/\(self.node.index)")] {
            try Files.makeDirectory(place.path)
            try Files.write(endpoint.json, to: place.endpoint)
        }
        // A laboratory has started the neighbours itself, and sees what becomes of them.
        company = Company(
            settings, addresses: addresses, speaksAt: lifeline == nil ? clock.now() + Company.silence : nil)
        remains.refusals.forEach { complain($0) }
        if options.nonce == .none { complain(Self.namelessRun) }
        if !lock.isEffective {
            complain("the file system of \(folder.path) has no locks: see to it that no other process runs this node")
        }
    }

    private static let namelessRun =
        "no --nonce and no job of a launcher: other runs of this experiment without one are taken for this run"

    /// Whether it has never reached a neighbour, where it has some.
    public var isAlone: Bool { company.isAlone }

    /// Runs until all rounds are done or the node is told to stop.
    ///
    /// - Returns: how it ended.
    public mutating func run() throws(SystemFault) -> Ending {
        handle(.started(start))
        while ending == nil {
            var others = [signals.descriptor]
            if let lifeline { others.append(lifeline) }
            if let worker { others.append(worker.descriptor) }
            let ready = try transport.wait(
                until: step == nil ? nextMoment : clock.now(), others: others, into: &arrivals)
            takeArrivals()
            sayWhoIsMissing()
            lookAfterFolder()
            if ready[0], try !signals.take().isEmpty { handle(.stopRequested) }
            // The lifeline is readable only when the launcher has gone.
            if lifeline != nil, ready[1] { handle(.stopRequested) }
            try takeTrainedModel()
            if let moment = wakeAt, moment <= clock.now() {
                wakeAt = nil
                handle(.timer)
            }
            try trainIfAsked()
        }
        if case .finished = ending, let lament = company.lament { complain(lament) }
        try sayFarewell()
        guard let ending else { preconditionFailure("the loop ends with an ending") }
        return ending
    }

    // MARK: - Events

    /// A node whose files are deleted goes on, for its neighbours' sake, and says so.
    private mutating func lookAfterFolder() {
        let now = clock.now()
        guard now >= looksAgainAt else { return }
        looksAgainAt = now + Self.lookInterval
        if trace.isDeleted {
            complain(
                "\(folder.path) was deleted while the node runs: what it writes is lost; it goes on for the others")
        }
    }

    /// When there is something to do, whatever comes in.
    private var nextMoment: Instant? {
        guard let moment = company.speaksAt else { return wakeAt }
        return min(moment, wakeAt ?? moment)
    }

    private mutating func sayWhoIsMissing() {
        guard company.speaksAt != nil else { return }
        if let word = company.word(at: clock.now(), listening: "\(transport.address)") { complain(word) }
    }

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
        case .linkUp(let peer, let incarnation):
            company.linkUp()
            handle(.linkUp(peer, incarnation: incarnation))
        case .linkDown(let peer): handle(.linkDown(peer))
        case .message(let message, let peer): handle(.received(message, from: peer))
        case .refused(let rejection, let peer, let count):
            let sender = peer.map { "node \($0)" } ?? "a peer that did not say who it is"
            complain("refused \(sender): \(rejection.rawValue)")
            // Bytes of strangers are nobody's offence; they are counted under this node's own name.
            handle(.rejected(rejection, from: peer ?? node, count: count))
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
            case .train(let round, let model, let state): step = TrainingJob(round: round, model: model, state: state)
            case .trace(let line): keep { [trace] () throws(SystemFault) in try trace.append(line.json) }
            case .record(let record): append(record)
            case .snapshot(let rounds, let model): writeSnapshot(model, rounds: rounds)
            case .save(let checkpoint): save(checkpoint)
            case .stop(let ending): finish(ending)
            }
        }
    }

    /// Takes the local step that the core asked for: at once while steps are quick; a long one goes to the worker, so
    /// that links are served meanwhile. The model is the same either way.
    private mutating func trainIfAsked() throws(SystemFault) {
        guard let job = step else { return }
        step = nil
        if lastStep < Self.longestInlineStep {
            take(job.run(trainer, scratch: &training))
        } else {
            try submit(job)
        }
    }

    private mutating func submit(_ job: TrainingJob) throws(SystemFault) {
        if worker == nil { worker = try TrainingWorker(trainer) }
        try worker?.submit(job)
    }

    private mutating func takeTrainedModel() throws(SystemFault) {
        while let trained = try worker?.take() { take(trained) }
    }

    private mutating func take(_ trained: TrainedModel) {
        lastStep = trained.cost
        handle(.trained(trained.round, trained.model, trained.state, trained.report))
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

/// One local step as a value that a worker can own.
struct TrainingJob: Sendable {
    let round: Round
    let model: [Float]
    let state: LocalState

    func run(_ trainer: any LocalModel, scratch: inout TrainingScratch) -> TrainedModel {
        let clock = ThreadClock()
        let start = clock.now()
        var parameters = model
        var state = state
        let report = trainer.step(&parameters, state: &state, round: round, scratch: &scratch)
        return TrainedModel(
            round: round, model: parameters, state: state, report: report, cost: clock.now() - start)
    }
}

struct TrainedModel: Sendable {
    let round: Round
    let model: [Float]
    let state: LocalState
    let report: StepReport
    /// Processor time that it took.
    let cost: Nanoseconds
}

typealias TrainingWorker = Worker<TrainingJob, TrainedModel>

extension Worker where Job == TrainingJob, Output == TrainedModel {
    convenience init(_ trainer: any LocalModel) throws(SystemFault) {
        var scratch = TrainingScratch()
        try self.init { $0.run(trainer, scratch: &scratch) }
    }
}
