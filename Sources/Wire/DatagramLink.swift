// One connection between two nodes over datagrams, as a value: datagrams and moments in; messages and datagrams out.
// What a link over a stream is given by the kernel is done here: order, repetition of what was lost, and a window.
//
//   opening ──hello──▶ proving ──anything well sealed or checked──▶ open ──bye, silence, or a broken message──▶ closed
//
// A datagram that is refused is dropped and counted, no more: anyone can send one in anyone's name. So can anyone say,
// in the network's name, that nobody receives at the other end: that is a hint, and silence must confirm it.
import Cryptography
import Kernels

/// Datagrams one after the other: all of the length that the link's longest have, but the last, which may be shorter.
public struct DatagramBurst: Sendable, Equatable {
    public fileprivate(set) var bytes: [UInt8] = []
    /// Of all but the last.
    public let datagramBytes: Int

    /// Each for itself.
    public var datagrams: [[UInt8]] {
        stride(from: 0, to: bytes.count, by: datagramBytes).map { start in
            Array(bytes[start..<min(start + datagramBytes, bytes.count)])
        }
    }
}

/// The protocol of one connection over datagrams.
public struct DatagramLink: Sendable {
    public typealias Effect = ConnectionEffect<DatagramBurst>

    /// How the link behaves in time.
    public struct Pace: Sendable {
        /// A peer that is silent, or acknowledges nothing, for so long is gone.
        public let patience: Nanoseconds
        /// Fragments that may be on their way at once.
        public let window: Int

        /// - Parameter receiveBuffer: bytes that the kernel keeps of what arrives on the peer's socket; half of it is
        ///   used, since it counts more than the bytes themselves.
        public init(patience: Nanoseconds, receiveBuffer: Int) {
            self.patience = max(patience, .milliseconds(1_000))
            window = receiveBuffer / 2 / DatagramLink.datagramBytes(isSealed: true)
        }
    }

    private enum Phase { case opening, proving, open, closed }

    private static let helloInterval: Nanoseconds = .milliseconds(20)
    private static let longestHelloInterval: Nanoseconds = .milliseconds(250)
    /// An acknowledgement waits this long for a fragment that it can go with.
    private static let acknowledgementDelay: Nanoseconds = .milliseconds(2)
    /// A link says something at least this often, so that the death of either end is noticed.
    private static let heartbeat: Nanoseconds = .milliseconds(250)
    /// A peer that nobody receives for, it is said, and that is silent for so long, is gone.
    public static let doubtfulSilence: Nanoseconds = .milliseconds(500)
    /// Until then it is asked for an answer this often.
    private static let probeInterval: Nanoseconds = .milliseconds(50)
    /// Cookies that are answered at once; later ones go with the next hello, so that false ones cause no flood.
    private static let mostPromptHellos = 4
    /// What the kernel sends in one go where it can cut datagrams itself.
    private static let mostInBurst = 44
    private static let noCheck = [UInt8](repeating: 0, count: ChaCha20Poly1305.tagBytes)

    private let handshake: Handshake
    private let pace: Pace
    private(set) var session: Session?
    private var phase = Phase.opening
    private var claim: (peer: NodeID, hello: Hello)?
    /// The neighbour at the other end, once the link has opened.
    public private(set) var peer: NodeID?

    private var decoder: Decoder
    private var incoming = IncomingFragments()
    private var outgoing: OutgoingFragments
    private var replays = ReplayWindow()
    private var nextSequence: UInt64 = 0
    private var sentDatagrams: UInt64 = 0
    private var sentFrames: UInt64 = 0
    private var endsWhenAcknowledged = false

    private let startedAt: Instant
    private var helloDueAt: Instant?
    private var helloInterval = Self.helloInterval
    private var cookie: UInt64 = 0
    private var promptHellos = 0
    private var acknowledgementDueAt: Instant?
    private var lastSentAt: Instant
    /// When the peer has last said anything that is its own.
    public private(set) var lastHeardAt: Instant
    /// Nobody receives at the other end, it was said since it was last heard; the next time to ask.
    private var probeDueAt: Instant?

    /// - Parameter secrets: the keys of this node, if its links are authenticated, and what makes this link its own.
    public init(
        local: LinkIdentity, expecting expectation: Link.Expectation, secrets: LinkSecrets? = nil, pace: Pace,
        at now: Instant
    ) {
        handshake = Handshake(local: local, expectation: expectation, secrets: secrets)
        self.pace = pace
        decoder = Decoder(limits: local.limits)
        outgoing = OutgoingFragments(window: pace.window, backlog: local.limits.backlog, at: now)
        startedAt = now
        lastSentAt = now
        lastHeardAt = now
    }

    /// The length of the longest datagram of a link.
    public static func datagramBytes(isSealed: Bool) -> Int {
        Frame.fixedBytes + (isSealed ? ChaCha20Poly1305.tagBytes : 8) + Fragment.prefixBytes + Fragment.mostBytes
    }

    private var keys: SessionKeys? { session?.keys }

    public var isOpen: Bool { phase == .open }

    /// Whether it was said, since the peer was last heard, that nobody receives at the other end.
    public var isDoubted: Bool { probeDueAt != nil }

    /// Whether it has been dialled, it is to be hoped, and nobody has come yet.
    public var isUntouched: Bool { phase == .opening && claim == nil }

    /// Who the peer says it is, while that is not proved.
    public var claimant: NodeID? { phase == .proving ? claim?.peer : nil }

    /// Whether anything that was to be sent has not been acknowledged.
    public var hasOutput: Bool { phase == .open && !outgoing.isEmpty }

    /// When `timer` must be called at the latest; `nil` for a closed link.
    public var nextTimer: Instant? {
        switch phase {
        case .closed:
            return nil
        case .opening, .proving:
            return min(helloDueAt ?? startedAt + pace.patience, startedAt + pace.patience)
        case .open:
            var quiet = min(lastSentAt + Self.heartbeat, lastHeardAt + pace.patience)
            if let probeDueAt { quiet = min(quiet, probeDueAt, lastHeardAt + Self.doubtfulSilence) }
            return min(acknowledgementDueAt ?? quiet, outgoing.timeoutAt ?? quiet, quiet)
        }
    }

    /// Starts a dialled connection; an accepted one answers the peer's hello.
    public mutating func start(at now: Instant, into effects: inout [Effect]) {
        guard case .dialled = handshake.expectation else { return }
        sayHello(at: now, into: &effects)
    }

    /// Sends a message on an open link. A model takes the place of an older one that has not begun to leave.
    public mutating func send(_ message: Message, at now: Instant, into effects: inout [Effect]) {
        guard phase == .open else { return }
        outgoing.enqueue(OutgoingFrame(message, sender: handshake.local.node, sequence: sentFrames))
        sentFrames += UInt64(message.frameCount)
        if case .bye = message { endsWhenAcknowledged = true }
        flush(at: now, into: &effects)
    }

    /// The network says that nobody receives at the other end. Before anything was heard that is the end; later the
    /// peer is asked, and silence decides.
    public mutating func unreachable(at now: Instant, into effects: inout [Effect]) {
        switch phase {
        case .closed, .proving: return
        case .opening: close(into: &effects)
        case .open: if probeDueAt == nil { probe(at: now, into: &effects) }
        }
    }

    /// Takes one datagram, or several that came one after the other.
    ///
    /// - Returns: what the peer answers for: that which nobody else can have sent, unless he reads the wire.
    @discardableResult
    public mutating func receive(_ bytes: Span<UInt8>, at now: Instant, into effects: inout [Effect]) -> PeerCost {
        var offset = 0
        var cost = PeerCost()
        while offset < bytes.count, phase != .closed {
            let frame: Frame
            let opened: [UInt8]?
            let start = offset
            do throws(Rejection) {
                (frame, opened) = try open(bytes, offset: &offset)
            } catch {
                // What follows cannot be found; and this is nobody's word.
                effects.append(.refused(error, from: nil))
                break
            }
            if !frame.kind.isClear { cost.bytes += offset - start }
            do throws(Rejection) {
                if let opened {
                    try accept(frame, opened.span, at: now, cost: &cost, into: &effects)
                } else {
                    let payload = bytes.extracting(offset - frame.payloadBytes..<offset)
                    try accept(frame, payload, at: now, cost: &cost, into: &effects)
                }
            } catch {
                if !frame.kind.isClear { cost.messages += 1 }
                effects.append(.refused(error, from: frame.kind.isClear ? nil : peer))
            }
        }
        flush(at: now, into: &effects)
        return cost
    }

    /// Does what is due by now.
    public mutating func timer(at now: Instant, into effects: inout [Effect]) {
        switch phase {
        case .closed:
            return
        case .opening, .proving:
            if now >= startedAt + pace.patience { return close(into: &effects) }
            if let due = helloDueAt, due <= now { sayHello(at: now, into: &effects) }
        case .open:
            let isStalled = outgoing.isAwaiting && now >= outgoing.progressAt + pace.patience
            let isGone = isDoubted && now >= lastHeardAt + Self.doubtfulSilence
            if isStalled || isGone || now >= lastHeardAt + pace.patience { return close(into: &effects) }
            if let due = probeDueAt, due <= now { probe(at: now, into: &effects) }
            if let timeout = outgoing.timeoutAt, timeout <= now { outgoing.timeOut(at: now) }
            if now >= lastSentAt + Self.heartbeat { acknowledgementDueAt = now }
            flush(at: now, into: &effects)
        }
    }

    private mutating func close(into effects: inout [Effect]) {
        phase = .closed
        effects.append(.close)
    }

    // MARK: - What comes in

    /// Verifies one frame, cheapest checks first.
    ///
    /// - Returns: its header, and its payload in the clear where that is not what has come.
    private mutating func open(_ bytes: Span<UInt8>, offset: inout Int) throws(Rejection) -> (Frame, [UInt8]?) {
        guard bytes.count - offset >= Frame.fixedBytes else { throw .badLength }
        let fixed = Decoder.bytes(offset..<offset + Frame.fixedBytes, of: bytes)
        let frame = try Frame.decode(fixed, limits: handshake.local.limits)
        let start = offset + Frame.fixedBytes + frame.checkBytes
        let end = start + frame.payloadBytes
        guard end <= bytes.count else { throw .badLength }
        // Hellos and cookies may come again, and are in the clear even where keys are known already.
        let isClear = frame.kind.isClear
        guard isClear || frame.kind == .proof || frame.kind == .fragment else { throw .unknownKind }
        guard frame.isSealed == (keys != nil && !isClear) else { throw frame.isSealed ? .unexpectedKey : .notSealed }
        guard isClear || session != nil else { throw .handshakeExpected }
        // Without a seal a sequence proves nothing, and fragments that come twice are told by their numbers.
        guard !frame.isSealed || !replays.contains(frame.sequence) && frame.sequence < .max else {
            throw .replayedSequence
        }

        let checkStart = offset + Frame.fixedBytes
        if let keys, frame.isSealed {
            var payload = Decoder.bytes(start..<end, of: bytes)
            let seal = Decoder.bytes(checkStart..<start, of: bytes)
            let isWhole = keys.opening.open(&payload, tag: seal, header: fixed, nonce: frame.nonce)
            guard isWhole else { throw .badSeal }
            replays.insert(frame.sequence)
            offset = end
            return (frame, payload)
        }
        let check = Frame.check(
            fixed, payloadDigest: Decoder.digest(of: bytes.extracting(start..<end)),
            session: isClear ? 0 : session?.number ?? 0)
        guard Decoder.word(at: checkStart, of: bytes) == check else { throw .badCheck }
        offset = end
        return (frame, nil)
    }

    private mutating func accept(
        _ frame: Frame, _ payload: Span<UInt8>, at now: Instant, cost: inout PeerCost, into effects: inout [Effect]
    ) throws(Rejection) {
        if frame.kind == .cookie {
            return try take(cookie: Decoder.word(at: 0, of: payload), from: frame.sender, at: now, into: &effects)
        }
        guard let claim else {
            return try greet(HelloPayload(payload), from: frame.sender, at: now, into: &effects)
        }
        guard frame.sender == claim.peer else { throw .wrongSender }
        if frame.kind == .hello {
            guard HelloPayload(payload).hello == claim.hello else { throw .unexpectedHandshake }
            if case .accepted = handshake.expectation { answerHello(to: claim.peer, at: now, into: &effects) }
            return
        }
        if phase == .proving { open(claim, at: now, into: &effects) }
        lastHeardAt = now
        probeDueAt = nil
        if frame.kind == .fragment { try take(frame, payload, at: now, cost: &cost, into: &effects) }
    }

    private mutating func take(
        _ frame: Frame, _ payload: Span<UInt8>, at now: Instant, cost: inout PeerCost, into effects: inout [Effect]
    ) throws(Rejection) {
        let fragment = Fragment(prefixOf: payload)
        try outgoing.acknowledge(fragment.acknowledgement, at: now)
        guard payload.count > Fragment.prefixBytes else {
            if frame.isUrgent { acknowledgementDueAt = now }
            return
        }
        var isUrgent = frame.isUrgent || incoming.hasGaps
        switch incoming.take(fragment.number, payload: payload) {
        case .next: read(payload, at: now, cost: &cost, into: &effects)
        case .early, .repeated: isUrgent = true
        case .unexpected: throw .malformedPayload
        }
        let due = isUrgent ? now : now + Self.acknowledgementDelay
        acknowledgementDueAt = min(acknowledgementDueAt ?? due, due)
    }

    /// Reads on in the stream of frames with the fragment that was wanted next, and those after it that are here.
    private mutating func read(
        _ first: Span<UInt8>, at now: Instant, cost: inout PeerCost, into effects: inout [Effect]
    ) {
        var outdated = 0
        var next = incoming.advance()
        readOne(first, &outdated, at: now, cost: &cost, into: &effects)
        while let payload = next, phase == .open {
            next = incoming.advance()
            readOne(payload.span, &outdated, at: now, cost: &cost, into: &effects)
        }
        if outdated > 0 { effects.append(.refused(.duplicateRound, from: peer, count: outdated)) }
    }

    private mutating func readOne(
        _ bytes: Span<UInt8>, _ outdated: inout Int, at now: Instant, cost: inout PeerCost, into effects: inout [Effect]
    ) {
        var offset = Fragment.prefixBytes
        do throws(Rejection) {
            while phase == .open, let frame = try decoder.next(bytes, offset: &offset) {
                guard frame.header.sender == peer else { throw .wrongSender }
                guard frame.header.sequence >= nextSequence, frame.header.sequence < .max else {
                    throw .replayedSequence
                }
                nextSequence = frame.header.sequence + 1
                cost.messages += 1
                if frame.isOutdated {
                    outdated += 1
                    continue
                }
                let message = try frame.message()
                effects.append(delivering: message)
                if case .bye = message {
                    // The peer is about to go, and wants to know that this has come.
                    acknowledge(at: now, into: &effects)
                    close(into: &effects)
                }
            }
        } catch {
            effects.append(.refused(error, from: peer))
            close(into: &effects)
        }
    }

    // MARK: - Handshake

    /// Of the accepter's side a `AddressValidator` has seen the cookie already.
    private mutating func greet(
        _ helloPayload: HelloPayload, from sender: NodeID, at now: Instant, into effects: inout [Effect]
    ) throws(Rejection) {
        session = try handshake.accept(helloPayload, from: sender)
        claim = (sender, helloPayload.hello)
        phase = .proving
        lastHeardAt = now
        switch handshake.expectation {
        case .accepted: answerHello(to: sender, at: now, into: &effects)
        case .dialled: transmit(.proof, at: now, into: &effects)
        }
    }

    /// The addressee asks whether this node receives where it says.
    private mutating func take(
        cookie newest: UInt64, from sender: NodeID, at now: Instant, into effects: inout [Effect]
    ) throws(Rejection) {
        guard case .dialled(let node) = handshake.expectation, sender == node else { throw .unexpectedHandshake }
        guard phase == .opening, newest != cookie else { return }
        cookie = newest
        promptHellos += 1
        if promptHellos <= Self.mostPromptHellos { sayHello(at: now, into: &effects) }
    }

    private mutating func answerHello(to node: NodeID, at now: Instant, into effects: inout [Effect]) {
        transmit(.hello, payload: handshake.helloPayload(to: node).encoded, at: now, into: &effects)
        transmit(.proof, at: now, into: &effects)
    }

    private mutating func sayHello(at now: Instant, into effects: inout [Effect]) {
        guard case .dialled(let node) = handshake.expectation else { return }
        transmit(.hello, payload: handshake.helloPayload(to: node, cookie: cookie).encoded, at: now, into: &effects)
        helloDueAt = now + helloInterval
        helloInterval = min(Self.longestHelloInterval, helloInterval * 3 / 2)
    }

    private mutating func open(
        _ claim: (peer: NodeID, hello: Hello), at now: Instant, into effects: inout [Effect]
    ) {
        phase = .open
        peer = claim.peer
        helloDueAt = nil
        // An accepted link whose peer has nothing to say yet learns by this that it is open.
        acknowledgementDueAt = now
        effects.append(.opened(peer: claim.peer, incarnation: claim.hello.incarnation))
    }

    // MARK: - What goes out

    private mutating func flush(at now: Instant, into effects: inout [Effect]) {
        guard phase == .open else { return }
        var burst = emptyBurst
        while let (number, isUrgent) = outgoing.next(at: now) {
            // A datagram that goes alone needs no room for others.
            burst.bytes.reserveCapacity((burst.bytes.isEmpty ? 1 : Self.mostInBurst) * burst.datagramBytes)
            appendFragment(number, isUrgent: isUrgent, at: now, to: &burst.bytes)
            // Only behind a datagram of full length can another one be told apart.
            let isFull = burst.bytes.count == Self.mostInBurst * burst.datagramBytes
            guard isFull || burst.bytes.count % burst.datagramBytes != 0 else { continue }
            effects.append(.transmit(burst))
            burst = emptyBurst
        }
        if !burst.bytes.isEmpty { effects.append(.transmit(burst)) }
        if let due = acknowledgementDueAt, due <= now { acknowledge(at: now, into: &effects) }
        if endsWhenAcknowledged, outgoing.isEmpty { close(into: &effects) }
    }

    private var emptyBurst: DatagramBurst {
        DatagramBurst(datagramBytes: Self.datagramBytes(isSealed: keys != nil))
    }

    private mutating func probe(at now: Instant, into effects: inout [Effect]) {
        probeDueAt = now + Self.probeInterval
        acknowledge(asking: true, at: now, into: &effects)
    }

    /// Sends a fragment without bytes.
    ///
    /// - Parameter asking: for an answer at once.
    private mutating func acknowledge(asking: Bool = false, at now: Instant, into effects: inout [Effect]) {
        var burst = emptyBurst
        appendFragment(nil, isUrgent: asking, at: now, to: &burst.bytes)
        effects.append(.transmit(burst))
    }

    /// - Parameter number: `nil` for one without bytes.
    private mutating func appendFragment(
        _ number: UInt64?, isUrgent: Bool, at now: Instant, to bytes: inout [UInt8]
    ) {
        let fragment = Fragment(number: number ?? 0, acknowledgement: incoming.acknowledgement)
        let length = Fragment.prefixBytes + (number.map(outgoing.byteCount) ?? 0)
        acknowledgementDueAt = nil
        appendDatagram(.fragment, isUrgent: isUrgent, payloadBytes: length, at: now, to: &bytes) { [outgoing] bytes in
            fragment.append(to: &bytes)
            if let number { outgoing.append(number, to: &bytes) }
        }
    }

    private mutating func transmit(
        _ kind: Frame.Kind, payload: [UInt8] = [], at now: Instant, into effects: inout [Effect]
    ) {
        var burst = emptyBurst
        appendDatagram(kind, payloadBytes: payload.count, at: now, to: &burst.bytes) { $0 += payload }
        effects.append(.transmit(burst))
    }

    /// The next datagram of this connection; sealed where there are keys, but for hellos and cookies.
    ///
    /// - Parameter payload: appends its bytes, as many as `payloadBytes`.
    private mutating func appendDatagram(
        _ kind: Frame.Kind, isUrgent: Bool = false, payloadBytes: Int, at now: Instant, to bytes: inout [UInt8],
        payload: (inout [UInt8]) -> Void
    ) {
        let key = kind.isClear ? nil : keys?.sealing
        let frame = Frame(
            kind: kind, isSealed: key != nil, isUrgent: isUrgent, sender: handshake.local.node,
            sequence: sentDatagrams, payloadBytes: payloadBytes)
        sentDatagrams += 1
        lastSentAt = now
        let header = frame.encoded
        bytes += header
        let checkStart = bytes.count
        // To be overwritten when the payload is there.
        bytes += Self.noCheck.prefix(frame.checkBytes)
        let payloadStart = bytes.count
        payload(&bytes)
        var check: [UInt8] = []
        if let key {
            check = key.seal(&bytes, in: payloadStart..<bytes.count, header: header, nonce: frame.nonce)
        } else {
            let digest = XXH3.hash(bytes, in: payloadStart..<bytes.count)
            let number = kind.isClear ? 0 : session?.number ?? 0
            check.append(littleEndian: Frame.check(header, payloadDigest: digest, session: number))
        }
        for (place, byte) in check.enumerated() { bytes[checkStart + place] = byte }
    }
}

extension Frame.Kind {
    /// Never sealed, and no part of a session.
    fileprivate var isClear: Bool { self == .hello || self == .cookie }
}
