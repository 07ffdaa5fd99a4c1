// CoefficientSearch: the worst inputs for a rule that a bounded, seeded search finds, in the terms of
// (f, κ)-robustness, and the least number of hostile inputs that carry it away.
import Kernels
import Registry

/// The greatest |F − X̄|² over the variance of S, S being the first n − f inputs and X̄ their mean.
///
/// It starts from points on 0 and 1 in every proportion with the hostile ones on one of some places, and climbs from
/// the best of them by moving one input, or all hostile ones, at random.
struct CoefficientSearch {
    let rule: RuleTrial
    let count: Int
    let hostile: Int
    /// Whether the greatest eigenvalue of the covariance stands for the variance.
    var isSpectral = false
    /// Evaluations of the rule after the first ones.
    let budget: Int
    /// Starts that are climbed from.
    private let climbs = 3

    private typealias Point = SIMD2<Float>
    /// Less than this is nearly a single point, where the rule's own rounding would count.
    private static let leastVariance = 1e-3
    private static let reach: Float = 1e3
    private static let places: [Point] = [
        [0, 0], [1, 0], [-1, 0], [0.5, 0], [1.5, 0], [2, 0], [3, 0], [0, 1], [reach, 0],
    ]

    /// - Returns: `nil` where it was stopped; infinity where the honest inputs are one point and the rule misses it.
    func worst(seed: UInt64, shouldStop: () -> Bool) throws(ConfigurationFault) -> Double? {
        var rule = rule
        var random = RandomStream(seed: seed, purpose: .attack)
        var found: [(points: [Point], ratio: Double)] = []
        for start in starts(&random) { found.append((start, try ratio(start, by: &rule))) }
        found.sort { $0.ratio > $1.ratio }
        var best = 0.0
        for start in found.prefix(climbs) {
            var (points, value) = start
            for step in 0..<budget / climbs where value < .infinity {
                if step.isMultiple(of: 256), shouldStop() { return nil }
                let moved = move(points, &random)
                let ratio = try ratio(moved, by: &rule)
                if ratio > value { (points, value) = (moved, ratio) }
            }
            best = max(best, value)
        }
        return best
    }

    private func starts(_ random: inout RandomStream) -> [[Point]] {
        let honest = count - hostile
        var starts: [[Point]] = []
        // Just short of where the subset of least spectrum no longer takes the hostile ones in.
        let (n, f) = (Float(count), Float(hostile))
        let edge = Point(0.999 * (1 + (n - f) / max(1, f * (n - 2 * f)).squareRoot()), 0)
        for ones in 0...honest {
            for place in Self.places + [edge] {
                starts.append((0..<count).map { $0 >= honest ? place : $0 < ones ? [1, 0] : [0, 0] })
                // The first half at -1: for what rules that look for the greatest variance are tricked by.
                starts.append((0..<count).map { $0 >= honest ? place : $0 < ones ? [1, 0] : [-1, 0] })
            }
        }
        for _ in 0..<20 {
            starts.append((0..<count).map { _ in [Float(random.gaussian()), Float(random.gaussian())] })
        }
        return starts
    }

    private func move(_ points: [Point], _ random: inout RandomStream) -> [Point] {
        var moved = points
        let size = Float([0.001, 0.01, 0.1, 1][random.below(4)])
        let shift = Point(Float(random.gaussian()), Float(random.gaussian())) * size
        let node = random.below(count)
        switch random.below(4) {
        case 0: for other in count - hostile..<count { moved[other] += shift }
        case 1: moved[node] = points[random.below(count)]
        default: moved[node] += shift
        }
        return moved
    }

    private func ratio(_ points: [Point], by rule: inout RuleTrial) throws(ConfigurationFault) -> Double {
        guard points.allSatisfy({ abs($0.x) <= Self.reach && abs($0.y) <= Self.reach }) else { return 0 }
        let output = try rule.aggregate(points.map { [$0.x, $0.y] }, hostile: hostile)
        let honest = points.prefix(count - hostile)
        let size = Double(honest.count)
        var (x, y, xx, xy, yy) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for point in honest { (x, y) = (x + Double(point.x) / size, y + Double(point.y) / size) }
        for point in honest {
            let (a, b) = (Double(point.x) - x, Double(point.y) - y)
            (xx, xy, yy) = (xx + a * a / size, xy + a * b / size, yy + b * b / size)
        }
        let (a, b) = (Double(output[0]) - x, Double(output[1]) - y)
        let error = a * a + b * b
        let spread = ((xx - yy) * (xx - yy) / 4 + xy * xy).squareRoot()
        let variance = isSpectral ? (xx + yy) / 2 + spread : xx + yy
        if variance == 0 { return error > 1e-6 ? .infinity : 0 }
        return variance < Self.leastVariance ? 0 : error / variance
    }

    /// The least number of inputs at a distant place that carry the rule away, whatever it was told (`hostile`).
    static func breakdown(_ rule: RuleTrial, count: Int, hostile: Int) throws(ConfigurationFault) -> Int {
        var rule = rule
        let far: Float = 1e4
        for number in 1...count {
            var random = RandomStream(seed: 1, purpose: .attack)
            let honest = (0..<count - number).map { _ in [Float(random.gaussian()), Float(random.gaussian())] }
            let together = Array(repeating: [far, 0], count: number)
            let spread = (0..<number).map { [far * (1 + Float($0)), far] }
            for forged in [together, spread] {
                let output = try rule.aggregate(honest + forged, hostile: hostile)
                if output.contains(where: { $0.magnitude > far / 100 }) { return number }
            }
        }
        return count
    }
}
