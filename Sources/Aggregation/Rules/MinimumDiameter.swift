// MDA, minimum-diameter averaging: the mean of the n − f inputs with the least diameter.
import Kernels
import Registry

/// The mean of the n − f inputs with the least greatest distance between any two (El Mhamdi, Guerraoui, Guirguis,
/// Hoang, Rouault, PODC 2020, arXiv 1905.03853).
public struct MinimumDiameter: AggregationRule {
    public static let name = "mda"
    public static let aliases = ["MDA", "minimumDiameter", "brute"]
    public static let summary = "Mean of the n - f inputs with the least diameter."
    public static let robustness = Robustness.diameter(Coefficient("2f/(n-f)") { n, f in 2 * f / (n - f) })
    public static let cost = "n² d + subsets of n - f"
    public static let source = "El Mhamdi, Guerraoui, Guirguis, Hoang, Rouault, PODC 2020, arXiv 1905.03853, section 3"
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
        SubsetSearch.run(context, rows: count, &scratch) { diameter, members, row in
            members.reduce(diameter) { max($0, pairs[row * count + $1]) }
        } value: { _, diameter, _ in
            diameter
        }
        scratch.averageChosen(of: inputs, into: &output, report: &report)
    }
}
