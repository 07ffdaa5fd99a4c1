// Made-up classification data of any shape, for benchmarks and tests of scale.
import Kernels

/// Gaussian clouds: class c has a centre of norm `separation` in a random direction and unit noise around it, divided
/// by √features so that samples of every shape have a norm near 1 to `separation`.
public struct Synthetic: Dataset {
    public static let name = "synthetic"
    public static let summary = "Gaussian clouds around one centre a class, of any shape."
    public static let parameters = [
        Parameter.count("samples", 1...10_000_000, default: 4_000, "training samples"),
        Parameter.count("testSamples", 1...10_000_000, default: 1_000, "test samples"),
        Parameter.count("features", 1...1_000_000, default: 784, "features of a sample"),
        Parameter.count("classes", 2...10_000, default: 10, "classes, equally frequent"),
        Parameter.number("separation", 0...1e3, default: 4, "norm of the class centres, in standard deviations"),
        Parameter.count("seed", 0...Int(Int32.max), default: 1, "of the data alone"),
    ]

    private let shape: ParameterValues

    public init(_ parameters: ParameterValues) { shape = parameters }

    public var digest: String {
        let text = zip(shape.names, shape.values).map { "\($0)=\($1)" }.joined(separator: ",")
        return hexadecimal(SHA256.hash(Array("synthetic:\(text)".utf8)))
    }

    public func trainingPart() -> LabelledData { draw(shape.count("samples"), part: 1) }
    public func testPart() -> LabelledData { draw(shape.count("testSamples"), part: 2) }

    private func draw(_ count: Int, part: Int) -> LabelledData {
        let features = shape.count("features")
        let classes = shape.count("classes")
        let seed = UInt64(shape.count("seed"))
        let centres = (0..<classes).map { centre(of: $0, features: features, seed: seed) }
        var values = [Float](repeating: 0, count: count * features)
        var labels: [Int32] = []
        var random = RandomStream(seed: seed, purpose: .data, lane: part)
        random.fillGaussian(&values, mean: 0, standardDeviation: 1 / Double(features).squareRoot())
        for sample in 0..<count {
            let label = sample % classes
            labels.append(Int32(label))
            for feature in 0..<features { values[sample * features + feature] += centres[label][feature] }
        }
        return LabelledData(features: values, labels: labels, featureCount: features, classCount: classes)
    }

    private func centre(of label: Int, features: Int, seed: UInt64) -> [Float] {
        var random = RandomStream(seed: seed, purpose: .data, node: NodeID(label), lane: 0)
        var direction = [Float](repeating: 0, count: features)
        random.fillGaussian(&direction, mean: 0, standardDeviation: 1)
        let norm = squaredNorm(direction.span).squareRoot() * Double(features).squareRoot()
        var span = direction.mutableSpan
        scale(Float(shape.number("separation") / max(norm, .leastNormalMagnitude)), &span)
        return direction
    }
}
