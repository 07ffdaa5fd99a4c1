// The geometric median is where no direction leads down: that is asked of what is returned, however it was found.
import Aggregation
import Kernels
import Registry
import Testing

@testable import ReferenceRules

@Suite("Geometric median")
struct GeometricMedianTests {
    /// How much of the pull of the others is left at `point`, where an input within `reach` counts for itself: nothing at
    /// the median.
    private func pullLeft(at point: [Double], of vectors: [[Double]], within reach: Double) -> Double {
        var (sum, countAt) = (point.map { _ in 0.0 }, 0.0)
        for vector in vectors {
            let distance = norm(vector - point)
            if distance <= reach { countAt += 1 } else { sum = sum + (1 / distance) * (vector - point) }
        }
        return max(0, norm(sum) - countAt)
    }

    /// Five to nine points around each of which, in turn, something is the matter.
    private enum Shape: CaseIterable { case plain, onMedian, nearMedian, byMedian, flat, repeated, stretched }

    private func points(_ shape: Shape, _ seed: InstanceSeed) -> [[Float]] {
        var random = seed.random
        let (count, dimension) = (4 + random.below(5), 2 + random.below(5))
        var points = (0..<count).map { _ in random.vector(dimension, deviation: 3) }
        func beside(_ distance: Double) -> [Float] {
            zip(coordinateMedian(points), random.vector(dimension, deviation: distance)).map { $0 + $1 }
        }
        switch shape {
        case .plain: break
        case .onMedian: points.append(coordinateMedian(points))
        case .nearMedian: points.append(beside(1e-7))
        case .byMedian: points.append(beside(1e-3))
        case .flat: points = points.map { [$0[0], 2 * $0[0]] + $0.dropFirst(2).map { _ in 1 } }
        case .repeated: points += [points[0], points[0], points[1]]
        case .stretched: points = points.map { [$0[0] * 1e3] + $0.dropFirst() }
        }
        return points
    }

    @Test(
        "no direction leads down from where nodes end, or they say that they did not get there",
        arguments: InstanceSeed.all)
    func fast(seed: InstanceSeed) throws {
        for shape in Shape.allCases {
            let points = points(shape, seed)
            let (vector, report) = try AggregationInstance(points, hostile: 0).aggregated(by: GeometricMedian.self)
            let plain = points.map { $0.map(Double.init) }
            let scale = plain.map(norm).max() ?? 0
            // Rounding of a Float moves a point by this much, and the pull of each input by its share of the distance.
            let rounding = 2e-7 * scale
            let distances = plain.map { norm($0 - vector.map(Double.init)) }
            let slack = distances.reduce(1e-5 * Double(points.count)) { $0 + min(1, 4 * rounding / max($1, 1e-30)) }
            let left = pullLeft(at: vector.map(Double.init), of: plain, within: 4e-6 * scale)
            #expect(left <= slack || report.reachedLimit, "\(shape): \(vector) is left with a pull of \(left)")
            // What a thousandth of the distance apart decides is drowned in the rounding of its square.
            #expect(!report.reachedLimit || shape == .stretched, "\(shape)")
        }
    }

    @Test("nor from where Newton's method ends, to the accuracy of a Double", arguments: InstanceSeed.all)
    func slow(seed: InstanceSeed) {
        for shape in Shape.allCases {
            let points = points(shape, seed).map { $0.map(Double.init) }
            let left = pullLeft(at: ReferenceRules.leastSumOfDistances(points), of: points, within: 1e-9)
            #expect(left < 1e-6, "\(shape): a pull of \(left)")
        }
    }

    @Test("two points that pull apart are not met at a third that pulls less")
    func vardiZhang() throws {
        let points: [[Float]] = [[0, 0], [-1, -10], [10, 1]]
        let vector = try AggregationInstance(points, hostile: 0).aggregated(by: GeometricMedian.self).vector
        #expect(isClose(vector, [1.324_56, -1.324_56], within: 1e-4))
        let value = points.reduce(0.0) { $0 + norm(zip($1, vector).map { Double($0 - $1) }) }
        #expect(abs(value - 19.8362) < 1e-4)
    }

    @Test("an input that holds its own against all others is the median, exactly")
    func input() throws {
        // Four corners about a fifth point, which is not in the middle.
        let corners: [[Float]] = [[-2, -2], [2, -2], [-2, 2], [2, 2], [0.1, 0.2]]
        #expect(try AggregationInstance(corners, hostile: 0).aggregated(by: GeometricMedian.self).vector == [0.1, 0.2])
    }

    @Test("a limit that was reached is told")
    func limit() throws {
        // Eighty of ByrdLab's steps from the mean do not get there: inputs a kilometre apart, and a step of 10⁻⁵.
        let far: [[Float]] = [[0, 0], [1e3, 0], [0, 1e3], [-3e3, 1], [5e3, 2e3], [1, -7e3]]
        let given: [(name: String, value: ParameterValue)] = [("mode", .text("byrdlab"))]
        #expect(
            try AggregationInstance(far, hostile: 0).aggregated(by: GeometricMedian.self, given).report.reachedLimit)
        let instance = AggregationInstance(far, hostile: 0)
        #expect(try !instance.aggregated(by: GeometricMedian.self).report.reachedLimit)
        // On its way to the node's record it passes a chain and a neighbourhood.
        let chained = try instance.aggregated(
            by: GeometricMedian.self, given, after: [AdaptiveClipping(.defaults([]))])
        #expect(chained.report.reachedLimit)
        var mixing = MixingInstance(
            own: far[0], neighbours: Array(far.dropFirst()), weights: Array(repeating: 0.1, count: 5),
            budget: Budget(count: 0, weight: 0))
        let type = OnNeighbourhood<GeometricMedian>.self
        var rule: any GossipRule = try type.init(ParameterValues(given, declared: type.parameters, key: "rule"))
        #expect(mixing.mixed(by: &rule).report.reachedLimit)
        mixing.own = [1, 1]
        #expect(try !mixing.mixed(by: type).report.reachedLimit)
    }

    @Test("steps that shrink slowly come to an end: between two groups, and beside an input that is nearly the median")
    func slowShrinking() throws {
        var random = RandomStream(seed: 3, purpose: .measurement)
        let far = random.vector(300)
        for count in [4, 5] {
            let groups =
                (0..<4).map { _ in random.vector(300, deviation: 0.01) }
                + (0..<count).map { _ in zip(far, random.vector(300, deviation: 0.01)).map { $0 + $1 } }
            let report = try AggregationInstance(groups, hostile: 0).aggregated(by: GeometricMedian.self).report
            #expect(!report.reachedLimit, "4 and \(count)")
        }
        // The others pull at the first with 1.0003.
        let near: [[Float]] = [[0, 0], [1_000, 0], [0, 1_000], [-3_000, 1], [5_000, 2_000], [1, -7_000]]
        let (vector, report) = try AggregationInstance(near, hostile: 0).aggregated(by: GeometricMedian.self)
        #expect(!report.reachedLimit)
        let expected = ReferenceRules.leastSumOfDistances(near.map { $0.map(Double.init) })
        #expect(isClose(vector, expected.map { Float($0) }, within: 0.01), "\(vector), \(expected)")
    }
}
