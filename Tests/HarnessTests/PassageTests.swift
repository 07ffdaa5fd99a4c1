// What is on its way arrives by its time, and of one time in the order in which it was sent.
import Kernels
import Testing

@testable import Harness

@Suite("Passage")
struct PassageTests {
    @Test("things arrive by their times, those of one time in order")
    func order() {
        var passage = Passage<Int>(mostBytes: 100)
        let times = [5, 3, 5, 1, 3, 9, 0]
        for (item, time) in times.enumerated() {
            passage.add(item, bytes: 1, at: Instant(nanoseconds: Int64(time)))
        }
        #expect(passage.nextAt == Instant(nanoseconds: 0))
        var taken: [Int] = []
        while let item = passage.take(at: Instant(nanoseconds: 5)) { taken.append(item) }
        #expect(taken == [6, 3, 1, 4, 0, 2])
        #expect(passage.nextAt == Instant(nanoseconds: 9) && !passage.isEmpty)
    }

    @Test("there is room until so many bytes are on their way, and again when some have arrived")
    func room() {
        var passage = Passage<Int>(mostBytes: 10)
        for item in 0..<3 {
            #expect(passage.hasRoom)
            passage.add(item, bytes: 4, at: Instant(nanoseconds: Int64(item)))
        }
        #expect(!passage.hasRoom)
        #expect(passage.take(at: Instant(nanoseconds: 0)) == 0 && passage.hasRoom)
        passage.add(3, bytes: 2, at: Instant(nanoseconds: 3))
        #expect(!passage.hasRoom)
        passage.removeAll()
        #expect(passage.hasRoom && passage.isEmpty)
    }
}
