// SMEA, computed exactly: the mean of the n − f inputs whose covariance has the least greatest eigenvalue, found by
// Gram matrices, whose eigenvalues are the same.
import Kernels
import Registry

/// The mean of the n − f inputs whose covariance has the least greatest eigenvalue (Allouah, Guerraoui, Gupta, Pinot,
/// Stephan, ICML 2023, arXiv 2302.04787). Eigenvalues within 10⁻¹² of the trace count as equal.
///
/// ByzFL makes one power step from a random start instead, which orders the subsets almost at random.
public struct SmallestEigenvalue: AggregationRule {
    public static let name = "smea"
    public static let aliases = ["SMEA", "smallestEigenvalue", "mea"]
    public static let summary = "Mean of the n - f inputs whose covariance has the least greatest eigenvalue."
    public static let robustness = Robustness.spectrum(.ofLeastVariance)
    public static let cost = "n² d + subsets of n - f · n³"
    public static let source = "Allouah, Guerraoui, Gupta, Pinot, Stephan, ICML 2023, arXiv 2302.04787, section 4"
    public static let condition = SubsetSearch.condition
    public static let isSelection = true
    public static let parameters = SubsetSearch.parameters

    private let isForced: Bool

    public init(_ parameters: ParameterValues) { isForced = parameters.flag("force") }

    public func capacity(of count: Int) -> Int { SubsetSearch.capacity(of: count, isForced: isForced) }

    public func aggregate(
        _ inputs: borrowing VectorBatch, context: borrowing AggregationContext, into output: inout MutableSpan<Float>,
        report: inout MixReport, scratch: inout Scratch
    ) {
        let count = inputs.rows
        squaredDistances(among: inputs, into: &scratch.pairs)
        let pairs = scratch.pairs
        scratch.weights.removeAll(keepingCapacity: true)
        scratch.weights.append(contentsOf: repeatElement(1, count: count))
        let shares = scratch.weights
        var eigen = SymmetricEigensystem()
        swap(&eigen, &scratch.eigen)
        SubsetSearch.run(context, rows: count, &scratch) { bound, members, row in
            // Along the line through two of its points a subset varies by half their squared distance at least.
            members.reduce(bound) { max($0, 0.5 * pairs[row * count + $1]) }
        } value: { members, _, least in
            let trace = eigen.loadGram(of: members, weights: shares, pairs: pairs, count: count)
            // Most subsets are worse than the best so far, which is told without their values.
            guard !eigen.surelyExceeds(least) else { return least }
            eigen.solve(withVectors: false)
            let value = eigen.values[eigen.greatest]
            return value < least - 1e-12 * trace ? value : least
        }
        swap(&eigen, &scratch.eigen)
        scratch.averageChosen(of: inputs, into: &output, report: &report)
    }
}

extension SymmetricEigensystem {
    /// Loads √c_i √c_j (x_i − m)ᵀ(x_j − m) of the members, with m = Σ c_i x_i / Σ c_i, by double centring of the
    /// squared distances. Its eigenvalues are those of Σ c_i (x_i − m)(x_i − m)ᵀ. Returns its trace.
    mutating func loadGram(of members: [Int], weights: [Double], pairs: [Double], count: Int) -> Double {
        begin(size: members.count)
        var total = 0.0
        var meanOfMeans = 0.0
        for row in members { total += weights[row] }
        // The diagonal holds the weighted mean of each row of distances until it gets its own value.
        for (i, row) in members.enumerated() {
            var sum = 0.0
            for other in members { sum += weights[other] * pairs[row * count + other] }
            matrix[i * size + i] = sum / total
            meanOfMeans += weights[row] * sum / (total * total)
        }
        for (i, row) in members.enumerated() {
            for (j, other) in members[..<i].enumerated() {
                let product =
                    0.5 * (matrix[i * size + i] + matrix[j * size + j] - pairs[row * count + other] - meanOfMeans)
                matrix[i * size + j] = product * (weights[row] * weights[other]).squareRoot()
            }
        }
        var trace = 0.0
        for (i, row) in members.enumerated() {
            matrix[i * size + i] = weights[row] * (matrix[i * size + i] - 0.5 * meanOfMeans)
            trace += matrix[i * size + i]
        }
        return trace
    }
}
