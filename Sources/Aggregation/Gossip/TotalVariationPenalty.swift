// DRSA: every neighbour pulls each coordinate by one constant step, by the sign of the difference alone.
import Kernels
import Registry

/// x − η λ Σ sign(x − y_j), coordinate by coordinate, sign(0) = 0 (DRSA, the total-variation penalty; Peng, Li, Ling,
/// Signal Processing 2021).
///
/// One neighbour moves a coordinate by at most η λ, whatever it sends. The paper takes gradient and penalty at one
/// point and exchanges the models between; a node takes its gradient step first and the penalty where that has led, on
/// both sides of an edge.
public struct TotalVariationPenalty: GossipRule {
    public static let name = "drsa"
    public static let aliases = ["tvNorm", "totalVariationPenalty"]
    public static let summary = "DRSA: every neighbour pulls each coordinate by the step size times λ."
    public static let guarantee = Guarantee.ofRuns(
        "convergence on a connected honest graph if λ is great enough, with an error of order λ² d Σ hostile²")
    public static let cost = "deg d"
    public static let source = "Peng, Li, Ling, Signal Processing 183, 2021, section 3"
    public static let parameters = [
        Parameter.number("lambda", 0...1e3, default: 0.005, "λ, the weight of the penalty")
    ]

    private let penalty: Double

    public var needs: MixNeeds { .models }

    public init(_ parameters: ParameterValues) { penalty = parameters.number("lambda") }

    public var symmetries: Symmetries { .translation }

    public func mix(
        own: Span<Float>, neighbours: borrowing VectorBatch, context: borrowing MixContext,
        into next: inout MutableSpan<Float>, report: inout MixReport, scratch: inout Scratch
    ) {
        fill(&next, with: 0)
        let elements = neighbours.elements.span
        for row in 0..<neighbours.rows {
            addSigns(of: elements.extracting(neighbours.range(ofRow: row)), minus: own, into: &next)
        }
        scale(Float(context.stepSize * penalty), &next)
        axpy(1, own, into: &next)
        report.noteAll(.split)
    }
}
