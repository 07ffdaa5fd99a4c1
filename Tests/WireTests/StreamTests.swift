// Streams as a network may hand them over: cut in two at every byte, damaged in every bit, with frames left out.
import Kernels
import Testing

@testable import Wire

@Suite("Stream")
struct StreamTests {
    private static let sent: [Message] = [
        .model(ModelMessage(round: Round(0), values: [1, -0.0, .nan])), .waiting(Round(0)),
        .stateRequest(Round(1)), .state(ModelMessage(round: Round(7), values: [3, -0.0, 0.5])),
        .model(ModelMessage(round: Round(Int(UInt32.max)), values: [.greatestFiniteMagnitude, 2, -.infinity])),
        .bye(.finished),
    ]

    private static func frames() -> (receiver: Link, frames: [[UInt8]]) {
        var (sender, receiver) = LinkTests.openPair()
        return (receiver, sent.map { sender.frame(for: $0).bytes })
    }

    private static func messages(_ effects: [LinkEffect]) -> [Message] {
        effects.compactMap { if case .deliver(let message) = $0 { message } else { nil } }
    }

    @Test("every message comes through a cut at any byte, with every bit of its values")
    func cuts() {
        let (opened, frames) = Self.frames()
        let bytes = frames.flatMap { $0 }
        for cut in 0...bytes.count {
            var receiver = opened
            var effects: [LinkEffect] = []
            receiver.receive(Array(bytes[..<cut]).span, into: &effects)
            receiver.receive(Array(bytes[cut...]).span, into: &effects)
            // By text: a NaN does not equal itself.
            #expect("\(Self.messages(effects))" == "\(Self.sent)", "cut at \(cut)")
        }
    }

    @Test("no flipped bit passes, in header or payload")
    func bits() {
        let (opened, frames) = Self.frames()
        for frame in frames {
            for bit in 0..<8 * frame.count {
                var receiver = opened
                var damaged = frame
                damaged[bit / 8] ^= UInt8(1 << (bit % 8))
                var effects: [LinkEffect] = []
                receiver.receive(damaged.span, into: &effects)
                #expect(Self.messages(effects).isEmpty, "bit \(bit)")
                #expect(!receiver.isOpen && effects.last == .close, "bit \(bit)")
            }
        }
    }

    @Test("a model left out leaves a gap, and the rest comes through")
    func gaps() {
        for left in Self.sent.indices {
            var (receiver, frames) = Self.frames()
            frames.remove(at: left)
            var effects: [LinkEffect] = []
            for frame in frames { receiver.receive(frame.span, into: &effects) }
            #expect(Self.messages(effects).count == Self.sent.count - 1)
        }
    }

    @Test("frames in another order are a replay")
    func order() {
        var (receiver, frames) = Self.frames()
        frames.swapAt(0, 1)
        var effects: [LinkEffect] = []
        for frame in frames { receiver.receive(frame.span, into: &effects) }
        #expect(Self.messages(effects) == [.waiting(Round(0))])
        #expect(effects.contains(.refused(.replayedSequence, from: NodeID(0))))
    }

    @Test("every way to take leave is understood", arguments: [CloseReason.finished, .stopping, .refused, .failed])
    func leave(closeReason: CloseReason) {
        var (sender, receiver) = LinkTests.openPair()
        var effects: [LinkEffect] = []
        receiver.receive(sender.frame(for: .bye(closeReason)).bytes.span, into: &effects)
        #expect(Self.messages(effects) == [.bye(closeReason)] && effects.last == .close)
    }

    @Test("a refused peer is told so in one frame, and nothing is read after it")
    func closeReason() {
        var (receiver, frames) = Self.frames()
        frames[0][0] ^= 1
        var effects: [LinkEffect] = []
        for frame in frames { receiver.receive(frame.span, into: &effects) }
        guard effects.count == 3, case .transmit(let frame) = effects[1] else {
            Issue.record("refused, told, closed: \(effects)")
            return
        }
        #expect(frame.kind == .bye && frame.head.last == CloseReason.refused.rawValue)
        #expect(effects.first == .refused(.badMagic, from: NodeID(0)) && effects.last == .close)
    }

    @Test("any announced length but the right one is refused at the header, before anything is kept")
    func lengths() throws {
        let limits = Limits(.model(3))
        for kind in Frame.Kind.allCases where kind != .fragment {
            for length in [0, 1, 8, 11, 12, 13, 44, 84, 108, 123, 124, 125, 1 << 20, Int(UInt32.max)] {
                let header = Frame(
                    kind: kind, isSealed: false, sender: NodeID(0), round: Round(0), sequence: 0, payloadBytes: length
                ).encoded
                let decoded = Result { () throws(Rejection) in try Frame.decode(header, limits: limits) }
                let right: [Frame.Kind: Int] = [
                    .hello: 124, .model: 12, .waiting: 0, .bye: 1, .proof: 0, .cookie: 8, .stateRequest: 0, .state: 12,
                ]
                let isRight = length == right[kind]
                #expect((try? decoded.get().payloadBytes) == (isRight ? length : nil))
                if !isRight { #expect(throws: Rejection.badLength) { try decoded.get() } }
            }
        }
    }
}
