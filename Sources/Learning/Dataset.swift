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
/// Targets and features are asked for apart: every node splits the targets, and then needs the features of its own rows
/// alone.
public protocol Dataset: Sendable {
    /// Identifies the data, parameters included: equal digests mean equal samples in equal order.
    var digest: String { get }
    /// Parameters of the source that find the same files from any folder, and hold their digest; `nil` without files.
    var pinned: ParameterValues? { get }
    /// Of every sample.
    var shape: SampleShape { get }
    /// What the classes are called, one for each.
    var classNames: [String] { get }
    /// Samples of the training part; no sample is read for it.
    var trainingCount: Int { get }
    /// Samples of the test part, likewise.
    func testCount() throws(ConfigurationFault) -> Int
    /// Of the whole training part, in stored order.
    func trainingTargets() throws(ConfigurationFault) -> Targets
    /// The features of these rows of the training part, in the order given, row after row.
    func trainingFeatures(ofRows rows: [Int32]) throws(ConfigurationFault) -> [Float]
    func testPart() throws(ConfigurationFault) -> Samples
    /// Whose each sample of the training part is, as numbers 0, 1, …; `nil` where the data do not say it.
    func trainingGroups() throws(ConfigurationFault) -> [Int32]?
}

/// Data that need no file are a dataset from the start.
extension DataSource where Self: Dataset {
    public var pinned: ParameterValues? { nil }

    public func open(_ files: any DataFiles, trusting: Bool) -> any Dataset { self }
}

extension Dataset {
    public var classNames: [String] { (0..<shape.classCount).map { "\($0)" } }
    public func trainingGroups() -> [Int32]? { nil }

    /// The samples at these positions of the training part, whose targets are `targets`.
    public func trainingPart(rows: [Int32], targets: Targets) throws(ConfigurationFault) -> Samples {
        Samples(features: try trainingFeatures(ofRows: rows), targets: targets.picked(rows), axes: shape.axes)
    }

    /// The whole training part.
    public func trainingPart() throws(ConfigurationFault) -> Samples {
        let targets = try trainingTargets()
        let rows = (0..<Int32(targets.count)).map { $0 }
        return Samples(features: try trainingFeatures(ofRows: rows), targets: targets, axes: shape.axes)
    }
}

/// Every dataset that an experiment can name. A new one is one file in Datasets/ and one line here.
public enum DatasetCatalog {
    public static let all = Catalog<any DataSource.Type>(
        "dataset",
        [
            Digits.self, IDXFiles.self, CIFAR10.self, CIFAR100.self, CSVFiles.self, LIBSVMFiles.self, NPYFiles.self,
            Synthetic.self,
            Glyphs.self, LinearData.self, LogisticData.self, QuadraticCentres.self, WorstCaseData.self,
        ], as: { $0 })
}
