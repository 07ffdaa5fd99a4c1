// The last layer of a network whose lower layers are random and fixed: convex, and not linear in the data.
import Kernels
import Registry

/// Softmax regression on random features. Parameters as those of softmax regression on so many features.
public struct LastLayer: ModelArchitecture {
    public static let name = "features"
    public static let aliases = ["randomFeatures", "lastLayer"]
    public static let summary = "Softmax regression on fixed random features: (count + 1) x classes parameters."
    public static let parameters = [
        Parameter.choice(
            "map", ["relu", "fourier"], default: "relu", "rectified sums, or the cosines of a Gaussian kernel"),
        Parameter.count("count", 1...65_536, default: 256, "how many features there are"),
        Parameter.number(
            "width", 1e-6...1e6, default: 1, "of the Gaussian kernel, over the root of the features of the data"),
        Parameter.count(
            "seed", 0...1_000_000_000, default: 1, "what the features are drawn from, the same on all nodes"),
    ]

    /// They are drawn before anyone asks what memory there is: 268 MB.
    private static let mostWeights = 1 << 26

    private let map: RandomFeatures.Map
    private let count: Int
    private let width: Double
    private let seed: UInt64

    public init(_ parameters: ParameterValues) {
        map = parameters.text("map") == "relu" ? .rectified : .fourier
        count = parameters.count("count")
        width = parameters.number("width")
        seed = UInt64(parameters.count("seed"))
    }

    public func makeObjective(for shape: SampleShape) throws(ConfigurationFault) -> any Objective {
        let classCount = try shape.classCount(for: Self.name)
        let weights = count.clampedTimes(shape.featureCount)
        guard weights <= Self.mostWeights else {
            throw ConfigurationFault(
                "task.model \(Self.name) would draw \(weights) weights for \(count) features of "
                    + "\(shape.featureCount) elements; allowed: up to \(Self.mostWeights)")
        }
        return Network(
            [
                .init("", RandomFeatures(map, of: shape.featureCount, count: count, width: width, seed: seed)),
                .init("", Dense(count, to: classCount, .normal(0.01))),
            ], loss: CrossEntropy(scoreCount: classCount))
    }
}
