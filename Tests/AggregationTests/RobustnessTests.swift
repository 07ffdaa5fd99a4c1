// Every multiset rule that claims a coefficient is held to it, and every pre-aggregation to its twin.
import Aggregation
import Kernels
import TestSupport
import Testing

@testable import ReferenceRules

@Suite("The declared robustness")
struct RobustnessTests {
    @Test("holds for every n - f of the inputs", arguments: RobustnessLaws.all, CatalogAggregation.all)
    func holds(law: Law<CatalogAggregation>, rule: CatalogAggregation) throws {
        let violations = try law.violations(of: rule)
        #expect(violations == [])
    }

    @Test("that a rule cannot keep is found out", arguments: RobustnessLaws.all)
    func breaks(law: Law<CatalogAggregation>) throws {
        #expect(try !law.violationsOfCounterexample.isEmpty)
    }

    @Test("a chain of two pre-aggregations and a rule agrees with its slow twin")
    func chains() throws {
        let entries = RuleCatalog.preAggregations.entries
        for first in entries {
            for second in entries {
                let violations = try ChainLaw.twin.violations(of: [first, second])
                #expect(violations == [])
            }
        }
        #expect(try !ChainLaw.twin.violationsOfCounterexample.isEmpty)
    }
}

enum RobustnessLaws {
    static let all = [variance, spectrum, diameter, deviation, range, statement, none, medianForger]

    private static func length(_ x: [Double]) -> Double { dot(x, x).squareRoot() }

    /// n − f points in some directions with some spread, then f hostile nodes placed to hurt.
    private static func attacked(_ seed: InstanceSeed, count: Int, hostile: Int) -> AggregationInstance {
        var random = seed.random
        let dimension = 1 + random.below(4)
        let direction = random.vector(dimension)
        let reach = [0.1, 1, 10][random.below(3)]
        var vectors = (0..<count - hostile).map { _ in random.vector(dimension, deviation: reach) }
        if seed.number.isMultiple(of: 3) {
            // The worst known case: hostile nodes on one of two points.
            vectors = vectors.map { _ in random.below(4) == 0 ? direction : direction.map { -$0 } }
        }
        let size = Float([0.5, 1, 3, 1e3][random.below(4)] * reach)
        for hostileNode in 0..<hostile { vectors.append(direction.map { $0 * size * (hostileNode % 3 == 2 ? -1 : 1) }) }
        return AggregationInstance(vectors, hostile: hostile)
    }

    /// Hostile nodes on the coordinate-wise median of the honest, or next to it.
    private static func pinned(_ seed: InstanceSeed, count: Int, hostile: Int, jitter: Double) -> AggregationInstance {
        var random = seed.random
        let dimension = 2 + random.below(4)
        var vectors = (0..<count - hostile).map { _ in random.vector(dimension, deviation: 1 + 4 * random.uniform()) }
        let median = coordinateMedian(vectors)
        for _ in 0..<hostile {
            vectors.append(zip(median, random.vector(dimension, deviation: jitter)).map { $0 + $1 })
        }
        return AggregationInstance(vectors, hostile: hostile)
    }

    /// Some n − f of the inputs, and how far the aggregate may be from their mean.
    struct Honest {
        let rows: [[Double]]
        let count: Int
        let hostile: Int
        var mean: [Double] { rows.mean(of: rows.indices) }
        var variance: Double { rows.reduce(0) { $0 + squared($1 - mean) } / Double(rows.count) }
        var spectrum: Double { topEigenpair(covariance(rows, weights: rows.map { _ in 1 }).matrix).value }
        var diameter: Double { rows.flatMap { a in rows.map { squared(a - $0) } }.max()?.squareRoot() ?? 0 }
        var deviation: Double { rows.map { RobustnessLaws.length($0 - mean) }.max() ?? 0 }
        private func squared(_ x: [Double]) -> Double { dot(x, x) }

        /// Whether `output` is as near as this robustness says.
        func covers(_ output: [Double], _ robustness: Robustness) -> Bool {
            let error = RobustnessLaws.length(output - mean)
            let magnitude = rows.joined().map(\.magnitude).max() ?? 0
            func isWithin(_ bound: Double) -> Bool { error <= bound * 1.0001 + 1e-5 * magnitude }
            switch robustness {
            case .variance(let κ): return isWithin((κ(count, hostile) * variance).squareRoot())
            case .spectrum(let κ): return isWithin((κ(count, hostile) * spectrum).squareRoot())
            case .diameter(let factor): return isWithin(factor(count, hostile) * diameter)
            case .deviation(let factor):
                return count <= 3 * hostile || isWithin(factor(count, hostile) * deviation)
            case .range:
                return output.indices.allSatisfy { k in
                    let values = rows.map { $0[k] }.sorted()
                    let (low, high) = (values[0], values[values.count - 1])
                    let slack = high - low + 1e-5 * magnitude
                    return output[k] >= low - slack && output[k] <= high + slack
                }
            // Far hostile nodes drag nothing: a few diameters, or as far as the parameters say.
            case .statement:
                let steps = 10.0
                return isWithin(2 * Double(output.count).squareRoot() * diameter + steps)
            case .none: return false
            }
        }
    }

    private static func subsets(of count: Int, size: Int) -> [[Int]] {
        (0..<(1 << count)).filter { $0.nonzeroBitCount == size }.map { mask in
            (0..<count).filter { mask & (1 << $0) != 0 }
        }
    }

    /// What must hold of a rule with this kind of robustness, whichever n − f inputs are taken for honest.
    private static func law(
        _ description: String, brokenBy planted: any AggregationRule.Type,
        ifDeclared isMeant: @escaping @Sendable (Robustness) -> Bool
    ) -> Law<CatalogAggregation> {
        Law(description, brokenBy: CatalogAggregation(type: planted)) { rule, verdict in
            guard isMeant(rule.type.robustness) else { return }
            for seed in InstanceSeed.all {
                for (count, hostile) in [(5, 1), (7, 2), (9, 3), (6, 1)] {
                    guard try rule.make().capacity(of: count) >= hostile else { continue }
                    let instance = attacked(seed, count: count, hostile: hostile)
                    let output = try instance.aggregated(by: rule.type).vector.map(Double.init)
                    let vectors = instance.vectors.map { $0.map(Double.init) }
                    for rows in subsets(of: count, size: count - hostile) {
                        let honest = Honest(rows: rows.map { vectors[$0] }, count: count, hostile: hostile)
                        verdict.expect(
                            honest.covers(output, rule.type.robustness), "\(seed), \(hostile) of \(count): \(output)")
                    }
                }
            }
        }
    }

    static let variance = law("holds in the variance", brokenBy: PretendedVariance.self) {
        if case .variance = $0 { true } else { false }
    }
    static let spectrum = law("holds in the greatest eigenvalue", brokenBy: PretendedSpectrum.self) {
        if case .spectrum = $0 { true } else { false }
    }
    static let diameter = law("holds in the diameter", brokenBy: PretendedDiameter.self) {
        if case .diameter = $0 { true } else { false }
    }
    static let deviation = law("holds in the greatest deviation", brokenBy: PretendedDeviation.self) {
        if case .deviation = $0 { true } else { false }
    }
    static let range = law("holds in the range", brokenBy: PretendedRange.self) {
        if case .range = $0 { true } else { false }
    }

    /// The honest inputs first, the own one before all, then hostile nodes very far away.
    private static func far(_ seed: InstanceSeed, hostile: Int) -> AggregationInstance {
        var random = seed.random
        let dimension = 1 + random.below(4)
        var vectors = (0..<5 * hostile + 4).map { _ in random.vector(dimension) }
        let forgery = random.vector(dimension, deviation: 1e6)
        for _ in 0..<hostile { vectors.append(forgery) }
        return AggregationInstance(vectors, hostile: hostile, own: 0)
    }

    static let statement = Law(
        "of which a statement tells is not dragged away by hostile nodes that are far",
        brokenBy: .init(type: PretendedStatement.self)
    ) { (rule: CatalogAggregation, verdict) in
        guard case .statement = rule.type.robustness else { return }
        for seed in InstanceSeed.all {
            for hostile in 1...2 {
                let instance = far(seed, hostile: hostile)
                let output = try instance.aggregated(by: rule.type).vector.map(Double.init)
                let rows = instance.vectors.dropLast(hostile).map { $0.map(Double.init) }
                let honest = Honest(rows: rows, count: instance.vectors.count, hostile: hostile)
                verdict.expect(
                    honest.covers(output, rule.type.robustness), "\(seed), \(hostile) hostile nodes: \(output)")
            }
        }
    }

    static let none = Law(
        "that is none gives way to a single hostile node", brokenBy: .init(type: PretendedWeakness.self)
    ) { (rule: CatalogAggregation, verdict) in
        guard case .none = rule.type.robustness else { return }
        for seed in InstanceSeed.all {
            let instance = far(seed, hostile: 1)
            let output = try instance.aggregated(by: rule.type).vector.map(Double.init)
            let forgery = instance.vectors[instance.vectors.count - 1].map(Double.init)
            verdict.expect(length(output) > length(forgery) / 20 - 10, "\(seed): \(output), the forgery \(forgery)")
        }
    }

    /// What starts at that median, or picks what is in the middle, must come to what it is defined to be all the same.
    static let medianForger = Law(
        "is not pinned by hostile nodes on the coordinate-wise median of the honest, or next to it",
        brokenBy: CatalogAggregation(type: PinnedMedian.self)
    ) { rule, verdict in
        for seed in InstanceSeed.all {
            for (count, hostile) in [(4, 1), (5, 1), (5, 2), (7, 2), (11, 2)] {
                guard try rule.make().capacity(of: count) >= hostile else { continue }
                for jitter in [0, 1e-7, 1e-4] {
                    let instance = pinned(seed, count: count, hostile: hostile, jitter: jitter)
                    let vector = try instance.aggregated(by: rule.type).vector
                    let expected = try instance.reference(rule.type).vector
                    verdict.expect(
                        isClose(vector, expected.map { Float($0) }, within: 1e-4 * instance.magnitude),
                        "\(seed), \(hostile) of \(count), jitter \(jitter): \(vector), by definition \(expected)")
                    guard case .variance = rule.type.robustness else { continue }
                    let rows = instance.vectors.dropLast(hostile).map { $0.map(Double.init) }
                    let honest = Honest(rows: rows, count: count, hostile: hostile)
                    verdict.expect(honest.covers(vector.map(Double.init), rule.type.robustness), "\(seed): \(vector)")
                }
            }
        }
    }
}

enum ChainLaw {
    static let twin = Law(
        "agrees with its slow twin", brokenBy: [Halving.self, Halving.self] as [any PreAggregation.Type]
    ) { chain, verdict in
        for seed in InstanceSeed.all {
            let steps = try chain.map { try $0.init(.defaults($0.parameters)) }
            let pipeline = AggregationPipeline(before: steps, rule: CoordinateMedian(.defaults([])))
            var instance = seed.aggregationInstance { pipeline.capacity(of: $0, withOwn: false) }
            instance.protectsOwn = false
            let slow = ReferenceChain(
                before: chain.map { ($0.name, .defaults($0.parameters)) }, rule: ("median", .defaults([])))
            let expected = slow.aggregate(
                instance.plain(.defaults([])), random: RandomStream(seed: 0, purpose: .mixing)
            ).vector.map { Float($0) }
            let vector = try instance.aggregated(by: CoordinateMedian.self, after: steps).vector
            verdict.expect(
                isClose(vector, expected, within: 4e-6 * instance.magnitude),
                "\(chain.map { $0.name }), \(seed): \(vector), \(expected)")
        }
    }
}
