// Links over datagrams: the same messages as over a stream, whatever happens to the datagrams that carry them.
import Kernels
import Testing

@testable import Wire

@Suite("Datagram link")
struct DatagramLinkTests {
    private static func secrets(_ life: Int = 0) -> [LinkSecrets] {
        let key = EdgeKey([UInt8](repeating: 3, count: 32))
        return [0, 1].map { node in
            LinkSecrets(
                keys: KeyRing([(NodeID(1 - node), key)]),
                challenge: [UInt8](repeating: UInt8(2 * life + node), count: 32))
        }
    }

    private static func model(_ round: Int, dimension: Int) -> Message {
        .model(
            ModelMessage(round: Round(round), values: (0..<dimension).map { Float($0 % 97) + Float(round) / 8 }))
    }

    private static func opened(sealed: Bool, dimension: Int = 3, seed: Int = 1) -> DatagramNetwork {
        var network = DatagramNetwork(secrets: sealed ? secrets() : nil, dimension: dimension, seed: seed)
        network.start()
        network.run(for: .milliseconds(50)) { $0.hasOpened == [true, true] }
        return network
    }

    @Test("opens, carries messages of any size in order, and says good-bye", arguments: [false, true])
    func carries(sealed: Bool) {
        var network = Self.opened(sealed: sealed, dimension: 100_000)
        #expect(network.hasOpened == [true, true])
        // The second model overtakes nothing, since the first has begun; the third overtakes the second.
        let sent: [Message] = [
            Self.model(0, dimension: 100_000), .waiting(Round(1)), Self.model(2, dimension: 100_000), .bye(.finished),
        ]
        network.send(sent[0], from: 0)
        network.send(sent[1], from: 0)
        network.send(Self.model(1, dimension: 100_000), from: 0)
        network.send(sent[2], from: 0)
        network.send(sent[3], from: 0)
        #expect(network.run(for: .milliseconds(2_000)) { $0.hasClosed == [true, true] })
        #expect(network.messages[1] == sent)
        #expect(network.rejections == [[], []])
        // 1,376 bytes a fragment of 1,360, and acknowledgements.
        #expect(Double(network.sentBytes) < 1.1 * 800_000)
    }

    @Test("two nodes of different runs never open a link, and nobody is blamed", arguments: [false, true])
    func otherRun(sealed: Bool) {
        let runs = [LinkTests.run, RunNonce(hashing: "another run")]
        var network = DatagramNetwork(secrets: sealed ? Self.secrets() : nil, runs: runs)
        network.start()
        network.run(for: .milliseconds(10_000)) { $0.hasClosed == [true, true] }
        #expect(network.hasOpened == [false, false] && network.blamed == [[], []])
        #expect(network.rejections[0].isEmpty && !network.rejections[1].isEmpty)
        #expect(network.rejections[1].allSatisfy { $0 == .otherRun })
    }

    @Test("two nodes whose messages hold other vectors never open a link", arguments: [false, true])
    func otherChannels(sealed: Bool) {
        for other in ChannelLayoutTests.others {
            var network = DatagramNetwork(secrets: sealed ? Self.secrets() : nil, channels: [other, .model(3)])
            network.start()
            network.run(for: .milliseconds(10_000)) { $0.hasClosed == [true, true] }
            #expect(network.hasOpened == [false, false] && network.blamed == [[], []])
            #expect(!network.rejections[1].isEmpty && network.rejections[1].allSatisfy { $0 == .otherChannels })
        }
    }

    @Test(
        "one datagram in five lost: every message arrives in order, and bytes are at most twice",
        arguments: [false, true], 0..<4)
    func loss(sealed: Bool, seed: Int) {
        // A model of 784 x 10 and its biases.
        let dimension = 7_850
        var network = DatagramNetwork(secrets: sealed ? Self.secrets() : nil, dimension: dimension, seed: seed)
        network.weather = .init(loss: 0.2)
        network.start()
        #expect(network.run(for: .milliseconds(3_000)) { $0.hasOpened == [true, true] })
        let rounds = 30
        var start = network.now
        var longest: Nanoseconds = 0
        for round in 0..<rounds {
            for node in [0, 1] { network.send(Self.model(round, dimension: dimension), from: node) }
            #expect(
                network.run(for: .milliseconds(4_000)) {
                    $0.messages[0].count == round + 1 && $0.messages[1].count == round + 1
                })
            longest = max(longest, network.now - start)
            start = network.now
        }
        let sent = (0..<rounds).map { Self.model($0, dimension: dimension) }
        #expect(network.messages == [sent, sent])
        #expect(network.sentBytes < 2 * 2 * rounds * 4 * dimension, "\(network.sentBytes)")
        #expect(longest < .milliseconds(1_000))
        #expect(network.hasClosed == [false, false])
    }

    @Test("datagrams doubled and overtaken change nothing", arguments: [false, true], 0..<4)
    func disorder(sealed: Bool, seed: Int) {
        let dimension = 20_000
        var network = DatagramNetwork(secrets: sealed ? Self.secrets() : nil, dimension: dimension, seed: seed)
        network.weather = .init(loss: 0.05, doubling: 0.3, jitter: .milliseconds(3))
        network.start()
        #expect(network.run(for: .milliseconds(3_000)) { $0.hasOpened == [true, true] })
        for round in 0..<10 {
            network.send(Self.model(round, dimension: dimension), from: 0)
            #expect(network.run(for: .milliseconds(4_000)) { $0.messages[1].count == round + 1 })
        }
        #expect(network.messages[1] == (0..<10).map { Self.model($0, dimension: dimension) })
        // Doubles are told from new datagrams by their sequence; what overtook the hello is of no use.
        let honest: Set<Rejection> = [.replayedSequence, .handshakeExpected, .unexpectedKey]
        #expect(Set(network.rejections[0] + network.rejections[1]).isSubset(of: honest))
    }

    @Test("a peer that is gone is noticed: by silence, and sooner by whoever waits for its answer")
    func silence() {
        var network = Self.opened(sealed: true)
        network.weather.loss = 1
        let start = network.now
        network.send(.waiting(Round(0)), from: 0)
        #expect(network.run(for: .milliseconds(20_000)) { $0.hasClosed == [true, true] })
        #expect(network.now - start <= .milliseconds(5_300))
        #expect(network.links[0].nextTimer == nil && !network.links[0].hasOutput)
    }

    @Test("where it is said that nobody receives, a peer that answers stays, and one that is silent is gone soon")
    func doubt() {
        for sealed in [false, true] {
            var network = Self.opened(sealed: sealed)
            for _ in 0..<100 {
                network.doubt(0)
                network.doubt(1)
                network.run(for: .milliseconds(17))
            }
            #expect(network.hasClosed == [false, false] && network.links.allSatisfy { !$0.isDoubted })
            // A question, and an answer, each time.
            #expect(network.sentBytes < 2 * 100 * 4 * 120)
            network.weather.loss = 1
            let start = network.now
            network.doubt(0)
            #expect(network.run(for: .milliseconds(5_000)) { $0.hasClosed[0] } && !network.hasClosed[1])
            #expect(network.now - start <= DatagramLink.doubtfulSilence)
        }
        var network = DatagramNetwork()
        network.weather.loss = 1
        network.start()
        network.doubt(0)
        #expect(network.hasClosed[0], "whom it has never heard a node need not wait for")
    }

    @Test("without keys, whoever has not seen the hellos changes nothing, whatever his sequence", arguments: 0..<3)
    func blind(seed: Int) {
        var network = Self.opened(sealed: false)
        let greatest = UInt64.max - UInt64(seed)
        let fragment = Fragment(number: 0, acknowledgement: .init(base: 0, low: 2, high: 0))
        var payload: [UInt8] = []
        fragment.append(to: &payload)
        for sequence in [greatest, 0, 1 << 20] {
            for frame in [(Frame.Kind.fragment, payload + [7]), (.proof, [])] {
                network.inject(
                    OutgoingFrame(
                        kind: frame.0, sender: NodeID(0), round: Round(0), sequence: sequence, payload: frame.1
                    ).bytes, to: 1)
            }
        }
        #expect(network.rejections[1] == [Rejection](repeating: .badCheck, count: 6) && network.blamed[1].isEmpty)
        let charged = network.ownBytes[1]
        network.send(.waiting(Round(3)), from: 0)
        #expect(network.run(for: .milliseconds(10)) { $0.messages[1] == [.waiting(Round(3))] })
        #expect(charged == 0 || network.ownBytes[1] > charged)
    }

    @Test("an acknowledgement of what was not sent, or that contradicts itself, is refused and changes nothing")
    func falseAcknowledgements() throws {
        var outgoing = OutgoingFragments(window: 8, at: Instant(nanoseconds: 0))
        outgoing.enqueue(
            OutgoingFrame(.waiting(Round(0)), sender: NodeID(0), sequence: 0))
        _ = outgoing.next(at: Instant(nanoseconds: 0))
        for (base, low) in [(2, 0), (0, 1), (UInt64.max, 0)] as [(UInt64, UInt64)] {
            let impossible = Fragment.Acknowledgement(base: base, low: low, high: 0)
            #expect(throws: Rejection.malformedPayload) {
                try outgoing.acknowledge(impossible, at: Instant(nanoseconds: 1))
            }
        }
        #expect(outgoing.isAwaiting)
        try outgoing.acknowledge(.init(base: 1, low: 0, high: 0), at: Instant(nanoseconds: 1))
        #expect(outgoing.isEmpty)
    }

    @Test("without keys, a neighbour's own sequence may be any: the link goes on with smaller ones")
    func anySequence() throws {
        var network = Self.opened(sealed: false)
        network.send(.waiting(Round(1)), from: 0)
        network.run(for: .milliseconds(10))
        let session = try #require(network.sessionOfAccepter)
        let fragment = Fragment(number: 0, acknowledgement: .init(base: 0, low: 0, high: 0))
        var payload: [UInt8] = []
        fragment.append(to: &payload)
        let header = Frame(
            kind: .fragment, isSealed: false, sender: NodeID(0), sequence: .max - 1, payloadBytes: payload.count
        ).encoded
        var bytes = header
        bytes.append(
            littleEndian: Frame.check(header, payloadDigest: XXH3.hash(payload), session: session.number))
        network.inject(bytes + payload, to: 1)
        #expect(network.rejections[1].isEmpty)
        network.send(.waiting(Round(2)), from: 0)
        #expect(network.run(for: .milliseconds(10)) { $0.messages[1].count == 2 })
    }

    @Test("cookies that nobody asked for cause four hellos, not a flood")
    func falseCookies() {
        var network = DatagramNetwork()
        network.weather.loss = 1
        network.start()
        for number in 1...200 {
            var payload: [UInt8] = []
            payload.append(littleEndian: UInt64(number))
            network.inject(
                OutgoingFrame(
                    kind: .cookie, sender: NodeID(1), round: Round(0), sequence: 0, payload: payload
                ).bytes, to: 0)
        }
        #expect(network.datagrams[1].count == 5 && network.rejections[0].isEmpty)
        network.weather.loss = 0
        #expect(network.run(for: .milliseconds(500)) { $0.hasOpened == [true, true] })
    }

    @Test("a link with nothing to say stays open")
    func idle() {
        var network = Self.opened(sealed: true)
        let bytes = network.sentBytes
        network.run(for: .milliseconds(60_000))
        #expect(network.hasClosed == [false, false])
        // An acknowledgement each way, four times a second.
        #expect(network.sentBytes - bytes < 60 * 2 * 5 * 100)
    }

    @Test("a handshake that nobody answers ends")
    func unanswered() {
        var network = DatagramNetwork()
        network.weather.loss = 1
        network.start()
        #expect(network.run(for: .milliseconds(10_000)) { $0.hasClosed[0] })
        #expect(network.datagrams[1].count < 30)
    }

    @Test("no datagram is longer than an Ethernet packet of IPv6 holds, nor than its length says")
    func lengths() {
        #expect(DatagramLink.datagramBytes(isSealed: true) == 1_436)
        let limits = Limits(.model(3))
        for length in [0, 31, 32, 1_392, 1_393, 1 << 20] {
            let header = Frame(
                kind: .fragment, isSealed: true, isUrgent: true, sender: NodeID(0), sequence: 0, payloadBytes: length
            ).encoded
            #expect(((try? Frame.decode(header, limits: limits)) != nil) == (32...1_392).contains(length))
        }
    }

    @Test("no flipped bit passes, closes the link or blames the neighbour, where there are keys")
    func bits() {
        var network = Self.opened(sealed: true)
        network.send(.waiting(Round(7)), from: 0)
        let charged = network.ownBytes[1]
        let datagram = network.datagrams[1][network.datagrams[1].count - 1]
        for bit in 0..<8 * datagram.count {
            var damaged = datagram
            damaged[bit / 8] ^= UInt8(1 << (bit % 8))
            network.inject(damaged, to: 1)
        }
        #expect(network.rejections[1].count == 8 * datagram.count && network.ownBytes[1] == charged)
        #expect(network.messages[1].isEmpty && network.blamed[1].isEmpty && !network.hasClosed[1])
        network.run(for: .milliseconds(10))
        #expect(network.messages[1] == [.waiting(Round(7))] && network.ownBytes[1] >= charged + datagram.count)
    }

    @Test("a replayed datagram is refused, in this connection and in the next")
    func replays() {
        var network = Self.opened(sealed: true)
        network.send(.waiting(Round(1)), from: 0)
        network.run(for: .milliseconds(10))
        let recorded = network.datagrams[1]
        for datagram in recorded { network.inject(datagram, to: 1) }
        #expect(network.messages[1] == [.waiting(Round(1))])
        #expect(network.rejections[1] == network.rejections[1].filter { $0 == .replayedSequence })

        var next = DatagramNetwork(secrets: Self.secrets(1))
        for datagram in recorded { next.inject(datagram, to: 1) }
        #expect(next.hasOpened == [false, false] && next.messages[1].isEmpty && next.blamed[1].isEmpty)
        // Its hello is welcome from where it came the first time, for some seconds, and answered; nothing else is.
        #expect(Set(next.rejections[1]).isSubset(of: [.badSeal, .handshakeExpected]) && next.rejections[1].count > 1)
    }

    @Test("garbage never traps, and a torn batch costs only what is behind the tear", arguments: 0..<20)
    func garbage(seed: Int) {
        var random = RandomStream(seed: UInt64(seed), purpose: .faults)
        var network = Self.opened(sealed: seed % 2 == 0, dimension: 5_000)
        network.send(Self.model(0, dimension: 5_000), from: 0)
        for _ in 0..<50 {
            var bytes = network.datagrams[1][random.below(network.datagrams[1].count)]
            switch random.below(3) {
            case 0: bytes.removeLast(random.below(bytes.count))
            case 1: bytes[random.below(min(40, bytes.count))] ^= UInt8(1 + random.below(255))
            default: bytes = (0..<random.below(3_000)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            }
            network.inject(bytes, to: 1)
        }
        #expect(network.run(for: .milliseconds(500)) { $0.messages[1] == [Self.model(0, dimension: 5_000)] })
        #expect(!network.hasClosed[1])
    }
}

@Suite("Replay window")
struct ReplayWindowTests {
    @Test("tells what it has seen, and takes what is too old for seen", arguments: 0..<5)
    func window(seed: Int) {
        var random = RandomStream(seed: UInt64(seed), purpose: .faults)
        var window = ReplayWindow()
        var seen: Set<UInt64> = []
        var newest: UInt64 = 0
        for _ in 0..<5_000 {
            let jump = random.below(100) == 0 ? random.below(10_000) : random.below(20)
            let back = UInt64(random.below(6_000))
            let sequence = random.below(2) == 0 ? newest + UInt64(jump) : newest - min(newest, back)
            let isOld = !seen.isEmpty && sequence + ReplayWindow.size <= newest
            #expect(window.contains(sequence) == (isOld || seen.contains(sequence)))
            guard !window.contains(sequence) else { continue }
            window.insert(sequence)
            seen.insert(sequence)
            newest = max(newest, sequence)
        }
    }
}
