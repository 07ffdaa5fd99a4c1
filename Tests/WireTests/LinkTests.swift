// One connection as a value: handshake, messages, and everything that a hostile peer may send instead.
import Kernels
import Testing

@testable import Wire

@Suite("Link")
struct LinkTests {
    static let experiment = [UInt8](repeating: 7, count: 32)

    static let run = RunNonce(hashing: "this run")

    static func identity(
        _ node: Int, experiment: [UInt8] = experiment, run: RunNonce = run, dimension: Int = 3,
        channels: ChannelLayout? = nil
    ) -> LinkIdentity {
        LinkIdentity(
            experiment: experiment, run: run, node: NodeID(node), incarnation: 5,
            limits: Limits(channels ?? .model(dimension)))
    }

    /// Everything that both ends say until neither says more.
    static func converse(_ a: inout Link, _ b: inout Link) -> (atA: [LinkEffect], atB: [LinkEffect]) {
        var (effectsA, effectsB): ([LinkEffect], [LinkEffect]) = ([], [])
        a.start(into: &effectsA)
        b.start(into: &effectsB)
        var (readA, readB) = (0, 0)
        while readA < effectsA.count || readB < effectsB.count {
            while readA < effectsA.count {
                if case .transmit(let frame) = effectsA[readA] { b.receive(frame.bytes.span, into: &effectsB) }
                readA += 1
            }
            while readB < effectsB.count {
                if case .transmit(let frame) = effectsB[readB] { a.receive(frame.bytes.span, into: &effectsA) }
                readB += 1
            }
        }
        return (effectsA, effectsB)
    }

    static func openPair() -> (Link, Link) {
        var dialler = Link(local: identity(0), expecting: .dialled(NodeID(1)))
        var accepter = Link(local: identity(1), expecting: .accepted(among: [NodeID(0), NodeID(2)]))
        _ = converse(&dialler, &accepter)
        return (dialler, accepter)
    }

    private static func rejections(_ effects: [LinkEffect]) -> [Rejection] {
        effects.compactMap { if case .refused(let rejection, _, _) = $0 { rejection } else { nil } }
    }

    private static func messages(_ effects: [LinkEffect]) -> [Message] {
        effects.compactMap { if case .deliver(let message) = $0 { message } else { nil } }
    }

    @Test("opens between neighbours of one experiment and tells each who the other is")
    func opens() {
        var dialler = Link(local: Self.identity(0), expecting: .dialled(NodeID(1)))
        var accepter = Link(local: Self.identity(1), expecting: .accepted(among: [NodeID(0)]))
        let (atDialler, atAccepter) = Self.converse(&dialler, &accepter)
        #expect(atDialler.contains(.opened(peer: NodeID(1), incarnation: 5)))
        #expect(atAccepter.contains(.opened(peer: NodeID(0), incarnation: 5)))
        #expect(dialler.isOpen && accepter.isOpen)
    }

    @Test("carries every message however its bytes are cut", arguments: [1, 2, 3, 7, 36, 37, 1000])
    func carries(pieceBytes: Int) {
        var (sender, receiver) = Self.openPair()
        let sent: [Message] = [
            .model(ModelMessage(round: Round(4), values: [1, -2.5, .infinity])), .waiting(Round(9)),
            .stateRequest(Round(9)), .state(ModelMessage(round: Round(3), values: [7, -1, 0.5])),
            .model(ModelMessage(round: Round(5), values: [0, 0, 0])), .bye(.stopping),
        ]
        let bytes = sent.flatMap { sender.frame(for: $0).bytes }
        var effects: [LinkEffect] = []
        for start in stride(from: 0, to: bytes.count, by: pieceBytes) {
            let fragment = Array(bytes[start..<min(start + pieceBytes, bytes.count)])
            receiver.receive(fragment.span, into: &effects)
        }
        #expect(Self.messages(effects) == sent)
        #expect(effects.last == .close && Self.rejections(effects).isEmpty)
    }

    @Test("accepts the gap that a dropped model leaves, and no replay")
    func sequences() {
        var (sender, receiver) = Self.openPair()
        _ = sender.frame(for: .waiting(Round(0)))
        let later = sender.frame(for: .waiting(Round(1))).bytes
        var effects: [LinkEffect] = []
        receiver.receive(later.span, into: &effects)
        #expect(Self.messages(effects) == [.waiting(Round(1))])
        receiver.receive(later.span, into: &effects)
        #expect(Self.rejections(effects) == [.replayedSequence])
    }

    /// A frame that is whole and checked but for what the test is about.
    private static func frame(
        _ kind: Frame.Kind, sender: Int = 0, round: Int = 0, sequence: UInt64 = 9, payload: [UInt8]
    ) -> [UInt8] {
        OutgoingFrame(
            kind: kind, sender: NodeID(sender), round: Round(round), sequence: sequence, payload: payload
        ).bytes
    }

    private static func altered(
        _ offset: Int, of kind: Frame.Kind = .waiting, _ change: (UInt8) -> UInt8
    ) -> [UInt8] {
        var bytes = frame(kind, payload: kind == .bye ? [1] : [])
        bytes[offset] = change(bytes[offset])
        return bytes
    }

    @Test(
        "refuses on an open link, and closes it",
        arguments: [
            (altered(0) { $0 ^ 1 }, Rejection.badMagic), (altered(4) { _ in 1 }, .unsupportedVersion),
            (altered(5) { _ in 200 }, .unknownKind), (altered(6) { _ in 2 }, .unknownKind),
            (altered(6) { _ in 1 }, .unexpectedKey), (altered(24) { _ in 1 }, .badLength),
            (altered(12) { $0 ^ 1 }, .badCheck),
            (altered(28) { $0 ^ 1 }, .badCheck), (frame(.waiting, sender: 2, payload: []), .wrongSender),
            (frame(.bye, payload: [77]), .malformedPayload), (altered(12, of: .bye) { $0 ^ 1 }, .malformedPayload),
            (
                frame(
                    .hello,
                    payload: HelloPayload(
                        Hello(
                            identity: experiment, run: run, channels: ChannelLayout.model(3).digest,
                            addressee: NodeID(1),
                            incarnation: 1), from: NodeID(0), key: nil
                    ).encoded),
                .unexpectedHandshake
            ),
        ])
    func refuses(bytes: [UInt8], rejection: Rejection) {
        var (_, receiver) = Self.openPair()
        var effects: [LinkEffect] = []
        receiver.receive(bytes.span, into: &effects)
        #expect(Self.rejections(effects) == [rejection])
        #expect(effects.last == .close && !receiver.isOpen)
    }

    @Test("refuses strangers, other experiments, other runs and talk before the handshake")
    func handshake() {
        func refusal(_ dialler: LinkIdentity, among: [NodeID], to addressee: Int = 1) -> [Rejection] {
            var stranger = Link(local: dialler, expecting: .dialled(NodeID(addressee)))
            var accepter = Link(local: Self.identity(1), expecting: .accepted(among: among))
            return Self.rejections(Self.converse(&stranger, &accepter).atB)
        }
        #expect(refusal(Self.identity(0), among: [NodeID(0)]).isEmpty)
        #expect(refusal(Self.identity(3), among: [NodeID(0)]) == [.unknownSender])
        #expect(refusal(Self.identity(0), among: [NodeID(0)], to: 2) == [.unknownSender])
        let other = Self.identity(0, experiment: [UInt8](repeating: 8, count: 32))
        #expect(refusal(other, among: [NodeID(0)]) == [.otherExperiment])
        let twin = Self.identity(0, run: RunNonce(hashing: "another run"))
        #expect(refusal(twin, among: [NodeID(0)]) == [.otherRun])
        #expect(refusal(Self.identity(0, run: .none), among: [NodeID(0)]) == [.otherRun])
        for channels in ChannelLayoutTests.others {
            #expect(refusal(Self.identity(0, channels: channels), among: [NodeID(0)]) == [.otherChannels])
        }

        var accepter = Link(local: Self.identity(1), expecting: .accepted(among: [NodeID(0)]))
        var effects: [LinkEffect] = []
        accepter.receive(Self.frame(.waiting, payload: []).span, into: &effects)
        #expect(Self.rejections(effects) == [.handshakeExpected])
    }

    @Test("rounds only grow: models of others are counted once a reading, and neither read nor delivered")
    func rounds() {
        for isSealed in [false, true] {
            var (sender, receiver) = isSealed ? SealedLinkTests.openPair() : Self.openPair()
            func frames(_ rounds: [Int], _ values: [Float] = [1, 2, 3]) -> [UInt8] {
                rounds.flatMap {
                    sender.frame(for: .model(ModelMessage(round: Round($0), values: values))).bytes
                }
            }
            var effects: [LinkEffect] = []
            let cost = receiver.receive(frames([4, 4, 3, 4, 0]).span, into: &effects)
            #expect(effects.count == 2 && effects.last == .refused(.duplicateRound, from: NodeID(0), count: 4))
            #expect(cost.messages == 5)
            // Without a seal the payload is not even looked at; with one, nobody else can have said so.
            var damaged = frames([4])
            damaged[damaged.count - 1] ^= 1
            effects = []
            receiver.receive(damaged.span, into: &effects)
            #expect(receiver.isOpen == !isSealed)
            guard !isSealed else { continue }
            effects = []
            receiver.receive(frames([5]).span, into: &effects)
            #expect(Self.messages(effects).count == 1)
        }
    }

    @Test("of announcements in a row only the last is told, and all are charged for")
    func announcements() {
        var (sender, receiver) = Self.openPair()
        let bytes = (0..<50).flatMap { sender.frame(for: .waiting(Round($0))).bytes }
        var effects: [LinkEffect] = []
        let cost = receiver.receive(bytes.span, into: &effects)
        #expect(effects == [.deliver(.waiting(Round(49)))] && cost == PeerCost(bytes: bytes.count, messages: 50))
    }

    @Test("a hello over a stream is the first frame, and has no cookie")
    func firstFrame() {
        func refusal(sequence: UInt64, cookie: UInt64) -> [Rejection] {
            let hello = Hello(
                identity: Self.experiment, run: Self.run, channels: ChannelLayout.model(3).digest, addressee: NodeID(1),
                incarnation: 1)
            let payload = HelloPayload(hello, from: NodeID(0), cookie: cookie, key: nil).encoded
            var accepter = Link(local: Self.identity(1), expecting: .accepted(among: [NodeID(0)]))
            var effects: [LinkEffect] = []
            accepter.receive(Self.frame(.hello, sequence: sequence, payload: payload).span, into: &effects)
            return Self.rejections(effects)
        }
        #expect(refusal(sequence: 0, cookie: 0) == [])
        #expect(refusal(sequence: 1, cookie: 0) == [.replayedSequence])
        #expect(refusal(sequence: 0, cookie: 7) == [.malformedPayload])
    }

    @Test("before the handshake a model is refused at its header, and no room is made for it")
    func early() {
        let dimension = Limits.mostElements
        var accepter = Link(
            local: Self.identity(1, dimension: dimension), expecting: .accepted(among: [NodeID(0)]))
        let header = Frame(
            kind: .model, isSealed: false, sender: NodeID(0), sequence: 0, payloadBytes: 4 * dimension
        ).encoded
        var effects: [LinkEffect] = []
        accepter.receive(header.span, into: &effects)
        #expect(Self.rejections(effects) == [.handshakeExpected] && effects.last == .close)
    }

    @Test("a model of another dimension is a wrong length, refused before it is read")
    func otherDimension() {
        var (_, receiver) = Self.openPair()
        var wide = Link(local: Self.identity(0, dimension: 4), expecting: .dialled(NodeID(1)))
        let bytes = wide.frame(for: .model(ModelMessage(round: Round(0), values: [1, 2, 3, 4]))).bytes
        var effects: [LinkEffect] = []
        receiver.receive(Array(bytes.prefix(Frame.headerBytes)).span, into: &effects)
        #expect(Self.rejections(effects) == [.badLength])
    }

    @Test("garbage and mutated frames never trap, and never pass for a message", arguments: 0..<40)
    func garbage(seed: Int) {
        var random = RandomStream(seed: UInt64(seed), purpose: .faults)
        var (sender, receiver) = Self.openPair()
        var bytes = sender.frame(for: .model(ModelMessage(round: Round(1), values: [1, 2, 3]))).bytes
        let position = random.below(bytes.count)
        bytes[position] ^= UInt8(1 << random.below(8))
        var effects: [LinkEffect] = []
        receiver.receive(bytes.span, into: &effects)
        #expect(Self.messages(effects).isEmpty)

        var (_, other) = Self.openPair()
        let noise = (0..<500).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        other.receive(noise.span, into: &effects)
        #expect(Self.messages(effects).isEmpty && !other.isOpen)
    }

    @Test("a node of another run is told that it is not welcome, and is not blamed")
    func otherRun() {
        var stranger = Link(local: Self.identity(0, run: .none), expecting: .dialled(NodeID(1)))
        var accepter = Link(local: Self.identity(1), expecting: .accepted(among: [NodeID(0)]))
        let (atStranger, atAccepter) = Self.converse(&stranger, &accepter)
        #expect(atStranger.last == .close && atAccepter.last == .close && !stranger.isOpen && !accepter.isOpen)
        #expect(atAccepter.contains(.refused(.otherRun, from: nil)))
        let said = atAccepter.compactMap { if case .transmit(let frame) = $0 { frame } else { nil } }
        #expect(said.map(\.kind) == [.bye] && said[0].bytes.last == CloseReason.refused.rawValue)
    }

    @Test("frame version 4 is this, byte for byte")
    func layout() {
        let bytes = OutgoingFrame(
            model: ModelMessage(round: Round(0x0102), values: [1]), sender: NodeID(3), sequence: 0x0A0B
        ).bytes
        let header: [UInt8] = [
            0x47, 0x53, 0x50, 0x4E, 4, 2, 0, 0, 3, 0, 0, 0, 2, 1, 0, 0, 0x0B, 0x0A, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0,
        ]
        let payload: [UInt8] = [0, 0, 0x80, 0x3F]
        #expect(Array(bytes.prefix(28)) == header)
        #expect(Array(bytes.suffix(4)) == payload)
        var covered = header
        covered.append(littleEndian: XXH3.hash(payload))
        #expect(bytes.integer(at: 28, as: UInt64.self) == XXH64.hash(covered))
    }

    @Test("a hello is this, byte for byte, and reads back equal")
    func hello() {
        let hello = Hello(
            identity: Self.experiment, run: RunNonce((0..<16).map { 0xF0 + $0 }), channels: 0x0C0D,
            addressee: NodeID(0x0102), incarnation: 0x0A0B, fingerprint: [UInt8](repeating: 3, count: 8),
            challenge: [UInt8](repeating: 4, count: 32))
        let nonce: [UInt8] = (0xF0...0xFF).map { $0 }
        #expect(
            hello.encoded == Self.experiment + nonce + [0x0D, 0x0C, 0, 0, 0, 0, 0, 0] + [
                2, 1, 0, 0, 0x0B, 0x0A, 0, 0, 0, 0, 0, 0,
            ]
                + [UInt8](repeating: 3, count: 8) + [UInt8](repeating: 4, count: 32))
        #expect(hello.encoded.count == 108 && Hello(encoded: hello.encoded) == hello)
    }
}
