// The links of a simulated node: values handed over as they are, or bytes through the links of a real wire.
import Core
import Cryptography
import Kernels
import Wire

extension Actor {
    func slot(of peer: NodeID) -> Int? { lines.firstIndex { $0.peer == peer } }

    func isLinked(with peer: NodeID) -> Bool { slot(of: peer).map { lines[$0].isOpen } ?? false }

    mutating func open(
        _ slot: Int, incarnation: UInt64, at now: Instant, using scratch: inout ActorScratch, into outbox: inout Outbox
    ) {
        let peer = lines[slot].peer
        guard settings.carriage != .values else {
            lines[slot].isOpen = true
            return handle(.linkUp(peer, incarnation: incarnation), at: now, using: &scratch, into: &outbox)
        }
        let local = LinkIdentity(
            experiment: settings.experiment, run: .none, node: id, incarnation: self.incarnation,
            limits: Limits(core.channels, backlog: core.backlog))
        let secrets = secrets(of: lines[slot])
        let expectation: Link.Expectation = id < peer ? .dialled(peer) : .accepted(among: [peer])
        if settings.carriage.usesDatagrams {
            var link = DatagramLink(
                local: local, expecting: expectation, secrets: secrets, pace: settings.pace, at: now)
            var wanted: [DatagramLink.Effect] = []
            link.start(at: now, into: &wanted)
            lines[slot].datagrams = link
            lines[slot].addressValidator =
                id < peer
                ? nil : AddressValidator(local: local, diallers: [peer], keys: secrets.keys, secret: cookieSecret)
            lines[slot].timerAt = link.nextTimer
            carryOut(wanted, slot: slot, at: now, using: &scratch, into: &outbox)
        } else {
            var link = Link(local: local, expecting: expectation, secrets: secrets)
            var wanted: [LinkEffect] = []
            link.start(into: &wanted)
            lines[slot].stream = link
            carryOut(wanted, slot: slot, at: now, using: &scratch, into: &outbox)
        }
    }

    /// Guessable, unlike secrets, but as different: keys by edge, challenges by connection.
    private func secrets(of line: Line) -> LinkSecrets {
        let (low, high) = (min(id, line.peer), max(id, line.peer))
        let keys = KeyRing([(line.peer, EdgeKey(Self.bytes(EdgeKey.byteCount, seed: 0, low, high)))])
        let challenge = Self.bytes(
            LinkSecrets.challengeBytes, seed: incarnation, id, line.peer, connection: line.connection)
        return LinkSecrets(keys: settings.carriage.isSealed ? keys : nil, challenge: challenge)
    }

    private var cookieSecret: SipHash.Key {
        SipHash.Key(Self.bytes(SipHash.Key.byteCount, seed: incarnation, id, id))
    }

    private static func bytes(
        _ count: Int, seed: UInt64, _ node: NodeID, _ other: NodeID, connection: Int = 0
    ) -> [UInt8] {
        var random = RandomStream(
            seed: seed, purpose: .handshake, node: node, round: Round(connection), lane: other.index)
        return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }

    /// The connection is gone, whoever ended it.
    mutating func hangUp(_ slot: Int, at now: Instant, using scratch: inout ActorScratch, into outbox: inout Outbox) {
        lines[slot].stream = nil
        lines[slot].datagrams = nil
        lines[slot].addressValidator = nil
        lines[slot].timerAt = nil
        guard lines[slot].isOpen else { return }
        lines[slot].isOpen = false
        handle(.linkDown(lines[slot].peer), at: now, using: &scratch, into: &outbox)
    }

    /// This end has had enough of the connection.
    mutating func breakOff(_ slot: Int, at now: Instant, using scratch: inout ActorScratch, into outbox: inout Outbox) {
        outbox.closed.append((id, lines[slot].peer, lines[slot].connection))
        hangUp(slot, at: now, using: &scratch, into: &outbox)
    }

    // MARK: - What comes in

    mutating func receive(
        _ bytes: [UInt8], slot: Int, at now: Instant, using scratch: inout ActorScratch, into outbox: inout Outbox
    ) {
        if settings.carriage.usesDatagrams {
            guard mayEnter(bytes, slot: slot, at: now, using: &scratch, into: &outbox) else { return }
            var wanted: [DatagramLink.Effect] = []
            lines[slot].datagrams?.receive(bytes.span, at: now, into: &wanted)
            lines[slot].timerAt = lines[slot].datagrams?.nextTimer
            carryOut(wanted, slot: slot, at: now, using: &scratch, into: &outbox)
        } else {
            var wanted: [LinkEffect] = []
            lines[slot].stream?.receive(bytes.span, into: &wanted)
            carryOut(wanted, slot: slot, at: now, using: &scratch, into: &outbox)
        }
    }

    /// What comes first to the end that is dialled goes by its doorkeeper.
    private mutating func mayEnter(
        _ bytes: [UInt8], slot: Int, at now: Instant, using scratch: inout ActorScratch, into outbox: inout Outbox
    ) -> Bool {
        guard let addressValidator = lines[slot].addressValidator, lines[slot].datagrams?.isUntouched ?? false else {
            return true
        }
        var source: [UInt8] = []
        source.append(littleEndian: UInt32(truncatingIfNeeded: lines[slot].peer.index))
        source.append(littleEndian: UInt32(truncatingIfNeeded: lines[slot].connection))
        switch addressValidator.judge(bytes.span, from: source, at: now) {
        case .admitted: return true
        case .asked(let answer): transmit(.datagram(answer), bytes: answer.count, slot: slot, into: &outbox)
        case .refused(let reason): handle(.rejected(reason, from: id), at: now, using: &scratch, into: &outbox)
        }
        return false
    }

    /// When a link must look after what it has sent.
    var nextLinkTimer: Instant? {
        var next: Instant?
        for slot in lines.indices {
            guard let moment = linkTimer(slot) else { continue }
            next = min(next ?? moment, moment)
        }
        return next
    }

    /// A link of a node that has ended only wants to bring across its rest.
    private func linkTimer(_ slot: Int) -> Instant? {
        guard let moment = lines[slot].timerAt else { return nil }
        return ending == nil || lines[slot].datagrams?.hasOutput ?? false ? moment : nil
    }

    /// Links keep virtual time: the clocks that leap are not those by which a kernel wakes a process.
    mutating func runLinkTimers(at now: Instant, using scratch: inout ActorScratch, into outbox: inout Outbox) {
        for slot in lines.indices {
            guard let moment = lines[slot].timerAt, moment <= now, linkTimer(slot) != nil else { continue }
            var wanted: [DatagramLink.Effect] = []
            lines[slot].datagrams?.timer(at: now, into: &wanted)
            lines[slot].timerAt = lines[slot].datagrams?.nextTimer
            carryOut(wanted, slot: slot, at: now, using: &scratch, into: &outbox)
        }
    }

    private mutating func carryOut<Output: CarriedOutput>(
        _ wanted: [ConnectionEffect<Output>], slot: Int, at now: Instant, using scratch: inout ActorScratch,
        into outbox: inout Outbox
    ) {
        let peer = lines[slot].peer
        for effect in wanted {
            switch effect {
            case .transmit(let output):
                for (content, bytes) in output.contents { transmit(content, bytes: bytes, slot: slot, into: &outbox) }
            case .opened(_, let incarnation):
                lines[slot].isOpen = true
                handle(.linkUp(peer, incarnation: incarnation), at: now, using: &scratch, into: &outbox)
            case .deliver(let message):
                handle(.received(message, from: peer), at: now, using: &scratch, into: &outbox)
            case .refused(let rejection, let sender, let count):
                // Bytes of nobody in particular are counted under this node's own name.
                handle(.rejected(rejection, from: sender ?? id, count: count), at: now, using: &scratch, into: &outbox)
            case .close:
                breakOff(slot, at: now, using: &scratch, into: &outbox)
            }
        }
    }

    // MARK: - What goes out

    mutating func send(_ message: Message, to receiver: NodeID, at now: Instant, into outbox: inout Outbox) {
        if settings.isWatched {
            switch message {
            case .model(let model), .flood(let model, _):
                outbox.observations.append(.sent(from: id, to: receiver, model))
            case .state(let state): outbox.observations.append(.sentState(from: id, to: receiver, state))
            case .waiting, .stateRequest, .bye, .noise, .posing: break
            }
        }
        guard settings.isDisturbed || settings.carriage != .values else {
            traffic.messages += message.frameCount
            return transmit(
                Delivery(receiver: receiver, sender: id, content: .message(message)), bytes: message.frameBytes,
                into: &outbox)
        }
        guard let slot = slot(of: receiver), lines[slot].isOpen else { return }
        traffic.messages += message.frameCount
        switch settings.carriage {
        case .values:
            transmit(.message(message), bytes: message.frameBytes, slot: slot, into: &outbox)
        case .bytes, .sealed:
            guard let frame = lines[slot].stream?.frame(for: message) else { return }
            transmit(.frame(frame), bytes: frame.byteCount, slot: slot, into: &outbox)
        case .datagrams, .sealedDatagrams:
            var wanted: [DatagramLink.Effect] = []
            lines[slot].datagrams?.send(message, at: now, into: &wanted)
            lines[slot].timerAt = lines[slot].datagrams?.nextTimer
            // A link that is asked to send wants nothing but that.
            for case .transmit(let burst) in wanted {
                for (content, bytes) in burst.contents { transmit(content, bytes: bytes, slot: slot, into: &outbox) }
            }
        }
    }

    private mutating func transmit(_ content: Delivery.Content, bytes: Int, slot: Int, into outbox: inout Outbox) {
        transmit(
            Delivery(
                receiver: lines[slot].peer, sender: id, content: content, connection: lines[slot].connection),
            bytes: bytes, into: &outbox)
    }

    private mutating func transmit(_ delivery: Delivery, bytes: Int, into outbox: inout Outbox) {
        traffic.bytes += bytes
        outbox.sent.append((delivery, bytes))
    }
}

/// What a link wants to be carried, as the network takes it.
private protocol CarriedOutput: Sendable, Equatable {
    var contents: [(content: Delivery.Content, bytes: Int)] { get }
}

extension OutgoingFrame: CarriedOutput {
    fileprivate var contents: [(content: Delivery.Content, bytes: Int)] { [(.frame(self), byteCount)] }
}

extension DatagramBurst: CarriedOutput {
    fileprivate var contents: [(content: Delivery.Content, bytes: Int)] {
        datagrams.map { (.datagram($0), $0.count) }
    }
}

extension Message {
    /// Bytes of its frame, but for the smallest kinds' payload.
    var frameBytes: Int {
        switch self {
        case .model(let vector), .state(let vector), .posing(let vector, _), .flood(let vector, _):
            frameCount * (Frame.headerBytes + vector.values.count * 4)
        case .waiting, .stateRequest, .bye: Frame.headerBytes
        case .noise(let bytes): bytes.count
        }
    }
}
