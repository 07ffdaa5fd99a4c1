// Made-up classification data of any shape, for benchmarks and tests of scale.
import Cryptography
import Kernels
import Registry

/// Gaussian clouds: noise of deviation σ = 1/√features in every feature, around a centre for each class that lies
/// `separation` · σ from the origin in a random direction. With many features, norms are near 1.
public struct Synthetic: DataSource, Dataset {
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

    private let given: ParameterValues

    public init(_ parameters: ParameterValues) { given = parameters }

    public var digest: String {
        let text = zip(given.names, given.values).map { "\($0)=\($1)" }.joined(separator: ",")
        return hexadecimal(SHA256.hash(Array("synthetic:\(text)".utf8)))
    }

    private var featureCount: Int { given.count("features") }
    private var classCount: Int { given.count("classes") }
    public var shape: SampleShape { SampleShape(featureCount: featureCount, targets: .classes(classCount)) }
    public var trainingCount: Int { given.count("samples") }
    public func testCount() -> Int { given.count("testSamples") }

    public func trainingTargets() -> Targets { .classes(labels(given.count("samples")), of: classCount) }
    public func trainingFeatures(ofRows rows: [Int32]) -> [Float] { features(ofRows: rows, part: .training) }

    public func testPart() -> Samples {
        let labels = labels(given.count("testSamples"))
        let features = features(ofRows: (0..<Int32(labels.count)).map { $0 }, part: .test)
        return Samples(features: features, labels: labels, featureCount: featureCount, classCount: classCount)
    }

    /// Keeps streams apart. Each sample has its own, so that any row can be made without the others.
    private enum Part: Int { case centres, training, test }

    private func labels(_ count: Int) -> [Int32] {
        let classCount = Int32(classCount)
        return (0..<Int32(count)).map { $0 % classCount }
    }

    private func features(ofRows rows: [Int32], part: Part) -> [Float] {
        let (seed, featureCount, classCount) = (UInt64(given.count("seed")), featureCount, Int32(classCount))
        let deviation = 1 / Double(featureCount).squareRoot()
        var features = [Float](repeating: 0, count: rows.count * featureCount)
        var sample = [Float](repeating: 0, count: featureCount)
        // Class by class, so that one centre is kept at a time: all of them may take more memory than the samples.
        var centre: (label: Int32, direction: [Float]) = (-1, [])
        for place in rows.indices.sorted(by: { (rows[$0] % classCount, $0) < (rows[$1] % classCount, $1) }) {
            let label = rows[place] % classCount
            if label != centre.label { centre = (label, self.centre(of: label, features: featureCount, seed: seed)) }
            var random = RandomStream(
                seed: seed, purpose: .data, node: NodeID(Int(rows[place])), round: Round(part.rawValue), lane: 0)
            random.fillGaussian(&sample, mean: 0, standardDeviation: deviation)
            let start = place * featureCount
            for index in sample.indices { features[start + index] = sample[index] + centre.direction[index] }
        }
        return features
    }

    private func centre(of label: Int32, features: Int, seed: UInt64) -> [Float] {
        var random = RandomStream(
            seed: seed, purpose: .data, node: NodeID(Int(label)), round: Round(Part.centres.rawValue))
        var direction = [Float](repeating: 0, count: features)
        random.fillGaussian(&direction, mean: 0, standardDeviation: 1)
        let norm = squaredNorm(direction.span).squareRoot() * Double(features).squareRoot()
        var span = direction.mutableSpan
        scale(Float(given.number("separation") / max(norm, .leastNormalMagnitude)), &span)
        return direction
    }
}
