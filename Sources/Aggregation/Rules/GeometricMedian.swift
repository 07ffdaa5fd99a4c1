// The geometric median: run until no point is better, or for the steps that some codes take.
import Kernels
import Registry

/// The point with the least sum of distances, Σ |v − x_j|, by Weiszfeld steps v ← Σ x_j/m_j / Σ 1/m_j (Pillutla,
/// Kakade, Harchaoui, IEEE TSP 2022, arXiv 1912.13445). It does not use f.
///
/// `converged` starts at the coordinate-wise median with m_j = |v − x_j|, goes on past inputs that it meets, and stops
/// where the inputs' unit pulls add up to no more than 10⁻⁶ of their number, or after a thousand steps, which the
/// report tells. `byzfl` takes `steps` steps from zero with m_j = max(ν, |v − x_j|) and ν =
/// `smoothing`, which leaves it far from the median of models. `byrdlab` starts at the mean, takes a distance of 0 for
/// 1, and stops at a step of 10⁻⁵ or after eighty.
public struct GeometricMedian: AggregationRule {
    public static let name = "geometricMedian"
    public static let aliases = ["GeometricMedian", "rfa", "gm"]
    public static let summary = "The point with the least sum of distances from the inputs."
    public static let robustness = Robustness.variance(.ofMedians)
    public static let cost = "n² d + steps · n²"
    public static let source =
        "Pillutla, Kakade, Harchaoui, IEEE TSP 2022, arXiv 1912.13445; Vardi, Zhang, PNAS 97(4), 2000"
    public static let byzfl: [(name: String, value: ParameterValue)] = [("mode", .text("byzfl"))]
    public static let parameters = [
        Parameter.choice(
            "mode", ["converged", "byzfl", "byrdlab"], default: "converged", "start, smoothing and end of the steps"),
        Parameter.number("smoothing", 0...1e6, default: 0.1, "ν, for mode byzfl").known(as: "nu"),
        Parameter.count("steps", 1...10_000, default: 3, "for mode byzfl").known(as: "T"),
    ]

    private enum Mode { case converged, byzfl(smoothing: Double, steps: Int), byrdlab }

    private let mode: Mode

    public init(_ parameters: ParameterValues) {
        mode =
            switch parameters.text("mode") {
            case "byzfl": .byzfl(smoothing: parameters.number("smoothing"), steps: parameters.count("steps"))
            case "byrdlab": .byrdlab
            default: .converged
            }
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
        case .converged:
            columnMedians(inputs, into: &output)
            report.reachedLimit = !scratch.seekMedian(of: inputs, from: output.span)
            combine(inputs, scratch.coefficients, into: &output)
        case .byzfl(let smoothing, let steps):
            fill(&output, with: 0)
            scratch.measure(inputs, from: output.span)
            for _ in 1..<steps {
                scratch.weigh(leastDistance: smoothing)
                _ = scratch.step(along: scratch.coefficients, of: inputs, &output)
            }
            scratch.weigh(leastDistance: smoothing)
            combine(inputs, scratch.coefficients, into: &output)
        case .byrdlab:
            report.reachedLimit = !scratch.stepFromMean(of: inputs, &output)
        }
    }
}

extension Scratch {
    /// The steps of ByrdLab; whether they ended before their limit.
    fileprivate mutating func stepFromMean(
        of inputs: borrowing VectorBatch, _ output: inout MutableSpan<Float>
    ) -> Bool {
        setCoefficients(1 / Double(inputs.rows), rows: inputs.rows)
        combine(inputs, coefficients, into: &output)
        measure(inputs, from: output.span)
        for _ in 0..<80 {
            weigh(leastDistance: 0)
            if step(along: coefficients, of: inputs, &output) <= 1e-5 { return true }
        }
        return false
    }

    /// The output becomes this combination of the rows, and `distances` what is between them; returns how far it went.
    fileprivate mutating func step(
        along coefficients: [Double], of inputs: borrowing VectorBatch, _ output: inout MutableSpan<Float>
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
}
