// NNM, nearest-neighbour mixing: every input becomes the mean of the n − f inputs nearest to it.
import Kernels
import Registry

/// Each input becomes the mean of the n − f inputs nearest to it, itself among them (Allouah, Farhadkhani, Guerraoui,
/// Gupta, Pinot, Stephan, AISTATS 2023, arXiv 2302.01772).
public struct NearestNeighbourMixing: PreAggregation, ColumnwisePreAggregation {
    public static let name = "nnm"
    public static let aliases = ["NNM", "nearestNeighbourMixing"]
    public static let summary = "Each input becomes the mean of the n - f nearest to it."
    public static let effect = "8f/(n-f)·(κ+1)"
    public static let cost = "n² d"
    public static let source = "Allouah et al., AISTATS 2023, arXiv 2302.01772, algorithm 2"

    public init(_ parameters: ParameterValues) {}

    public func apply(
        to inputs: inout VectorBatch, context: inout AggregationContext, report: inout MixReport,
        scratch: inout Scratch
    ) {
        prepare(inputs, context: context, scratch: &scratch)
        averageSubsets(
            of: inputs, members: scratch.chosen, size: scratch.chosen.count / inputs.rows, into: &scratch.batch)
        swap(&inputs, &scratch.batch)
        inputs.crew = scratch.batch.crew
    }

    /// `chosen` becomes the nearest ones of each input, one input after the other.
    func prepare(_ inputs: borrowing VectorBatch, context: borrowing AggregationContext, scratch: inout Scratch) {
        let count = inputs.rows
        let kept = count - context.hostile
        squaredDistances(among: inputs, into: &scratch.pairs)
        scratch.chosen.removeAll(keepingCapacity: true)
        for row in 0..<count {
            scratch.scores.removeAll(keepingCapacity: true)
            scratch.scores.append(contentsOf: scratch.pairs[row * count..<(row + 1) * count])
            // Itself before all that equal it.
            scratch.scores[row] = -1
            scratch.rank(by: scratch.scores)
            scratch.order.removeSubrange(kept...)
            scratch.order.sort()
            scratch.chosen.append(contentsOf: scratch.order)
        }
    }

    func apply(
        to inputs: borrowing VectorBatch, columns: Range<Int>, into block: inout VectorBatch, scratch: borrowing Scratch
    ) {
        averageSubsets(
            of: inputs, columns: columns, members: scratch.chosen, size: scratch.chosen.count / inputs.rows,
            into: &block)
    }
}
