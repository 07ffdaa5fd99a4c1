// The threads that share a kernel's work: every part is done once, and as many are started as were asked for.
import Kernels
import Synchronization
import Testing

@testable import Platform

@Suite("Threads of a crew")
struct ThreadsTests {
    /// Of many columns, as a crew sees them.
    private static let batch = {
        var batch = VectorBatch(columns: 1 << 19, capacity: 2)
        for row in 0..<2 { batch.append([Float](repeating: Float(row), count: 1 << 19)) }
        return batch
    }()

    @Test("do every part once, and are done when the call is", arguments: [2, 3, 16])
    func parts(count: Int) {
        var batch = Self.batch
        batch.crew = .threads(count)
        var out = [Float](repeating: 0, count: batch.columns)
        var span = out.mutableSpan
        let parts = Mutex(0)
        batch.shareColumns(by: 64, into: &span) { columns, out in
            parts.withLock { $0 += 1 }
            for index in out.indices { out[index] += Float(columns.lowerBound + index) }
        }
        #expect(parts.withLock { $0 } == count)
        #expect(out.indices.allSatisfy { out[$0] == Float($0) })
    }

    @Test("are none where one was asked for")
    func alone() {
        let crew = Crew.threads(1)
        #expect(crew == nil)
    }

    @Test("are no more than the host has processors where it is left to its load")
    func load() {
        var batch = Self.batch
        batch.crew = .threads(nil)
        var out = [Float](repeating: 0, count: batch.columns)
        var span = out.mutableSpan
        let parts = Mutex(0)
        batch.shareColumns(by: 64, into: &span) { _, _ in parts.withLock { $0 += 1 } }
        #expect((1...HostLimits.processors).contains(parts.withLock { $0 }))
        // The one that asks is one of them.
        #expect(HostLoad.runnable() ?? 0 >= 1)
    }
}
