// A listening socket whose connections cannot be taken is left alone for a moment, and is asked again.
import Kernels
import Platform
import Testing

@testable import Harness

@Suite("Resting listener")
struct RestingListenerTests {
    /// What one turn at this time takes.
    private static func turn(_ listener: inout RestingListener, most: Int = 4, at now: Instant) throws -> Int {
        var polled = PollLoop()
        listener.register(in: &polled)
        try polled.wait(until: MonotonicClock().now())
        return listener.take(most, polled, at: now).count
    }

    @Test("after a failure it is not polled until its rest is over")
    func rests() throws {
        // Readable, and no connection can be taken from it.
        let (reading, writing) = try FileDescriptor.pipe()
        #expect(try writing.write([0]) == .bytes(1))
        var listener = RestingListener(reading)
        #expect(listener.restsUntil == nil)
        let start = Instant(nanoseconds: 0)
        #expect(try Self.turn(&listener, at: start) == 0)
        let end = try #require(listener.restsUntil)
        #expect(end > start)
        var polled = PollLoop()
        listener.register(in: &polled)
        #expect(try polled.wait(until: MonotonicClock().now()) == 0, "nothing wakes the loop")
        #expect(try Self.turn(&listener, at: start) == 0 && listener.restsUntil == end)
        #expect(try Self.turn(&listener, at: end) == 0 && listener.restsUntil == nil)
        // It is asked again, in vain.
        #expect(try Self.turn(&listener, at: end) == 0 && listener.restsUntil ?? start > end)
    }

    @Test("takes so many connections at one turn, and the others at the next")
    func takes() throws {
        let (socket, address) = try Socket.listen(on: SocketAddress("127.0.0.1:0"))
        var listener = RestingListener(socket)
        let diallers = try (0..<3).map { _ in try Socket.connect(to: address) }
        var polled = PollLoop()
        for dialler in diallers {
            polled.removeAll()
            polled.add(dialler, reading: false, writing: true)
            try polled.wait(until: MonotonicClock().now() + .milliseconds(10_000))
        }
        var taken: [Int] = []
        for _ in 0..<3 { taken.append(try Self.turn(&listener, most: 2, at: Instant(nanoseconds: 0))) }
        #expect(taken == [2, 1, 0] && listener.restsUntil == nil)
        #expect(diallers.count == 3)
    }
}
