// The middle of some values, by what a median is.
import Kernels
import Metrics
import Testing

@Suite("Middle")
struct MiddleTests {
    /// Whether as many values lie above the middle as below, and mirrored values have it mirrored.
    private static func isMedian(_ middle: ([Double]) -> Double) -> Bool {
        var random = RandomStream(seed: 3, purpose: .measurement)
        return (1...20).allSatisfy { count in
            (0..<20).allSatisfy { _ in
                let values = (0..<count).map { _ in random.gaussian() }
                let found = middle(values)
                return values.count { $0 < found } == values.count { $0 > found } && middle(values.map(-)) == -found
            }
        }
    }

    @Test("as many values lie above it as below, on either side of 0")
    func median() {
        #expect(Self.isMedian(middle(of:)))
        #expect(!Self.isMedian { $0.sorted()[$0.count / 2] })
        #expect(!Self.isMedian { $0.reduce(0, +) / Double($0.count) })
    }
}
