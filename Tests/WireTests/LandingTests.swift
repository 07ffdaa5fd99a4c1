// Reading vectors straight into their place: it must come to the same as reading them anywhere else.
import Cryptography
import Kernels
import Testing

@testable import Wire

@Suite("Reading into place")
struct LandingTests {
    private static let dimension = 40

    /// A stream, and the end of a link that it comes to.
    private struct Incoming {
        var link: Link
        var rest: ArraySlice<UInt8>
        private(set) var effects: [LinkEffect] = []
        private(set) var bytes = 0
        /// Where vectors have been read to.
        private(set) var places: Set<UInt> = []

        init(_ stream: [UInt8], to link: Link) {
            rest = stream[...]
            self.link = link
        }

        /// One read of at most so many bytes.
        mutating func read(_ most: Int, inPlace: Bool) {
            var chunk = Array(rest.prefix(most))
            rest = rest.dropFirst(chunk.count)
            var landed = 0
            var place: UInt?
            if inPlace {
                _ = link.land { before, vector, filled in
                    landed = min(max(0, chunk.count - before), 4 * vector.count - filled)
                    unsafe vector.withUnsafeMutableBytes { bytes in
                        place = UInt(bitPattern: bytes.baseAddress)
                        for index in 0..<landed { unsafe bytes[filled + index] = chunk[before + index] }
                    }
                    if landed > 0 { chunk.removeSubrange(before..<before + landed) }
                    return landed
                }
            }
            if landed > 0, let place { places.insert(place) }
            bytes += link.receive(chunk.span, into: &effects).bytes
        }

        var messages: [Message] { effects.compactMap { if case .deliver(let message) = $0 { message } else { nil } } }

        /// How often each thing was refused.
        var refusals: [Rejection: Int] {
            effects.reduce(into: [:]) { counts, effect in
                if case .refused(let rejection, _, let count) = effect { counts[rejection, default: 0] += count }
            }
        }

        /// Where the vectors of its messages are.
        var vectors: [UInt] {
            messages.compactMap { message in
                guard case .model(let model) = message else { return nil }
                return unsafe model.values.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
            }
        }
    }

    private static func pair(isSealed: Bool) -> (Link, Link) {
        let key = EdgeKey([UInt8](repeating: 3, count: 32))
        let ends = [0, 1].map { node in
            let secrets = LinkSecrets(
                keys: KeyRing([(NodeID(1 - node), key)]), challenge: [UInt8](repeating: UInt8(node), count: 32))
            return Link(
                local: LinkTests.identity(node, dimension: dimension),
                expecting: node == 0 ? .dialled(NodeID(1)) : .accepted(among: [NodeID(0)]),
                secrets: isSealed ? secrets : nil)
        }
        var (dialler, accepter) = (ends[0], ends[1])
        _ = LinkTests.converse(&dialler, &accepter)
        return (dialler, accepter)
    }

    private static func model(_ round: Int) -> ModelMessage {
        ModelMessage(round: Round(round), values: (0..<dimension).map { Float($0 * 7 % 13) + Float(round) })
    }

    /// Models, some of them of the past, and all else that may come between.
    private static func stream(_ random: inout RandomStream, from sender: inout Link) -> [UInt8] {
        (1..<40).flatMap { round -> [UInt8] in
            let message: Message =
                switch random.below(6) {
                case 0: .waiting(Round(round))
                case 1: .state(model(round))
                case 2: .stateRequest(Round(round))
                case 3: .model(model(max(0, round - 3)))
                default: .model(model(round))
                }
            return sender.frame(for: message).bytes
        }
    }

    @Test("comes to the same, however the stream is cut", arguments: 0..<30)
    func anyCut(seed: Int) {
        var random = RandomStream(seed: UInt64(seed), purpose: .faults)
        var (sender, receiver) = Self.pair(isSealed: seed % 2 == 0)
        let stream = Self.stream(&random, from: &sender)
        var (plain, placed) = (Incoming(stream, to: receiver), Incoming(stream, to: receiver))
        let longest = [1, 30, 100, 300, 5_000][seed % 5]
        while !plain.rest.isEmpty { plain.read(1_000, inPlace: false) }
        while !placed.rest.isEmpty { placed.read(1 + random.below(longest), inPlace: random.below(4) > 0) }
        #expect(
            !plain.messages.isEmpty && placed.messages.filter(\.isNoWaiting) == plain.messages.filter(\.isNoWaiting))
        #expect(placed.refusals == plain.refusals && placed.link.isOpen)
        #expect(placed.bytes == stream.count && plain.bytes == stream.count)
    }

    @Test(
        "a flipped bit is found, and a message of another kind is read as if it had come anywhere",
        arguments: [false, true])
    func foreign(isSealed: Bool) {
        var (sender, receiver) = Self.pair(isSealed: isSealed)
        var bytes = sender.frame(for: .bye(.finished)).bytes
        var incoming = Incoming(bytes, to: receiver)
        incoming.read(1_000, inPlace: true)
        #expect(incoming.messages == [.bye(.finished)])

        (sender, receiver) = Self.pair(isSealed: isSealed)
        bytes = sender.frame(for: .model(Self.model(1))).bytes
        bytes[bytes.count - 3] ^= 4
        incoming = Incoming(bytes, to: receiver)
        incoming.read(1_000, inPlace: true)
        #expect(incoming.messages.isEmpty && incoming.refusals == [isSealed ? .badSeal : .badCheck: 1])
        #expect(!incoming.link.isOpen)
    }

    @Test(
        "a model is where it was read to, whether it came at once or in parts, plain or sealed",
        arguments: [false, true])
    func inPlace(isSealed: Bool) {
        for size in [50, 10_000] {
            var (sender, receiver) = Self.pair(isSealed: isSealed)
            var incoming = Incoming([], to: receiver)
            for round in 1...5 {
                incoming.rest += sender.frame(for: .model(Self.model(round))).bytes
                while !incoming.rest.isEmpty { incoming.read(size, inPlace: true) }
            }
            #expect(incoming.vectors.count == 5 && Set(incoming.vectors).isSubset(of: incoming.places), "\(size)")
        }
    }

    @Test("no memory is lent before the link is open")
    func strangers() {
        var link = Link(local: LinkTests.identity(0), expecting: .dialled(NodeID(1)))
        var effects: [LinkEffect] = []
        link.start(into: &effects)
        #expect(!link.land { _, _, _ in 0 })
    }
}

extension Message {
    /// Of waitings that follow each other at once only the last is told.
    fileprivate var isNoWaiting: Bool { if case .waiting = self { false } else { true } }
}
