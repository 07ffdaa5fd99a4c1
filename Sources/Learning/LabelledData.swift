// Samples with labels, and a node's share of them.

/// n samples of p features each, row after row, with labels 0 ..< classCount.
public struct LabelledData: Sendable, Equatable {
    public let features: [Float]
    public let labels: [Int32]
    public let featureCount: Int
    public let classCount: Int

    public init(features: [Float], labels: [Int32], featureCount: Int, classCount: Int) {
        precondition(features.count == labels.count * featureCount, "one row of features a label")
        precondition(labels.allSatisfy { $0 >= 0 && $0 < classCount }, "labels are within the classes")
        self.features = features
        self.labels = labels
        self.featureCount = featureCount
        self.classCount = classCount
    }

    public var count: Int { labels.count }
}

/// The samples that one node trains on. The data are shared among all shards; a poisoned shard relabels, and copies
/// nothing.
public struct Shard: Sendable, Equatable {
    public let data: LabelledData
    /// Positions in `data`.
    public let samples: [Int32]
    /// What takes the place of each label; `nil` where labels are true.
    public let relabelling: [Int]?

    public init(data: LabelledData, samples: [Int32], relabelling: [Int]? = nil) {
        precondition(relabelling.map { $0.count == data.classCount } ?? true, "a new label for each class")
        self.data = data
        self.samples = samples
        self.relabelling = relabelling
    }

    /// All of `data`.
    public init(_ data: LabelledData) {
        self.init(data: data, samples: (0..<Int32(data.count)).map { $0 })
    }

    func label(of sample: Int32) -> Int {
        let label = Int(data.labels[Int(sample)])
        return relabelling?[label] ?? label
    }
}
