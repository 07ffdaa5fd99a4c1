// Bulyan: picks inputs by repeated Krum, then averages per coordinate their values nearest to the median.
import Kernels
import Registry

/// Picks n − 2f inputs, one by one, each by Krum among the rest, and averages per coordinate the n − 4f of their values
/// that are nearest to their median (El Mhamdi, Guerraoui, Rouault, ICML 2018, arXiv 1802.07927).
///
/// Scores are made anew for every pick, over the n' − f − 2 nearest of the n' that are left; the codes of Garfield keep
/// the first ones.
public struct Bulyan: AggregationRule {
    public static let name = "bulyan"
    public static let aliases = ["Bulyan", "bridgeB", "bridge-b"]
    public static let summary = "Picks n - 2f inputs by repeated Krum; per coordinate, the mean about their median."
    public static let robustness = Robustness.statement("each coordinate within O(σ/√d) of an honest one")
    public static let cost = "n² d + n³ log n"
    public static let source = "El Mhamdi, Guerraoui, Rouault, ICML 2018, arXiv 1802.07927, section 4"
    public static let condition = "n ≥ 4f + 3"
    public static let isSelection = true

    public init(_ parameters: ParameterValues) {}

    public func capacity(of count: Int) -> Int { max(0, (count - 3) / 4) }

    public func aggregate(
        _ inputs: borrowing VectorBatch, context: borrowing AggregationContext, into output: inout MutableSpan<Float>,
        report: inout MixReport, scratch: inout Scratch
    ) {
        let picks = inputs.rows - 2 * context.hostile
        let krum = KrumScores(fewerBy: 2)
        squaredDistances(among: inputs, into: &scratch.pairs)
        scratch.chooseAll(inputs.rows)
        report.noteAll(.removed)
        for pick in 1...picks {
            krum.judge(rows: inputs.rows, hostile: context.hostile, &scratch)
            var winner = scratch.order[0]
            if pick == picks, let pinned = context.pinned, scratch.chosen.contains(pinned) { winner = pinned }
            report.note(context.hostile > 0 ? .split : .kept, row: winner)
            scratch.chosen.removeAll { $0 == winner }
        }
        let elements = inputs.elements.span
        scratch.batch.begin(columns: inputs.columns)
        for row in 0..<inputs.rows where report.treatments[row] != .removed {
            scratch.batch.append(elements.extracting(inputs.range(ofRow: row)))
        }
        columnMeans(scratch.batch, nearestToMedian: picks - 2 * context.hostile, into: &output)
    }
}
