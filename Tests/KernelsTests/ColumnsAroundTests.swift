// Column statistics with a vector of one's own beside the rows, against plain sorting in Double.
import Kernels
import TestSupport
import Testing

@Suite("Order statistics around an own vector")
struct ColumnsAroundTests {
    private let columns = 19
    private var own: [Float] { seededValues(columns, seed: 5).map { 0.5 * $0 } }

    private func rows(_ count: Int) -> [[Float]] { (0..<count).map { seededValues(columns, seed: 4, lane: $0) } }

    private func written(_ write: (inout MutableSpan<Float>) -> Void) -> [Float] {
        var out = [Float](repeating: .nan, count: columns)
        var span = out.mutableSpan
        write(&span)
        return out
    }

    private func expect(_ values: [Float], _ slow: (_ own: Double, _ sorted: [Double]) -> Double, of rows: [[Float]]) {
        for k in 0..<columns {
            let expected = slow(Double(own[k]), rows.map { Double($0[k]) }.sorted())
            #expect(abs(Double(values[k]) - expected) < 1e-6)
        }
    }

    private func mean(_ values: some Collection<Double>) -> Double { values.reduce(0, +) / Double(values.count) }

    private static let counts = Array(1...20) + [31, 32, 33, 100]

    @Test("the trimmed mean counts the own value after the trim or in it", arguments: counts)
    func trimmedMeans(_ count: Int) {
        let (rows, own) = (rows(count), own)
        for dropped in [0, 1, count / 4, (count - 1) / 2] where 2 * dropped < count {
            let appended = written {
                trimmedColumnMeans(batch(rows), with: own.span, asRow: false, dropping: dropped, into: &$0)
            }
            expect(appended, { own, sorted in mean([own] + sorted.dropFirst(dropped).dropLast(dropped)) }, of: rows)
            let inside = written {
                trimmedColumnMeans(batch(rows), with: own.span, asRow: true, dropping: dropped, into: &$0)
            }
            expect(inside, { mean(([$0] + $1).sorted().dropFirst(dropped).dropLast(dropped)) }, of: rows)
        }
    }

    @Test("the median is that of all values", arguments: counts)
    func medians(_ count: Int) {
        let (rows, own) = (rows(count), own)
        let values = written { columnMedians(batch(rows), with: own.span, into: &$0) }
        expect(
            values,
            { own, sorted in
                let all = ([own] + sorted).sorted()
                return (all[(all.count - 1) / 2] + all[all.count / 2]) / 2
            }, of: rows)
    }

    @Test("nearby means drop from either side, at most what is there", arguments: counts)
    func nearbyMeans(_ count: Int) {
        let (rows, own) = (rows(count), own)
        for dropped in [0, 1, count / 3, count / 2, count - 1, count, count + 3] {
            let values = written { nearbyColumnMeans(batch(rows), around: own.span, dropping: dropped, into: &$0) }
            expect(
                values,
                { own, sorted in
                    let above = sorted.filter { $0 > own }.dropLast(dropped)
                    return mean([own] + sorted.filter { $0 < own }.dropFirst(dropped) + above)
                }, of: rows)
        }
    }

    @Test("equal values stay as they are, and great ones do not overflow", arguments: counts)
    func equal(_ count: Int) {
        for value in [0.1, -3e38, 1e-30] as [Float] {
            let own = [Float](repeating: value, count: columns)
            let rows = batch(Array(repeating: own, count: count))
            #expect(written { trimmedColumnMeans(rows, with: own.span, asRow: false, dropping: 0, into: &$0) } == own)
            #expect(written { trimmedColumnMeans(rows, with: own.span, asRow: true, dropping: 0, into: &$0) } == own)
            #expect(written { columnMedians(rows, with: own.span, into: &$0) } == own)
            #expect(written { nearbyColumnMeans(rows, around: own.span, dropping: 1, into: &$0) } == own)
        }
    }
}
