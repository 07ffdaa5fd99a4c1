// Backdoor: a patch of pixels that stands for a class of the attacker's choice.
import Kernels
import Learning
import Registry

/// Stamps a square patch on a share of the node's samples, labels these as the target, and trains honestly on all (Gu,
/// Dolan-Gavitt, Garg 2017, arXiv 1708.06733). With `parts`, each member of the group has one part of the patch (Xie,
/// Huang, Chen, Li, ICLR 2020); the whole of it is the trigger. With a second group of the same nodes that runs
/// modelReplacement, the model is scaled up as well.
public struct Backdoor: DataAttack {
    public static let name = "backdoor"
    public static let aliases = ["pixelTrigger", "trojan"]
    public static let summary = "Trains on samples with a patch of pixels that are labelled as a target class."
    public static let parameters = [
        Parameter.count("target", 0...1_000_000, default: 0, "the class that the patch stands for"),
        Parameter.number("share", 0...1, default: 0.5, "of the samples that get it"),
        Parameter.count("size", 1...1_000, default: 2, "rows and columns of the patch"),
        Parameter.count("row", 0...100_000, default: 0, "its first row; features of one axis are one row"),
        Parameter.count("column", 0...100_000, default: 0, "its first column"),
        Parameter.number("value", -1e6...1e6, default: 1, "of its pixels, in all channels"),
        Parameter.count("parts", 1...1_000, default: 1, "into how many the members share it out"),
    ]

    private let target: Int
    private let share: Double
    private let size: Int
    private let corner: (row: Int, column: Int)
    private let value: Float
    private let parts: Int

    public init(_ parameters: ParameterValues) {
        target = parameters.count("target")
        share = parameters.number("share")
        size = parameters.count("size")
        corner = (parameters.count("row"), parameters.count("column"))
        value = Float(parameters.number("value"))
        parts = parameters.count("parts")
    }

    public func check(_ shape: SampleShape, dimension: Int) throws(ConfigurationFault) {
        try checkLabels(shape)
        guard target < shape.classCount else {
            throw ConfigurationFault(
                .notAllowed(
                    key: "the target of \(Self.name)", given: "\(target)", allowed: "0 to \(shape.classCount - 1)"))
        }
        let (_, rows, columns) = Self.image(shape.axes)
        let height = rows == 1 ? 1 : size
        guard corner.row + height <= rows, corner.column + size <= columns else {
            throw ConfigurationFault(
                "the trigger of \(Self.name), \(height) x \(size) pixels from row \(corner.row) and column "
                    + "\(corner.column), is outside the image; allowed: within \(rows) x \(columns)")
        }
    }

    /// Channels, rows and columns.
    private static func image(_ axes: [Int]) -> (channels: Int, rows: Int, columns: Int) {
        let columns = axes[axes.count - 1]
        let rows = axes.count > 1 ? axes[axes.count - 2] : 1
        return (axes.dropLast(2).reduce(1, *), rows, columns)
    }

    public func poison(_ samples: Samples, member: Int, random: inout RandomStream) -> Samples {
        guard var labels = samples.targets.labels else { return samples }
        let stamped = labels.indices.filter { _ in random.uniform() < share }
        for row in stamped { labels[row] = Int32(target) }
        return triggered(samples, rows: stamped, part: parts > 1 ? member % parts : nil)
            .with(.classes(labels, of: samples.classCount))
    }

    public static let wants = true

    /// The samples of other classes than the target, with the whole patch on each, labelled as the target.
    public func wanted(of samples: Samples) -> Samples? {
        let others = (samples.targets.labels ?? []).enumerated().filter { Int($0.element) != target }
        let picked = Batch(samples, rows: others.map { Int32($0.offset) }).picked
        return triggered(picked, rows: Array(0..<picked.count))
            .with(.classes([Int32](repeating: Int32(target), count: picked.count), of: samples.classCount))
    }

    /// Samples with the patch on some of them.
    ///
    /// - Parameter part: the part of the patch; `nil`: all of it.
    public func triggered(_ samples: Samples, rows stamped: [Int], part: Int? = nil) -> Samples {
        let (channels, rows, columns) = Self.image(samples.axes)
        let height = rows == 1 ? 1 : size
        var features = samples.features
        for sample in stamped {
            for pixel in 0..<height * size where part.map({ pixel * parts / (height * size) == $0 }) ?? true {
                let place = (corner.row + pixel / size) * columns + corner.column + pixel % size
                for channel in 0..<channels {
                    features[sample * samples.featureCount + channel * rows * columns + place] = value
                }
            }
        }
        return samples.with(features: features)
    }
}
