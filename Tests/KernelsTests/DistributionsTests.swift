// Moments of the distributions; five standard errors are allowed, so a seed is not luck.
import Kernels
import TestSupport
import Testing

@Suite("Distributions")
struct DistributionsTests {
    @Test("Gaussian draws have the moments and the tails of the normal distribution")
    func gaussian() {
        var stream = RandomStream(seed: 1, purpose: .measurement)
        let count = 50_000
        let draws = (0..<count).map { _ in stream.gaussian() }
        let (mean, variance) = moments(draws)
        let error = 1 / Double(count).squareRoot()
        #expect(abs(mean) < 5 * error)
        #expect(abs(variance - 1) < 5 * error * 2.0.squareRoot())
        #expect(abs(draws.reduce(0) { $0 + $1 * $1 * $1 } / Double(count)) < 5 * error * 15.0.squareRoot())
        for (limit, probability) in [(1.0, 0.158655), (2, 0.022750), (3, 0.001350)] {
            let share = Double(draws.filter { $0 > limit }.count) / Double(count)
            #expect(abs(share - probability) < 5 * error * probability.squareRoot())
        }
        let products = zip(draws, draws.dropFirst()).map { $0 * $1 }
        #expect(abs(moments(products).mean) < 5 * error, "the values of a pair are independent")
    }

    @Test("filling scales and shifts the draws of gaussian")
    func fill() {
        var stream = RandomStream(seed: 4, purpose: .measurement)
        var twin = stream
        var values = [Float](repeating: 0, count: 101)
        stream.fillGaussian(&values, mean: 3, standardDeviation: 2)
        #expect(values == values.map { _ in Float(3 + 2 * twin.gaussian()) })
    }

    /// Shape, and mean and variance of the logarithm of a gamma variable: digamma and trigamma of the shape.
    static let gammas = [
        (0.001, -1000.5755719, 1_000_001.642533), (0.5, -1.9635100260, 4.9348022005), (1, -0.5772156649, 1.6449340668),
        (3, 0.9227843351, 0.3949340668), (50, 3.9019896734, 0.0202013227),
    ]

    @Test("the logarithm of a gamma draw has the right mean and variance", arguments: gammas)
    func gamma(_ shape: Double, _ mean: Double, _ variance: Double) {
        var stream = RandomStream(seed: 5, purpose: .measurement)
        let count = 20_000
        let found = moments((0..<count).map { _ in stream.logGamma(shape: shape) })
        #expect(abs(found.mean - mean) < 5 * (variance / Double(count)).squareRoot())
        #expect(abs(found.variance / variance - 1) < 0.15)
    }

    @Test("Dirichlet shares sum to 1 and have the right mean and variance", arguments: [0.001, 0.1, 1, 100])
    func dirichlet(_ concentration: Double) {
        var stream = RandomStream(seed: 6, purpose: .measurement)
        let count = 5
        var shares: [Double] = []
        for _ in 0..<4_000 {
            let draw = stream.dirichlet(concentration, count: count)
            #expect(draw.count == count && draw.allSatisfy { 0 <= $0 && $0 <= 1 })
            #expect(abs(draw.reduce(0, +) - 1) < 1e-14)
            shares.append(draw[0])
        }
        let mean = 1 / Double(count)
        let variance = mean * (1 - mean) / (Double(count) * concentration + 1)
        let found = moments(shares)
        #expect(abs(found.mean - mean) < 5 * (variance / 4_000).squareRoot())
        #expect(abs(found.variance / variance - 1) < 0.2)
    }

    @Test("shuffling three elements meets all six orders about equally often")
    func shuffle() {
        var stream = RandomStream(seed: 7, purpose: .measurement)
        var counts: [[Int]: Int] = [:]
        for _ in 0..<6_000 {
            var elements = [0, 1, 2]
            stream.shuffle(&elements)
            counts[elements, default: 0] += 1
        }
        #expect(counts.count == 6 && counts.values.allSatisfy { abs($0 - 1_000) < 160 })
    }

    @Test("shuffling keeps every element", arguments: [0, 1, 2, 50])
    func permutation(_ count: Int) {
        var stream = RandomStream(seed: 8, purpose: .measurement)
        var elements = Array(0..<count)
        stream.shuffle(&elements)
        #expect(elements.sorted() == Array(0..<count))
    }
}
