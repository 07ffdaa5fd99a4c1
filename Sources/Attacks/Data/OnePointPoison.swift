// One observation in place of a node's data, by which an honest learner of least squares pulls the common model
// wherever it is wanted.
import Kernels
import Learning
import Registry

/// Trains honestly on a single sample (q, qᵀθ♠ + 1), scaled, with q = G + 2νθ♠: the optimum of its own loss and the
/// others' pull G, held by `squaredL2`, is then θ♠ (Farhadkhani, Guerraoui, Hoang, Villemaud, ICML 2022, arXiv
/// 2202.08578, theorem 5, with its sign corrected). The bias of `linear` is a weight whose feature is always 1, which
/// sets the scale.
public struct OnePointPoison: DataAttack, TargetedAttack {
    public static let name = "onePoint"
    public static let summary = "Least squares: trains on one sample that holds a model against the others' pull."
    public static let parameters = [
        TargetModel.parameter,
        Parameter.text("query", default: "1", "q, what holds the model: one number for all elements, or all of them"),
    ]

    public static let replacesSamples = true

    /// θ♠.
    public var target: TargetModel
    private let query: [Double]

    public init(_ parameters: ParameterValues) throws(ConfigurationFault) {
        target = try TargetModel(parameters)
        query = try vector(parameters, "query")
        guard query[query.count - 1] != 0 else {
            throw ConfigurationFault(
                .notAllowed(
                    key: "query", given: "a last element of 0",
                    allowed: "any other: it goes with the bias, whose feature is 1"))
        }
    }

    public func check(dimension: Int) throws(ConfigurationFault) {
        try target.check(dimension: dimension)
        try checkCount(of: query, key: "query", dimension: dimension)
    }

    public func check(_ shape: SampleShape, dimension: Int) throws(ConfigurationFault) {
        guard shape.targets == .values else {
            throw ConfigurationFault("the attack \(Self.name) is on real values, and the data have \(shape.targets)")
        }
        // The bias is its last weight.
        try check(dimension: shape.featureCount + 1)
    }

    public func poison(_ samples: Samples, member: Int, random: inout RandomStream) -> Samples {
        let dimension = samples.featureCount + 1
        let query = query.filling(dimension)
        let point = OnePoint.leading(
            to: target.model(of: dimension).map { Double($0) }, against: query, scale: 1 / query[dimension - 1])
        return Samples(
            features: point.query.dropLast().map { Float($0) }, targets: .values([Float(point.answer)]),
            axes: samples.axes)
    }
}
