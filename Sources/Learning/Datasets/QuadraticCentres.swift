// Points for quadratic consensus: each sample is a centre c of the loss ½|x − c|², and their mean is the optimum.
import Kernels
import Registry

/// c = ζu + noise in the first half and −ζu + noise in the second, u a unit vector in a random direction. Under the
/// split `shards` with one shard a node, half of the nodes have points of the one kind and half of the other; with as
/// many samples as nodes each has one point.
public struct QuadraticCentres: GeneratedData {
    public static let name = "quadratic"
    public static let summary = "Points around +zeta u and -zeta u, nothing to predict: for quadratic consensus."
    public static let parameters =
        counts + [
            Parameter.count("features", 1...1_000_000, default: 10, "coordinates of a point").known(as: "dimension"),
            Parameter.number("zeta", 0...1e6, default: 1, "how far the two middles are from the origin"),
            Parameter.number("noise", 0...1e6, default: 0.1, "deviation in every coordinate"),
            seed,
        ]

    let given: ParameterValues

    public init(_ parameters: ParameterValues) { given = parameters }

    public var shape: SampleShape { SampleShape(featureCount: given.count("features"), targets: .none) }

    /// ζu.
    func makeCommon(_ random: inout RandomStream) -> [Float] {
        random.direction(given.count("features"), norm: given.number("zeta"))
    }

    func draw(
        _ row: Int, at share: Double, _ middle: [Float], _ random: inout RandomStream, into features: inout [Float]
    ) -> Float {
        random.fillGaussian(&features, mean: 0, standardDeviation: given.number("noise"))
        let sign: Float = share < 0.5 ? 1 : -1
        for index in features.indices { features[index] += sign * middle[index] }
        return 0
    }

    func targets(_ drawn: [Float]) -> Targets { .none(drawn.count) }
    public func trainingTargets() -> Targets { .none(trainingCount) }
}
