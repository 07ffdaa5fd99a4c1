// Made-up data of two classes for logistic regression, drawn from the model that is to be found.
import Kernels
import Registry

/// Class 1 with probability 1 / (1 + exp(−⟨w, x⟩)), with standard normal features x and weights w of a norm in a random
/// direction.
public struct LogisticData: GeneratedData {
    public static let name = "logistic"
    public static let summary = "Two classes drawn from a logistic model with normal x and known w."
    public static let parameters =
        counts + [
            Parameter.count("features", 1...1_000_000, default: 20, "features of a sample"),
            Parameter.number("norm", 0...1e3, default: 4, "of the weights: the greater, the clearer the classes"),
            seed,
        ]

    let given: ParameterValues

    public init(_ parameters: ParameterValues) { given = parameters }

    public var shape: SampleShape { SampleShape(featureCount: given.count("features"), targets: .classes(2)) }

    /// The weights.
    func makeCommon(_ random: inout RandomStream) -> [Float] {
        random.direction(given.count("features"), norm: given.number("norm"))
    }

    func draw(
        _ row: Int, at share: Double, _ weights: [Float], _ random: inout RandomStream, into features: inout [Float]
    ) -> Float {
        random.fillGaussian(&features, mean: 0, standardDeviation: 1)
        return random.uniform() < 1 / (1 + Elementary.exp(-innerProduct(weights, features))) ? 1 : 0
    }

    func targets(_ drawn: [Float]) -> Targets { .classes(drawn.map { Int32($0) }, of: 2) }
}
