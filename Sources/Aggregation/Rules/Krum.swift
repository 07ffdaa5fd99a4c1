// Krum: the one input whose nearest others are nearest to it. Codes differ on how many of them count, and on the power
// of the distances.
import Kernels
import Registry

/// The input whose k nearest others have the least sum of squared distances from it (Blanchard, El Mhamdi, Guerraoui,
/// Stainer, NeurIPS 2017, arXiv 1703.02757).
///
/// k is n − f − 1, as in ByzFL and most codes, or the paper's n − f − 2; at least 1. One input is the result, so its
/// variance is that of a single node's.
public struct Krum: AggregationRule {
    public static let name = "krum"
    public static let aliases = ["Krum", "bridgeK", "bridge-k"]
    public static let summary = "The one input whose nearest others are nearest to it."
    public static let robustness = Robustness.variance(
        Coefficient("6(1+f/(n-2f))") { n, f in 6 * (1 + f / (n - 2 * f)) })
    public static let cost = "n² d"
    public static let source = "Blanchard, El Mhamdi, Guerraoui, Stainer, NeurIPS 2017, arXiv 1703.02757, section 4"
    public static let parameters = [KrumScores.parameter]

    private let scores: KrumScores

    public init(_ parameters: ParameterValues) { scores = KrumScores(parameters) }

    public func aggregate(
        _ inputs: borrowing VectorBatch, context: borrowing AggregationContext, into output: inout MutableSpan<Float>,
        report: inout MixReport, scratch: inout Scratch
    ) {
        squaredDistances(among: inputs, into: &scratch.pairs)
        scratch.chooseAll(inputs.rows)
        scores.judge(rows: inputs.rows, hostile: context.hostile, &scratch)
        let winner = scratch.order[0]
        report.noteAll(.removed)
        report.note(.kept, row: winner)
        copy(inputs.elements.span.extracting(inputs.range(ofRow: winner)), into: &output)
    }
}

/// What Krum, Multi-Krum and Bulyan rank rows by.
struct KrumScores: Sendable {
    static let parameter = Parameter.choice(
        "neighbours", ["n-f-1", "n-f-2"], default: "n-f-1",
        "how many others are summed: as in most codes, or in the paper"
    )

    private let others: Int

    init(_ parameters: ParameterValues) { others = parameters.text("neighbours") == "n-f-1" ? 1 : 2 }

    init(fewerBy others: Int) { self.others = others }

    /// `scores[row]` of the chosen rows becomes the sum over their nearest others among the chosen, and `order` the
    /// chosen by ascending score, on equal scores by row.
    func judge(rows count: Int, hostile: Int, _ scratch: inout Scratch) {
        scratch.scores.removeAll(keepingCapacity: true)
        scratch.scores.append(contentsOf: repeatElement(0, count: count))
        let neighbours = max(1, scratch.chosen.count - hostile - others)
        for row in scratch.chosen {
            scratch.distances.removeAll(keepingCapacity: true)
            for other in scratch.chosen where other != row {
                scratch.distances.append(scratch.pairs[row * count + other])
            }
            scratch.distances.sort()
            scratch.scores[row] = scratch.distances.prefix(neighbours).reduce(0, +)
        }
        let scores = scratch.scores
        scratch.order.removeAll(keepingCapacity: true)
        scratch.order.append(contentsOf: scratch.chosen)
        scratch.order.sort { (scores[$0], $0) < (scores[$1], $1) }
    }
}
