// Samples with targets, and some rows of them: what a gradient is taken over.

/// The axes of a sample's features, and what is predicted of it.
public struct SampleShape: Sendable, Equatable {
    /// Elements along each axis of the features: one axis, or channels, rows and columns of an image.
    public let axes: [Int]
    public let targets: TargetKind

    public init(axes: [Int], targets: TargetKind) {
        precondition(!axes.isEmpty && axes.allSatisfy { $0 > 0 }, "axes with elements")
        self.axes = axes
        self.targets = targets
    }

    /// Features of one axis.
    public init(featureCount: Int, targets: TargetKind) { self.init(axes: [featureCount], targets: targets) }

    /// p, the features of a sample.
    public var featureCount: Int { axes.reduce(1, *) }
    /// C; 0 where there are no classes.
    public var classCount: Int { targets.classCount }
}

/// n samples of p features each, row after row, with their targets.
///
/// A sample of weight k counts as k samples that are the same: in sums and means of losses and gradients, and for how
/// often it is drawn. Shares of right answers, which are of samples, leave weights out.
public struct Samples: Sendable, Equatable {
    public let features: [Float]
    public let targets: Targets
    public let axes: [Int]
    public let featureCount: Int
    /// How often each sample counts, above 0; empty where each counts once.
    public let weights: [Float]

    /// - Parameter weights: finite and above 0, one a sample; empty where each counts once.
    public init(features: [Float], targets: Targets, axes: [Int], weights: [Float] = []) {
        let featureCount = axes.reduce(1, *)
        precondition(features.count == targets.count * featureCount, "one row of features a target")
        precondition(weights.isEmpty || weights.count == targets.count, "one weight a sample")
        precondition(weights.allSatisfy { $0 > 0 && $0.isFinite }, "weights are finite and above 0")
        if case .classes(let labels, let count) = targets {
            precondition(labels.allSatisfy { $0 >= 0 && $0 < count }, "labels are within the classes")
        }
        self.features = features
        self.targets = targets
        self.axes = axes
        self.featureCount = featureCount
        self.weights = weights.contains { $0 != 1 } ? weights : []
    }

    /// Samples with labels 0 ..< classCount and features of one axis.
    public init(features: [Float], labels: [Int32], featureCount: Int, classCount: Int) {
        self.init(features: features, targets: .classes(labels, of: classCount), axes: [featureCount])
    }

    public var count: Int { targets.count }
    public var shape: SampleShape { SampleShape(axes: axes, targets: targets.kind) }
    public var classCount: Int { targets.kind.classCount }

    /// How often the sample at this position counts.
    @inline(__always)
    public func weight(of position: Int32) -> Float { weights.isEmpty ? 1 : weights[Int(position)] }

    /// The same features and weights with other targets.
    public func with(_ targets: Targets) -> Samples {
        Samples(features: features, targets: targets, axes: axes, weights: weights)
    }

    /// The same targets and weights with other features, as many a sample.
    public func with(features: [Float]) -> Samples {
        Samples(features: features, targets: targets, axes: axes, weights: weights)
    }

    /// The same samples, each of which counts so often.
    public func weighted(by weight: Float) -> Samples {
        Samples(
            features: features, targets: targets, axes: axes, weights: [Float](repeating: weight, count: count))
    }

    /// The same samples, each of which counts once.
    public var unweighted: Samples {
        weights.isEmpty ? self : Samples(features: features, targets: targets, axes: axes)
    }
}

/// Rows of some samples: what a gradient is taken over, or all that one node has. The samples themselves are shared.
public struct Batch: Sendable, Equatable {
    public let samples: Samples
    /// Positions in `samples`, in any order, some perhaps more than once.
    public var rows: [Int32]

    public init(_ samples: Samples, rows: [Int32]) {
        self.samples = samples
        self.rows = rows
    }

    /// All samples.
    public init(_ samples: Samples) { self.init(samples, rows: (0..<Int32(samples.count)).map { $0 }) }

    public var count: Int { rows.count }

    /// The sum of the weights of its samples, and their number where each counts once.
    public var weight: Double {
        samples.weights.isEmpty
            ? Double(rows.count) : rows.reduce(0) { $0 + Double(samples.weights[Int($1)]) }
    }

    /// The same rows, each of which counts once.
    public var unweighted: Batch { samples.weights.isEmpty ? self : Batch(samples.unweighted, rows: rows) }

    /// The same rows in batches of at most so many, in their order.
    public func chunks(of size: Int) -> [Batch] {
        stride(from: 0, to: count, by: size).map { Batch(samples, rows: Array(rows[$0..<min(count, $0 + size)])) }
    }
}
