// Every multiset rule that claims a coefficient is held to it, and every pre-aggregation to its twin.
import Aggregation
import Kernels
import Testing

@testable import ReferenceRules

@Suite("The declared robustness")
struct RobustnessTests {
    /// n − f points in some directions with some spread, then f liars placed to hurt.
    private func attacked(_ seed: InstanceSeed, count: Int, hostile: Int) -> AggregationInstance {
        var random = seed.random
        let dimension = 1 + random.below(4)
        let direction = random.vector(dimension)
        let reach = [0.1, 1, 10][random.below(3)]
        var vectors = (0..<count - hostile).map { _ in random.vector(dimension, deviation: reach) }
        if seed.number.isMultiple(of: 3) {
            // The worst known case: liars on one of two points.
            vectors = vectors.map { _ in random.below(4) == 0 ? direction : direction.map { -$0 } }
        }
        let size = Float([0.5, 1, 3, 1e3][random.below(4)] * reach)
        for liar in 0..<hostile { vectors.append(direction.map { $0 * size * (liar % 3 == 2 ? -1 : 1) }) }
        return AggregationInstance(vectors, hostile: hostile)
    }

    @Test("holds for every n - f of the inputs", arguments: CatalogAggregation.all, InstanceSeed.all)
    func holds(rule: CatalogAggregation, seed: InstanceSeed) throws {
        switch rule.type.robustness {
        case .none, .statement: return
        case .variance, .spectrum, .diameter: break
        }
        for (count, hostile) in [(5, 1), (7, 2), (9, 3), (6, 1)] {
            let instance = attacked(seed, count: count, hostile: hostile)
            let output = try instance.aggregated(by: rule.type).vector.map(Double.init)
            let vectors = instance.vectors.map { $0.map(Double.init) }
            for honest in subsets(of: count, size: count - hostile) {
                let rows = honest.map { vectors[$0] }
                let mean = rows[0].indices.map { k in rows.reduce(0) { $0 + $1[k] } / Double(rows.count) }
                let error = squaredDistance(output, mean)
                let variance = rows.reduce(0) { $0 + squaredDistance($1, mean) } / Double(rows.count)
                let bound: Double
                switch rule.type.robustness {
                case .variance(let κ): bound = κ(count, hostile) * variance
                case .spectrum(let κ):
                    let scatter = gram(rows, weights: rows.map { _ in 1 }).matrix
                    bound = κ(count, hostile) * topEigenpair(scatter).value / Double(rows.count)
                case .diameter(let factor):
                    let diameter = rows.flatMap { a in rows.map { squaredDistance(a, $0) } }.max() ?? 0
                    bound = factor(count, hostile) * factor(count, hostile) * diameter
                case .none, .statement: return
                }
                #expect(error <= bound * 1.0001 + 1e-10 * Double(instance.magnitude * instance.magnitude))
            }
        }
    }

    private func squaredDistance(_ a: [Double], _ b: [Double]) -> Double {
        zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }

    private func subsets(of count: Int, size: Int) -> [[Int]] {
        (0..<(1 << count)).filter { $0.nonzeroBitCount == size }.map { mask in
            (0..<count).filter { mask & (1 << $0) != 0 }
        }
    }

    @Test("a chain of two pre-aggregations and a rule agrees with its slow twin", arguments: InstanceSeed.all)
    func chains(seed: InstanceSeed) throws {
        for first in RuleCatalog.before.entries {
            for second in RuleCatalog.before.entries {
                let steps = try [first, second].map { try $0.init(.defaults($0.parameters)) }
                let pipeline = AggregationPipeline(before: steps, rule: CoordinateMedian(.defaults([])))
                var instance = seed.aggregationInstance(pipeline.capacity)
                instance.protectsOwn = false
                let chain = ReferenceChain(
                    before: [first, second].map { ($0.name, .defaults($0.parameters)) },
                    rule: ("median", .defaults([])))
                let expected = chain.aggregate(
                    instance.plain(.defaults([])), random: RandomStream(seed: 0, purpose: .mixing))
                let fast = try instance.aggregated(by: CoordinateMedian.self, after: steps)
                let tolerance = 4e-6 * instance.magnitude
                #expect(isClose(fast.vector, expected.vector.map { Float($0) }, within: tolerance), "\(chain)")
            }
        }
    }
}
