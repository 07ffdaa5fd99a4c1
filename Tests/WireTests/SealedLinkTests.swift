// Sealed links, whose edge has a key: who gets in, what an attacker between the two can do, and that nothing is valid
// twice.
import Cryptography
import Kernels
import Testing

@testable import Wire

@Suite("Sealed link")
struct SealedLinkTests {
    private static let sent: [Message] = [
        .model(ModelMessage(round: Round(3), values: [1, -2.5, 0.125])), .waiting(Round(4)),
        .stateRequest(Round(4)), .state(ModelMessage(round: Round(4), values: [5, 0.25, -3])),
        .model(ModelMessage(round: Round(4), values: [0, 0, 0])), .bye(.finished),
    ]

    private static func key(_ seed: Int) -> EdgeKey { EdgeKey(bytes(seed)) }

    private static func bytes(_ seed: Int) -> [UInt8] {
        var random = RandomStream(seed: UInt64(seed), purpose: .faults)
        return (0..<32).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }

    /// Keys of edges, by neighbour, and a challenge that no other call gives.
    private static func secrets(_ keys: [Int: EdgeKey], challenge: Int) -> LinkSecrets {
        let ring = KeyRing(keys.sorted { $0.key < $1.key }.map { (NodeID($0.key), $0.value) })
        return LinkSecrets(keys: ring, challenge: bytes(1_000 + challenge))
    }

    /// Node 0 dials node 1.
    private static func pair(_ life: Int = 0, key: EdgeKey = key(1)) -> (dialler: Link, accepter: Link) {
        (
            Link(
                local: LinkTests.identity(0), expecting: .dialled(NodeID(1)),
                secrets: secrets([1: key], challenge: 2 * life)),
            Link(
                local: LinkTests.identity(1), expecting: .accepted(among: [NodeID(0)]),
                secrets: secrets([0: key, 2: Self.key(2)], challenge: 2 * life + 1))
        )
    }

    static func openPair(_ life: Int = 0) -> (dialler: Link, accepter: Link) {
        var (dialler, accepter) = pair(life)
        _ = LinkTests.converse(&dialler, &accepter)
        return (dialler, accepter)
    }

    private static func rejections(_ effects: [LinkEffect]) -> [Rejection] {
        effects.compactMap { if case .refused(let rejection, _, _) = $0 { rejection } else { nil } }
    }

    private static func messages(_ effects: [LinkEffect]) -> [Message] {
        effects.compactMap { if case .deliver(let message) = $0 { message } else { nil } }
    }

    @Test("opens between the two ends of an edge and carries every message, however its bytes are cut")
    func carries() {
        for pieceBytes in [1, 5, 36, 44, 45, 1_000] {
            var (dialler, accepter) = Self.pair()
            let (atDialler, atAccepter) = LinkTests.converse(&dialler, &accepter)
            #expect(atDialler.contains(.opened(peer: NodeID(1), incarnation: 5)))
            #expect(atAccepter.contains(.opened(peer: NodeID(0), incarnation: 5)))
            let bytes = Self.sent.flatMap { accepter.frame(for: $0).bytes }
            var effects: [LinkEffect] = []
            for start in stride(from: 0, to: bytes.count, by: pieceBytes) {
                dialler.receive(Array(bytes[start..<min(start + pieceBytes, bytes.count)]).span, into: &effects)
            }
            #expect(Self.messages(effects) == Self.sent && Self.rejections(effects).isEmpty)
        }
    }

    @Test("nothing of a model can be read on the wire")
    func secrecy() {
        var (dialler, _) = Self.openPair()
        let values: [Float] = [1, -2.5, 0.125]
        let frame = dialler.frame(for: .model(ModelMessage(round: Round(0), values: values)))
        for value in values {
            var pattern: [UInt8] = []
            pattern.append(littleEndian: value.bitPattern)
            #expect(!(0...frame.bytes.count - 4).contains { Array(frame.bytes[$0..<$0 + 4]) == pattern })
        }
    }

    @Test("every reason to refuse a handshake has its own name")
    func refusals() {
        func refusal(_ secrets: LinkSecrets?, of accepterSecrets: LinkSecrets?) -> [Rejection] {
            var dialler = Link(local: LinkTests.identity(0), expecting: .dialled(NodeID(1)), secrets: secrets)
            var accepter = Link(
                local: LinkTests.identity(1), expecting: .accepted(among: [NodeID(0)]), secrets: accepterSecrets)
            let effects = LinkTests.converse(&dialler, &accepter).atB
            #expect(!dialler.isOpen && !accepter.isOpen && dialler.peer == nil && accepter.peer == nil)
            for case .refused(_, let peer, _) in effects { #expect(peer == nil) }
            return Self.rejections(effects)
        }
        let own = Self.secrets([0: Self.key(1), 2: Self.key(2)], challenge: 1)
        #expect(refusal(Self.secrets([1: Self.key(9)], challenge: 0), of: own) == [.wrongKey])
        #expect(refusal(Self.secrets([1: Self.key(2)], challenge: 0), of: own) == [.otherEdgesKey])
        #expect(refusal(nil, of: own) == [.noKey])
        #expect(refusal(Self.secrets([1: Self.key(1)], challenge: 0), of: nil) == [.unexpectedKey])
    }

    @Test("whoever knows a fingerprint but not its key proves nothing, and nobody is blamed")
    func impostor() {
        let (_, accepter) = Self.pair()
        let hello = Hello(
            identity: LinkTests.experiment, run: LinkTests.run, channels: ChannelLayout.model(3).digest,
            addressee: NodeID(1),
            incarnation: 9, fingerprint: Self.key(1).fingerprint, challenge: Self.bytes(5))
        let opening = OutgoingFrame(
            kind: .hello, sender: NodeID(0), round: Round(0), sequence: 0,
            payload: HelloPayload(hello, from: NodeID(0), key: nil).encoded)
        for proof in [
            OutgoingFrame(kind: .proof, sender: NodeID(0), round: Round(0), sequence: 1, payload: []),
            OutgoingFrame(
                kind: .proof, sender: NodeID(0), round: Round(0), sequence: 1, payload: [],
                sealedWith: ChaCha20Poly1305(key: Self.bytes(6))),
        ] {
            var link = accepter
            var effects: [LinkEffect] = []
            link.receive((opening.bytes + proof.bytes).span, into: &effects)
            #expect(Self.rejections(effects).count == 1 && !link.isOpen)
            #expect(!effects.contains { if case .opened = $0 { true } else { false } })
            for case .refused(_, let peer, _) in effects { #expect(peer == nil) }
        }
    }

    private static func end(_ node: Int, run: RunNonce, expecting expectation: Link.Expectation) -> Link {
        Link(
            local: LinkTests.identity(node, run: run), expecting: expectation,
            secrets: secrets([1 - node: key(1)], challenge: node))
    }

    private static func frames(_ kind: Frame.Kind, in effects: [LinkEffect]) -> [OutgoingFrame] {
        effects.compactMap { if case .transmit(let frame) = $0 { frame } else { nil } }.filter { $0.kind == kind }
    }

    /// A hello that was sent, with the nonce of another run in its place.
    private static func forged(_ effects: [LinkEffect], sender: Int, run: RunNonce) throws -> [UInt8] {
        let hello = try #require(frames(.hello, in: effects).first)
        var payload = Array(hello.bytes.suffix(HelloPayload.encodedBytes))
        payload.replaceSubrange(32..<48, with: run.bytes)
        return OutgoingFrame(
            kind: .hello, sender: NodeID(sender), round: Round(0), sequence: 0, payload: payload
        ).bytes
    }

    private static let otherRun = RunNonce(hashing: "another run")

    @Test("two runs with the same keys do not meet")
    func otherRunRefused() {
        var dialler = Self.end(0, run: LinkTests.run, expecting: .dialled(NodeID(1)))
        var accepter = Self.end(1, run: Self.otherRun, expecting: .accepted(among: [NodeID(0)]))
        #expect(Self.rejections(LinkTests.converse(&dialler, &accepter).atB) == [.otherRun])
    }

    @Test("with the same keys, nodes whose messages hold other vectors do not meet")
    func otherChannels() {
        for channels in ChannelLayoutTests.others {
            var dialler = Link(
                local: LinkTests.identity(0, channels: channels), expecting: .dialled(NodeID(1)),
                secrets: Self.secrets([1: Self.key(1)], challenge: 0))
            var accepter = Self.end(1, run: LinkTests.run, expecting: .accepted(among: [NodeID(0)]))
            #expect(Self.rejections(LinkTests.converse(&dialler, &accepter).atB) == [.otherChannels])
        }
    }

    @Test("a nonce that is altered on the way brings no two runs together: the mark of the hello does not fit it")
    func alteredNonce() throws {
        var dialler = Self.end(0, run: LinkTests.run, expecting: .dialled(NodeID(1)))
        var accepter = Self.end(1, run: Self.otherRun, expecting: .accepted(among: [NodeID(0)]))
        var atDialler: [LinkEffect] = []
        var atAccepter: [LinkEffect] = []
        dialler.start(into: &atDialler)
        let first = try Self.forged(atDialler, sender: 0, run: Self.otherRun)
        accepter.receive(first.span, into: &atAccepter)
        #expect(Self.rejections(atAccepter) == [.badSeal] && Self.frames(.hello, in: atAccepter).isEmpty)
        #expect(!dialler.isOpen && !accepter.isOpen)
    }

    @Test("before its proof a peer's model is refused at its header")
    func early() {
        var (dialler, accepter) = Self.pair()
        var effects: [LinkEffect] = []
        dialler.start(into: &effects)
        guard case .transmit(let hello) = effects[0] else { preconditionFailure("a dialler says hello first") }
        let model = Frame(kind: .model, isSealed: true, sender: NodeID(0), sequence: 1, payloadBytes: 12).encoded
        effects = []
        accepter.receive((hello.bytes + model).span, into: &effects)
        #expect(Self.rejections(effects) == [.handshakeExpected] && effects.last == .close)
    }

    @Test("what one connection carried opens on no other, nor twice, nor in the other direction")
    func replays() {
        var (dialler, first) = Self.pair()
        let (said, _) = LinkTests.converse(&dialler, &first)
        var recorded: [UInt8] = []
        for case .transmit(let frame) in said { recorded += frame.bytes }
        let model = dialler.frame(for: Self.sent[0]).bytes

        // All of it, to the next life of the accepter: its challenge is another.
        var (_, second) = Self.pair(1)
        var effects: [LinkEffect] = []
        second.receive((recorded + model).span, into: &effects)
        #expect(Self.rejections(effects) == [.badSeal] && second.peer == nil)

        // A frame within another connection of the same two.
        var (_, third) = Self.openPair(2)
        effects = []
        third.receive(model.span, into: &effects)
        #expect(effects.first == .refused(.badSeal, from: nil))

        // Back to whoever sent it.
        var mirror = dialler
        effects = []
        mirror.receive(model.span, into: &effects)
        #expect(effects.first == .refused(.badSeal, from: nil))

        effects = []
        first.receive((model + model).span, into: &effects)
        #expect(Self.messages(effects) == [Self.sent[0]])
        #expect(effects.contains(.refused(.replayedSequence, from: NodeID(0))))
    }

    @Test("no flipped bit passes, and none is held against the neighbour")
    func bits() {
        var (dialler, accepter) = Self.openPair()
        let frame = dialler.frame(for: Self.sent[0]).bytes
        for bit in 0..<8 * frame.count {
            var receiver = accepter
            var damaged = frame
            damaged[bit / 8] ^= UInt8(1 << (bit % 8))
            var effects: [LinkEffect] = []
            receiver.receive(damaged.span, into: &effects)
            #expect(Self.messages(effects).isEmpty && !receiver.isOpen, "bit \(bit)")
            for case .refused(_, let peer, _) in effects { #expect(peer == nil, "bit \(bit)") }
        }
        var effects: [LinkEffect] = []
        accepter.receive(frame.span, into: &effects)
        #expect(Self.messages(effects) == [Self.sent[0]])
    }

    @Test("a frame in the clear is refused once the connection has keys")
    func clear() {
        var (_, accepter) = Self.openPair()
        var effects: [LinkEffect] = []
        let frame = OutgoingFrame(kind: .waiting, sender: NodeID(0), round: Round(0), sequence: 9, payload: [])
        accepter.receive(frame.bytes.span, into: &effects)
        #expect(effects.first == .refused(.notSealed, from: nil))
    }

    @Test("no secret is printed with whatever holds it")
    func printing() {
        var dumped = ""
        let (dialler, _) = Self.openPair()
        dump((dialler, Self.key(1)), to: &dumped)
        let secret = Self.bytes(1)
        #expect(dumped.contains("a secret") && !dumped.contains("secret:"))
        #expect(!"\(dialler)".contains("\(secret)") && "\(Self.key(1))" == "a secret")
    }

    @Test("a sealed frame is this, byte for byte: it must not change under anyone who has written a client")
    func pinned() {
        var (dialler, accepter) = Self.pair()
        let (said, _) = LinkTests.converse(&dialler, &accepter)
        var bytes: [UInt8] = []
        for case .transmit(let frame) in said { bytes += frame.bytes }
        bytes += dialler.frame(for: Self.sent[0]).bytes
        #expect(bytes.count == 36 + 124 + 44 + 44 + 12)
        #expect(XXH64.hash(bytes) == 0xEF34_4F46_89AB_17E8)
    }
}
