// Random labels: data that say nothing, with the true features or with random ones.
import Kernels
import Learning
import Registry

/// Trains honestly on labels drawn uniformly from all C classes, and with `features` on features drawn uniformly from
/// −1 to 1 as well.
public struct RandomLabels: DataAttack {
    public static let name = "randomLabels"
    public static let summary = "Trains on random labels, and perhaps on random features too."
    public static let parameters = [
        Parameter.flag("features", default: false, "whether features are random as well")
    ]

    private let drawsFeatures: Bool

    public init(_ parameters: ParameterValues) { drawsFeatures = parameters.flag("features") }

    public func poison(_ samples: Samples, member: Int, random: inout RandomStream) -> Samples {
        let labels = (0..<samples.count).map { _ in Int32(random.below(samples.classCount)) }
        var features = samples.features
        if drawsFeatures { for index in features.indices { features[index] = Float(2 * random.uniform() - 1) } }
        return samples.with(features: features).with(.classes(labels, of: samples.classCount))
    }
}
