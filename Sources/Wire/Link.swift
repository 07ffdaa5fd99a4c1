// One connection between two nodes, as a value: bytes in, messages and bytes out. No socket, no clock.
//
//   opening ──hello of a neighbour of this experiment──▶ open ──bye, or anything refused──▶ closed
//
// A refusal closes the link after telling the peer why in one word; the stream behind broken bytes cannot be trusted.
import Kernels

/// What a node says of itself on every link.
public struct LinkIdentity: Sendable, Equatable {
    /// SHA-256 identity of the experiment.
    public let experiment: [UInt8]
    public let node: NodeID
    public let incarnation: UInt64
    public let limits: Limits

    public init(experiment: [UInt8], node: NodeID, incarnation: UInt64, limits: Limits) {
        self.experiment = experiment
        self.node = node
        self.incarnation = incarnation
        self.limits = limits
    }
}

/// What a link asks of whoever moves its bytes.
public enum LinkEffect: Sendable, Equatable {
    case transmit(OutgoingFrame)
    /// The handshake is done; from now on `deliver` may follow.
    case opened(peer: NodeID, incarnation: UInt64)
    case deliver(Message)
    /// Counted against the peer, as far as it is known; `close` follows.
    case refused(Rejection, from: NodeID?)
    /// Send what is queued, then close.
    case close
}

/// The protocol of one connection.
public struct Link: Sendable {
    private enum Phase { case opening, open, closed }

    /// Who a connection may turn out to be with.
    public enum Expectation: Sendable {
        /// This node dialled, so it knows.
        case dialled(NodeID)
        /// The peer dialled; any of these may.
        case accepted(among: [NodeID])
    }

    private let local: LinkIdentity
    private let expectation: Expectation
    private var decoder: Decoder
    private var phase = Phase.opening
    private var sentFrames: UInt64 = 0
    private var nextSequence: UInt64 = 0
    /// The neighbour at the other end, once its hello was accepted.
    public private(set) var peer: NodeID?

    public init(local: LinkIdentity, expecting expectation: Expectation) {
        self.local = local
        self.expectation = expectation
        decoder = Decoder(limits: local.limits)
    }

    public var isOpen: Bool { phase == .open }

    /// Starts a dialled connection; an accepted one answers the peer's hello.
    public mutating func start(into effects: inout [LinkEffect]) {
        if case .dialled(let node) = expectation { effects.append(.transmit(hello(to: node))) }
    }

    /// The frame for a message on an open link.
    public mutating func frame(for message: Message) -> OutgoingFrame {
        switch message {
        case .model(let model):
            defer { sentFrames += 1 }
            return OutgoingFrame(model: model, sender: local.node, sequence: sentFrames)
        case .waiting(let round):
            return small(.waiting, round: round, payload: [])
        case .bye(let farewell):
            return small(.bye, round: Round(0), payload: [farewell.rawValue])
        }
    }

    /// Takes bytes as they came from the peer, cut anywhere.
    public mutating func receive(_ bytes: Span<UInt8>, into effects: inout [LinkEffect]) {
        var offset = 0
        do throws(Rejection) {
            while phase != .closed, let frame = try decoder.next(bytes, offset: &offset) {
                try accept(frame, into: &effects)
            }
        } catch {
            effects.append(.refused(error, from: peer))
            effects.append(.transmit(frame(for: .bye(.refused))))
            effects.append(.close)
            phase = .closed
        }
    }

    private mutating func accept(_ frame: ReceivedFrame, into effects: inout [LinkEffect]) throws(Rejection) {
        let header = frame.header
        // Gaps are honest: a sender drops models that a newer one has overtaken in its queue.
        guard header.sequence >= nextSequence, header.sequence < .max else { throw .replayedSequence }
        nextSequence = header.sequence + 1
        if phase == .opening {
            if header.kind == .bye {
                phase = .closed
                effects.append(.close)
                return
            }
            guard header.kind == .hello else { throw .helloExpected }
            try open(Hello(encoded: frame.payload), from: header.sender, into: &effects)
            return
        }
        guard header.sender == peer else { throw .wrongSender }
        switch header.kind {
        case .hello:
            throw .unexpectedHello
        case .model:
            let model = ModelMessage(round: header.round, values: frame.model, digest: frame.payloadDigest)
            effects.append(.deliver(.model(model)))
        case .waiting:
            effects.append(.deliver(.waiting(header.round)))
        case .bye:
            guard let farewell = Farewell(rawValue: frame.payload[0]) else { throw .malformedPayload }
            effects.append(.deliver(.bye(farewell)))
            effects.append(.close)
            phase = .closed
        }
    }

    private mutating func open(_ hello: Hello, from sender: NodeID, into effects: inout [LinkEffect]) throws(Rejection)
    {
        guard hello.identity == local.experiment else { throw .otherExperiment }
        let isExpected =
            switch expectation {
            case .dialled(let node): sender == node
            case .accepted(let neighbours): neighbours.contains(sender)
            }
        guard isExpected, hello.addressee == local.node else { throw .unknownSender }
        if case .accepted = expectation { effects.append(.transmit(self.hello(to: sender))) }
        peer = sender
        phase = .open
        effects.append(.opened(peer: sender, incarnation: hello.incarnation))
    }

    private mutating func hello(to node: NodeID) -> OutgoingFrame {
        let hello = Hello(identity: local.experiment, addressee: node, incarnation: local.incarnation)
        return small(.hello, round: Round(0), payload: hello.encoded)
    }

    private mutating func small(_ kind: Frame.Kind, round: Round, payload: [UInt8]) -> OutgoingFrame {
        defer { sentFrames += 1 }
        return OutgoingFrame(kind: kind, sender: local.node, round: round, sequence: sentFrames, payload: payload)
    }
}
