// CIFAR's binary files: every pixel and label, how little of them a node reads, and what is refused.
import Kernels
import Registry
import Testing
import TestSupport

@testable import Learning

@Suite("CIFAR files")
struct CIFARFilesTests {
    private func cifar10(_ changed: [(path: String, bytes: [UInt8])] = []) -> MemoryFiles {
        MemoryFiles(
            MemoryFiles.ofEveryDataset.map { file in changed.first { $0.path == file.path } ?? file })
    }

    private func features(_ index: Int) -> [Float] { SmallPhotographs.pixels(index).map { Float($0) / 255 } }

    @Test("files follow each other, and every byte is a feature")
    func values() throws {
        let dataset = try opened(CIFAR10.self, in: cifar10())
        #expect(dataset.shape == SampleShape(axes: [3, 32, 32], targets: .classes(10)))
        #expect(try dataset.trainingTargets().labels == (0..<110).map { $0 % 10 })
        #expect(try dataset.trainingFeatures(ofRows: [21, 22, 109, 0]) == [21, 22, 109, 0].flatMap(features))
        let test = try dataset.testPart()
        #expect(test.targets.labels == (110..<132).map { $0 % 10 } && test.features.starts(with: features(110)))
    }

    @Test("CIFAR-100 has fine labels and coarse ones", arguments: [("fine", 100), ("coarse", 20)])
    func labels(_ kind: String, _ count: Int) throws {
        let dataset = try opened(CIFAR100.self, in: cifar10(), [("labels", .text(kind))])
        #expect(dataset.shape.targets == .classes(count))
        #expect(try dataset.trainingTargets().labels == (0..<110).map { Int32($0 % count) })
        #expect(try dataset.trainingFeatures(ofRows: [105]) == features(105))
    }

    @Test("a node with a digest reads labels and its own rows, and nothing of the test part")
    func frugality() throws {
        let digest = try opened(CIFAR10.self, in: cifar10()).digest
        let files = cifar10()
        let dataset = try opened(CIFAR10.self, in: files, [("digest", .text(digest))], trusting: true)
        _ = try dataset.trainingPart(rows: [23, 30], targets: try dataset.trainingTargets())
        #expect(
            SmallPhotographs.cifar10Names.map(files.bytesRead) == [22, 22 + 2 * 3_072, 22, 22, 22, 0])
    }

    @Test("a run finds the same folder from anywhere")
    func pinned() throws {
        let files = MemoryFiles(MemoryFiles.ofEveryDataset.map { ("/data/\($0.path).gz", $0.bytes) })
        let dataset = try opened(CIFAR10.self, in: files, [("folder", .text("/data"))])
        #expect(dataset.pinned?.text("folder") == "/data")
        #expect(try dataset.digest == opened(CIFAR10.self, in: cifar10()).digest)
    }

    @Test("damage is named with its file and its record")
    func damage() {
        let whole = SmallPhotographs.cifar10(22, from: 44)
        var label = whole
        label[3_073 * 4] = 10
        for (bytes, complaint) in [
            ([], "data_batch_3.bin: has no record"),
            (whole.dropLast(7), "data_batch_3.bin: ends too early, in record 21; it was not copied whole"),
            (
                label[...],
                "data_batch_3.bin: the label of record 4 is 10; allowed: 0 to 9; this is no such file"
            ),
        ] {
            #expect(
                message { () throws(ConfigurationFault) in
                    _ = try opened(CIFAR10.self, in: cifar10([("data_batch_3.bin", Array(bytes))]))
                } == complaint)
        }
        #expect(
            message { () throws(ConfigurationFault) in
                _ = try opened(CIFAR10.self, in: MemoryFiles([]))
            }
                == "data_batch_1.bin: there is no such file, nor data_batch_1.bin.gz; task.dataset.folder says where it is"
        )
    }
}

@Suite("Damaged files of data")
struct DamagedFilesTests {
    /// The kinds of data that are in files.
    private static let kinds = CatalogDataset.all.filter {
        (try? $0.type.init(.defaults($0.type.parameters)).open(NoDataFiles(), trusting: true)) == nil
    }

    @Test("end as samples or as one line, however they are cut and changed", arguments: kinds)
    func hostile(kind: CatalogDataset) throws {
        #expect(Self.kinds.count >= 5)
        let usual = MemoryFiles(MemoryFiles.ofEveryDataset)
        _ = try opened(kind.type, in: usual)
        let read = MemoryFiles.ofEveryDataset.indices.filter {
            usual.bytesRead(of: MemoryFiles.ofEveryDataset[$0].path) > 0
        }
        var random = RandomStream(seed: 6, purpose: .data)
        var refused = 0
        for _ in 0..<60 {
            var files = MemoryFiles.ofEveryDataset
            let damaged = read[random.below(read.count)]
            if random.below(2) == 0 { files[damaged].bytes.removeLast(random.below(files[damaged].bytes.count)) }
            for _ in 0..<random.below(4) where !files[damaged].bytes.isEmpty {
                // Most of what can be wrong is near the start.
                let place = random.below(min(files[damaged].bytes.count, random.below(2) == 0 ? 64 : 1 << 20))
                files[damaged].bytes[place] = UInt8(random.below(256))
            }
            for trusting in [true, false] {
                let digest = ParameterValue.text(trusting ? String(repeating: "0", count: 64) : "")
                let text = message { () throws(ConfigurationFault) in
                    let dataset = try opened(
                        kind.type, in: MemoryFiles(files), [("digest", digest)], trusting: trusting)
                    _ = try dataset.trainingPart()
                    _ = try dataset.testPart()
                }
                #expect(!text.contains("\n") || kind.type == CSVFiles.self)
                refused += text.isEmpty ? 0 : 1
            }
        }
        #expect(refused > 10)
    }
}
