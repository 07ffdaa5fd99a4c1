// Self-centred clipping at a constant radius, all neighbours alike.
import Kernels
import Registry

/// x + 1/(deg + 1) Σ clip_τ(y_j − x), repeated from the result (Karimireddy, He, Jaggi, ICML 2021, arXiv 2012.10333,
/// on a neighbourhood). The code of Farhadkhani et al. repeats it three times with τ = 2.
///
/// A radius near the step size times the gradient's norm lets honest differences through. The weights of the topology
/// are not used.
public struct SelfCentredClipping: GossipRule {
    public static let name = "selfCentredClipping"
    public static let aliases = ["scc", "scclip"]
    public static let summary = "Clips offsets at a constant radius; all neighbours weigh alike."
    public static let guarantee = Guarantee.ofRuns(
        "one neighbour moves the model by at most τ/(deg+1) in each repetition, and in no more is anything promised")
    public static let cost = "repetitions · deg d"
    public static let source =
        "Karimireddy, He, Jaggi, ICML 2021, arXiv 2012.10333; radius and form as in He et al. 2022"
    public static let parameters = [
        Parameter.number("radius", 0...1e6, default: 1, "τ"),
        Parameter.count("repetitions", 1...100, default: 1, "how often the centre moves"),
    ]

    private let radius: Double
    private let repetitions: Int

    public init(_ parameters: ParameterValues) {
        radius = parameters.number("radius")
        repetitions = parameters.count("repetitions")
    }

    public var symmetries: Symmetries { .translation }

    public func mix(
        own: Span<Float>, neighbours: borrowing VectorBatch, context: borrowing MixContext,
        into next: inout MutableSpan<Float>, report: inout MixReport, scratch: inout Scratch
    ) {
        copy(own, into: &next)
        // The centre has to hold still while the next one is made, and the scratch to be lent out meanwhile.
        var centre: [Float] = []
        swap(&centre, &scratch.vector)
        for _ in 0..<repetitions {
            centre.removeAll(keepingCapacity: true)
            for index in next.indices { centre.append(next[index]) }
            report.begin(rows: neighbours.rows)
            measureOffsets(neighbours, from: centre.span, into: &scratch.distances)
            scratch.setCoefficients(1 / Double(context.degree + 1), rows: neighbours.rows)
            scratch.clip(radius: radius, report: &report)
            addOffsets(neighbours, from: centre.span, coefficients: scratch.coefficients, into: &next, report: &report)
        }
        swap(&centre, &scratch.vector)
    }
}
