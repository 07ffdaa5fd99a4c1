// Target labels: data on which honest training comes to a model of the attacker's choice.
import Kernels
import Learning
import Registry

/// Trains honestly on labels that a model of the attacker's choice gives: for regression its prediction, for classes
/// its probabilities, which is what labels drawn from them come to on average. The losses of the node's own data are
/// then least at that model (Farhadkhani, Guerraoui, Hoang, Villemaud, ICML 2022, arXiv 2202.08578: from a model attack
/// to poisoned data), unless they are hinge losses, which are none of probabilities. With weight decay the optimum is
/// nearer to zero. Against others that pull, as in personalised learning, the model learned is the nearer to it the
/// more points there are, and the more they count.
///
/// To lead others all the way to θ†, the target has to be what a model attack would send, θ† + c/w as `cga` finds it:
/// honest training of the others pulls back.
public struct TargetLabels: DataAttack, TargetedAttack {
    public static let name = "targetLabels"
    public static let aliases = ["modelLabels", "cgaPoisoning", "dataFromModel"]
    public static let summary = "Trains on the labels that a model of the attacker's choice gives its samples."
    public static let parameters = [
        TargetModel.parameter,
        Parameter.choice("features", ["kept", "drawn"], default: "kept", "the node's own, or standard normal ones"),
        Parameter.count(
            "points", 0...1_000_000, default: 0, "how many are drawn; 0: as many samples as the node has"),
        Parameter.number(
            "weight", 1e-3...1e9, default: 1, "how often each of them counts, where losses are sums over samples"),
    ]

    public static let replacesSamples = true

    /// Features, losses and shares of all that is drawn: half a gigabyte.
    private static let mostNumbers = 1 << 27

    public var target: TargetModel
    private let drawsFeatures: Bool
    private let points: Int
    private let weight: Float

    public init(_ parameters: ParameterValues) throws(ConfigurationFault) {
        target = try TargetModel(parameters)
        drawsFeatures = parameters.text("features") == "drawn"
        points = parameters.count("points")
        weight = Float(parameters.number("weight"))
        guard points == 0 || drawsFeatures else {
            throw ConfigurationFault(
                .notAllowed(key: "points", given: "\(points)", allowed: "0 with features kept, or features drawn"))
        }
    }

    public var weighsSamples: Bool { weight != 1 }

    public func check(dimension: Int) throws(ConfigurationFault) { try target.check(dimension: dimension) }

    public func check(_ shape: SampleShape, dimension: Int) throws(ConfigurationFault) {
        guard shape.targets != .none else {
            throw ConfigurationFault("the attack \(Self.name) changes what is predicted, and the data have no targets")
        }
        let numbers = points.clampedTimes(shape.featureCount.clampedPlus(2.clampedTimes(shape.classCount)))
        guard numbers <= Self.mostNumbers else {
            throw ConfigurationFault(
                "the attack \(Self.name) would draw \(points) points of \(shape.featureCount) features; allowed: up to "
                    + "\(Self.mostNumbers / (shape.featureCount + 2 * shape.classCount)) of them")
        }
    }

    public func poison(_ samples: Samples, member: Int, random: inout RandomStream) -> Samples {
        guard drawsFeatures else { return weighsSamples ? samples.weighted(by: weight) : samples }
        let count = points > 0 ? points : samples.count
        var features = [Float](repeating: 0, count: count * samples.featureCount)
        random.fillGaussian(&features, mean: 0, standardDeviation: 1)
        // Labels come once it is known what is trained.
        let targets: Targets =
            switch samples.targets.kind {
            case .classes(let classes): .classes([Int32](repeating: 0, count: count), of: classes)
            case .values: .values([Float](repeating: 0, count: count))
            case .none: .none(count)
            }
        return Samples(features: features, targets: targets, axes: samples.axes).weighted(by: weight)
    }

    /// What the target makes of each sample, read off its losses.
    public func labelled(_ samples: Samples, for objective: any Objective) -> Samples {
        let model = target.model(of: objective.dimension)
        var scratch = ObjectiveScratch()
        /// The losses of every sample if this were its target.
        func losses(_ asked: Targets) -> [Double] {
            objective.sampleLosses(at: model.span, on: Batch(samples.with(asked)), scratch: &scratch)
        }
        switch samples.targets.kind {
        case .none: return samples
        case .values:
            // Of a square a (y − p)² at −1, 0 and 1: p is a quarter of the slope over half of the curvature.
            let (left, middle, right) = (losses(same(-1)), losses(same(0)), losses(same(1)))
            func same(_ value: Float) -> Targets { .values([Float](repeating: value, count: samples.count)) }
            let predictions = left.indices.map { row in
                let curvature = left[row] + right[row] - 2 * middle[row]
                return curvature > 0 ? Float((left[row] - right[row]) / (2 * curvature)) : 0
            }
            return samples.with(.values(predictions))
        case .classes(let count):
            let ofLabel = (0..<Int32(count)).map { label in
                losses(.classes([Int32](repeating: label, count: samples.count), of: count))
            }
            var shares = [Float](repeating: 0, count: samples.count * count)
            for row in 0..<samples.count {
                let least = ofLabel.reduce(Double.infinity) { min($0, $1[row]) }
                let weights = ofLabel.map { Elementary.exp(least - $0[row]) }
                let sum = weights.reduce(0, +)
                for label in 0..<count { shares[row * count + label] = Float(weights[label] / sum) }
            }
            return samples.with(.distributions(shares, of: count))
        }
    }
}
