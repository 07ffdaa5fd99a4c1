// Fragments that come in, in any order: what is handed out, what is said to be missing and what is acknowledged are what
// a set of the numbers says.
import Kernels
import Testing

@testable import Wire

@Suite("Incoming fragments")
struct IncomingFragmentsTests {
    /// The numbers that have come, and nothing else.
    private struct Twin {
        var come: Set<UInt64> = []
        var base: UInt64 { (0...).first { !come.contains($0) } ?? 0 }

        /// Whether what is acknowledged, and whether there are gaps, is true.
        func agrees(_ acknowledgement: Fragment.Acknowledgement, hasGaps: Bool) -> Bool {
            acknowledgement.base == base && hasGaps == come.contains { $0 > base }
                && (0..<base + 200).allSatisfy { acknowledgement.contains($0) == come.contains($0) }
        }
    }

    private static func payload(_ number: UInt64) -> [UInt8] { [UInt8(truncatingIfNeeded: number), 7] }

    @Test("they are handed out in order, once each, and acknowledged as they come", arguments: 1...20 as ClosedRange)
    func twin(seed: Int) {
        var random = RandomStream(seed: UInt64(seed), purpose: .faults)
        var fragments = IncomingFragments()
        var twin = Twin()
        var used: [[UInt8]] = []
        // Some seeds come to the end of the window, others hardly leave its beginning.
        let reach = [3, 20, 66, 140][seed % 4]
        for _ in 0..<300 {
            let number = UInt64(max(0, Int(twin.base) - 2 + random.below(reach)))
            let isNew = !twin.come.contains(number)
            switch fragments.take(number, payload: Self.payload(number).span) {
            case .next:
                #expect(number == twin.base)
                used.append(Self.payload(number))
                while let next = fragments.advance() { used.append(next) }
            case .early: #expect(isNew && number > twin.base)
            case .repeated: #expect(!isNew)
            case .unexpected:
                #expect(number >= twin.base + UInt64(Fragment.mostAtOnce))
                continue
            }
            twin.come.insert(number)
            #expect(used == (0..<twin.base).map(Self.payload))
            #expect(twin.agrees(fragments.acknowledgement, hasGaps: fragments.hasGaps))
        }
    }

    @Test("what is said wrongly is found")
    func wrong() {
        let twin = Twin(come: [0, 1, 3, 66])
        #expect(twin.agrees(.init(base: 2, low: 1 << 1, high: 1), hasGaps: true))
        #expect(!twin.agrees(.init(base: 2, low: 1 << 1, high: 1), hasGaps: false))
        #expect(!twin.agrees(.init(base: 2, low: 1 << 1, high: 0), hasGaps: true))
        #expect(!twin.agrees(.init(base: 1, low: 1 << 2, high: 0), hasGaps: true))
    }
}
