// The field's small convolutional nets: convolutions with pooling, then dense layers, rectified; no normalisation.
import Kernels
import Registry

/// Cross-entropy of softmax after convolutions, each pooled two by two and rectified, and dense layers.
///
/// The defaults are the `cnn_mnist` of ByzFL; channels [20, 100, 200], hidden [512, 256] and padding 2 its `cnn_cifar`.
/// He initialisation, Glorot's for the last layer. Pooling before rectifying gives the same numbers as the other way
/// round, and rectifies a quarter of them.
public struct ConvolutionalNet: ModelArchitecture {
    public static let name = "convolutional"
    public static let aliases = ["cnn"]
    public static let summary = "Convolutions with pooling, then dense layers, for classes of images."
    public static let parameters = [
        Parameter.counts(
            "channels", 1...4_096, length: 1...8, default: [20, 50], "of each convolution's output, lowest first"),
        Parameter.counts(
            "hidden", 1...65_536, length: 0...16, default: [500], "widths of the dense layers below the last"),
        Parameter.count("kernel", 1...31, default: 5, "rows and columns of a filter"),
        Parameter.count("padding", 0...15, default: 0, "zeros around each image"),
    ]

    private let channels: [Int]
    private let hidden: [Int]
    private let kernel: Int
    private let padding: Int

    public init(_ parameters: ParameterValues) throws(ConfigurationFault) {
        channels = parameters.counts("channels")
        hidden = parameters.counts("hidden")
        kernel = parameters.count("kernel")
        padding = parameters.count("padding")
        guard padding < kernel else {
            throw ConfigurationFault(
                .notAllowed(key: "padding", given: "\(padding)", allowed: "less than kernel, which is \(kernel)"))
        }
    }

    public func makeObjective(for shape: SampleShape) throws(ConfigurationFault) -> any Objective {
        let classCount = try shape.classCount(for: Self.name)
        guard var image = Image(shape.axes) else {
            throw ConfigurationFault(
                "task.model \(Self.name) is for images, and the data have \(shape.featureCount) features in "
                    + "\(shape.axes.count) axes; allowed: rows and columns, perhaps of channels")
        }
        var stages: [Network.Stage] = []
        for (index, filters) in channels.enumerated() {
            guard let next = image.convolved(by: filters, kernel, padding) else {
                throw ConfigurationFault(
                    "task.model \(Self.name) has no room for convolution \(index + 1) of \(kernel) x \(kernel) with "
                        + "pooling on \(image.height) x \(image.width); allowed: larger images, a smaller kernel, "
                        + "more padding or fewer convolutions")
            }
            let convolution = ConvolutionShape(
                channels: image.channels, height: image.height, width: image.width, filters: filters, kernel: kernel,
                padding: padding)
            stages.append(.init("convolution\(index + 1)", Convolution2D(shape: convolution)))
            stages.append(
                .init(
                    "",
                    MaxPooling(
                        shape: PoolingShape(
                            channels: filters, height: convolution.outputHeight, width: convolution.outputWidth))))
            stages.append(.init("", Rectifier(inputCount: next.count)))
            image = next
        }
        var width = image.count
        for (index, next) in hidden.enumerated() {
            stages.append(.init("dense\(index + 1)", Dense(width, to: next, .he)))
            stages.append(.init("", Rectifier(inputCount: next)))
            width = next
        }
        stages.append(.init("dense\(hidden.count + 1)", Dense(width, to: classCount, .glorot)))
        return Network(stages, loss: CrossEntropy(scoreCount: classCount))
    }

    private struct Image {
        let channels: Int
        let height: Int
        let width: Int

        var count: Int { channels * height * width }

        init?(_ axes: [Int]) {
            guard (2...3).contains(axes.count) else { return nil }
            self.init(
                channels: axes.count == 3 ? axes[0] : 1, height: axes[axes.count - 2], width: axes[axes.count - 1])
        }

        private init(channels: Int, height: Int, width: Int) {
            (self.channels, self.height, self.width) = (channels, height, width)
        }

        /// After a convolution and pooling; `nil` where nothing would be left.
        func convolved(by filters: Int, _ kernel: Int, _ padding: Int) -> Image? {
            let (rows, columns) = (height + 2 * padding - kernel + 1, width + 2 * padding - kernel + 1)
            guard min(rows, columns) >= 2 else { return nil }
            return Image(channels: filters, height: rows / 2, width: columns / 2)
        }
    }
}
