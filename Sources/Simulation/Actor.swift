// One simulated node: the core, its local training, and its links where bytes are carried. The counterpart of
// Platform's NodeShell: it interprets the core's effects, without a socket, a clock or a file.
import Core
import Kernels
import Learning
import Metrics
import Wire

struct Actor: Sendable {
    private let id: NodeID
    private var core: NodeCore
    private let trainer: any LocalModel
    private let neighbours: [NodeID]
    /// One for each neighbour, where bytes are carried.
    private var links: [Link] = []

    var pending: [Delivery] = []
    private(set) var wakeAt: Instant?
    private(set) var ending: Ending?
    private(set) var hash = TraceHash()
    private(set) var steps = 0
    private(set) var traffic = Traffic()
    private var effects: [NodeEffect] = []

    var degree: Int { neighbours.count }

    init(_ node: SimulatedNode, id: NodeID, dimension: Int, experiment: [UInt8], carriage: Carriage) {
        self.id = id
        core = node.core
        trainer = node.trainer
        neighbours = node.neighbours
        guard carriage == .bytes else { return }
        let local = LinkIdentity(
            experiment: experiment, node: id, incarnation: 1, limits: Limits(dimension: dimension))
        links = neighbours.map { neighbour in
            Link(local: local, expecting: id < neighbour ? .dialled(neighbour) : .accepted(among: [neighbour]))
        }
    }

    func isDue(at now: Instant) -> Bool {
        guard ending == nil else { return false }
        return !pending.isEmpty || wakeAt.map { $0 <= now } ?? false
    }

    mutating func begin(using tools: inout Tools, sending sent: inout [Delivery], observing: inout [Observation]) {
        let start = Instant(nanoseconds: 0)
        handle(.started(.afresh), at: start, using: &tools, sending: &sent, observing: &observing)
        for slot in neighbours.indices {
            if links.isEmpty {
                handle(
                    .linkUp(neighbours[slot], incarnation: 1), at: start, using: &tools, sending: &sent,
                    observing: &observing)
            } else {
                var wanted: [LinkEffect] = []
                links[slot].start(into: &wanted)
                carryOut(wanted, slot: slot, at: start, using: &tools, sending: &sent, observing: &observing)
            }
        }
    }

    mutating func step(
        at now: Instant, using tools: inout Tools, sending sent: inout [Delivery], observing: inout [Observation]
    ) {
        var arrivals: [Delivery] = []
        swap(&arrivals, &pending)
        for delivery in arrivals where ending == nil {
            switch delivery.content {
            case .message(let message):
                handle(
                    .received(message, from: delivery.sender), at: now, using: &tools, sending: &sent,
                    observing: &observing)
            case .frame(let frame):
                guard let slot = neighbours.firstIndex(of: delivery.sender) else { continue }
                var wanted: [LinkEffect] = []
                let bytes = frame.bytes
                links[slot].receive(bytes.span, into: &wanted)
                carryOut(wanted, slot: slot, at: now, using: &tools, sending: &sent, observing: &observing)
            }
        }
        arrivals.removeAll(keepingCapacity: true)
        pending = arrivals
        if let moment = wakeAt, moment <= now, ending == nil {
            wakeAt = nil
            handle(.timer, at: now, using: &tools, sending: &sent, observing: &observing)
        }
    }

    private mutating func carryOut(
        _ wanted: [LinkEffect], slot: Int, at now: Instant, using tools: inout Tools,
        sending sent: inout [Delivery], observing: inout [Observation]
    ) {
        for effect in wanted {
            switch effect {
            case .transmit(let frame):
                transmit(.frame(frame), bytes: frame.byteCount, to: neighbours[slot], sending: &sent)
            case .opened(let peer, let incarnation):
                handle(
                    .linkUp(peer, incarnation: incarnation), at: now, using: &tools, sending: &sent,
                    observing: &observing)
            case .deliver(let message):
                handle(
                    .received(message, from: neighbours[slot]), at: now, using: &tools, sending: &sent,
                    observing: &observing)
            case .refused(let rejection, _):
                handle(
                    .rejected(rejection, from: neighbours[slot]), at: now, using: &tools, sending: &sent,
                    observing: &observing)
            case .close:
                handle(.linkDown(neighbours[slot]), at: now, using: &tools, sending: &sent, observing: &observing)
            }
        }
    }

    private mutating func handle(
        _ event: NodeEvent, at now: Instant, using tools: inout Tools, sending sent: inout [Delivery],
        observing: inout [Observation]
    ) {
        fold(event, at: now)
        core.handle(event, at: now, using: &tools.workspace, into: &effects)
        // A local step takes no virtual time: its answer is the next event, and may ask for more.
        while let step = interpret(at: now, sending: &sent, observing: &observing) {
            var parameters = step.model
            var state = step.state
            let report = trainer.step(&parameters, state: &state, round: step.round, scratch: &tools.training)
            steps += 1
            core.handle(
                .trained(step.round, parameters, state, report), at: now, using: &tools.workspace, into: &effects)
        }
        // An ended node sleeps for good; it would otherwise keep virtual time from ending.
        if ending != nil { wakeAt = nil }
    }

    private struct LocalStep {
        let round: Round
        let model: [Float]
        let state: LocalState
    }

    /// Carries out the core's effects in order; returns the local step asked for, if any.
    private mutating func interpret(
        at now: Instant, sending sent: inout [Delivery], observing: inout [Observation]
    ) -> LocalStep? {
        var step: LocalStep?
        for effect in effects {
            switch effect {
            case .send(let message, let receiver):
                send(message, to: receiver, sending: &sent)
            case .wake(let moment):
                wakeAt = moment
            case .train(let round, let model, let state):
                step = LocalStep(round: round, model: model, state: state)
            case .trace(let line):
                hash.fold(UInt64(line.round.number))
                for input in line.inputs { hash.fold(input.digest) }
                hash.fold(line.result)
            case .record(let record):
                observing.append(.record(id, record))
            case .snapshot(let rounds, let model):
                observing.append(.snapshot(id, rounds: rounds, model))
            case .save:
                break
            case .stop(let ending):
                self.ending = ending
            }
        }
        effects.removeAll(keepingCapacity: true)
        return step
    }

    private mutating func send(_ message: Message, to receiver: NodeID, sending sent: inout [Delivery]) {
        if links.isEmpty {
            let bytes =
                if case .model(let model) = message { Frame.headerBytes + model.values.count * 4 } else {
                    Frame.headerBytes
                }
            transmit(.message(message), bytes: bytes, to: receiver, sending: &sent)
        } else if let slot = neighbours.firstIndex(of: receiver), links[slot].isOpen {
            let frame = links[slot].frame(for: message)
            transmit(.frame(frame), bytes: frame.byteCount, to: receiver, sending: &sent)
        }
    }

    private mutating func transmit(
        _ content: Delivery.Content, bytes: Int, to receiver: NodeID, sending sent: inout [Delivery]
    ) {
        traffic.messages += 1
        traffic.bytes += bytes
        sent.append(Delivery(receiver: receiver, sender: id, content: content))
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
        case .received(.bye(let farewell), let node):
            hash.fold(6 &+ UInt64(node.index) << 8 &+ UInt64(farewell.rawValue) << 4)
        case .rejected(_, let node): hash.fold(7 &+ UInt64(node.index) << 8)
        case .trained, .timer: hash.fold(8)
        case .stopRequested: hash.fold(9)
        }
    }
}
