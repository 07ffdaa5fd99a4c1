// Where samples come from: a training part for the nodes, a test part for the laboratory alone.
import Kernels

/// A dataset that an experiment can name.
public protocol Dataset: Registered {
    /// Identifies the data, parameters included: equal digests mean equal samples in equal order.
    var digest: String { get }
    func trainingPart() throws(ConfigurationFault) -> LabelledData
    func testPart() throws(ConfigurationFault) -> LabelledData
}

/// Every dataset that an experiment can name. A new one is one file in Datasets/ and one line here.
public enum DatasetCatalog {
    public static let all = Catalog<any Dataset.Type>("dataset", [Digits.self, Synthetic.self], as: { $0 })
}
