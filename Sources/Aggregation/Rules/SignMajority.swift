// signSGD with majority vote: per coordinate a step by the sign that most inputs have.
import Kernels
import Registry

/// s · sign(Σ sign(x_j)) per coordinate, sign(0) = 0 (Bernstein, Zhao, Azizzadenesheli, Anandkumar, ICLR 2019, arXiv
/// 1810.05291): a step of size s, made for gradients.
public struct SignMajority: AggregationRule {
    public static let name = "signMajority"
    public static let aliases = ["signSGD", "sign"]
    public static let summary = "Per coordinate, the sign that most inputs have, times a step."
    public static let robustness = Robustness.statement("a minority of inputs moves no coordinate against the others")
    public static let cost = "n d"
    public static let source = "Bernstein, Zhao, Azizzadenesheli, Anandkumar, ICLR 2019, arXiv 1810.05291, algorithm 1"
    public static let isColumnwise = true
    public static let parameters = [Parameter.number("step", 0...1e6, default: 0.01, "s")]

    private let step: Float

    public init(_ parameters: ParameterValues) { step = Float(parameters.number("step")) }

    public var symmetries: Symmetries { [] }

    public func aggregate(
        _ inputs: borrowing VectorBatch, context: borrowing AggregationContext, into output: inout MutableSpan<Float>,
        report: inout MixReport, scratch: inout Scratch
    ) {
        fill(&output, with: 0)
        scratch.vector.removeAll(keepingCapacity: true)
        scratch.vector.append(contentsOf: repeatElement(0, count: output.count))
        let elements = inputs.elements.span
        for row in 0..<inputs.rows {
            addSigns(of: elements.extracting(inputs.range(ofRow: row)), minus: scratch.vector.span, into: &output)
        }
        for index in output.indices { output[index] = (output[index] > 0 ? step : 0) - (output[index] < 0 ? step : 0) }
        report.noteAll(.split)
    }
}
