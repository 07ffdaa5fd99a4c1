// One connection between two nodes over datagrams, as a value: datagrams and moments in; messages and datagrams out.
// What a link over a stream is given by the kernel is done here: order, repetition of what was lost, and a window.
//
//   opening ──hello──▶ (proving ──anything well sealed──▶) open ──bye, silence, or a broken message──▶ closed
//
// A datagram that is refused is dropped and counted, no more: anyone can send one in anyone's name.
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
        /// Pieces that may be on their way at once.
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
    /// An acknowledgement waits this long for a piece that it can go with.
    private static let acknowledgementDelay: Nanoseconds = .milliseconds(2)
    /// A link says something at least this often, so that the death of either end is noticed.
    private static let heartbeat: Nanoseconds = .milliseconds(250)
    /// What the kernel sends in one go where it can cut datagrams itself.
    private static let mostInBurst = 44
    private static let noCheck = [UInt8](repeating: 0, count: ChaCha20Poly1305.tagBytes)

    private let handshake: Handshake
    private let pace: Pace
    private var keys: SessionKeys?
    private var phase = Phase.opening
    private var claim: (peer: NodeID, hello: Hello)?
    /// The neighbour at the other end, once the link has opened.
    public private(set) var peer: NodeID?

    private var decoder: Decoder
    private var incoming = IncomingPieces()
    private var outgoing: OutgoingPieces
    private var replays = ReplayWindow()
    private var sentDatagrams: UInt64 = 0
    private var sentFrames: UInt64 = 0
    private var endsWhenAcknowledged = false

    private let startedAt: Instant
    private var helloDueAt: Instant?
    private var helloInterval = Self.helloInterval
    private var acknowledgementDueAt: Instant?
    private var lastSentAt: Instant
    private var lastHeardAt: Instant

    /// - Parameter secrets: the keys of this node, if its links are authenticated.
    public init(
        local: LinkIdentity, expecting expectation: Link.Expectation, secrets: LinkSecrets? = nil, pace: Pace,
        at now: Instant
    ) {
        handshake = Handshake(local: local, expectation: expectation, secrets: secrets)
        self.pace = pace
        decoder = Decoder(limits: local.limits)
        outgoing = OutgoingPieces(window: pace.window, at: now)
        startedAt = now
        lastSentAt = now
        lastHeardAt = now
    }

    /// The length of the longest datagram of a link.
    public static func datagramBytes(isSealed: Bool) -> Int {
        Frame.fixedBytes + (isSealed ? ChaCha20Poly1305.tagBytes : 8) + Piece.prefixBytes + Piece.mostBytes
    }

    public var isOpen: Bool { phase == .open }

    /// Whether the peer has said a hello that may be true.
    public var hasGreeted: Bool { claim != nil }

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
            let quiet = min(lastSentAt + Self.heartbeat, lastHeardAt + pace.patience)
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
        sentFrames += 1
        if case .bye = message { endsWhenAcknowledged = true }
        flush(at: now, into: &effects)
    }

    /// Takes one datagram, or several that came one after the other.
    ///
    /// - Returns: the bytes that the peer answers for: where there are keys, those that one of them has opened.
    @discardableResult
    public mutating func receive(_ bytes: Span<UInt8>, at now: Instant, into effects: inout [Effect]) -> Int {
        var offset = 0
        var ownBytes = 0
        while offset < bytes.count, phase != .closed {
            let frame: Frame
            let payload: [UInt8]
            let start = offset
            do throws(Rejection) {
                (frame, payload) = try open(bytes, offset: &offset)
                if frame.isSealed { ownBytes += offset - start }
            } catch {
                // What follows cannot be found. Where frames are sealed this is no word of the neighbour.
                effects.append(.refused(error, from: keys == nil ? peer : nil))
                break
            }
            do throws(Rejection) {
                try accept(frame, payload, at: now, into: &effects)
            } catch {
                effects.append(.refused(error, from: keys == nil || frame.isSealed ? peer : nil))
            }
        }
        flush(at: now, into: &effects)
        return handshake.secrets == nil ? bytes.count : ownBytes
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
            if isStalled || now >= lastHeardAt + pace.patience { return close(into: &effects) }
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

    /// Verifies one frame, cheapest checks first, and returns it with its payload in the clear.
    private mutating func open(_ bytes: Span<UInt8>, offset: inout Int) throws(Rejection) -> (Frame, [UInt8]) {
        guard bytes.count - offset >= Frame.fixedBytes else { throw .lyingLength }
        let fixed = Decoder.bytes(offset..<offset + Frame.fixedBytes, of: bytes)
        let frame = try Frame.decode(fixed, limits: handshake.local.limits)
        let start = offset + Frame.fixedBytes + frame.checkBytes
        let end = start + frame.payloadBytes
        guard end <= bytes.count else { throw .lyingLength }
        // A hello may come again when its answer was lost, and is in the clear even where keys are known already.
        let isHello = frame.kind == .hello
        guard isHello || frame.kind == .proof || frame.kind == .piece else { throw .unknownKind }
        guard frame.isSealed == (keys != nil && !isHello) else { throw frame.isSealed ? .unexpectedKey : .notSealed }
        guard isHello || !replays.contains(frame.sequence), frame.sequence < .max else { throw .replayedSequence }

        var payload = Decoder.bytes(start..<end, of: bytes)
        let checkStart = offset + Frame.fixedBytes
        if let keys, frame.isSealed {
            let seal = Decoder.bytes(checkStart..<start, of: bytes)
            let isWhole = keys.opening.open(&payload, tag: seal, header: fixed, nonce: frame.nonce)
            guard isWhole else { throw .badSeal }
        } else {
            let digest = Frame.check(fixed, payloadDigest: XXH64.hash(payload))
            guard Decoder.word(at: checkStart, of: bytes) == digest else { throw .badCheck }
        }
        if !isHello { replays.insert(frame.sequence) }
        offset = end
        return (frame, payload)
    }

    private mutating func accept(
        _ frame: Frame, _ payload: [UInt8], at now: Instant, into effects: inout [Effect]
    ) throws(Rejection) {
        guard let claim else {
            guard frame.kind == .hello else { throw .handshakeExpected }
            return try greet(Hello(encoded: payload), from: frame.sender, at: now, into: &effects)
        }
        guard frame.sender == claim.peer else { throw .wrongSender }
        if frame.kind == .hello {
            guard Hello(encoded: payload) == claim.hello else { throw .unexpectedHandshake }
            if case .accepted = handshake.expectation { answerHello(to: claim.peer, at: now, into: &effects) }
            return
        }
        if phase == .proving { open(claim, at: now, into: &effects) }
        lastHeardAt = now
        if frame.kind == .piece { try take(frame, payload, at: now, into: &effects) }
    }

    private mutating func take(
        _ frame: Frame, _ payload: [UInt8], at now: Instant, into effects: inout [Effect]
    ) throws(Rejection) {
        let piece = Piece(prefixOf: payload)
        try outgoing.acknowledge(piece.acknowledgement, at: now)
        guard payload.count > Piece.prefixBytes else { return }
        var isUrgent = frame.isUrgent || incoming.hasGaps
        switch incoming.take(piece.number, payload: payload) {
        case .next: read(payload, at: now, into: &effects)
        case .early, .repeated: isUrgent = true
        case .unexpected: throw .malformedPayload
        }
        let due = isUrgent ? now : now + Self.acknowledgementDelay
        acknowledgementDueAt = min(acknowledgementDueAt ?? due, due)
    }

    /// Reads on in the stream of frames with the piece that was wanted next, and those after it that are here.
    private mutating func read(_ first: [UInt8], at now: Instant, into effects: inout [Effect]) {
        var next: [UInt8]? = first
        while let payload = next, phase == .open {
            next = incoming.advance()
            let bytes = payload.span
            var offset = Piece.prefixBytes
            do throws(Rejection) {
                while phase == .open, let frame = try decoder.next(bytes, offset: &offset) {
                    guard frame.header.sender == peer else { throw .wrongSender }
                    let message = try frame.message()
                    effects.append(.deliver(message))
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
    }

    // MARK: - Handshake

    private mutating func greet(
        _ hello: Hello, from sender: NodeID, at now: Instant, into effects: inout [Effect]
    ) throws(Rejection) {
        keys = try handshake.accept(hello, from: sender)
        let claim = (sender, hello)
        self.claim = claim
        lastHeardAt = now
        switch handshake.expectation {
        case .accepted: answerHello(to: sender, at: now, into: &effects)
        case .dialled: if keys != nil { transmit(.proof, at: now, into: &effects) }
        }
        if keys == nil { open(claim, at: now, into: &effects) } else { phase = .proving }
    }

    private mutating func answerHello(to node: NodeID, at now: Instant, into effects: inout [Effect]) {
        transmit(.hello, payload: handshake.hello(to: node).encoded, at: now, into: &effects)
        if keys != nil { transmit(.proof, at: now, into: &effects) }
    }

    private mutating func sayHello(at now: Instant, into effects: inout [Effect]) {
        guard case .dialled(let node) = handshake.expectation else { return }
        transmit(.hello, payload: handshake.hello(to: node).encoded, at: now, into: &effects)
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
            if burst.bytes.isEmpty { burst.bytes.reserveCapacity(Self.mostInBurst * burst.datagramBytes) }
            appendPiece(number, isUrgent: isUrgent, at: now, to: &burst.bytes)
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

    /// Sends a piece without bytes.
    private mutating func acknowledge(at now: Instant, into effects: inout [Effect]) {
        var burst = emptyBurst
        appendPiece(nil, isUrgent: false, at: now, to: &burst.bytes)
        effects.append(.transmit(burst))
    }

    /// - Parameter number: `nil` for one without bytes.
    private mutating func appendPiece(
        _ number: UInt64?, isUrgent: Bool, at now: Instant, to bytes: inout [UInt8]
    ) {
        let piece = Piece(number: number ?? 0, acknowledgement: incoming.acknowledgement)
        let length = Piece.prefixBytes + (number.map(outgoing.byteCount) ?? 0)
        acknowledgementDueAt = nil
        appendDatagram(.piece, isUrgent: isUrgent, payloadBytes: length, at: now, to: &bytes) { [outgoing] bytes in
            piece.append(to: &bytes)
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

    /// The next datagram of this connection; sealed where there are keys, but for hellos.
    ///
    /// - Parameter payload: appends its bytes, as many as `payloadBytes`.
    private mutating func appendDatagram(
        _ kind: Frame.Kind, isUrgent: Bool = false, payloadBytes: Int, at now: Instant, to bytes: inout [UInt8],
        payload: (inout [UInt8]) -> Void
    ) {
        let key = kind == .hello ? nil : keys?.sealing
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
            let digest = XXH64.hash(bytes, in: payloadStart..<bytes.count)
            check.append(littleEndian: Frame.check(header, payloadDigest: digest))
        }
        for (place, byte) in check.enumerated() { bytes[checkStart + place] = byte }
    }
}
