// Sparse data as LIBSVM's collection has them. A node keeps all labels, and of the features its own rows alone.
import Registry

/// One file or two in the format of LIBSVM, plain or compressed by gzip. Classes are the labels that occur, by value.
public struct LIBSVMFiles: TableSource {
    public static let name = "libsvm"
    public static let aliases = ["svmlight"]
    public static let summary = "Sparse data in LIBSVM's format (a9a, ijcnn1, rcv1), plain or .gz."
    public static let parameters =
        [
            FileParameters.folder,
            Parameter.text("train", default: "train.svm", "the file, or the same with .gz").known(as: "file", "path"),
            Parameter.text("test", default: "", "a file of test rows; if not given, a share of the rows of the other"),
            Parameter.count(
                "features", 0...LIBSVMTable.mostFeatures, default: 0, "so many there are; 0: up to the greatest index"),
            TargetColumn.parameter, FeatureScaling.parameter,
        ] + Division.parameters + [FileParameters.digest]
    static let fileNames = ["train", "test"]

    let parameters: ParameterValues

    public init(_ parameters: ParameterValues) throws(ConfigurationFault) {
        self.parameters = try FileParameters.checked(parameters)
    }

    var holdsTestPart: Bool { parameters.text("test").isEmpty }

    func trainingTable(
        _ parameters: ParameterValues, in files: any DataFiles
    ) throws(ConfigurationFault) -> LIBSVMTable {
        try LIBSVMTable(parameters.text("train"), parameters, in: files, like: nil)
    }

    func testTable(
        _ parameters: ParameterValues, in files: any DataFiles, like training: LIBSVMTable
    ) throws(ConfigurationFault) -> LIBSVMTable {
        try LIBSVMTable(parameters.text("test"), parameters, in: files, like: training)
    }
}
