// The worker thread: order, wake-up, and nothing left behind.
import Platform
import Testing

extension PlatformTests {
    @Suite("Worker", .timeLimit(.minutes(1))) struct WorkerTests {
        @Test("jobs come back as results, in order, and wake poll")
        func results() throws {
            var calls = 0
            let worker = try Worker<[Float], (call: Int, sum: Float)> { values in
                calls += 1
                return (calls, values.reduce(0, +))
            }
            #expect(try worker.take() == nil)
            for index in 0..<100 { try worker.submit([Float(index), 1]) }
            for index in 0..<100 {
                #expect(try becomesReady(worker.descriptor))
                let result = try #require(try worker.take())
                #expect(result.call == index + 1 && result.sum == Float(index + 1))
            }
            #expect(worker.outstanding == 0)
        }

        @Test("a thread that cannot be started is one fault, and nothing is left of it")
        func notStarted() throws {
            final class Token: Sendable {}
            weak var kept: Token?
            // No address space has room for such a stack.
            let fault = #expect(throws: SystemFault.self) {
                let token = Token()
                kept = token
                _ = try Worker<Int, Int>(stackBytes: 1 << 60) { job in withExtendedLifetime(token) { job } }
            }
            #expect(fault?.description == "cannot start a thread: Resource temporarily unavailable (EAGAIN)")
            #expect(kept == nil)
        }

        @Test("a worker that goes finishes its jobs and frees their results")
        func ending() throws {
            final class Token: Sendable {}
            weak var job: Token?
            weak var result: Token?
            do {
                let made = Token()
                let worker = try Worker<Token, Token> { _ in made }
                let token = Token()
                (job, result) = (token, made)
                for _ in 0..<10 { try worker.submit(token) }
            }
            #expect(job == nil && result == nil)
        }
    }
}
