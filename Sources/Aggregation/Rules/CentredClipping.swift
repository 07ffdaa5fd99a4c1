// Centered clipping: every input moves the result by a bounded step from a centre.
import Kernels
import Registry

/// v ← v + 1/n Σ clip_τ(x_j − v), repeated (Karimireddy, He, Jaggi, ICML 2021, arXiv 2012.10333).
///
/// v starts at the own input where there is one, or at the previous result, or at zero: ByzFL starts at zero, since its
/// centre cannot be set. τ has to fit the spread of honest inputs.
public struct CentredClipping: AggregationRule {
    public static let name = "centredClipping"
    public static let aliases = ["CenteredClipping", "centeredClipping", "cc"]
    public static let summary = "Moves from a centre by the mean of offsets clipped at a constant radius."
    public static let robustness = Robustness.statement("one input moves the result by at most τ/n in each step")
    public static let cost = "steps · n d"
    public static let source = "Karimireddy, He, Jaggi, ICML 2021, arXiv 2012.10333, algorithm 2"
    public static let condition = "any n and f"
    public static let byzfl: [(name: String, value: ParameterValue)] = [
        ("centre", .text("zero")), ("radius", .number(100)),
    ]
    public static let parameters = [
        Parameter.number("radius", 0...1e12, default: 10, "τ").known(as: "tau"),
        Parameter.count("steps", 1...1_000, default: 1, "how often the centre moves").known(as: "L"),
        Parameter.choice(
            "centre", ["own", "previous", "zero"], default: "own",
            "where it starts: the own input (zero without one), the previous result (own the first time), zero"),
    ]

    private enum Centre { case own, previous, zero }

    private let radius: Double
    private let steps: Int
    private let centre: Centre
    /// The previous result, if that is where the centre starts.
    public var memory: [Float] = []

    public init(_ parameters: ParameterValues) {
        radius = parameters.number("radius")
        steps = parameters.count("steps")
        centre =
            switch parameters.text("centre") {
            case "previous": .previous
            case "zero": .zero
            default: .own
            }
    }

    public var symmetries: Symmetries { centre == .zero ? [] : .translation }

    public func capacity(of count: Int) -> Int { count }

    public mutating func aggregate(
        _ inputs: borrowing VectorBatch, context: borrowing AggregationContext, into output: inout MutableSpan<Float>,
        report: inout MixReport, scratch: inout Scratch
    ) {
        if centre == .previous && memory.count == output.count {
            copy(memory.span, into: &output)
        } else if centre != .zero, let own = context.own {
            copy(inputs.elements.span.extracting(inputs.range(ofRow: own)), into: &output)
        } else {
            fill(&output, with: 0)
        }
        scratch.measure(inputs, from: output.span)
        // Taken out of the scratch, which may not be read while its distances are written.
        var before: [Float] = []
        swap(&before, &scratch.vector)
        for step in 1...steps {
            let kept = weigh(&scratch, &report)
            before.removeAll(keepingCapacity: true)
            for index in output.indices { before.append(output[index]) }
            if step < steps {
                combine(
                    inputs, scratch.coefficients, base: before.span, kept, into: &output,
                    squaredDistances: &scratch.distances)
            } else {
                combine(inputs, scratch.coefficients, base: before.span, kept, into: &output)
            }
        }
        swap(&before, &scratch.vector)
        report.threshold = radius
        guard centre == .previous else { return }
        memory.removeAll(keepingCapacity: true)
        for index in output.indices { memory.append(output[index]) }
    }

    /// The coefficients become those of the clipped offsets; what is left to the centre is returned.
    private func weigh(_ scratch: inout Scratch, _ report: inout MixReport) -> Double {
        scratch.coefficients.removeAll(keepingCapacity: true)
        var kept = 1.0
        for (row, square) in scratch.distances.enumerated() {
            let factor = clipFactor(norm: square.squareRoot(), radius: radius)
            report.note(factor == 1 ? .kept : factor > 0 ? .clipped : .removed, row: row)
            scratch.coefficients.append(factor / Double(scratch.distances.count))
            kept -= factor / Double(scratch.distances.count)
        }
        return kept
    }
}
