// CAF, the covariance-bound-agnostic filter, computed exactly: with the top eigenpair of a weighted Gram matrix instead
// of power steps on the covariance.
import Kernels
import Registry

/// Lowers the weights of inputs that stick out along the direction of greatest variance until n − 2f of it is left, and
/// returns the weighted mean that had the least such variance (Allouah, Guerraoui, Stephan, ICML 2025, arXiv
/// 2505.01874).
///
/// What sticks out is judged among the inputs that still have weight, so at most 2f passes are made. ByzFL judges among
/// all (`max: all`): an outlier that is out already then stops the others from losing weight, and passes are cut off
/// at ten thousand.
public struct CovarianceFilter: AggregationRule {
    public static let name = "caf"
    public static let aliases = ["CAF", "covarianceFilter"]
    public static let summary = "Filters along the direction of greatest variance; returns the best weighted mean."
    public static let robustness = Robustness.statement(
        "(f, κ)-robust in the covariance's greatest eigenvalue with κ of order f/n")
    public static let cost = "n² d + f n³"
    public static let source = "Allouah, Guerraoui, Stephan, ICML 2025, arXiv 2505.01874, algorithm 2"
    public static let isSelection = true
    public static let byzfl: [(name: String, value: ParameterValue)] = [("max", .text("all"))]
    public static let parameters = [
        Parameter.choice(
            "max", ["active", "all"], default: "active", "the inputs among which the farthest is looked for")
    ]
    private static let mostPasses = 10_000

    private let isAmongAll: Bool

    public init(_ parameters: ParameterValues) { isAmongAll = parameters.text("max") == "all" }

    public func aggregate(
        _ inputs: borrowing VectorBatch, context: borrowing AggregationContext, into output: inout MutableSpan<Float>,
        report: inout MixReport, scratch: inout Scratch
    ) {
        let count = inputs.rows
        squaredDistances(among: inputs, into: &scratch.pairs)
        scratch.chooseAll(count)
        scratch.setCoefficients(1, rows: count)
        scratch.weights.removeAll(keepingCapacity: true)
        scratch.weights.append(contentsOf: repeatElement(1, count: count))
        var least = Double.infinity
        report.reachedLimit = true
        for _ in 0..<Self.mostPasses {
            let total = scratch.weights.reduce(0, +)
            guard total > Double(count - 2 * context.hostile) || least == .infinity else {
                report.reachedLimit = false
                break
            }
            let variance = scratch.project(count: count, total: total)
            if variance < least {
                least = variance
                for row in 0..<count { scratch.coefficients[row] = scratch.weights[row] / total }
            }
            guard scratch.lowerWeights(isAmongAll: isAmongAll, pinned: context.pinned) else {
                report.reachedLimit = false
                break
            }
        }
        let full = scratch.coefficients.max() ?? 0
        for row in 0..<count where scratch.coefficients[row] < full {
            report.note(scratch.coefficients[row] == 0 ? .removed : .clipped, row: row)
        }
        combine(inputs, scratch.coefficients, into: &output)
    }
}

extension Scratch {
    /// `scores` becomes (x_i − m)ᵀv squared of every row, with v the direction of greatest variance, which is returned.
    fileprivate mutating func project(count: Int, total: Double) -> Double {
        let trace = eigen.loadGram(of: chosen, weights: weights, pairs: pairs, count: count)
        eigen.solve(withVectors: true)
        let top = eigen.greatest
        let value = max(0, eigen.values[top])
        scores.removeAll(keepingCapacity: true)
        scores.append(contentsOf: repeatElement(0, count: count))
        // Nothing but rounding: all points with weight are equal.
        guard value > 0, trace > 0 else { return 0 }
        // v = Σ √c_i u_i (x_i − m) / √ℓ, so the projections of all rows follow from Gram's products with those that
        // have weight; they are taken from the distances again, since rows without weight are not in the matrix.
        var means = 0.0
        distances.removeAll(keepingCapacity: true)
        for row in 0..<count {
            var sum = 0.0
            for other in 0..<count { sum += weights[other] * pairs[row * count + other] }
            distances.append(sum / total)
            means += weights[row] * sum / (total * total)
        }
        for row in 0..<count {
            var projection = 0.0
            for other in 0..<count where weights[other] > 0 {
                let product = 0.5 * (distances[row] + distances[other] - pairs[row * count + other] - means)
                projection += product * weights[other].squareRoot() * eigen.vectors[top * count + other]
            }
            scores[row] = projection * projection / value
        }
        return value / total
    }

    /// c_i ← c_i (1 − t_i / t_max); whether anything sticks out.
    fileprivate mutating func lowerWeights(isAmongAll: Bool, pinned: Int?) -> Bool {
        var greatest = 0.0
        for row in scores.indices where row != pinned && (isAmongAll || weights[row] > 0) {
            greatest = max(greatest, scores[row])
        }
        guard greatest > 0 else { return false }
        for row in scores.indices where row != pinned { weights[row] *= max(0, 1 - scores[row] / greatest) }
        return true
    }
}
