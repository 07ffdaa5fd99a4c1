// AbsoluteNorm: a norm that no change of a coordinate's sign changes, drawn at random: what a strategic user may care
// for in LICCHAVI's theorem 9.
import Kernels

/// ‖(a_1x_1, a_2x_2, …)‖_q, or the sum of two such.
public struct AbsoluteNorm: Sendable {
    private let parts: [(weights: [Double], order: Double)]

    /// - Parameter count: of coordinates.
    public init(count: Int, random: inout RandomStream) {
        let orders = [1, 1.5, 2, 3, Double.infinity]
        var parts: [(weights: [Double], order: Double)] = []
        for _ in 0...random.below(2) {
            let weights = (0..<count).map { _ in 0.1 + random.uniform() }
            parts.append((weights, orders[random.below(orders.count)]))
        }
        self.parts = parts
    }

    public func callAsFunction(_ x: [Double]) -> Double {
        parts.reduce(0) { sum, part in
            sum + orderNorm(x.indices.map { part.weights[$0] * x[$0] }, part.order)
        }
    }
}
