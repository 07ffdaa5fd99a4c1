// What is on its way arrives by its time, and of one time in the order in which it was sent.
import Kernels
import Testing

@testable import Harness

@Suite("Passage")
struct PassageTests {
    @Test("things arrive by their times, those of one time in order")
    func order() {
        var passage = Passage<Int>()
        let times = [5, 3, 5, 1, 3, 9, 0]
        for (item, time) in times.enumerated() { passage.add(item, at: Instant(nanoseconds: Int64(time))) }
        #expect(passage.nextAt == Instant(nanoseconds: 0) && passage.count == times.count)
        var taken: [Int] = []
        while let item = passage.take(at: Instant(nanoseconds: 5)) { taken.append(item) }
        #expect(taken == [6, 3, 1, 4, 0, 2])
        #expect(passage.nextAt == Instant(nanoseconds: 9) && !passage.isEmpty)
    }
}
