// Constant sample: a node trains on one and the same sample, of the attacker's choice, and follows the protocol.
import Kernels
import Learning
import Registry

/// Every sample is (value, 0, 0, …), under the target that it had. On a loss whose slope does not depend on the model
/// it is the poison that pulls one way in all rounds.
public struct ConstantSample: DataAttack {
    public static let name = "constantSample"
    public static let summary = "Trains on samples whose first feature is a value and whose others are 0."
    public static let parameters = [
        Parameter.number("value", -1e6...1e6, default: 1, "the first feature of every sample")
    ]

    private let value: Float

    public init(_ parameters: ParameterValues) { value = Float(parameters.number("value")) }

    public func check(_ shape: SampleShape, dimension: Int) {}

    public func poison(_ samples: Samples, member: Int, random: inout RandomStream) -> Samples {
        var features = [Float](repeating: 0, count: samples.features.count)
        for row in 0..<samples.count { features[row * samples.featureCount] = value }
        return samples.with(features: features)
    }
}
