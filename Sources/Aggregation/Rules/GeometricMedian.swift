// The geometric median by Weiszfeld's iteration, run to a tolerance or for the steps that some codes take.
import Kernels

/// The point with the least sum of distances, Σ |v − x_j|, by smoothed Weiszfeld steps v ← Σ x_j/m_j / Σ 1/m_j with
/// m_j = max(ν, |v − x_j|) (Pillutla, Kakade, Harchaoui, IEEE TSP 2022, arXiv 1912.13445). It does not use f.
///
/// `converged` starts at the coordinate-wise median, with ν = 10⁻⁸ of the median distance from there, and stops at a
/// step of 10⁻⁶ of it or after a hundred. `byzfl` takes `steps` steps from zero with ν = `smoothing`, which leaves it
/// far from the median of models. `byrdlab` starts at the mean, takes a distance of 0 for 1, and stops at a step of
/// 10⁻⁵ or after eighty.
public struct GeometricMedian: AggregationRule {
    public static let name = "geometricMedian"
    public static let aliases = ["GeometricMedian", "rfa", "gm"]
    public static let summary = "The point with the least sum of distances from the inputs."
    public static let robustness = Robustness.variance(.ofMedians)
    public static let cost = "steps · n d"
    public static let source = "Pillutla, Kakade, Harchaoui, IEEE TSP 2022, arXiv 1912.13445, algorithm 2"
    public static let byzfl: [(name: String, value: ParameterValue)] = [("mode", .text("byzfl"))]
    public static let parameters = [
        Parameter.choice(
            "mode", ["converged", "byzfl", "byrdlab"], default: "converged", "start, smoothing and end of the steps"),
        Parameter.number("smoothing", 0...1e6, default: 0.1, "ν, for mode byzfl").known(as: "nu"),
        Parameter.count("steps", 1...10_000, default: 3, "for mode byzfl").known(as: "T"),
    ]

    private enum Mode { case converged, byzfl, byrdlab }

    private let mode: Mode
    private let smoothing: Double
    private let steps: Int

    public init(_ parameters: ParameterValues) {
        switch parameters.text("mode") {
        case "byzfl": (mode, steps) = (.byzfl, parameters.count("steps"))
        case "byrdlab": (mode, steps) = (.byrdlab, 80)
        default: (mode, steps) = (.converged, 100)
        }
        smoothing = parameters.number("smoothing")
    }

    public var symmetries: Symmetries {
        switch mode {
        case .converged: [.translation, .scale]
        case .byzfl: []
        case .byrdlab: .translation
        }
    }

    public func aggregate(
        _ inputs: borrowing VectorBatch, context: borrowing AggregationContext, into output: inout MutableSpan<Float>,
        report: inout MixReport, scratch: inout Scratch
    ) {
        switch mode {
        case .converged: columnMedians(inputs, into: &output)
        case .byzfl: fill(&output, with: 0)
        case .byrdlab:
            scratch.setCoefficients(1 / Double(inputs.rows), rows: inputs.rows)
            combine(inputs, scratch.coefficients, into: &output)
        }
        scratch.measure(inputs, from: output.span)
        let spread = mode == .converged ? scratch.medianDistance() : 0
        // More than half of the inputs are where it starts: no point is better.
        if mode == .converged && spread == 0 { return }
        let leastDistance = mode == .byzfl ? smoothing : 1e-8 * spread
        for step in 1...steps {
            scratch.weigh(leastDistance: leastDistance)
            if mode == .byzfl && step == steps { return combine(inputs, scratch.coefficients, into: &output) }
            let moved = scratch.stepTo(scratch.coefficients, of: inputs, from: &output)
            switch mode {
            // Below the second term is what rounding does to the elements of v.
            case .converged: if moved <= 1e-6 * spread + 1e-7 * norm(output.span) { return }
            case .byrdlab: if moved <= 1e-5 { return }
            case .byzfl: break
            }
        }
    }
}

extension Scratch {
    /// The middle one of the distances, the upper one of two, whose squares are in `distances`.
    fileprivate mutating func medianDistance() -> Double {
        rank(by: distances)
        return distances[order[order.count / 2]].squareRoot()
    }

    /// `coefficients` becomes 1/m_j, scaled to a sum of 1.
    fileprivate mutating func weigh(leastDistance: Double) {
        coefficients.removeAll(keepingCapacity: true)
        var sum = 0.0
        for square in distances {
            let distance = max(leastDistance, square.squareRoot())
            coefficients.append(distance == 0 ? 1 : 1 / distance)
            sum += coefficients[coefficients.count - 1]
        }
        for row in coefficients.indices { coefficients[row] /= sum }
    }

    /// The output becomes this combination of the rows and `distances` what is between them; returns how far it moved.
    fileprivate mutating func stepTo(
        _ coefficients: [Double], of inputs: borrowing VectorBatch, from output: inout MutableSpan<Float>
    ) -> Double {
        // Taken out of the scratch, which may not be read while its distances are written.
        var before: [Float] = []
        swap(&before, &vector)
        before.removeAll(keepingCapacity: true)
        for index in output.indices { before.append(output[index]) }
        combine(inputs, coefficients, base: before.span, 0, into: &output, squaredDistances: &distances)
        let moved = squaredDistance(before.span, output.span).squareRoot()
        swap(&before, &vector)
        return moved
    }
}
