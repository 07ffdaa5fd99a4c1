// Actor, one simulated node: the core and its local training. The counterpart of Platform's NodeShell: it interprets
// the core's effects, without a socket, a clock or a file. Its links are in Actor+Links, what befalls it in
// Actor+Faults.
import Core
import Kernels
import Learning
import Metrics
import Wire

struct Actor: Sendable {
    /// What all actors of a simulation share.
    struct Settings: Sendable {
        let experiment: [UInt8]
        let carriage: Carriage
        let pace: DatagramLink.Pace
        /// Connections may break, and nodes be killed.
        let isDisturbed: Bool
        /// Checkpoints are kept for nodes that are killed.
        let keepsCheckpoints: Bool
        /// Messages and mixes are told to whoever checks them.
        let isWatched: Bool
    }

    /// A neighbour, and the connection with it.
    struct Line: Sendable {
        let peer: NodeID
        /// Where bytes are carried, one of these two.
        @Boxed var stream: Link?
        @Boxed var datagrams: DatagramLink?
        /// Of the end that is dialled over datagrams.
        var addressValidator: AddressValidator?
        /// When `datagrams` must look after what it has sent.
        var timerAt: Instant?
        /// Which connection with it this is; what belongs to another one is not for this node any more.
        var connection = 0
        var isOpen = false
    }

    let id: NodeID
    let settings: Settings
    var core: NodeCore
    /// As it was before its first start, for restarts.
    private(set) var fresh: NodeCore?
    private let trainer: any LocalModel
    private let stepTime: StepTime?
    private let firstStart: NodeStart
    var lines: [Line]
    var incarnation: UInt64 = 1

    private(set) var pending: [Delivery] = []
    var disk = VirtualDisk()
    var isDown = false
    var pausedSince: Instant?
    var isPaused: Bool { pausedSince != nil }
    /// How far its clock is ahead of virtual time.
    var clockOffset: Nanoseconds = 0
    /// On its own clock.
    private var wakeAt: Instant?
    /// A local step that takes time, and when it is done.
    private var step: LocalStep?
    private var stepDoneAt: Instant?
    private var untoldTrace: TraceLine?

    /// When something happens to it of its own accord, in virtual time; kept, because it is asked for at every instant.
    private(set) var nextMoment: Instant?
    private(set) var ending: Ending?
    private(set) var endedAt: Instant?
    private(set) var hash = TraceHash()
    private(set) var steps = 0
    var traffic = Traffic()
    var queue = EffectQueue()

    init(_ node: SimulatedNode, id: NodeID, settings: Settings) {
        self.id = id
        self.settings = settings
        core = node.core
        fresh = settings.keepsCheckpoints ? node.core : nil
        trainer = node.trainer
        stepTime = node.stepTime
        firstStart = node.start
        lines = node.neighbours.map { Line(peer: $0) }
    }

    var degree: Int { lines.count }

    /// From now on its attack, if it has one, draws from another seed.
    mutating func reseedAttack(_ seed: UInt64) {
        core.reseedAttack(seed)
        fresh?.reseedAttack(seed)
    }

    /// Whether it takes part: neither killed nor at its end.
    var isAlive: Bool { !isDown && ending == nil }

    private func isDue(at now: Instant) -> Bool {
        guard !isDown, !isPaused, ending == nil || settings.carriage.usesDatagrams else { return false }
        return !pending.isEmpty || nextMoment.map { $0 <= now } ?? false
    }

    /// To be called after whatever happens to it.
    mutating func settle() {
        nextMoment = nil
        guard !isDown, !isPaused else { return }
        if settings.carriage.usesDatagrams { nextMoment = nextLinkTimer }
        guard ending == nil else { return }
        if let wakeAt {
            let wake = wakeAt + (0 - clockOffset)
            nextMoment = min(nextMoment ?? wake, wake)
        }
        if let done = stepDoneAt { nextMoment = min(nextMoment ?? done, done) }
        if let retry = triesTraceAt { nextMoment = min(nextMoment ?? retry, retry) }
    }

    // MARK: - What happens to it

    mutating func begin(using scratch: inout ActorScratch, into outbox: inout Outbox) {
        let start = Instant(nanoseconds: 0)
        disk.started()
        handle(.started(firstStart), at: start, using: &scratch, into: &outbox)
        for slot in lines.indices { open(slot, incarnation: 1, at: start, using: &scratch, into: &outbox) }
        settle()
        tellMilestones(into: &outbox)
    }

    /// What it has come through, to whoever watches; to be called after whatever happens to it.
    mutating func tellMilestones(into outbox: inout Outbox) {
        guard settings.isWatched else { return }
        let milestones = core.takeMilestones()
        guard !milestones.isEmpty else { return }
        outbox.observations.append(.passed(id, milestones))
    }

    /// Where it is; `nil` after the end.
    var phase: NodePhase? {
        if isDown { return .killed }
        guard ending == nil else { return nil }
        if isPaused { return .paused }
        return queue.blockedSince == nil ? core.currentPhase : .writing
    }

    /// Takes over what has arrived; of a node that stands still, the newest models of each neighbour wait.
    mutating func deliver(_ delivery: Delivery) {
        if isPaused, delivery.isModel {
            pending.dropOldest(atMost: core.backlog - 1) {
                $0.isModel && $0.sender == delivery.sender && $0.connection == delivery.connection
            }
        }
        // Whoever has ended reads nothing but what its links still need.
        guard !isDown, ending == nil || delivery.isDatagram else { return }
        traffic.received += delivery.content.bytes
        pending.append(delivery)
    }

    mutating func dropPending() { pending.removeAll() }

    /// Does what is due, if anything is: in place, since an actor is too large to be copied for a question.
    mutating func step(at now: Instant, using scratch: inout ActorScratch, into outbox: inout Outbox) {
        guard isDue(at: now) else { return }
        var arrivals: [Delivery] = []
        swap(&arrivals, &pending)
        for delivery in arrivals where ending == nil || delivery.isDatagram {
            take(delivery, at: now, using: &scratch, into: &outbox)
        }
        arrivals.removeAll(keepingCapacity: true)
        pending = arrivals
        if let doneAt = stepDoneAt, doneAt <= now, ending == nil {
            takeStep(at: now, using: &scratch)
            carryOut(at: now, using: &scratch, into: &outbox)
        }
        if let moment = wakeAt, moment <= now + clockOffset, ending == nil {
            wakeAt = nil
            handle(.timer, at: now, using: &scratch, into: &outbox)
        }
        retryTrace(at: now, using: &scratch, into: &outbox)
        if settings.carriage.usesDatagrams { runLinkTimers(at: now, using: &scratch, into: &outbox) }
        settle()
        tellMilestones(into: &outbox)
    }

    /// When the trace line that everything waits for is tried again: as soon as there is room, or for the last time.
    private var triesTraceAt: Instant? {
        guard let since = queue.blockedSince else { return nil }
        return disk.isFull ? since + core.patience.fullDisk : since
    }

    private mutating func retryTrace(at now: Instant, using scratch: inout ActorScratch, into outbox: inout Outbox) {
        guard let line = queue.blockedLine, let moment = triesTraceAt, moment <= now else { return }
        if write(line, into: &outbox) {
            queue.release()
            core.note(.traceWaited)
            carryOut(at: now, using: &scratch, into: &outbox)
        } else {
            queue.removeAll()
            core.note(.traceLost)
            handle(.traceLost, at: now, using: &scratch, into: &outbox)
            // The core may have ended already, with its last line still to be written.
            if ending == nil { end(.traceLost(core.currentRound), at: now, into: &outbox) }
        }
    }

    private mutating func take(
        _ delivery: Delivery, at now: Instant, using scratch: inout ActorScratch, into outbox: inout Outbox
    ) {
        // The usual case, which needs nothing to be looked up.
        if !settings.isDisturbed, case .message(let message) = delivery.content {
            return handle(.received(message, from: delivery.sender), at: now, using: &scratch, into: &outbox)
        }
        guard let slot = slot(of: delivery.sender) else { return }
        switch delivery.content {
        case .opened(let incarnation):
            guard delivery.connection > lines[slot].connection else { return }
            hangUp(slot, at: now, using: &scratch, into: &outbox)
            lines[slot].connection = delivery.connection
            open(slot, incarnation: incarnation, at: now, using: &scratch, into: &outbox)
        case .closed:
            guard delivery.connection > lines[slot].connection else { return }
            lines[slot].connection = delivery.connection
            hangUp(slot, at: now, using: &scratch, into: &outbox)
        case _ where delivery.connection != lines[slot].connection:
            break
        case .message(let message):
            guard lines[slot].isOpen else { return }
            handle(.received(message, from: delivery.sender), at: now, using: &scratch, into: &outbox)
        case .garbled:
            guard lines[slot].isOpen else { return }
            handle(.rejected(.badCheck, from: delivery.sender), at: now, using: &scratch, into: &outbox)
            breakOff(slot, at: now, using: &scratch, into: &outbox)
        case .frame(let frame):
            receive(frame.bytes, slot: slot, at: now, using: &scratch, into: &outbox)
        case .altered(let bytes), .datagram(let bytes):
            receive(bytes, slot: slot, at: now, using: &scratch, into: &outbox)
        }
    }

    // MARK: - The core

    mutating func handle(
        _ event: NodeEvent, at now: Instant, using scratch: inout ActorScratch, into outbox: inout Outbox
    ) {
        guard ending == nil else { return }
        fold(event, at: now)
        core.handle(event, at: now + clockOffset, using: &scratch.workspace, into: &queue.effects)
        carryOut(at: now, using: &scratch, into: &outbox)
    }

    /// Does what the core has asked for. What takes no virtual time is answered at once, and the answer may ask for
    /// more.
    private mutating func carryOut(at now: Instant, using scratch: inout ActorScratch, into outbox: inout Outbox) {
        while let asked = interpret(at: now, into: &outbox) {
            switch asked {
            case .step(let round):
                if let stepTime {
                    stepDoneAt = now + stepTime.duration(of: round)
                    return
                }
                takeStep(at: now, using: &scratch)
            case .losses(let round, let models):
                let losses = trainer.batchLosses(of: models, round: round, scratch: &scratch.training)
                core.handle(
                    .lossesProbed(round, losses), at: now + clockOffset, using: &scratch.workspace, into: &queue.effects
                )
            }
        }
    }

    private mutating func takeStep(at now: Instant, using scratch: inout ActorScratch) {
        stepDoneAt = nil
        let trainer = trainer
        guard let event = step?.run(by: trainer, scratch: &scratch.training) else { return }
        step = nil
        steps += 1
        core.handle(event, at: now + clockOffset, using: &scratch.workspace, into: &queue.effects)
    }

    /// What the core asks of the node's data.
    private enum LocalWork {
        /// The one that is kept.
        case step(Round)
        case losses(Round, [[Float]])
    }

    /// A killed node computes no more, and starts again from its disk.
    mutating func forget() {
        dropPending()
        queue.removeAll()
        wakeAt = nil
        (step, stepDoneAt) = (nil, nil)
        untoldTrace = nil
    }

    /// Carries out the core's effects in order; returns what is asked of the node's data, if anything.
    private mutating func interpret(at now: Instant, into outbox: inout Outbox) -> LocalWork? {
        var work: LocalWork?
        while let effect = queue.next() {
            switch effect {
            case .send(let message, let receiver):
                send(message, to: receiver, at: now, into: &outbox)
            case .wake(let moment):
                wakeAt = moment
            case .train(let round, let model, let state):
                work = .step(round)
                step = LocalStep(round, from: model, state)
                tellMix(model, into: &outbox)
            case .probeLosses(let round, let models):
                work = .losses(round, models)
            case .trace(let line):
                if !write(line, into: &outbox) { queue.blockOnTrace(at: now) }
            // Nobody has a log to look at; what it leads to is seen.
            case .warn: break
            case .record(let record):
                outbox.observations.append(.record(id, record))
            case .mixed(let rounds, let mix):
                outbox.observations.append(.sampled(id, rounds: rounds, mix))
            case .ownModel(let rounds, let model):
                outbox.observations.append(.ownModel(id, rounds: rounds, model))
            case .snapshot(let rounds, let model):
                outbox.observations.append(.snapshot(id, rounds: rounds, model))
            case .save(var checkpoint):
                guard settings.keepsCheckpoints else { break }
                checkpoint.incarnation = incarnation
                let isKept = disk.save(checkpoint, node: id, experiment: settings.experiment)
                if !isKept { core.note(.checkpointLost) }
                if settings.isWatched, isKept {
                    outbox.observations.append(.saved(id, checkpoint, in: core.currentRound))
                }
            case .stop(let ending):
                if case .finished(let model) = ending, core.comesOutWithMix { tellMix(model, into: &outbox) }
                end(ending, at: now, into: &outbox)
            }
        }
        return work
    }

    private mutating func end(_ ending: Ending, at now: Instant, into outbox: inout Outbox) {
        self.ending = ending
        endedAt = now
        // It sleeps for good, and would otherwise keep virtual time from ending.
        wakeAt = nil
        outbox.observations.append(.ended(id, ending))
    }

    /// - Returns: whether there was room for it.
    private mutating func write(_ line: TraceLine, into outbox: inout Outbox) -> Bool {
        guard disk.write(line) else { return false }
        hash.fold(UInt64(line.round.number))
        for input in line.inputs { hash.fold(input.digest) }
        hash.fold(line.result)
        if settings.isWatched {
            untoldTrace = line
            outbox.observations.append(.wrote(id, line))
        }
        return true
    }

    /// What a round starts with is what the trace before it came to.
    private mutating func tellMix(_ shared: [Float], into outbox: inout Outbox) {
        guard let line = untoldTrace else { return }
        untoldTrace = nil
        outbox.observations.append(.mixed(id, line, shared, buffered: core.bufferedModelCount))
    }

    private mutating func fold(_ event: NodeEvent, at now: Instant) {
        hash.fold(UInt64(bitPattern: now.nanoseconds))
        switch event {
        case .started: hash.fold(1)
        case .linkUp(let node, _): hash.fold(2 &+ UInt64(node.index) << 8)
        case .linkDown(let node): hash.fold(3 &+ UInt64(node.index) << 8)
        case .received(.model(let model), let node):
            hash.fold(4 &+ UInt64(node.index) << 8)
            hash.fold(UInt64(model.round.number))
            hash.fold(model.digest)
        case .received(.waiting(let round), let node): hash.fold((5 &+ UInt64(node.index) << 8) ^ UInt64(round.number))
        case .received(.stateRequest(let round), let node):
            hash.fold((11 &+ UInt64(node.index) << 8) ^ UInt64(round.number))
        case .received(.state(let state), let node):
            hash.fold(12 &+ UInt64(node.index) << 8)
            hash.fold(UInt64(state.round.number))
            hash.fold(state.digest)
        case .received(.bye(let closeReason), let node):
            hash.fold(6 &+ UInt64(node.index) << 8 &+ UInt64(closeReason.rawValue) << 4)
        case .received(.noise, let node): hash.fold(13 &+ UInt64(node.index) << 8)
        case .received(.posing(let model, let name), let node):
            hash.fold((14 &+ UInt64(node.index) << 8) ^ UInt64(name.index) << 32)
            hash.fold(model.digest)
        case .received(.flood(let model, let frames), let node):
            hash.fold((15 &+ UInt64(node.index) << 8) ^ UInt64(frames) << 32)
            hash.fold(model.digest)
        case .rejected(_, let node, _): hash.fold(7 &+ UInt64(node.index) << 8)
        case .trained, .lossesProbed, .timer: hash.fold(8)
        case .stopRequested: hash.fold(9)
        case .traceLost: hash.fold(10)
        case .stopAfterRound: hash.fold(14)
        }
    }
}
