// Slow, obvious twins of the gossip rules, in Double and by their definitions. A rule without one is tested by laws
// alone.

/// What a rule is given in one round, as plain numbers.
public struct MixingCase: Sendable {
    public var own: [Double]
    public var neighbours: [[Double]]
    public var weights: [Double]
    public var budgetCount: Int
    public var budgetWeight: Double

    public init(
        own: [Double], neighbours: [[Double]], weights: [Double], budgetCount: Int, budgetWeight: Double
    ) {
        self.own = own
        self.neighbours = neighbours
        self.weights = weights
        self.budgetCount = budgetCount
        self.budgetWeight = budgetWeight
    }

    /// y_j − x.
    public var offsets: [[Double]] { neighbours.map { zip($0, own).map { $0 - $1 } } }
    /// |y_j − x|.
    public var distances: [Double] { offsets.map(norm) }
}

/// The twins, by the name of the rule with its default parameters.
public let slowRules: [String: @Sendable (MixingCase) -> [Double]] = [
    "noCommunication": { $0.own },
    "weightedMean": { clippedMix($0, radius: .infinity) },
    "trimmedNeighbourMean": trimmedMix,
    "clippedGossip": { clippedMix($0, radius: budgetRadius($0)) },
    "csPlus": { clippedMix($0, radius: farthestWeightRadius($0)) },
]

/// Accumulated weights are compared with this slack.
private let slack = 1e-9

public func norm(_ vector: [Double]) -> Double { vector.reduce(0) { $0 + $1 * $1 }.squareRoot() }

/// x + Σ w_j clip_τ(y_j − x).
public func clippedMix(_ one: MixingCase, radius: Double) -> [Double] {
    var next = one.own
    for (offset, weight) in zip(one.offsets, one.weights) {
        let length = norm(offset)
        let factor = length <= radius ? 1 : radius / length
        for k in next.indices { next[k] += weight * factor * offset[k] }
    }
    return next
}

/// ClippedGossip: τ² = (1/b) Σ_S w_j r_j² over the nearest neighbours that weigh 1 − b with the node itself.
private func budgetRadius(_ one: MixingCase) -> Double {
    guard one.budgetWeight > 0 else { return .infinity }
    let nearest = one.distances.indices.sorted { one.distances[$0] < one.distances[$1] }
    let ownWeight = 1 - one.weights.reduce(0, +)
    let trusted = nearest.indices.map { count in nearest[...count] }.last { prefix in
        ownWeight + prefix.reduce(0) { $0 + one.weights[$1] } <= 1 - one.budgetWeight + slack
    }
    let sum = (trusted ?? []).reduce(0) { $0 + one.weights[$1] * one.distances[$1] * one.distances[$1] }
    return (sum / one.budgetWeight).squareRoot()
}

/// CS+: the distance at which the weight of the farthest neighbours first reaches 2b, 0 if it never does.
private func farthestWeightRadius(_ one: MixingCase) -> Double {
    guard one.budgetWeight > 0 else { return .infinity }
    return one.distances.filter { distance in
        let beyond = zip(one.distances, one.weights).reduce(0) { $0 + ($1.0 >= distance ? $1.1 : 0) }
        return beyond >= 2 * one.budgetWeight - slack
    }.max() ?? 0
}

/// BRIDGE-T: per coordinate, the mean of the own value and the neighbours' without the b greatest and least.
private func trimmedMix(_ one: MixingCase) -> [Double] {
    guard !one.neighbours.isEmpty else { return one.own }
    let trim = min(one.budgetCount, (one.neighbours.count - 1) / 2)
    return one.own.indices.map { k in
        let kept = one.neighbours.map { $0[k] }.sorted().dropFirst(trim).dropLast(trim)
        return (kept.reduce(0, +) + one.own[k]) / Double(kept.count + 1)
    }
}
