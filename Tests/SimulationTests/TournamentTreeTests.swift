// The tournament tree: who is due when, against asking everyone.
import Kernels
import Testing
import Wire

@testable import Simulation

@Suite("Tournament tree")
struct TournamentTreeTests {
    @Test("the tree finds the soonest moment and whoever is due, in order", arguments: [1, 2, 3, 7, 64, 100])
    func tree(count: Int) {
        var random = RandomStream(seed: UInt64(count), purpose: .faults)
        var tree = TournamentTree(count: count)
        var moments = [Instant?](repeating: nil, count: count)
        for _ in 0..<2_000 {
            let index = random.below(count)
            moments[index] = random.below(4) == 0 ? nil : Instant(nanoseconds: Int64(random.below(50)) - 10)
            tree.set(index, to: moments[index])
            #expect(tree.soonest == moments.compactMap { $0 }.min())
            let now = Instant(nanoseconds: Int64(random.below(60)) - 15)
            var due: [Int] = []
            tree.collect(until: now, into: &due)
            #expect(due == moments.indices.filter { moments[$0].map { $0 <= now } ?? false })
        }
    }

    @Test("a timetable hands out deliveries by moment, and of one moment as they were added")
    func timetable() {
        var random = RandomStream(seed: 1, purpose: .faults)
        var table = EventQueue()
        var expected: [(at: Int64, number: Int)] = []
        var now: Int64 = 0
        for number in 0..<3_000 {
            let moment = now + 1 + Int64(random.below(random.below(3) == 0 ? 40 : 3))
            let delivery = Delivery(
                receiver: NodeID(number), sender: NodeID(0), content: .message(.waiting(Round(number))))
            table.add([delivery], at: Instant(nanoseconds: moment))
            expected.append((moment, number))
            guard random.below(2) == 0, let soonest = table.soonest else { continue }
            #expect(soonest.nanoseconds == expected.map(\.at).min())
            #expect(table.takeSoonest(until: Instant(nanoseconds: soonest.nanoseconds - 1)).isEmpty)
            now = soonest.nanoseconds
            let taken = table.takeSoonest(until: soonest).map(\.receiver.index)
            #expect(taken == expected.filter { $0.at == now }.map(\.number))
            expected.removeAll { $0.at == now }
        }
        #expect(!expected.isEmpty)
    }
}
