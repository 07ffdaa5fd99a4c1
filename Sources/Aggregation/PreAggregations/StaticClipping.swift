// Clips every input at one constant length.
import Kernels
import Registry

/// x_j ← clip_c(x_j). Made for gradients: models are clipped as offsets from the own one.
public struct StaticClipping: PreAggregation {
    public static let name = "clipping"
    public static let aliases = ["Clipping", "staticClipping"]
    public static let summary = "Shortens every input to a constant length."
    public static let effect = "bounds every input; biased where honest ones are longer"
    public static let cost = "n d"
    public static let source = "folklore; static clipping in Allouah et al., ICLR 2025, arXiv 2405.14432"
    public static let parameters = [Parameter.number("length", 0...1e12, default: 2, "c").known(as: "c")]

    private let length: Double

    public init(_ parameters: ParameterValues) { length = parameters.number("length") }

    public var symmetries: Symmetries { [] }

    public func capacity(of count: Int) -> Int { count }

    public func apply(
        to inputs: inout VectorBatch, context: inout AggregationContext, report: inout MixReport,
        scratch: inout Scratch
    ) {
        scratch.measureNorms(inputs)
        scratch.clip(&inputs, at: length, report: &report)
    }
}

extension Scratch {
    /// `distances` becomes |x_i| of every row.
    mutating func measureNorms(_ inputs: borrowing VectorBatch) {
        distances.removeAll(keepingCapacity: true)
        let elements = inputs.elements.span
        for row in 0..<inputs.rows { distances.append(norm(elements.extracting(inputs.range(ofRow: row)))) }
    }

    /// Shortens each row, whose length is in `distances`, to `length` at most.
    func clip(_ inputs: inout VectorBatch, at length: Double, report: inout MixReport) {
        for row in distances.indices where distances[row] > length {
            inputs.scale(row: row, by: clipFactor(norm: distances[row], radius: length))
            report.note(.clipped, row: row)
        }
    }
}
