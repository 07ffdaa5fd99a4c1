// The linear support vector machine of several classes. Its margin is 1; weight decay is training's.
import Registry

/// A hinge loss of W x + b. Parameters as those of softmax regression.
public struct SupportVectorMachine: ModelArchitecture {
    public static let name = "svm"
    public static let aliases = ["supportVectorMachine", "linearSVM"]
    public static let summary = "Linear support vector machine of several classes: (features + 1) x classes parameters."
    public static let parameters = [
        Parameter.choice(
            "hinge", HingeLoss.Form.allCases.map(\.rawValue), default: HingeLoss.Form.crammerSinger.rawValue,
            "the greatest lead of another class, the sum of leads, or squared, each class against the rest (smooth)")
    ]

    private let form: HingeLoss.Form

    public init(_ parameters: ParameterValues) {
        guard let form = HingeLoss.Form(rawValue: parameters.text("hinge")) else {
            preconditionFailure("the choices are the forms")
        }
        self.form = form
    }

    public func makeObjective(for shape: SampleShape) throws(ConfigurationFault) -> any Objective {
        let classCount = try shape.classCount(for: Self.name)
        return Network(
            [.init("", Dense(shape.featureCount, to: classCount, .normal(0.01)))],
            loss: HingeLoss(form: form, scoreCount: classCount))
    }

    public static let knownOptimum = KnownOptimum.iteration

    public func makeProblem(on data: WeightedBatch, weightDecay: Double) -> (any ConvexProblem)? {
        guard weightDecay > 0 else { return nil }
        return switch form {
        case .crammerSinger: HingeProblem(data, .crammerSinger, weightDecay: weightDecay)
        case .westonWatkins: HingeProblem(data, .westonWatkins, weightDecay: weightDecay)
        case .squaredOneVersusRest: LinearScoresProblem(data, .squaredHinge(of: data), weightDecay: weightDecay)
        }
    }

    /// The hinges have kinks; the squared one has none, and no bound without a radius.
    public func regularity(of samples: Samples, radius: Double?) -> LossRegularity? {
        let square = samples.greatestSquareWithBias
        let (norm, classes) = (square.squareRoot(), Double(samples.classCount))
        return switch form {
        case .crammerSinger: LossRegularity(slope: 2.0.squareRoot() * norm, curvature: nil, greatestAtZero: 1)
        case .westonWatkins:
            LossRegularity(
                slope: (classes * (classes - 1)).squareRoot() * norm, curvature: nil, greatestAtZero: classes - 1)
        case .squaredOneVersusRest:
            LossRegularity(
                slope: 2 * (classes.squareRoot() + (radius ?? .infinity) * norm) * norm, curvature: 2 * square,
                greatestAtZero: classes)
        }
    }
}
