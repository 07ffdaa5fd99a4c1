// GeneratedData: data that are made from a seed. Each sample has a stream of its own, so that any row can be made
// without the others.
import Kernels
import Registry

/// Keeps streams apart. Raw values are part of the data: never renumber.
enum GeneratedPart: Int { case common, training, test }

/// Data that are drawn sample by sample.
protocol GeneratedData: DataSource, Dataset {
    /// What all samples have in common.
    associatedtype Common
    var given: ParameterValues { get }
    func makeCommon(_ random: inout RandomStream) -> Common
    /// Overwrites the features of a sample.
    ///
    /// - Parameter share: the sample's place in its part, from 0 to 1.
    /// - Returns: its target: a number, or its class.
    func draw(
        _ row: Int, at share: Double, _ common: Common, _ random: inout RandomStream, into features: inout [Float]
    ) -> Float
    /// Of samples whose targets were drawn.
    func targets(_ drawn: [Float]) -> Targets
}

extension GeneratedData {
    static var counts: [Parameter] {
        [
            Parameter.count("samples", 1...10_000_000, default: 4_000, "training samples"),
            Parameter.count("testSamples", 1...10_000_000, default: 1_000, "test samples"),
        ]
    }
    static var seed: Parameter { Parameter.count("seed", 0...Int(Int32.max), default: 1, "of the data alone") }

    public var digest: String { generatedDigest(Self.name, given) }
    public var trainingCount: Int { given.count("samples") }
    private var testSamples: Int { given.count("testSamples") }
    public func testCount() -> Int { testSamples }

    public func trainingTargets() -> Targets {
        var drawn: [Float] = []
        drawn.reserveCapacity(trainingCount)
        forEach(of: (0..<Int32(trainingCount)), in: .training) { drawn.append($1) }
        return targets(drawn)
    }

    public func trainingFeatures(ofRows rows: [Int32]) -> [Float] {
        var features: [Float] = []
        features.reserveCapacity(rows.count * shape.featureCount)
        forEach(of: rows, in: .training) { row, _ in features.append(contentsOf: row) }
        return features
    }

    public func testPart() -> Samples {
        var (features, drawn): ([Float], [Float]) = ([], [])
        features.reserveCapacity(testSamples * shape.featureCount)
        forEach(of: 0..<Int32(testSamples), in: .test) { row, target in
            features.append(contentsOf: row)
            drawn.append(target)
        }
        return Samples(features: features, targets: targets(drawn), axes: shape.axes)
    }

    /// What all samples have in common.
    var common: Common {
        var random = RandomStream(
            seed: UInt64(given.count("seed")), purpose: .data, round: Round(GeneratedPart.common.rawValue))
        return makeCommon(&random)
    }

    private func forEach(
        of rows: some Collection<Int32>, in part: GeneratedPart, _ body: (_ features: [Float], _ target: Float) -> Void
    ) {
        let (seed, common) = (UInt64(given.count("seed")), common)
        let count = Double(part == .test ? testSamples : trainingCount)
        var features = [Float](repeating: 0, count: shape.featureCount)
        for row in rows {
            var random = RandomStream(
                seed: seed, purpose: .data, node: NodeID(Int(row)), round: Round(part.rawValue), lane: 0)
            let target = draw(Int(row), at: Double(row) / count, common, &random, into: &features)
            body(features, target)
        }
    }
}

/// Identifies data that a seed and parameters make.
func generatedDigest(_ name: String, _ given: ParameterValues) -> String {
    let text = zip(given.names, given.values).map { "\($0)=\($1)" }.joined(separator: ",")
    return textDigest("\(name):\(text)")
}

extension RandomStream {
    /// A vector of this norm in a direction drawn at random.
    mutating func direction(_ count: Int, norm: Double) -> [Float] {
        var vector = [Float](repeating: 0, count: count)
        fillGaussian(&vector, mean: 0, standardDeviation: 1)
        let found = squaredNorm(vector.span).squareRoot()
        var span = vector.mutableSpan
        scale(Float(norm / max(found, .leastNormalMagnitude)), &span)
        return vector
    }
}

/// The inner product in Double, one element after the other.
func innerProduct(_ a: [Float], _ b: [Float]) -> Double {
    var sum = 0.0
    for index in a.indices { sum += Double(a[index]) * Double(b[index]) }
    return sum
}
