// Datasets, where samples come from: a training part for the nodes, a test part for the laboratory alone.
import Registry

/// Data that an experiment can name; opened, they are a dataset.
public protocol DataSource: Registered {
    /// - Parameter trusting: whether a digest that the parameters hold is taken as it is. Otherwise files are read
    ///   whole, and a digest that is not theirs is a fault.
    func open(_ files: any DataFiles, trusting: Bool) throws(ConfigurationFault) -> any Dataset
}

/// Samples, ready to be read.
///
/// Labels and features are asked for apart: every node splits the labels, and then needs the features of its own rows
/// alone.
public protocol Dataset: Sendable {
    /// Identifies the data, parameters included: equal digests mean equal samples in equal order.
    var digest: String { get }
    /// Parameters of the source that find the same files from any folder, and hold their digest; `nil` without files.
    var pinned: ParameterValues? { get }
    var featureCount: Int { get }
    var classCount: Int { get }
    /// Samples of the training part; no sample is read for it.
    var trainingCount: Int { get }
    /// Samples of the test part, likewise.
    func testCount() throws(ConfigurationFault) -> Int
    /// Of the whole training part, in stored order.
    func trainingLabels() throws(ConfigurationFault) -> [Int32]
    /// The features of these rows of the training part, in the order given, row after row.
    func trainingFeatures(ofRows rows: [Int32]) throws(ConfigurationFault) -> [Float]
    func testPart() throws(ConfigurationFault) -> LabelledData
}

/// Data that need no file are a dataset from the start.
extension DataSource where Self: Dataset {
    public var pinned: ParameterValues? { nil }

    public func open(_ files: any DataFiles, trusting: Bool) -> any Dataset { self }
}

extension Dataset {
    /// The samples at these positions of the training part, whose labels are `labels`.
    public func trainingPart(rows: [Int32], labels: [Int32]) throws(ConfigurationFault) -> LabelledData {
        LabelledData(
            features: try trainingFeatures(ofRows: rows), labels: rows.map { labels[Int($0)] },
            featureCount: featureCount, classCount: classCount)
    }

    /// The whole training part.
    public func trainingPart() throws(ConfigurationFault) -> LabelledData {
        let labels = try trainingLabels()
        return try trainingPart(rows: (0..<Int32(labels.count)).map { $0 }, labels: labels)
    }
}

/// Every dataset that an experiment can name. A new one is one file in Datasets/ and one line here.
public enum DatasetCatalog {
    public static let all = Catalog<any DataSource.Type>(
        "dataset", [Digits.self, Synthetic.self, IDXFiles.self], as: { $0 })
}
