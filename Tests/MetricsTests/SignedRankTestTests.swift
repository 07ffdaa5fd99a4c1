// Wilcoxon's test against counting all choices of signs, and against values from tables.
import Testing

@testable import Metrics

@Suite("Signed-rank test")
struct SignedRankTestTests {
    /// Twice the share of all choices of signs whose positive ranks come to at most the lesser sum.
    private func counted(_ differences: [Double]) -> Double {
        let values = differences.filter { $0 != 0 }
        let ranks = values.map { value in
            let less = values.count { abs($0) < abs(value) }
            let equal = values.count { abs($0) == abs(value) }
            return Double(less) + Double(equal + 1) / 2
        }
        func sum(_ isPositive: (Int) -> Bool) -> Double {
            ranks.indices.filter(isPositive).reduce(0) { $0 + ranks[$1] }
        }
        let positive = sum { values[$0] > 0 }
        let extreme = min(positive, sum { values[$0] < 0 })
        let choices = 0..<(1 << values.count)
        let hits = choices.count { choice in sum { choice >> $0 & 1 == 1 } <= extreme }
        return min(1, 2 * Double(hits) / Double(choices.count))
    }

    @Test(
        "is what counting comes to",
        arguments: [
            [1.0], [1, 2, 3, 4, 5], [-1, 2, 3, 4, 5], [1, -1, 2, 2, -3, 7], [0, 0, 3, -1, 4], [2, 2, 2, -2, 5, 6, -7],
            [0.5, -0.25, 0.125, 1, 9, -3, 4, 4, 4, -0.5],
        ])
    func exact(differences: [Double]) {
        let test = SignedRankTest(differences)
        #expect(abs(test.p - counted(differences)) < 1e-12)
        #expect(test.count == differences.count { $0 != 0 })
        #expect(SignedRankTest(differences.map { -$0 }).p == test.p)
    }

    @Test("five of one sign are no proof at 5 %, six are; nothing but zeros says nothing")
    func known() {
        #expect(SignedRankTest([1, 2, 3, 4, 5]).p == 0.0625)
        #expect(SignedRankTest([1, 2, 3, 4, 5, 6]).p == 0.03125)
        #expect(SignedRankTest([0, 0]).p == 1 && SignedRankTest([]).p == 1)
        #expect(SignedRankTest.least(of: 5) == 0.0625 && SignedRankTest.least(of: 1) == 1)
        // The table's critical value for n = 10 at 5 %, two-sided, is 8: 2 P(W ≤ 8) = 0.0488 and 2 P(W ≤ 9) = 0.0645.
        let ranks: [Double] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
        let (eight, nine) = (ranks.map { $0 == 8 ? -$0 : $0 }, ranks.map { $0 == 9 ? -$0 : $0 })
        #expect(abs(SignedRankTest(eight).p - 50.0 / 1024) < 1e-12)
        #expect(abs(SignedRankTest(nine).p - 66.0 / 1024) < 1e-12)
    }
}
