// CIFAR-10 in its binary files: small photographs of ten kinds of things.
import Registry

/// Photographs of 3 × 32 × 32 in ten classes; pixels from 0 to 1 in steps of 1/255 (Krizhevsky 2009).
public struct CIFAR10: CIFARSource {
    public static let name = "cifar10"
    public static let summary = "CIFAR-10, the binary version: data_batch_1.bin to data_batch_5.bin, test_batch.bin."
    public static let parameters = [FileParameters.folder, FileParameters.digest]
    static let trainingFiles = (1...5).map { "data_batch_\($0).bin" }
    static let testFile = "test_batch.bin"

    let parameters: ParameterValues

    public init(_ parameters: ParameterValues) throws(ConfigurationFault) {
        self.parameters = try FileParameters.checked(parameters)
    }

    var layout: CIFARTable.Layout { CIFARTable.Layout(labelBytes: 1, label: 0, classCount: 10) }
}
