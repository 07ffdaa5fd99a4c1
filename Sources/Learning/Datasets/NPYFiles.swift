// Arrays of numpy: a pair of .npy files, or two pairs. A node reads all targets, and of the features its own rows.
import Registry

/// Features (samples × features, or × channels × height × width) and targets (one a sample), plain or compressed by
/// gzip. Classes are the labels that occur, by value.
public struct NPYFiles: TableSource {
    public static let name = "npy"
    public static let summary = "Arrays of numpy, one of features and one of targets, plain or .gz."
    public static let parameters =
        [
            FileParameters.folder,
            Parameter.text("features", default: "features.npy", "samples x features, or x channels x rows x columns"),
            Parameter.text("labels", default: "labels.npy", "one target a sample").known(as: "targets"),
            Parameter.text("testFeatures", default: "", "of test rows; if not given, a share of the others"),
            Parameter.text("testLabels", default: "", "of test rows"),
            Parameter.number("factor", -1e6...1e6, default: 1, "of every feature; 1/255 for bytes of images"),
            TargetColumn.parameter, FeatureScaling.parameter,
        ] + Division.parameters + [FileParameters.digest]
    static let fileNames = ["features", "labels", "testFeatures", "testLabels"]

    let parameters: ParameterValues

    public init(_ parameters: ParameterValues) throws(ConfigurationFault) {
        self.parameters = try FileParameters.checked(parameters)
        guard parameters.text("testFeatures").isEmpty == parameters.text("testLabels").isEmpty else {
            throw ConfigurationFault("testFeatures and testLabels go together: both are given, or none")
        }
    }

    var holdsTestPart: Bool { parameters.text("testFeatures").isEmpty }

    func trainingTable(_ parameters: ParameterValues, in files: any DataFiles) throws(ConfigurationFault) -> NPYTable {
        try NPYTable(parameters, "features", "labels", in: files, like: nil)
    }

    func testTable(
        _ parameters: ParameterValues, in files: any DataFiles, like training: NPYTable
    ) throws(ConfigurationFault) -> NPYTable {
        let test = try NPYTable(parameters, "testFeatures", "testLabels", in: files, like: training)
        guard test.axes == training.axes else {
            throw ConfigurationFault(
                "has samples of \(test.size), but \(training.path) of \(training.size)", at: test.path)
        }
        return test
    }
}
