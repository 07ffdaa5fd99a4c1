// Axes of plots: laws of every axis, and some axes in full.
import Testing

@testable import Harness

@Suite("Report: axes")
struct ReportAxisTests {
    private static let spans: [(Double, Double)] = [
        (0, 1), (0.171, 0.927), (0.9, 0.9), (0, 0), (1, 1), (0.031, 0.178), (0.4511, 0.4512), (1e-9, 2e-9),
        (0.29, 0.31),
    ]

    private static let ranges: [(Int, Int)] = [
        (0, 0), (0, 1), (10, 10), (0, 200), (0, 300), (3, 7), (0, 29_990), (1_000, 1_001), (0, 1_000_000_000),
    ]

    private static let magnitudes: [(Double, Double)] = [
        (0.0065, 0.2), (0.1, 1), (1, 1), (0.524, 0.111), (1e-9, 1e-6), (3e-8, 3e-8), (0.002, 900), (1e-45, 1e38),
        (1e-99, 1e99), (128, 129),
    ]

    private func expectOrder(_ axis: Axis, holds values: [Double]) {
        #expect(axis.ticks.count >= 2 && axis.ticks.count <= 8, "\(axis.ticks)")
        #expect(axis.ticks == axis.ticks.sorted() && axis.ticks.allSatisfy(axis.range.contains))
        #expect(Set(axis.ticks.map(axis.text)).count == axis.ticks.count, "\(axis.ticks.map(axis.text))")
        #expect(axis.share(of: axis.range.lowerBound) == 0)
        #expect(abs((axis.share(of: axis.range.upperBound) ?? 0) - 1) < 1e-9)
        for value in values {
            let share = axis.share(of: value) ?? -1
            #expect(share > -1e-9 && share < 1 + 1e-9, "\(value) at \(share)")
        }
    }

    @Test("an axis of shares holds them between few and different ticks", arguments: spans)
    func shares(least: Double, greatest: Double) {
        expectOrder(Axis(shares: [greatest, least]), holds: [least, greatest])
    }

    @Test("an axis of counts begins and ends with them", arguments: ranges)
    func counts(least: Int, greatest: Int) {
        let axis = Axis(counts: [least, greatest])
        #expect(axis.range.lowerBound == Double(least))
        #expect(axis.range.upperBound == Double(greatest) || least == greatest)
        expectOrder(axis, holds: [Double(least), Double(greatest)])
    }

    @Test("a logarithmic axis holds what is positive between few and different ticks", arguments: magnitudes)
    func logarithmic(one: Double, other: Double) {
        let axis = Axis(logarithmic: [one, 0, other])
        expectOrder(axis, holds: [one, other])
        #expect(axis.share(of: 0) == nil && axis.share(of: -1) == nil && axis.share(of: .nan) == nil)
        let middle = (axis.range.lowerBound.squareRoot() * axis.range.upperBound.squareRoot())
        #expect(abs((axis.share(of: middle) ?? 0) - 0.5) < 1e-6)
    }

    @Test("ticks are round numbers, written as a person would")
    func texts() {
        func texts(_ axis: Axis) -> [String] { axis.ticks.map(axis.text) }
        #expect(texts(Axis(shares: [0.171, 0.927])) == ["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"])
        #expect(texts(Axis(shares: [0.9])) == ["90.0 %", "90.5 %"])
        #expect(texts(Axis(counts: [0, 200])) == ["0", "50", "100", "150", "200"])
        #expect(texts(Axis(counts: [10, 290])) == ["100", "200"])
        #expect(texts(Axis(logarithmic: [0.0065, 0.2])) == ["0.001", "0.01", "0.1", "1"])
        #expect(texts(Axis(logarithmic: [0.11, 0.52])) == ["0.1", "0.2", "0.5", "1"])
        #expect(texts(Axis(logarithmic: [2e-9, 4e-7])) == ["10⁻⁹", "10⁻⁸", "10⁻⁷", "10⁻⁶"])
        #expect(texts(Axis(logarithmic: [2e5])) == ["2·10⁵", "5·10⁵"])
    }

    @Test("without values there is an axis all the same")
    func nothing() {
        for axis in [Axis(shares: []), Axis(counts: []), Axis(logarithmic: []), Axis(logarithmic: [0, .nan])] {
            expectOrder(axis, holds: [])
        }
    }
}
