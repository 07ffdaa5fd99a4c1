// One connection between two nodes, as a value: bytes in, messages and bytes out. No socket, no clock.
//
//   opening ──hello──▶ (proving ──proof──▶) open ──bye, or anything refused──▶ closed
//
// A refusal closes the link after telling the peer why in one word; the stream behind broken bytes cannot be trusted.
import Kernels

/// What a connection asks of whoever moves its bytes.
public enum ConnectionEffect<Output: Sendable & Equatable>: Sendable, Equatable {
    case transmit(Output)
    /// The handshake is done; from now on `deliver` may follow.
    case opened(peer: NodeID, incarnation: UInt64)
    case deliver(Message)
    /// Counted against the peer, as far as it is known; where bytes are broken, `close` follows.
    case refused(Rejection, from: NodeID?, count: Int = 1)
    /// Send what is queued, then close.
    case close
}

/// What came in on a connection that its peer answers for.
public struct PeerCost: Sendable, Equatable {
    public var bytes = 0
    public var messages = 0
}

extension Array {
    /// Of announcements that follow each other at once, the last one says it all.
    mutating func append<Output>(delivering message: Message) where Element == ConnectionEffect<Output> {
        if case .waiting = message, case .deliver(.waiting)? = last { removeLast() }
        append(.deliver(message))
    }
}

/// What a link asks of whoever carries its stream.
public typealias LinkEffect = ConnectionEffect<OutgoingFrame>

/// The protocol of one connection over a stream of bytes.
public struct Link: Sendable {
    private enum Phase { case opening, proving, open, closed }

    /// Who a connection may turn out to be with.
    public enum Expectation: Sendable {
        /// This node dialled, so it knows.
        case dialled(NodeID)
        /// The peer dialled; any of these may.
        case accepted(among: [NodeID])
    }

    private let handshake: Handshake
    private var decoder: Decoder
    private var keys: SessionKeys?
    private var phase = Phase.opening
    private var sentFrames: UInt64 = 0
    private var nextSequence: UInt64 = 0
    /// What the peer says of itself.
    private var claim: (peer: NodeID, incarnation: UInt64)?
    /// The neighbour at the other end, once the link has opened.
    public private(set) var peer: NodeID?

    /// - Parameter secrets: the keys of this node, if its links are authenticated.
    public init(local: LinkIdentity, expecting expectation: Expectation, secrets: LinkSecrets? = nil) {
        handshake = Handshake(local: local, expectation: expectation, secrets: secrets)
        decoder = Decoder(limits: local.limits, expecting: [.hello, .bye])
    }

    public var isOpen: Bool { phase == .open }

    public var limits: Limits { handshake.local.limits }

    /// Whether the peer has said a hello that may be true.
    public var hasGreeted: Bool { claim != nil }

    /// Whether the peer owes the rest of a frame.
    public var isInsideFrame: Bool { decoder.isInsideFrame }

    /// Starts a dialled connection; an accepted one answers the peer's hello.
    public mutating func start(into effects: inout [LinkEffect]) {
        if case .dialled(let node) = handshake.expectation { effects.append(.transmit(hello(to: node))) }
    }

    /// The frame for a message on an open link.
    public mutating func frame(for message: Message) -> OutgoingFrame {
        defer { sentFrames += UInt64(message.frameCount) }
        return OutgoingFrame(
            message, sender: handshake.local.node, sequence: sentFrames, sealedWith: keys?.sealing)
    }

    /// Lends out the memory of the vector that is coming on an open link, so that it may be read there from where it
    /// comes. `receive` is then to be called with what came before it and after it, even if that is nothing.
    ///
    /// - Parameter read: is told how many bytes come before those of the vector, and how many of it are there; returns
    ///   how many it has added.
    /// - Returns: false, with nothing done, where no vector can be coming.
    public mutating func land(
        _ read: (_ before: Int, _ vector: inout MutableSpan<Float>, _ filled: Int) -> Int
    ) -> Bool {
        isOpen && decoder.land(read)
    }

    /// Takes bytes as they came from the peer, cut anywhere.
    @discardableResult
    public mutating func receive(_ bytes: Span<UInt8>, into effects: inout [LinkEffect]) -> PeerCost {
        let landing = decoder.landing
        var reading = Reading(cost: PeerCost(bytes: bytes.count + landing.count))
        do throws(Rejection) {
            if landing.count > 0 {
                try read(bytes.extracting(0..<landing.before), &reading, into: &effects)
                try read(decoder.takeSpilt().span, &reading, into: &effects)
            }
            try read(bytes.extracting(landing.before..<bytes.count), &reading, into: &effects)
        } catch {
            effects.append(.refused(error, from: reading.sender))
            effects.append(.transmit(frame(for: .bye(.refused))))
            effects.append(.close)
            phase = .closed
        }
        if reading.outdated > 0 { effects.append(.refused(.duplicateRound, from: peer, count: reading.outdated)) }
        return reading.cost
    }

    /// What has come of what came at once.
    private struct Reading {
        var cost: PeerCost
        var outdated = 0
        /// Who answers for what is wrong now.
        var sender: NodeID?
    }

    private mutating func read(
        _ bytes: Span<UInt8>, _ reading: inout Reading, into effects: inout [LinkEffect]
    ) throws(Rejection) {
        var offset = 0
        // Where frames are sealed, what does not open may be anyone's; it is no word of the neighbour.
        reading.sender = keys == nil ? peer : nil
        while phase != .closed, let frame = try decoder.next(bytes, offset: &offset) {
            reading.sender = peer
            reading.cost.messages += 1
            try judge(frame)
            if frame.isOutdated { reading.outdated += 1 } else { try accept(frame, into: &effects) }
            reading.sender = keys == nil ? peer : nil
        }
    }

    /// Whether a frame is one that may come now, of who may send it.
    private mutating func judge(_ frame: ReceivedFrame) throws(Rejection) {
        let header = frame.header
        // Gaps are honest: a sender drops models that a newer one has overtaken in its queue.
        guard header.sequence >= nextSequence, header.sequence < .max, claim != nil || header.sequence == 0 else {
            throw .replayedSequence
        }
        nextSequence = header.sequence + 1
        guard claim.map({ $0.peer == header.sender }) ?? true else { throw .wrongSender }
    }

    private mutating func accept(_ frame: ReceivedFrame, into effects: inout [LinkEffect]) throws(Rejection) {
        let header = frame.header
        guard let claim else {
            guard header.kind == .hello else { return close(into: &effects) }
            return try greet(HelloPayload(encoded: frame.payload), from: header.sender, into: &effects)
        }
        if phase == .proving {
            guard header.kind == .proof else { return close(into: &effects) }
            return open(claim, into: &effects)
        }
        let message = try frame.message()
        effects.append(delivering: message)
        if case .bye = message { close(into: &effects) }
    }

    private mutating func greet(
        _ helloPayload: HelloPayload, from sender: NodeID, into effects: inout [LinkEffect]
    ) throws(Rejection) {
        guard helloPayload.cookie == 0 else { throw .malformedPayload }
        let session = try handshake.accept(helloPayload, from: sender)
        if case .accepted = handshake.expectation { effects.append(.transmit(hello(to: sender))) }
        let claim = (sender, helloPayload.hello.incarnation)
        self.claim = claim
        guard let keys = session.keys else { return open(claim, into: &effects) }
        self.keys = keys
        decoder.key = keys.opening
        decoder.expected = [.proof, .bye]
        phase = .proving
        effects.append(.transmit(small(.proof)))
    }

    private mutating func open(_ claim: (peer: NodeID, incarnation: UInt64), into effects: inout [LinkEffect]) {
        phase = .open
        decoder.expected = nil
        peer = claim.peer
        effects.append(.opened(peer: claim.peer, incarnation: claim.incarnation))
    }

    private mutating func close(into effects: inout [LinkEffect]) {
        effects.append(.close)
        phase = .closed
    }

    private mutating func hello(to node: NodeID) -> OutgoingFrame {
        small(.hello, payload: handshake.helloPayload(to: node).encoded)
    }

    private mutating func small(_ kind: Frame.Kind, payload: [UInt8] = []) -> OutgoingFrame {
        defer { sentFrames += 1 }
        return OutgoingFrame(
            kind: kind, sender: handshake.local.node, round: Round(0), sequence: sentFrames, payload: payload,
            sealedWith: keys?.sealing)
    }
}
