// The accountant: published and tabulated numbers, and an integral that knows nothing of binomials.
import Glibc
import Learning
import Testing

@Suite("The Rényi accountant")
struct RenyiAccountantTests {
    private static func isNear(_ value: Double, _ known: Double, _ tolerance: Double = 1e-6) -> Bool {
        abs(value / known - 1) < tolerance
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let noise: Double
        let epochs: Int
        let published: Double
        let classic: Double
        let improved: Double
        let order: Int
        var testDescription: String { "noise \(noise), \(epochs) epochs" }
        var steps: Int { epochs * (60_000 / 256) }
    }

    private static let rows = [
        Row(noise: 1.3, epochs: 15, published: 1.19, classic: 1.1914577, improved: 0.9538, order: 17),
        Row(noise: 1.1, epochs: 60, published: 3.01, classic: 3.0066433, improved: 2.5948, order: 9),
        Row(noise: 0.7, epochs: 45, published: 7.10, classic: 7.1176378, improved: 6.3679, order: 4),
    ]

    @Test("comes to the published ε of batches of 256 of 60,000", arguments: rows)
    func published(row: Row) {
        let accountant = RenyiAccountant(rate: 256.0 / 60_000, noise: row.noise)
        let best = accountant.best(steps: row.steps, delta: 1e-5)
        #expect(Self.isNear(best.epsilon, row.classic, 1e-7) && best.order == row.order, "\(best)")
        #expect(Self.isNear(best.epsilon, row.published, 0.03))
        #expect(Self.isNear(accountant.epsilon(steps: row.steps, delta: 1e-5, .improved), row.improved, 1e-4))
        // Another q would not do.
        let other = RenyiAccountant(rate: 257.0 / 60_000, noise: row.noise).epsilon(steps: row.steps, delta: 1e-5)
        #expect(!Self.isNear(other, row.classic))
    }

    @Test("one step is what its formula says")
    func oneStep() {
        #expect(Self.isNear(RenyiAccountant(rate: 0.01, noise: 1).divergence(order: 2), 1.7181342e-4))
        #expect(Self.isNear(RenyiAccountant(rate: 0.01, noise: 1).divergence(order: 2), log1p(1e-4 * expm1(1)), 1e-12))
        #expect(Self.isNear(RenyiAccountant(rate: 0.01, noise: 1).divergence(order: 8), 8.9364391e-4))
        #expect(Self.isNear(RenyiAccountant(rate: 0.1, noise: 2).divergence(order: 16), 0.0452918391))
        let whole = RenyiAccountant(rate: 1, noise: 5).best(steps: 1, delta: 1e-5)
        #expect(Self.isNear(whole.epsilon, 0.9797052) && whole.order == 25)
        #expect(RenyiAccountant(rate: 1, noise: 5).divergence(order: 7) == 7.0 / 50)
        let thousand = RenyiAccountant(rate: 0.025, noise: 1.5).best(steps: 1_000, delta: 1e-5)
        #expect(Self.isNear(thousand.epsilon, 3.1999585) && thousand.order == 8)
        let hundreds = RenyiAccountant(rate: 0.1, noise: 2).best(steps: 200, delta: 1e-5)
        #expect(Self.isNear(hundreds.epsilon, 4.2204193) && hundreds.order == 6)
    }

    /// log E[(p/q)^a] / (a − 1) of the mixture p = (1 − q) N(0, z²) + q N(1, z²) against N(0, z²), by the trapezoidal
    /// rule.
    private func integral(rate: Double, noise: Double, order: Int) -> Double {
        let (low, high, count) = (-12 * noise, 12 * noise + Double(order), 20_000)
        let step = (high - low) / Double(count)
        let sum = (0...count).reduce(0.0) { sum, i in
            let x = low + Double(i) * step
            let ratio = 1 - rate + rate * exp((2 * x - 1) / (2 * noise * noise))
            return sum + step * exp(-x * x / (2 * noise * noise)) * pow(ratio, Double(order))
        }
        return log(sum / (noise * (2 * Double.pi).squareRoot())) / Double(order - 1)
    }

    @Test("divergences are integrals of the densities", arguments: [(0.1, 2.0), (0.01, 1), (0.5, 4), (0.9, 0.8)])
    func integrals(rate: Double, noise: Double) {
        for order in [2, 3, 7, 16] {
            let known = integral(rate: rate, noise: noise, order: order)
            let found = RenyiAccountant(rate: rate, noise: noise).divergence(order: order)
            #expect(Self.isNear(found, known, 1e-7), "order \(order): \(found), integral \(known)")
            let sparser = RenyiAccountant(rate: 0.99 * rate, noise: noise).divergence(order: order)
            #expect(!Self.isNear(sparser, known, 1e-5))
        }
    }

    @Test(
        "takes the tabulated noise for an ε",
        arguments: [
            (4_000, 100, 1_000, 1e-5, [4.008, 1.573, 0.801]), (1_000, 50, 500, 1e-4, [5.063, 1.931, 0.905]),
            (100, 25, 200, 1e-3, [13.71, 4.939, 1.871]),
        ])
    func multipliers(samples: Int, batch: Int, steps: Int, delta: Double, known: [Double]) throws {
        let rate = PrivateGradient.rate(batchSize: batch, of: samples)
        for (epsilon, noise) in zip([1.0, 3, 10], known) {
            let found = try #require(RenyiAccountant.noise(for: epsilon, rate: rate, steps: steps, delta: delta))
            #expect(Self.isNear(found, noise, 7e-4), "\(found)")
            let spent = RenyiAccountant(rate: rate, noise: found).epsilon(steps: steps, delta: delta)
            #expect(spent <= epsilon && Self.isNear(spent, epsilon))
        }
    }

    @Test("ε grows with steps and samples drawn, falls with noise and δ, and ends where it must")
    func order() {
        func epsilon(_ rate: Double, _ noise: Double, _ steps: Int, _ delta: Double = 1e-5) -> Double {
            RenyiAccountant(rate: rate, noise: noise).epsilon(steps: steps, delta: delta)
        }
        for (rate, noise, steps) in [(0.02, 1.0, 100), (0.3, 3, 7), (1e-6, 0.5, 1_000_000), (0.999, 50, 3)] {
            let here = epsilon(rate, noise, steps)
            #expect(here.isFinite && here > 0)
            #expect(epsilon(min(1, 1.3 * rate), noise, steps) >= here && epsilon(rate, noise, 2 * steps) >= here)
            #expect(epsilon(rate, 1.3 * noise, steps) <= here && epsilon(rate, noise, steps, 1e-4) < here)
            let both = RenyiAccountant(rate: rate, noise: noise)
            #expect(both.epsilon(steps: steps, delta: 1e-5, .improved) < here)
        }
        #expect(epsilon(0.1, 0, 1) == .infinity && epsilon(0.1, 0, 0) == 0 && epsilon(0, 0, 9) == 0)
        // A ratio of noise to everything that no exponential holds.
        #expect(epsilon(0.5, 1e-3, 1).isFinite && epsilon(0.5, 1e9, 1).isFinite)
        let least = RenyiAccountant.leastEpsilon(delta: 1e-5)
        #expect(Self.isNear(least, log(1e5) / 63, 1e-12))
        #expect(RenyiAccountant.noise(for: 0.99 * least, rate: 0.1, steps: 10, delta: 1e-5) == nil)
        #expect(RenyiAccountant.noise(for: 1.01 * least, rate: 0.1, steps: 10, delta: 1e-5) != nil)
        #expect(RenyiAccountant.noise(for: 1, rate: 0.1, steps: 0, delta: 1e-5) == 0)
    }
}
