// Losses of every model over five steps of descent, as PyTorch computes them in float64 with gradients of its own:
// Scripts/model-losses prints the numbers.
import Kernels
import Registry
import TestSupport
import Testing

@testable import Learning

@Suite("Losses by PyTorch")
struct ModelLossesTests {
    struct Pinned: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let model: CatalogObjective
        let samples: Samples
        let losses: [Double]

        init(
            _ name: String, _ model: CatalogObjective, _ axes: [Int], _ targets: TargetKind, _ count: Int,
            _ losses: [Double]
        ) {
            testDescription = name
            self.model = model
            self.losses = losses
            let features = (0..<count * axes.reduce(1, *)).map { Float(Double($0 * 7_919 % 1_009) / 1_009 - 0.5) }
            let values = (0..<count).map { Float(Double($0 * 37 % 101) / 101 * 4 - 2) }
            let classes = targets.classCount
            samples = Samples(
                features: features,
                targets: classes == 0
                    ? .values(values) : .classes((0..<count).map { Int32($0 * 7 % classes) }, of: classes), axes: axes)
        }
    }

    static let pinned = [
        Pinned(
            "softmax", CatalogObjective(type: SoftmaxRegression.self), [9], .classes(4), 12,
            [1.428516973, 1.423095736, 1.417743532, 1.412458035, 1.407237033, 1.402078426]),
        Pinned(
            "linear", CatalogObjective(type: LinearRegression.self), [9], .values, 12,
            [0.598760709, 0.567301541, 0.539009073, 0.513419468, 0.490149905, 0.468883522]),
        Pinned(
            "logistic", CatalogObjective(type: LogisticRegression.self), [9], .classes(2), 12,
            [0.726226308, 0.724508257, 0.722807753, 0.721124558, 0.719458437, 0.717809159]),
        Pinned(
            "svm crammerSinger", CatalogObjective(type: SupportVectorMachine.self), [9], .classes(4), 12,
            [1.259043012, 1.225443116, 1.199030014, 1.174091610, 1.157364692, 1.140473284]),
        Pinned(
            "svm westonWatkins",
            CatalogObjective(type: SupportVectorMachine.self, given: [("hinge", .text("westonWatkins"))]), [9],
            .classes(4), 12, [3.043270654, 2.968419289, 2.893567924, 2.818716560, 2.743865195, 2.669013831]),
        Pinned(
            "svm squaredOneVersusRest",
            CatalogObjective(type: SupportVectorMachine.self, given: [("hinge", .text("squaredOneVersusRest"))]), [9],
            .classes(4), 12, [4.237123836, 3.776927105, 3.459092053, 3.233139352, 3.066779820, 2.939341490]),
        Pinned(
            "perceptron relu 20 17", CatalogObjective(type: Perceptron.self, given: [("hidden", .numbers([20, 17]))]),
            [9], .classes(4), 12, [1.404800703, 1.401685348, 1.398770471, 1.395955913, 1.393227425, 1.390572425]),
        Pinned(
            "perceptron tanh 20",
            CatalogObjective(
                type: Perceptron.self, given: [("hidden", .numbers([20])), ("activation", .text("tanh"))]), [9],
            .classes(4), 12, [1.436308299, 1.423965931, 1.412176947, 1.400885895, 1.390043217, 1.379604540]),
        Pinned(
            "convolutional MNIST", CatalogObjective(type: ConvolutionalNet.self), [28, 28], .classes(10), 4,
            [2.237376751, 2.163395967, 2.070408382, 1.909273068, 1.753890337, 1.567032668]),
        Pinned(
            "convolutional CIFAR",
            CatalogObjective(
                type: ConvolutionalNet.self,
                given: [
                    ("channels", .numbers([20, 100, 200])), ("hidden", .numbers([512, 256])), ("padding", .number(2)),
                ]), [3, 32, 32], .classes(10), 3,
            [2.336665725, 2.299103688, 2.263462958, 2.228263828, 2.193151075, 2.158266196]),
    ]

    /// Of each layer weights, then biases, within one over the root of its inputs; numbered through all layers.
    private func parameters(_ shapes: [ParameterShape]) -> [Float] {
        var numbers: [Float] = []
        var bound = 0.0
        for shape in shapes {
            if shape.axes.count > 1 { bound = 1 / Double(shape.axes.dropFirst().reduce(1, *)).squareRoot() }
            for _ in 0..<shape.count {
                numbers.append(Float((Double(numbers.count * 104_729 % 2_003) / 2_003 - 0.5) * 2 * bound))
            }
        }
        return numbers
    }

    @Test("are met, and the gradients that lead from one to the next", arguments: pinned)
    func losses(_ pinned: Pinned) throws {
        let objective = try pinned.model.objective(for: pinned.samples.shape)
        let batch = Batch(pinned.samples)
        var point = parameters(objective.parameters)
        var gradient = [Float](repeating: 0, count: point.count)
        var scratch = ObjectiveScratch()
        for expected in pinned.losses {
            var slope = gradient.mutableSpan
            let loss = objective.lossAndGradient(at: point.span, on: batch, gradient: &slope, scratch: &scratch)
            #expect(abs(loss - expected) < 2e-6 * max(1, expected))
            var span = point.mutableSpan
            axpy(-0.1, gradient.span, into: &span)
        }
    }
}
