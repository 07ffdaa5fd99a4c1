// Trimmed means and medians down columns: proved by the 0/1 principle where that is small, against slow twins beyond.
import Kernels
import TestSupport
import Testing

@Suite("Order statistics")
struct OrderStatisticsTests {
    private func trimmed(_ rows: [[Float]], dropping count: Int) -> [Float] {
        var out = [Float](repeating: .nan, count: rows[0].count)
        var span = out.mutableSpan
        trimmedColumnMeans(batch(rows), dropping: count, into: &span)
        return out
    }

    /// In the order in which the kernel adds.
    private func mean(of column: [Float], dropping count: Int) -> Float {
        let (centre, share) = (column[column.count / 2], 1 / Float(column.count - 2 * count))
        return column.dropFirst(count).dropLast(count).reduce(centre) { $0 + share * ($1 - centre) }
    }

    private func medians(_ rows: [[Float]]) -> [Float] {
        var out = [Float](repeating: .nan, count: rows[0].count)
        var span = out.mutableSpan
        columnMedians(batch(rows), into: &span)
        return out
    }

    private func rows(_ count: Int, columns: Int) -> [[Float]] {
        (0..<count).map { seededValues(columns, seed: 3, lane: $0) }
    }

    /// A network that sorts all columns of zeros and ones sorts everything (Knuth, volume 3, 5.3.4, theorem Z).
    @Test("every column of zeros and ones is sorted", arguments: 1...16)
    func zeroOnePrinciple(_ count: Int) {
        let columns = 1 << count
        let rows = (0..<count).map { row in (0..<columns).map { Float($0 >> row & 1) } }
        let ones = (0..<columns).map(\.nonzeroBitCount)
        for dropped in 0..<(count + 1) / 2 {
            let kept = dropped..<count - dropped
            let sums = ones.map { max(0, kept.upperBound - max(kept.lowerBound, count - $0)) }
            let isSorted = zip(trimmed(rows, dropping: dropped), sums).allSatisfy { mean, sum in
                abs(mean * Float(kept.count) - Float(sum)) < 1e-3
            }
            #expect(isSorted, "dropping \(dropped)")
        }
    }

    @Test("trimmed means are those of sorted columns, bit for bit", arguments: 1...20)
    func trimmedMeans(_ count: Int) {
        let rows = rows(count, columns: 19)
        for dropped in 0..<(count + 1) / 2 {
            let expected = sortedColumns(rows).map { mean(of: $0, dropping: dropped) }
            #expect(trimmed(rows, dropping: dropped) == expected)
            for (mean, slow) in zip(expected, slowTrimmedColumnSums(rows, dropping: dropped)) {
                #expect(abs(Double(mean) - slow / Double(count - 2 * dropped)) < 1e-6)
            }
        }
    }

    @Test("many rows are merged from sorted blocks", arguments: [24, 31, 32, 33, 47, 48, 49, 64, 65, 100, 255, 257])
    func manyRows(_ count: Int) {
        let rows = rows(count, columns: 11)
        for dropped in [0, 1, count / 4, (count - 1) / 2] {
            let expected = sortedColumns(rows).map { mean(of: $0, dropping: dropped) }
            #expect(trimmed(rows, dropping: dropped) == expected)
        }
        for (median, slow) in zip(medians(rows), slowColumnMedians(rows)) { #expect(abs(Double(median) - slow) < 1e-7) }
    }

    @Test("medians are middle values or midpoints", arguments: 1...20)
    func columnMedian(_ count: Int) {
        let rows = rows(count, columns: 17)
        for (median, slow) in zip(medians(rows), slowColumnMedians(rows)) { #expect(abs(Double(median) - slow) < 1e-7) }
    }

    @Test("the midpoint of two great values does not overflow")
    func greatValues() {
        let greatest = Float.greatestFiniteMagnitude
        #expect(medians([[greatest], [greatest]]) == [greatest])
        #expect(medians([[greatest], [-greatest]]) == [0])
        #expect(trimmed([[greatest], [-greatest], [5]], dropping: 1) == [5])
    }

    @Test("every width gives what whole tiles give", arguments: Array(1...17) + [1_023, 1_024, 1_025])
    func widths(_ columns: Int) {
        let wide = rows(7, columns: 1_032)
        let narrow = wide.map { Array($0.prefix(columns)) }
        #expect(trimmed(narrow, dropping: 2) == Array(trimmed(wide, dropping: 2).prefix(columns)))
        #expect(medians(narrow) == Array(medians(wide).prefix(columns)))
    }

    @Test("equal values and the order of rows change nothing")
    func ties() {
        var rows = rows(16, columns: 9).map { $0.map { ($0 * 3).rounded() } }
        let expected = trimmed(rows, dropping: 5)
        rows.reverse()
        #expect(trimmed(rows, dropping: 5) == expected)
    }
}
