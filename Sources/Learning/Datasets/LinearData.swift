// Made-up data for linear regression, whose weights are known.
import Kernels
import Registry

/// y = ⟨w, x⟩ + noise, with standard normal features x and weights w of a norm in a random direction.
public struct LinearData: GeneratedData {
    public static let name = "linear"
    public static let summary = "Linear regression: y = <w, x> + noise with normal x and known w."
    public static let parameters =
        counts + [
            Parameter.count("features", 1...1_000_000, default: 20, "features of a sample"),
            Parameter.number("norm", 0...1e3, default: 1, "of the weights, and the deviation of <w, x>"),
            Parameter.number("noise", 0...1e3, default: 0.1, "deviation of y from <w, x>"),
            seed,
        ]

    let given: ParameterValues

    public init(_ parameters: ParameterValues) { given = parameters }

    public var shape: SampleShape { SampleShape(featureCount: given.count("features"), targets: .values) }

    /// The weights.
    func makeCommon(_ random: inout RandomStream) -> [Float] {
        random.direction(given.count("features"), norm: given.number("norm"))
    }

    func draw(
        _ row: Int, at share: Double, _ weights: [Float], _ random: inout RandomStream, into features: inout [Float]
    ) -> Float {
        random.fillGaussian(&features, mean: 0, standardDeviation: 1)
        return Float(innerProduct(weights, features) + given.number("noise") * random.gaussian())
    }

    func targets(_ drawn: [Float]) -> Targets { .values(drawn) }
}
