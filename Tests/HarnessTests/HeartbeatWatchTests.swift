// The heartbeat watch: when a node counts as hung, on a manual clock.
import Kernels
import Testing

@testable import Harness

@Suite("Heartbeat watch")
struct HeartbeatWatchTests {
    /// A watch that is told what each second brings.
    private struct Watched {
        var watch = HeartbeatWatch(at: Instant(nanoseconds: 0))
        var seconds = 0

        mutating func pass(_ count: Int, beats: (Int) -> UInt64?) {
            for _ in 0..<count {
                seconds += 1
                watch.look(beats(seconds), at: Instant(nanoseconds: .milliseconds(1000 * seconds)))
            }
        }
    }

    @Test("a loop that stirs is never hung, however long its rounds take")
    func stirs() {
        var node = Watched()
        node.pass(100_000) { UInt64($0 / 30) }
        #expect(!node.watch.isHung() && node.watch.silence < .milliseconds(31_000))
    }

    @Test("one that does not stir for a minute is")
    func silent() {
        var node = Watched()
        node.pass(1) { _ in 7 }
        node.pass(60) { _ in 7 }
        #expect(!node.watch.isHung())
        node.pass(1) { _ in 7 }
        #expect(node.watch.isHung())
        node.pass(1) { _ in 8 }
        #expect(!node.watch.isHung())
    }

    @Test("what cannot be read is no sign of life")
    func unreadable() {
        var node = Watched()
        node.pass(1) { _ in 7 }
        node.pass(61) { $0 % 2 == 0 ? nil : 7 }
        #expect(node.watch.isHung())
    }

    @Test("until its loop begins, a node has ten times as long")
    func starting() {
        var node = Watched()
        node.pass(600) { _ in nil }
        #expect(!node.watch.isHung())
        node.pass(1) { _ in nil }
        #expect(node.watch.isHung())
    }

    @Test("what the plan holds is not hung, and has all the time again when it is let go")
    func held() {
        var node = Watched()
        node.pass(30) { _ in 7 }
        node.watch.hold()
        node.pass(10_000) { _ in 7 }
        #expect(!node.watch.isHung())
        node.watch.letGo()
        node.pass(60) { _ in 7 }
        #expect(!node.watch.isHung())
        node.pass(1) { _ in 7 }
        #expect(node.watch.isHung())
    }

    @Test("a watcher that stood still itself blames nobody")
    func watcherStoodStill() {
        var node = Watched()
        node.pass(1) { _ in 7 }
        node.seconds += 100_000
        node.pass(1) { _ in 7 }
        #expect(!node.watch.isHung() && node.watch.silence == .milliseconds(2_000))
    }
}
