// AdamUsers: personalised learning by steps of Adam on own models, one minibatch a step, for whatever has an objective,
// nets among them: as the papers train it. What is convex CommonModelGame solves.
import Kernels
public import Learning

/// Adam (Kingma, Ba 2015, algorithm 1), β₁ = 0.9, β₂ = 0.999.
public struct Adam: Sendable {
    private var first: [Double]
    private var second: [Double]
    /// β₁ᵗ and β₂ᵗ.
    private var powers = (1.0, 1.0)

    /// - Parameter dimension: of the vector that it moves.
    public init(dimension: Int) {
        first = [Double](repeating: 0, count: dimension)
        second = first
    }

    /// - Parameter stepSize: of this step.
    public mutating func step(_ point: inout [Double], along gradient: [Double], stepSize: Double) {
        powers = (0.9 * powers.0, 0.999 * powers.1)
        let (whole, square) = (1 - powers.0, 1 - powers.1)
        for j in point.indices {
            first[j] = 0.9 * first[j] + 0.1 * gradient[j]
            second[j] = 0.999 * second[j] + 0.001 * gradient[j] * gradient[j]
            point[j] -= stepSize * (first[j] / whole) / ((second[j] / square).squareRoot() + 1e-8)
        }
    }
}

/// Users with data, each with a model of its own.
public struct AdamUsers: Sendable {
    /// One of them.
    public struct User: Sendable {
        public let samples: Samples
        /// What each sample's loss counts.
        public let weight: Double
        public internal(set) var own: [Double]
        fileprivate var adam: Adam

        fileprivate mutating func step(along slope: [Double], stepSize: Double) {
            adam.step(&own, along: slope, stepSize: stepSize)
        }
    }

    private let objective: any Objective
    private let coupling: any Coupling
    /// ν.
    private let ridge: Double
    /// Samples of a step, of those that a user has.
    private let batchSize: Int
    public private(set) var users: [User]
    private var random: RandomStream
    private var scratch = ObjectiveScratch()

    /// - Parameters:
    ///   - data: samples of each user, at least one, and what each sample's loss counts.
    ///   - start: of all own models.
    public init(
        _ data: [(samples: Samples, weight: Double)], objective: any Objective, coupling: any Coupling,
        ridge: Double = 0, batchSize: Int, from start: [Double], seed: UInt64
    ) {
        precondition(
            data.allSatisfy { $0.samples.count > 0 && $0.samples.weights.isEmpty },
            "whoever has no data learns nothing, and samples are drawn alike")
        self.objective = objective
        self.coupling = coupling
        self.ridge = ridge
        self.batchSize = batchSize
        users = data.map { User(samples: $0, weight: $1, own: start, adam: Adam(dimension: start.count)) }
        random = RandomStream(seed: seed, purpose: .sampling)
    }

    /// One step of each on L_n(θ_n) + R(ρ − θ_n), the loss being that of a minibatch, drawn with replacement, for all.
    ///
    /// - Returns: Σ_n ∇R(ρ − θ_n) after it, what they pull the common model by.
    public mutating func step(towards common: [Double], stepSize: Double) -> [Double] {
        var pull = [Double](repeating: 0, count: common.count)
        var gradient = [Float](repeating: 0, count: common.count)
        for n in users.indices {
            let count = users[n].samples.count
            var batch = Batch(users[n].samples)
            if batchSize < count { batch.rows = (0..<batchSize).map { _ in Int32(random.below(count)) } }
            let parameters = users[n].own.map { Float($0) }
            var span = gradient.mutableSpan
            _ = objective.lossAndGradient(at: parameters.span, on: batch, gradient: &span, scratch: &scratch)
            var slope = coupling.gradient(common.minus(users[n].own)).scaled(by: -1)
            let share = users[n].weight * Double(count)
            for j in slope.indices { slope[j] += share * Double(gradient[j]) + 2 * ridge * users[n].own[j] }
            users[n].step(along: slope, stepSize: stepSize)
            pull.move(1, along: coupling.gradient(common.minus(users[n].own)))
        }
        return pull
    }
}
