// Every reason for refusing what a peer sends: reached from bytes on a link or a message at the door, and survived.
import Aggregation
import Cryptography
import Kernels
import Learning
import Registry
import Testing

@testable import Core
@testable import Wire

@Suite("Rejections")
struct RejectionTests {
    /// What neighbour 1 does.
    private enum Deed {
        /// Sends this instead of its hello.
        case opens(with: [UInt8])
        /// Sends this instead of its hello where edges have keys.
        case meetsKeys(with: [UInt8])
        /// Sends this on an open link.
        case sends([UInt8])
        /// Costs more than its connection may.
        case costs(@Sendable () throws(Rejection) -> Void)
        /// Sends this, as a node of its own making.
        case says(Message, from: Int = 1)
    }

    private static let experiment = [UInt8](repeating: 7, count: 32)

    private static func frame(_ kind: Frame.Kind, sender: Int = 1, sequence: UInt64 = 1, _ payload: [UInt8] = [])
        -> [UInt8]
    {
        OutgoingFrame(
            kind: kind, sender: NodeID(sender), round: Round(0), sequence: sequence, payload: payload
        ).bytes
    }

    /// - Parameter key: of the edge, where there are keys.
    private static func hello(
        sender: Int = 1, sequence: UInt64 = 0, experiment: [UInt8] = experiment, run: RunNonce = .none,
        channels: UInt64 = ChannelLayout.model(2).digest, key: EdgeKey? = nil
    ) -> [UInt8] {
        let hello = Hello(
            identity: experiment, run: run, channels: channels, addressee: NodeID(0), incarnation: 1,
            fingerprint: key?.fingerprint ?? Hello.noFingerprint)
        let helloPayload = HelloPayload(hello, from: NodeID(sender), key: key)
        return frame(.hello, sender: sender, sequence: sequence, helloPayload.encoded)
    }

    /// The secret of node 0's edge to a neighbour; it has edges to 1 and 2.
    private static func key(to neighbour: UInt8) -> EdgeKey { EdgeKey([UInt8](repeating: neighbour, count: 32)) }

    private static let secrets = LinkSecrets(
        keys: KeyRing([1, 2].map { (NodeID($0), key(to: UInt8($0))) }), challenge: [UInt8](repeating: 9, count: 32))

    private static let foreignSeal = OutgoingFrame(
        kind: .proof, sender: NodeID(1), round: Round(0), sequence: 1, payload: [],
        sealedWith: ChaCha20Poly1305(key: [UInt8](repeating: 5, count: 32))
    ).bytes

    private static func model(_ values: [Float], round: Int = 0) -> Message {
        .model(ModelMessage(round: Round(round), values: values))
    }

    private static func altered(_ offset: Int) -> [UInt8] {
        var bytes = frame(.waiting)
        bytes[offset] ^= 0x40
        return bytes
    }

    private static let quota = ConnectionQuota(
        Limits(.model(2)), patience: .milliseconds(5_000), at: Instant(nanoseconds: 0))

    /// Of a neighbour whose connection has just been heard from.
    private static func place(forIncarnation incarnation: UInt64, isProven: Bool) throws(Rejection) {
        let now = Instant(nanoseconds: 0)
        try OpenConnection(incarnation: 3, lastHeardAt: now).yieldPlace(
            forIncarnation: incarnation, isProven: isProven, at: now)
    }

    /// A new case does not compile until something is done here to deserve it.
    private static func deed(_ rejection: Rejection) -> [Deed] {
        switch rejection {
        case .tooManyConnections:
            [
                .costs { () throws(Rejection) in
                    let strangers = [(host: Int, hasGreeted: Bool)](repeating: (0, false), count: 50)
                    if StrangerQuota(expected: 3).leaver(among: strangers) != nil { throw .tooManyConnections }
                }
            ]
        case .tooSlow:
            [.costs { () throws(Rejection) in try quota.check(at: Instant(nanoseconds: .milliseconds(5_000))) }]
        case .flood:
            [
                .costs { () throws(Rejection) in
                    var quota = quota
                    let now = Instant(nanoseconds: .milliseconds(100))
                    quota.received(
                        bytes: 36_000_000, messages: 1_000_000, isOpen: true, isInsideFrame: false, at: now)
                    if quota.isSpent(at: now) { throw .flood }
                }
            ]
        case .pastIncarnation: [.costs { () throws(Rejection) in try place(forIncarnation: 2, isProven: true) }]
        case .placeTaken: [.costs { () throws(Rejection) in try place(forIncarnation: 4, isProven: false) }]
        case .badMagic: [.sends(altered(3))]
        case .unsupportedVersion: [.sends(altered(4))]
        case .unknownKind: [.sends(altered(5))]
        case .badLength: [.sends(altered(27))]
        case .badCheck: [.sends(altered(30))]
        case .malformedPayload: [.sends(frame(.bye, [0]))]
        case .handshakeExpected: [.opens(with: frame(.waiting))]
        case .unexpectedHandshake: [.sends(hello(sequence: 1))]
        case .otherExperiment: [.opens(with: hello(experiment: [UInt8](repeating: 6, count: 32)))]
        case .otherRun: [.opens(with: hello(run: RunNonce(hashing: "another run")))]
        case .otherChannels: [.opens(with: hello(channels: ChannelLayout.model(3).digest))]
        case .unknownSender: [.opens(with: hello(sender: 5))]
        case .noKey: [.meetsKeys(with: hello())]
        case .unexpectedKey: [.opens(with: hello(key: key(to: 1)))]
        case .wrongKey: [.meetsKeys(with: hello(key: key(to: 77)))]
        case .otherEdgesKey: [.meetsKeys(with: hello(key: key(to: 2)))]
        case .notSealed: [.meetsKeys(with: hello(key: key(to: 1)) + frame(.proof))]
        case .badSeal: [.meetsKeys(with: hello(key: key(to: 1)) + foreignSeal)]
        case .wrongSender: [.sends(frame(.waiting, sender: 2))]
        case .replayedSequence: [.sends(frame(.waiting, sequence: 0))]
        case .wrongDimension: [.says(model([1, 2, 3]))]
        case .notFinite: [.says(model([1, -.infinity]))]
        case .roundOutOfRange: [.says(model([1, 1], round: 1 << 32 - 1))]
        case .implausible: [.says(model([9, 9]))]
        case .duplicateRound: [.says(model([1, 1])), .says(model([2, 2]))]
        case .notANeighbour: [.says(model([1, 1]), from: 9)]
        }
    }

    @Test("each one is reached, counted by name, and the run goes on", arguments: Rejection.allCases)
    func survived(rejection: Rejection) {
        var node = HandledNode(Self.configuration, exchange: Modest())
        node.handle(.started(.afresh), at: 0)
        node.handle(.linkUp(NodeID(2), incarnation: 1), at: 0)
        let local = LinkIdentity(
            experiment: Self.experiment, run: .none, node: NodeID(0), incarnation: 3, limits: Limits(.model(2)))
        let neighbours = [NodeID(1), NodeID(2)]
        var link = Link(local: local, expecting: .accepted(among: neighbours))
        for deed in Self.deed(rejection) {
            var effects: [LinkEffect] = []
            switch deed {
            case .opens(let bytes):
                link.receive(bytes.span, into: &effects)
            case .meetsKeys(let bytes):
                link = Link(local: local, expecting: .accepted(among: neighbours), secrets: Self.secrets)
                link.receive(bytes.span, into: &effects)
            case .sends(let bytes):
                link.receive((Self.hello() + bytes).span, into: &effects)
            case .costs(let spend):
                link.receive(Self.hello().span, into: &effects)
                do throws(Rejection) { try spend() } catch { effects += [.refused(error, from: link.peer), .close] }
            case .says:
                if !link.isOpen { link.receive(Self.hello().span, into: &effects) }
            }
            for effect in effects {
                switch effect {
                case .opened(let peer, let incarnation): node.handle(.linkUp(peer, incarnation: incarnation), at: 0)
                case .deliver(let message): node.handle(.received(message, from: NodeID(1)), at: 0)
                case .refused(let reason, _, _): node.handle(.rejected(reason, from: NodeID(1)), at: 0)
                case .close: node.handle(.linkDown(NodeID(1)), at: 0)
                case .transmit: break
                }
            }
            if case .says(let message, let sender) = deed {
                node.handle(.received(message, from: NodeID(sender)), at: 0)
            }
        }
        var now = 0
        for round in 0..<2 {
            node.receive(from: 2, round: round, at: now)
            if node.traces.count == round { now = node.waitForRound(from: now) }
        }
        #expect(now < 20_000)
        #expect(node.traces.count == 2 && node.traces.allSatisfy { $0.senders.contains(2) })
        #expect(node.lastRecord?.rejections == [.init(reason: rejection.rawValue, count: 1)])
    }

    private static let configuration = NodeConfiguration(
        node: NodeID(0), dimension: 2, rounds: 2,
        neighbours: [1, 2].map { .init(node: NodeID($0), weight: 1.0 / 3, receives: true) },
        budget: Budget(count: 0, weight: 0), exchange: Modest.self, seed: 1)

    @Test("only what a well-formed message proves is an offence")
    func offences() {
        #expect(Rejection.allCases.filter(\.isProvenOffence) == [.wrongDimension, .notFinite, .implausible])
    }
}

/// Models of which nobody honest has one above 5.
private struct Modest: Exchange {
    static let name = "modest"
    static let summary = "for tests"
    static let sendsModels = true
    static let drift: String? = nil

    init() {}
    init(_ parameters: ParameterValues) {}
    static func channels(_ dimension: Int) -> [Channel] { [Channel("model", dimension)] }

    var plausibility: Plausibility? { Plausibility(bound: 0, "for tests") }
    func isPlausible(_ message: [Float], from start: [Float], stepSize: Double) -> Bool {
        message.allSatisfy { $0 <= 5 }
    }

    func train(
        _ vector: inout [Float], state: inout LocalState, by trainer: any LocalModel, in round: Round,
        scratch: inout TrainingScratch
    ) -> StepReport { StepReport(loss: 0, samples: 0) }

    func next(
        _ mixed: consuming [Float], from start: [Float], state: inout LocalState, by trainer: (any LocalModel)?,
        in round: Round
    ) -> [Float] { mixed }
}
