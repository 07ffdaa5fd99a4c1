// The effect queue: nothing that follows from a mix is done before its trace line is kept.
import Kernels
import Metrics
import Testing
import Wire

@testable import Core

@Suite("Effect queue")
struct EffectQueueTests {
    private static let line = TraceLine(round: Round(3), inputs: [], result: 7)

    private static func name(_ effect: NodeEffect) -> String {
        switch effect {
        case .send(.bye, _): "bye"
        case .send: "send"
        case .wake(let moment): "wake \(moment.nanoseconds)"
        case .train: "train"
        case .probeLosses: "probeLosses"
        case .trace(let line): "trace \(line.round)"
        case .warn: "warn"
        case .record: "record"
        case .mixed: "mixed"
        case .ownModel: "ownModel"
        case .snapshot: "snapshot"
        case .save: "save"
        case .stop: "stop"
        }
    }

    private static func drain(_ queue: inout EffectQueue) -> [String] {
        var names: [String] = []
        while let effect = queue.next() { names.append(name(effect)) }
        return names
    }

    private static func wake(_ nanoseconds: Int64) -> NodeEffect { .wake(at: Instant(nanoseconds: nanoseconds)) }

    @Test("effects come in the order in which they were asked for")
    func order() {
        var queue = EffectQueue()
        queue.effects += [.trace(Self.line), .send(.waiting(Round(4)), to: NodeID(1)), Self.wake(5)]
        #expect(Self.drain(&queue) == ["trace 3", "send", "wake 5"])
        #expect(queue.effects.isEmpty && queue.next() == nil)
        queue.effects.append(.record(NodeRecord()))
        #expect(Self.drain(&queue) == ["record"])
    }

    @Test("behind a line that cannot be kept all waits but waking up, also what is asked for later")
    func holds() {
        var queue = EffectQueue()
        queue.effects += [
            .record(NodeRecord()), .trace(Self.line), .send(.waiting(Round(4)), to: NodeID(1)), Self.wake(5),
        ]
        #expect(queue.next().map(Self.name) == "record" && queue.next().map(Self.name) == "trace 3")
        queue.blockOnTrace(at: Instant(nanoseconds: 9))
        #expect(Self.drain(&queue) == ["wake 5"])
        queue.effects += [Self.wake(6), .send(.bye(.finished), to: NodeID(1)), Self.wake(7)]
        #expect(Self.drain(&queue) == ["wake 6", "wake 7"])
        #expect(queue.blockedLine == Self.line && queue.blockedSince == Instant(nanoseconds: 9))
        queue.release()
        #expect(queue.blockedLine == nil)
        #expect(Self.drain(&queue) == ["send", "bye"])
    }

    @Test("a node that gives up says that it has failed, and nothing of what waited")
    func givesUp() {
        var node = HandledNode()
        node.join(1...2)
        node.handle(.traceLost, at: 1)
        #expect(node.sent.suffix(2).map(\.message) == [.bye(.failed), .bye(.failed)])
        #expect(node.ending == .traceLost(Round(0)))
        #expect(node.ending?.failure == "gave up at round 0: its trace could not be written")
        var queue = EffectQueue()
        queue.effects += [.trace(Self.line), .send(.waiting(Round(4)), to: NodeID(1))]
        _ = queue.next()
        queue.blockOnTrace(at: Instant(nanoseconds: 9))
        queue.removeAll()
        #expect(queue.next() == nil && queue.blockedSince == nil)
    }
}
