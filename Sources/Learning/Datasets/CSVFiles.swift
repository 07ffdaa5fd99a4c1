// Tables of comma-separated values: a file of one's own, or two. A node keeps all labels, and of the features its own
// rows alone.
import Registry

/// A table of numbers with a column of labels, plain or compressed by gzip. Classes are the labels that occur, by value
/// where all are numbers, else by their bytes.
public struct CSVFiles: TableSource {
    public static let name = "csv"
    public static let aliases = ["tsv"]
    public static let summary = "Your own table of comma-separated values, plain or .gz."
    public static let parameters =
        [
            FileParameters.folder,
            Parameter.text("train", default: "train.csv", "the file, or the same with .gz").known(as: "file", "path"),
            Parameter.text("test", default: "", "a file of test rows; if not given, a share of the rows of the other"),
        ] + CSVColumns.parameters + [CSVTable.separator, TargetColumn.parameter, FeatureScaling.parameter]
        + Division.parameters + [FileParameters.digest]
    static let fileNames = ["train", "test"]

    let parameters: ParameterValues

    public init(_ parameters: ParameterValues) throws(ConfigurationFault) {
        self.parameters = try FileParameters.checked(parameters)
        _ = try CSVTable.separator(parameters)
    }

    var holdsTestPart: Bool { parameters.text("test").isEmpty }

    func trainingTable(_ parameters: ParameterValues, in files: any DataFiles) throws(ConfigurationFault) -> CSVTable {
        try CSVTable(parameters.text("train"), parameters, in: files, like: nil)
    }

    func testTable(
        _ parameters: ParameterValues, in files: any DataFiles, like training: CSVTable
    ) throws(ConfigurationFault) -> CSVTable {
        try CSVTable(parameters.text("test"), parameters, in: files, like: training)
    }
}
