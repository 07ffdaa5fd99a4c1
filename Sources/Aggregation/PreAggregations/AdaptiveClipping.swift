// ARC, adaptive robust clipping: clips the longest inputs at the length of the next one.
import Kernels
import Registry

/// Shortens the ⌊2f(n − f)/n⌋ longest inputs to the length of the longest of the others (Allouah, Guerraoui, Gupta,
/// Jellouli, Rizk, Stephan, ICLR 2025, arXiv 2405.14432). The floor is exact: in floating point it is wrong for some n.
public struct AdaptiveClipping: PreAggregation {
    public static let name = "arc"
    public static let aliases = ["ARC", "adaptiveClipping"]
    public static let summary = "Shortens the longest inputs to the length of the next one."
    public static let effect = "κ + 2f/(n-2f)"
    public static let cost = "n d"
    public static let source = "Allouah et al., ICLR 2025, arXiv 2405.14432, algorithm 2"

    public init(_ parameters: ParameterValues) {}

    public var symmetries: Symmetries { .scale }

    public func capacity(of count: Int) -> Int { count }

    public func apply(
        to inputs: inout VectorBatch, context: inout AggregationContext, report: inout MixReport,
        scratch: inout Scratch
    ) {
        let count = inputs.rows
        let clipped = 2 * context.hostile * (count - context.hostile) / count
        guard clipped > 0 else { return }
        scratch.measureNorms(inputs)
        scratch.rank(by: scratch.distances)
        let length = clipped < count ? scratch.distances[scratch.order[count - clipped - 1]] : 0
        scratch.clip(&inputs, at: length, report: &report)
    }
}
