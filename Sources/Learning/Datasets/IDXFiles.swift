// Images in IDX files, as MNIST, Fashion-MNIST, KMNIST and EMNIST come. A node reads all labels, and of the images its
// own rows alone.
import Kernels
import Registry

/// Four IDX files, plain or compressed by gzip: images (unsigned bytes; n × height × width, or n × channels × height ×
/// width) and labels (unsigned bytes; n) of a training and a test part. Each pixel is a feature, from 0 to 1 in steps
/// of 1/255, or from -1 to 1.
public struct IDXFiles: TableSource {
    public static let name = "idx"
    public static let summary = "Images in IDX files (MNIST, Fashion-MNIST, EMNIST), plain or .gz; pixels from 0 to 1."
    public static let parameters = [
        FileParameters.folder,
        Parameter.text("trainImages", default: "train-images-idx3-ubyte", "a file, or the same with .gz"),
        Parameter.text("trainLabels", default: "train-labels-idx1-ubyte", "a file, or the same with .gz"),
        Parameter.text("testImages", default: "t10k-images-idx3-ubyte", "a file, or the same with .gz"),
        Parameter.text("testLabels", default: "t10k-labels-idx1-ubyte", "a file, or the same with .gz"),
        Parameter.count("classes", 2...256, default: 10, "so many labels there are"),
        Parameter.count("firstLabel", 0...255, default: 0, "the least of them; 1 for the letters of EMNIST"),
        Parameter.choice(
            "range", ["unit", "symmetric"], default: "unit",
            "of a pixel: 0...1, or -1...1, as Normalize(0.5, 0.5) of torchvision makes it"),
        FileParameters.digest,
    ]
    static let fileNames = ["trainImages", "trainLabels", "testImages", "testLabels"]

    let parameters: ParameterValues

    public init(_ parameters: ParameterValues) throws(ConfigurationFault) {
        self.parameters = try FileParameters.checked(parameters)
    }

    var reading: String {
        let first = parameters.count("firstLabel")
        let range = parameters.text("range")
        return "idx:\(parameters.count("classes"))" + (first == 0 ? "" : ":from \(first)")
            + (range == "unit" ? "" : ":\(range)")
    }

    func trainingTable(_ parameters: ParameterValues, in files: any DataFiles) throws(ConfigurationFault) -> IDXTable {
        try IDXTable(parameters, "trainImages", "trainLabels", in: files)
    }

    func testTable(
        _ parameters: ParameterValues, in files: any DataFiles, like training: IDXTable
    ) throws(ConfigurationFault) -> IDXTable {
        let test = try IDXTable(parameters, "testImages", "testLabels", in: files)
        guard test.axes == training.axes else {
            throw ConfigurationFault(
                "has images of \(test.size), but \(training.path) of \(training.size)", at: test.path)
        }
        return test
    }
}
