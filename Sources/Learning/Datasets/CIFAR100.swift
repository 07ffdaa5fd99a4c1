// CIFAR-100 in its binary files: small photographs, each with a fine label and a coarse one.
import Registry

/// Photographs of 3 × 32 × 32 in 100 classes, or in the 20 that these belong to (Krizhevsky 2009).
public struct CIFAR100: CIFARSource {
    public static let name = "cifar100"
    public static let summary = "CIFAR-100, the binary version: train.bin, test.bin."
    public static let parameters = [
        FileParameters.folder,
        Parameter.choice("labels", ["fine", "coarse"], default: "fine", "100 classes, or 20"),
        FileParameters.digest,
    ]
    static let trainingFiles = ["train.bin"]
    static let testFile = "test.bin"

    let parameters: ParameterValues

    public init(_ parameters: ParameterValues) throws(ConfigurationFault) {
        self.parameters = try FileParameters.checked(parameters)
    }

    var layout: CIFARTable.Layout {
        parameters.text("labels") == "fine"
            ? CIFARTable.Layout(labelBytes: 2, label: 1, classCount: 100)
            : CIFARTable.Layout(labelBytes: 2, label: 0, classCount: 20)
    }
}
