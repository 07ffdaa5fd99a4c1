// Slow, obvious twins of the gossip rules, in Double and by their definitions: what a reader checks against a paper.

/// What a rule is given in one round, as plain numbers.
public struct MixingCase: Sendable {
    public var own: [Double]
    public var neighbours: [[Double]]
    public var weights: [Double]
    public var budgetCount: Int
    public var budgetWeight: Double
    /// Rows that an oracle names.
    public var hostile: Set<Int> = []
    public var round = 0
    public var rounds = 1
    public var stepSize = 0.0
    public var before: [Double] = []
    public var loss: @Sendable ([Double]) -> Double = { _ in 0 }

    public init(
        own: [Double], neighbours: [[Double]], weights: [Double], budgetCount: Int, budgetWeight: Double
    ) {
        self.own = own
        self.neighbours = neighbours
        self.weights = weights
        self.budgetCount = budgetCount
        self.budgetWeight = budgetWeight
    }

    public var rows: Range<Int> { neighbours.indices }
    /// y_j − x.
    public var offsets: [[Double]] { neighbours.map { zip($0, own).map { $0 - $1 } } }
    /// |y_j − x|.
    public var distances: [Double] { offsets.map(norm) }
    /// Rows by ascending distance.
    public var nearestFirst: [Int] {
        let distances = distances
        return rows.sorted { (distances[$0], $0) < (distances[$1], $1) }
    }
    public var ownWeight: Double { 1 - weights.reduce(0, +) }

    /// Σ_S w_j r_j².
    func spread(_ rows: some Sequence<Int>) -> Double {
        let distances = distances
        return rows.reduce(0) { $0 + weights[$1] * distances[$1] * distances[$1] }
    }
}

/// The twin of a rule with these parameters; the others have their defaults.
public struct SlowRule: Sendable {
    public enum Value: Sendable { case text(String), number(Double) }

    public let name: String
    public let parameters: [(name: String, value: Value)]
    public let mix: @Sendable (MixingCase) -> [Double]

    init(
        _ name: String, _ parameters: KeyValuePairs<String, Value> = [:],
        mix: @escaping @Sendable (MixingCase) -> [Double]
    ) {
        self.name = name
        self.parameters = parameters.map { ($0, $1) }
        self.mix = mix
    }

    public static let all = [
        SlowRule("noCommunication") { $0.own },
        SlowRule("weightedMean") { clippedMix($0, radius: .infinity) },
        SlowRule("weightedMean", ["rate": .number(0.5)]) { clippedMix($0, radius: .infinity, rate: 0.5) },
        SlowRule("csPlus") { clippedMix($0, radius: reachedRadius($0, next: 0)) },
        SlowRule("csPlus", ["boundary": .text("refcode")]) { clippedMix($0, radius: reachedRadius($0, next: 1)) },
        SlowRule("gts", mix: geometricTrimmedSum),
        SlowRule("gts", ["boundary": .text("refcode")], mix: referenceTrimmedSum),
        SlowRule("clippedGossip") { clippedMix($0, radius: budgetRadius($0, reaching: true)) },
        SlowRule("clippedGossip", ["boundary": .text("exclusiveRef")]) {
            clippedMix($0, radius: budgetRadius($0, reaching: false))
        },
        SlowRule("clippedGossip", ["mode": .text("fixed"), "radius": .number(2), "rate": .number(0.5)]) {
            clippedMix($0, radius: 2, rate: 0.5)
        },
        SlowRule("clippedGossip", ["mode": .text("oracle")]) { clippedMix($0, radius: oracleRadius($0)) },
        SlowRule("clippedGossip", ["mode": .text("oracleOpt")]) { clippedMix($0, radius: oracleRadius($0) / 2) },
        SlowRule("clippedGossip", ["mode": .text("secondLargest")]) { one in
            clippedMix(one, radius: one.distances.sorted().suffix(2).first ?? 0)
        },
        SlowRule("selfCentredClipping") { clippedMix(uniform($0), radius: 1) },
        SlowRule("selfCentredClipping", ["radius": .number(2), "repetitions": .number(3)]) { one in
            (0..<3).reduce(into: uniform(one)) { one, _ in one.own = clippedMix(one, radius: 2) }.own
        },
        SlowRule("rtc") { removeThenClip($0) { radius, distance in radius / distance } },
        SlowRule("rtc", ["variant": .text("squared"), "removal": .text("skipping")]) { one in
            removeThenClip(one, skips: true) { radius, distance in radius * radius / distance / distance }
        },
        SlowRule("rtc", ["variant": .text("nebula")]) { one in
            let scale = one.budgetWeight.squareRoot()
            return removeThenClip(one) { radius, distance in radius / scale / distance / distance }
        },
        SlowRule("rtc", ["centre": .text("before")], mix: removeThenClipFromBefore),
        SlowRule("nna") { one in
            let far = min(one.budgetCount, one.neighbours.count / 2)
            return mean([one.own] + one.nearestFirst.dropLast(far).map { one.neighbours[$0] })
        },
        SlowRule("ios", mix: iterativeOutlierScissor),
        SlowRule("balance") { balance($0, share: 0.3, decay: 1, ownShare: 0.5, horizon: $0.rounds) },
        SlowRule("balance", ["gamma": .number(2), "kappa": .number(0.5), "alpha": .number(0.3), "horizon": .number(2)])
        { balance($0, share: 2, decay: 0.5, ownShare: 0.3, horizon: 2) },
        SlowRule("ubar") { lossFiltered($0, share: 0.4, ownShare: 0.5, tolerance: 0, takesNearest: false) },
        SlowRule(
            "ubar",
            ["rho": .number(0.7), "alpha": .number(0.2), "tolerance": .number(0.1), "fallback": .text("nearest")]
        ) { lossFiltered($0, share: 0.7, ownShare: 0.2, tolerance: 0.1, takesNearest: true) },
        SlowRule("trimmedNeighbourMean") { one in
            guard !one.neighbours.isEmpty else { return one.own }
            let trim = min(one.budgetCount, (one.neighbours.count - 1) / 2)
            return byCoordinate(one) { own, values in mean([own] + values.dropFirst(trim).dropLast(trim)) }
        },
        SlowRule("trimmedNeighbourMean", ["own": .text("inside")]) { one in
            let trim = min(one.budgetCount, one.neighbours.count / 2)
            return byCoordinate(one) { own, values in
                mean(([own] + values).sorted().dropFirst(trim).dropLast(trim))
            }
        },
        SlowRule("neighbourhoodMedian") { one in
            byCoordinate(one) { own, values in
                let all = ([own] + values).sorted()
                return (all[(all.count - 1) / 2] + all[all.count / 2]) / 2
            }
        },
        SlowRule("wmsr") { one in
            byCoordinate(one) { own, values in
                let (below, above) = (values.filter { $0 < own }, values.filter { $0 > own })
                let equal = values.filter { $0 == own }
                return mean([own] + below.dropFirst(one.budgetCount) + equal + above.dropLast(one.budgetCount))
            }
        },
        SlowRule("drsa") { one in
            byCoordinate(one) { own, values in
                own - one.stepSize * 0.005 * values.reduce(0) { $0 + ($1 < own ? 1 : $1 > own ? -1 : 0) }
            }
        },
        SlowRule("rpel", mix: epidemicOfAll),
    ]
}

/// Accumulated weights are compared with this slack.
private let slack = 1e-9

public func norm(_ vector: [Double]) -> Double { vector.reduce(0) { $0 + $1 * $1 }.squareRoot() }

private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

private func mean(_ models: [[Double]]) -> [Double] {
    models[0].indices.map { k in mean(models.map { $0[k] }) }
}

/// Each coordinate of the result from the own value and the ascending neighbours' values.
private func byCoordinate(_ one: MixingCase, _ mix: (Double, [Double]) -> Double) -> [Double] {
    one.own.indices.map { k in mix(one.own[k], one.neighbours.map { $0[k] }.sorted()) }
}

/// x + Σ c_j (y_j − x).
public func moved(_ one: MixingCase, by coefficients: [Double]) -> [Double] {
    var next = one.own
    for (offset, coefficient) in zip(one.offsets, coefficients) {
        for k in next.indices { next[k] += coefficient * offset[k] }
    }
    return next
}

/// x + α Σ w_j clip_τ(y_j − x).
public func clippedMix(_ one: MixingCase, radius: Double, rate: Double = 1) -> [Double] {
    moved(one, by: one.rows.map { rate * one.weights[$0] * min(1, radius / max(one.distances[$0], 1e-300)) })
}

/// All neighbours weigh as much as the node itself.
private func uniform(_ one: MixingCase) -> MixingCase {
    var copy = one
    copy.weights = one.weights.map { _ in 1 / Double(one.weights.count + 1) }
    return copy
}

/// ClippedGossip: τ² = (1/b) Σ_S w_j r_j² over the nearest neighbours that weigh up to 1 − b with the node itself.
private func budgetRadius(_ one: MixingCase, reaching: Bool) -> Double {
    guard one.budgetWeight > 0 else { return .infinity }
    let limit = 1 - one.budgetWeight + (reaching ? slack : -slack)
    let nearest = one.nearestFirst
    let trusted = (0...nearest.count).map { nearest.prefix($0) }.last { prefix in
        one.ownWeight + prefix.reduce(0) { $0 + one.weights[$1] } <= limit
    }
    return (one.spread(trusted ?? []) / one.budgetWeight).squareRoot()
}

/// ClippedGossip: τ² = (1/δ) Σ w_j r_j² over the honest neighbours.
private func oracleRadius(_ one: MixingCase) -> Double {
    guard one.budgetWeight > 0 else { return .infinity }
    return (one.spread(one.rows.filter { !one.hostile.contains($0) }) / one.budgetWeight).squareRoot()
}

/// CS+: the distance at which the weight of the farthest neighbours first reaches 2b, or so many further inwards; 0 if
/// there is none.
private func reachedRadius(_ one: MixingCase, next: Int) -> Double {
    guard one.budgetWeight > 0 else { return .infinity }
    let farthest = Array(one.nearestFirst.reversed())
    let reached = farthest.indices.first { count in
        farthest[...count].reduce(0) { $0 + one.weights[$1] } >= 2 * one.budgetWeight - slack
    }
    guard let reached, reached + next < farthest.count else { return 0 }
    return one.distances[farthest[reached + next]]
}

/// GTS: each neighbour loses what of the budget those farther away have left.
private func geometricTrimmedSum(_ one: MixingCase) -> [Double] {
    var coefficients = one.weights
    var remaining = one.budgetWeight
    for row in one.nearestFirst.reversed() {
        let removed = min(remaining, one.weights[row])
        coefficients[row] -= removed
        remaining -= removed
    }
    return moved(one, by: coefficients)
}

/// GTS as its authors coded it: the first neighbour with which the weight exceeds b keeps what should go.
private func referenceTrimmedSum(_ one: MixingCase) -> [Double] {
    guard one.budgetWeight > 0 else { return moved(one, by: one.weights) }
    var coefficients = one.weights
    var accumulated = 0.0
    for row in one.nearestFirst.reversed() {
        let isBoundary = accumulated + one.weights[row] > one.budgetWeight + slack
        coefficients[row] = isBoundary ? max(0, one.budgetWeight - accumulated) : 0
        accumulated += one.weights[row]
        if isBoundary { break }
    }
    return moved(one, by: coefficients)
}

/// RTC: `factor` of the radius and the distance; the radius is √((1/b) Σ_S w r²).
private func removeThenClip(
    _ one: MixingCase, skips: Bool = false, factor: (_ radius: Double, _ distance: Double) -> Double
) -> [Double] {
    moved(one, by: removedThenClipped(one, skips: skips, factor: factor))
}

private func removedThenClipped(
    _ one: MixingCase, skips: Bool = false, factor: (_ radius: Double, _ distance: Double) -> Double
) -> [Double] {
    guard one.budgetWeight > 0 else { return one.weights }
    var left = Set(one.rows)
    var removed = 0.0
    for row in one.nearestFirst.reversed() {
        if removed + one.weights[row] <= one.budgetWeight + slack {
            removed += one.weights[row]
            left.remove(row)
        } else if !skips {
            break
        }
    }
    let radius = (one.spread(left.sorted()) / one.budgetWeight).squareRoot()
    return one.rows.map { row in
        left.contains(row) ? one.weights[row] * min(1, factor(radius, max(one.distances[row], 1e-300))) : 0
    }
}

/// RTC around the model before the local step; the half step has what weight the clipped offsets leave.
private func removeThenClipFromBefore(_ one: MixingCase) -> [Double] {
    guard !one.neighbours.isEmpty else { return one.own }
    var centred = one
    centred.own = one.before
    let coefficients = removedThenClipped(centred) { radius, distance in radius / distance }
    let ownWeight = 1 - coefficients.reduce(0, +)
    return zip(moved(centred, by: coefficients), zip(one.own, one.before)).map { $0 + ownWeight * ($1.0 - $1.1) }
}

private func iterativeOutlierScissor(_ one: MixingCase) -> [Double] {
    var left = Array(one.rows)
    func weightedMean() -> [Double] {
        let total = one.ownWeight + left.reduce(0) { $0 + one.weights[$1] }
        return one.own.indices.map { k in
            (one.ownWeight * one.own[k] + left.reduce(0) { $0 + one.weights[$1] * one.neighbours[$1][k] }) / total
        }
    }
    for _ in 0..<one.budgetCount where !left.isEmpty {
        let centre = weightedMean()
        let distances = left.map { row in norm(zip(one.neighbours[row], centre).map { $0 - $1 }) }
        guard let greatest = distances.max(), greatest > 0 else { break }
        left.remove(at: distances.firstIndex(of: greatest) ?? 0)
    }
    return weightedMean()
}

private func balance(
    _ one: MixingCase, share: Double, decay: Double, ownShare: Double, horizon: Int
) -> [Double] {
    let time = min(1, Double(one.round) / Double(horizon))
    // e^(−κ t/T) by its series, which is long enough for the arguments here.
    var (term, power) = (1.0, 1.0)
    for k in 1..<40 {
        term *= -decay * time / Double(k)
        power += term
    }
    let near = one.rows.filter { one.distances[$0] <= share * power * norm(one.own) }
    return moved(one, by: one.rows.map { near.contains($0) ? (1 - ownShare) / Double(near.count) : 0 })
}

private func lossFiltered(
    _ one: MixingCase, share: Double, ownShare: Double, tolerance: Double, takesNearest: Bool
) -> [Double] {
    guard !one.neighbours.isEmpty else { return one.own }
    let near = one.nearestFirst.prefix(max(1, Int(share * Double(one.neighbours.count))))
    let candidates = near.filter { one.loss(one.neighbours[$0]).isFinite }
    let limit = one.loss(one.own).isFinite ? one.loss(one.own) + tolerance : .infinity
    var accepted = candidates.filter { one.loss(one.neighbours[$0]) <= limit }
    if accepted.isEmpty {
        let best = candidates.min { one.loss(one.neighbours[$0]) < one.loss(one.neighbours[$1]) }
        accepted = (takesNearest ? candidates.first : best).map { [$0] } ?? []
    }
    return moved(one, by: one.rows.map { accepted.contains($0) ? (1 - ownShare) / Double(accepted.count) : 0 })
}

/// RPEL where all neighbours are drawn, and so all that are hostile.
private func epidemicOfAll(_ one: MixingCase) -> [Double] {
    let rows = one.neighbours + [one.own]
    let hostile = min(one.budgetCount, one.neighbours.count / 2)
    let mixed = rows.indices.map { row in
        let distances = rows.map { norm(zip($0, rows[row]).map { $0 - $1 }) }
        let nearest = rows.indices.sorted {
            (distances[$0], $0 == row ? -1 : $0) < (distances[$1], $1 == row ? -1 : $1)
        }
        return mean(nearest.dropLast(hostile).map { rows[$0] })
    }
    return one.own.indices.map { k in
        mean(Array(mixed.map { $0[k] }.sorted().dropFirst(hostile).dropLast(hostile)))
    }
}
