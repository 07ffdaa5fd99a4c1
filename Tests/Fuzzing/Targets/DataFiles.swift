// Data files: one file of a dataset is the input, the others are whole. What is read has the shape that it says.
import Learning
import Registry
import TestSupport

extension FuzzTargets {
    static let dataFiles = FuzzTarget("data", "files of datasets: IDX, CIFAR, CSV, LIBSVM, npy", allocationPerByte: 256) {
        MemoryFiles.ofEveryDataset.indices.map { place in
            // Photographs of the true size would be slow to search through; their files are judged by length first.
            [UInt8(place)] + MemoryFiles.ofEveryDataset[place].bytes.prefix(4_096)
        }
    } violation: { bytes in
        var input = FuzzInput(bytes)
        var files = MemoryFiles.ofEveryDataset
        let place = input.below(files.count)
        files[place].bytes = input.remaining()
        do throws(ConfigurationFault) {
            for type in DatasetCatalog.all.entries where type.parameters.contains(where: { $0.name == "folder" }) {
                let whole = MemoryFiles(files)
                let data = try type.init(.defaults(type.parameters)).open(whole, trusting: false)
                guard whole.bytesRead(of: files[place].path) > 0 else { continue }
                for part in [try data.trainingPart(), try data.testPart()] {
                    guard part.features.count == part.count * data.shape.featureCount else {
                        return "\(part.features.count) numbers of \(part.count) samples"
                    }
                }
            }
            return nil
        } catch {
            return FaultLine.violation(error)
        }
    }
}
