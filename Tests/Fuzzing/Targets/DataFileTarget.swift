// Data files: one file of a dataset is the input, the others are whole. What is read has the shape that it says.
import Learning
import Registry
import TestSupport

extension FuzzTargets {
    static let dataFiles = FuzzTarget(
        "data", "files of datasets: IDX, CIFAR, CSV, LIBSVM, npy", allocationPerByte: 1_024
    ) {
        // Photographs of the true size would be slow to search through; their files are judged by length first.
        wholeFiles.indices.map { place in [UInt8(place)] + wholeFiles[place].bytes.prefix(4_096) }
    } violation: { bytes in
        var input = FuzzInput(bytes)
        var files = wholeFiles
        let place = input.below(files.count)
        files[place].bytes = input.remaining()
        do throws(ConfigurationFault) {
            for type in readers[place] {
                let data = try type.init(.defaults(type.parameters)).open(MemoryFiles(files), trusting: false)
                for part in [try data.trainingPart(), try data.testPart()] {
                    guard part.features.count == part.count * data.shape.featureCount else {
                        return "\(part.features.count) numbers of \(part.count) samples"
                    }
                }
            }
            return nil
        } catch {
            return FileReading.violation(error)
        }
    }

    /// Of photographs a few, or what is whole would take more time than the input.
    private static let wholeFiles = MemoryFiles.ofEveryDataset.map { file in
        let photographBytes = [
            SmallPhotographs.cifar10Names: SmallPhotographs.cifar10(2, from: 0).count,
            SmallPhotographs.cifar100Names: SmallPhotographs.cifar100(2, from: 0).count,
        ].first { $0.key.contains(file.path) }?.value
        return (path: file.path, bytes: Array(file.bytes.prefix(photographBytes ?? .max)))
    }

    /// The datasets that read each of the files.
    private static let readers: [[any DataSource.Type]] = wholeFiles.map { file in
        DatasetCatalog.all.entries.filter { type in
            let files = MemoryFiles(wholeFiles)
            let data = try? type.init(.defaults(type.parameters)).open(files, trusting: false)
            _ = (try? data?.trainingPart(), try? data?.testPart())
            return files.bytesRead(of: file.path) > 0
        }
    }
}
