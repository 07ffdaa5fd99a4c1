// Few points with soft labels in place of a node's data, by which an honest softmax learner comes to a model of the
// attacker's choice.
import Kernels
import Learning
import Registry

/// Trains honestly on points on which θ♠ is in doubt, labelled by its probabilities (Farhadkhani, Guerraoui, Hoang,
/// Villemaud, ICML 2022, arXiv 2202.08578, appendix L). With `pull`, labels are tilted so that θ♠ is exactly what the
/// node comes to; where no labels do that, as the points are too few or count too little, there are no such data.
///
/// On a net whose lowest layers are held, or are random features, points are embeddings, what those layers give, and no
/// data of the net's (appendix J): the layer above them is trained on them.
public struct SoftLabelPoison: DataAttack, TargetedAttack {
    public static let name = "softLabels"
    public static let summary = "Softmax: trains on few points with soft labels that say most of the attacker's model."
    public static let parameters = [
        TargetModel.parameter,
        Parameter.count("points", 1...100_000, default: 100, "how many points"),
        Parameter.number(
            "weight", 1e-3...1e9, default: 1, "how often each of them counts, where losses are sums over samples"
        ).known(as: "copies"),
        Parameter.number("scatter", 0...1e6, default: 1, "deviation of the differences of scores on them"),
        Parameter.text(
            "pull", default: "0", "what its model must be held against: one number for all elements, or all of them"),
    ]

    public static let replacesSamples = true
    public static let poisonsEmbeddings = true

    /// θ♠.
    public var target: TargetModel
    private let points: Int
    private let weight: Float
    private let scatter: Double
    private let pull: [Double]

    public init(_ parameters: ParameterValues) throws(ConfigurationFault) {
        target = try TargetModel(parameters)
        points = parameters.count("points")
        weight = Float(parameters.number("weight"))
        scatter = parameters.number("scatter")
        pull = try vector(parameters, "pull")
    }

    public var weighsSamples: Bool { weight != 1 }

    public func check(dimension: Int) throws(ConfigurationFault) {
        try target.check(dimension: dimension)
        try checkCount(of: pull, key: "pull", dimension: dimension)
    }

    /// It knows models of scores that are linear in the features, and no others.
    public func check(_ shape: SampleShape, dimension: Int) throws(ConfigurationFault) {
        try checkLabels(shape)
        guard dimension == (shape.featureCount + 1) * shape.classCount else {
            throw ConfigurationFault(
                "the attack \(Self.name) is on one layer of softmax, and this model has \(dimension) parameters on "
                    + "\(shape.featureCount) features; allowed: the model softmax or features, or training.frozen for "
                    + "all layers but the last")
        }
        try check(dimension: dimension)
    }

    /// What it makes are probabilities, and what holds the target is the slope of their loss.
    public func check(_ objective: any Objective) throws(ConfigurationFault) {
        guard objective.isCrossEntropy else {
            throw ConfigurationFault(
                "the attack \(Self.name) labels by the probabilities of softmax, and this model has another loss; "
                    + "allowed: the model softmax or features, or training.frozen for all layers but the last")
        }
    }

    public func poison(
        _ samples: Samples, member: Int, random: inout RandomStream
    ) throws(ConfigurationFault) -> Samples {
        let dimension = (samples.featureCount + 1) * samples.classCount
        // Around zero: what points have in common pulls at nothing, and makes the loss slow to descend.
        let places = (0..<points * samples.featureCount).map { _ in random.gaussian() }
        let poison = SoftLabels(
            for: target.model(of: dimension).map { Double($0) }, classCount: samples.classCount, points: places,
            scatter: scatter, random: &random)
        let pull = pull.filling(dimension)
        let isHeld = pull.contains { $0 != 0 }
        let one =
            isHeld
            ? try held(poison.tilted(against: pull, ridge: 0, weight: Double(weight))).samples : poison.plain.samples
        return Samples(features: one.features, targets: one.targets, axes: samples.axes).weighted(by: weight)
    }

    private func held(_ labels: TiltedLabels) throws(ConfigurationFault) -> SoftSamples {
        switch labels {
        case .found(let samples): return samples
        case .sameForAllClasses:
            throw ConfigurationFault(
                "the pull of softLabels is in part the same for all classes, which no labels answer; allowed: one "
                    + "whose sum over the classes is 0 for every feature and for the biases")
        case .notFound(let steps):
            throw ConfigurationFault(
                .notFound(
                    "the search for labels of \(points) points, each counted \(weight) times, that hold the target of "
                        + "softLabels against its pull ended after \(steps) steps with none, as it does where there "
                        + "are none; allowed: more points, a greater weight, or a target that is nearer"))
        }
    }
}
