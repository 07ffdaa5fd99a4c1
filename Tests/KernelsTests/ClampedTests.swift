// Clamped sums and products, beside what wider numbers give, and the times that are made of them.
import Kernels
import Testing

@Suite("Clamped numbers")
struct ClampedTests {
    private static let values: [Int8] = [-128, -127, -64, -16, -2, -1, 0, 1, 2, 8, 15, 16, 63, 127]

    @Test("are the exact result, or the bound that it passes")
    func results() {
        func clamped(_ exact: Int) -> Int8 { Int8(clamping: exact) }
        for a in Self.values {
            for b in Self.values {
                #expect(a.clampedPlus(b) == clamped(Int(a) + Int(b)))
                #expect(a.clampedMinus(b) == clamped(Int(a) - Int(b)))
                #expect(a.clampedTimes(b) == clamped(Int(a) * Int(b)))
            }
        }
    }

    @Test("no moment lies beyond the last one, and none before the first")
    func moments() {
        let (first, last) = (Instant(nanoseconds: .min), Instant(nanoseconds: .max))
        #expect(last + 1 == last && first + -1 == first)
        #expect(last - first == Nanoseconds.max && first - last == Nanoseconds.min)
        #expect(Nanoseconds.milliseconds(.max) == .max && Nanoseconds.milliseconds(3) == 3_000_000)
    }
}
