// The multi-layer perceptron: dense layers with an activation between them.
import Registry

/// Cross-entropy of softmax after hidden layers of these widths. He initialisation before rectifiers, else Glorot's.
public struct Perceptron: ModelArchitecture {
    public static let name = "perceptron"
    public static let aliases = ["mlp", "multiLayerPerceptron"]
    public static let summary = "Multi-layer perceptron for classes: dense layers, an activation between them."
    public static let parameters = [
        Parameter.counts(
            "hidden", 1...65_536, length: 0...16, default: [64], "widths of the hidden layers, lowest first"),
        Parameter.choice("activation", ["relu", "tanh"], default: "relu", "after each hidden layer"),
    ]

    private let hidden: [Int]
    private let activation: String

    public init(_ parameters: ParameterValues) {
        hidden = parameters.counts("hidden")
        activation = parameters.text("activation")
    }

    public func makeObjective(for shape: SampleShape) throws(ConfigurationFault) -> any Objective {
        let classCount = try shape.classCount(for: Self.name)
        var stages: [Network.Stage] = []
        var width = shape.featureCount
        for (index, next) in hidden.enumerated() {
            let isRectified = activation == "relu"
            stages.append(.init("dense\(index + 1)", Dense(width, to: next, isRectified ? .he : .glorot)))
            stages.append(
                .init("", isRectified ? Rectifier(inputCount: next) : HyperbolicTangent(inputCount: next)))
            width = next
        }
        stages.append(.init("dense\(hidden.count + 1)", Dense(width, to: classCount, .glorot)))
        return Network(stages, loss: CrossEntropy(scoreCount: classCount))
    }
}
