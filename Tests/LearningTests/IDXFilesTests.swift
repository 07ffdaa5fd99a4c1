// IDX files: what is read from them and how little, what identifies them, and what is refused.
import Kernels
import Registry
import Testing
import TestSupport

@testable import Learning

/// `idx` of some files, opened.
private func openIDX(
    _ files: MemoryFiles, _ given: [(name: String, value: ParameterValue)] = [], trusting: Bool = false
) throws(ConfigurationFault) -> any Dataset {
    try opened(IDXFiles.self, in: files, given, trusting: trusting)
}

@Suite("IDX files")
struct IDXFilesTests {
    @Test("each pixel is a feature from 0 to 1, each label a class, in stored order")
    func values() throws {
        let dataset = try openIDX(.smallImages())
        #expect(dataset.shape.featureCount == 12 && dataset.shape.classCount == 10)
        for (part, isTest, count) in [(try dataset.trainingPart(), false, 160), (try dataset.testPart(), true, 40)] {
            let images = (0..<count).map { SmallImages.image($0, isTest: isTest) }
            #expect(part.labels == images.map { Int32($0.label) })
            #expect(part.features == images.flatMap { $0.pixels.map { Float($0) / 255 } })
        }
    }

    @Test("pixels may go from -1 to 1, which makes other data of them")
    func symmetric() throws {
        let dataset = try openIDX(.smallImages(), [("range", .text("symmetric"))])
        let features = try dataset.testPart().features
        #expect(features == (0..<40).flatMap { SmallImages.image($0, isTest: true).pixels.map(Self.normalised) })
        #expect(Self.normalised(0) == -1 && Self.normalised(255) == 1)
        #expect(try dataset.digest != openIDX(.smallImages()).digest)
        #expect(try openIDX(.smallImages(), [("range", .text("unit"))]).digest == openIDX(.smallImages()).digest)
    }

    /// ToTensor and Normalize(0.5, 0.5) of torchvision.
    private static func normalised(_ pixel: UInt8) -> Float { (Float(pixel) / 255 - 0.5) / 0.5 }

    @Test("images may have channels, and labels begin elsewhere than at 0")
    func channelsAndLabels() throws {
        let files = SmallImages.files()
        var changed = [(0, 160), (2, 40)].map { ($0.0, idxFile([$0.1, 2, 3, 2], Array(files[$0.0].dropFirst(16)))) }
        changed += [1, 3].map { ($0, files[$0].prefix(8) + files[$0].dropFirst(8).map { $0 + 3 }) }
        let (plain, given) = (try openIDX(.smallImages()), [("firstLabel", ParameterValue.number(3))])
        let dataset = try openIDX(.smallImages(changed), given)
        #expect(dataset.shape.axes == [2, 3, 2] && plain.shape.axes == [1, 3, 4])
        #expect(try dataset.trainingTargets() == plain.trainingTargets())
        #expect(try dataset.testPart().features == plain.testPart().features)
        let text = message { () throws(ConfigurationFault) in _ = try openIDX(.smallImages(), given) }
        #expect(
            text == "train-labels-idx1-ubyte: label 0 of item 0 is not among the 10 (task.dataset.classes) from 3 "
                + "(task.dataset.firstLabel)")
    }

    @Test("a node with a digest reads headers, all training labels and its own rows, and nothing of the test part")
    func frugality() throws {
        let digest = try openIDX(.smallImages()).digest
        let files = MemoryFiles.smallImages()
        let dataset = try openIDX(files, [("digest", .text(digest))], trusting: true)
        #expect(dataset.digest == digest)
        let targets = try dataset.trainingTargets()
        #expect(try dataset.trainingPart(rows: [100, 7, 8, 7], targets: targets).labels == [0, 7, 8, 7])
        #expect(SmallImages.names.map(files.bytesRead) == [16 + 3 * 12, 8 + 160, 0, 0])
    }

    @Test("the digest depends on every part and on the number of classes, and not on where the files are")
    func digest() throws {
        let digest = try openIDX(.smallImages()).digest
        var others: [String] = []
        for position in SmallImages.names.indices {
            var bytes = SmallImages.files()[position]
            bytes[bytes.count - 1] ^= 1
            others.append(try openIDX(.smallImages([(position, bytes)])).digest)
        }
        others.append(try openIDX(.smallImages(), [("classes", .number(11))]).digest)
        // The same bytes in images of another shape.
        let files = SmallImages.files()
        let wide = [(0, 160), (2, 40)].map { ($0.0, idxFile([$0.1, 4, 3], Array(files[$0.0].dropFirst(16)))) }
        others.append(try openIDX(.smallImages(wide)).digest)
        #expect(Set(others + [digest]).count == others.count + 1)

        let moved = MemoryFiles(zip(SmallImages.names, files).map { ("/data/\($0).gz", $1) })
        #expect(try openIDX(moved, [("folder", .text("/data"))]).digest == digest)
    }

    @Test("blocks of a long file are hashed one after the other")
    func longFiles() throws {
        // Two blocks and a bit; in the other file the blocks have changed places.
        let block = 1 << 20
        let blocks = [[UInt8](repeating: 1, count: block), [UInt8](repeating: 2, count: block), [3, 4, 5, 6]]
        let hashes = try [[0, 1, 2], [1, 0, 2]].map { order in
            let elements = order.flatMap { blocks[$0] }
            let files = MemoryFiles([("images", idxFile([4, elements.count / 4], elements))])
            return try IDXPart("images", axes: [["images", "pixels"]], in: files).hash()
        }
        #expect(hashes[0] == blocks.reduce(0) { XXH64.hash($1, seed: $0) })
        #expect(hashes[0] != hashes[1])
    }

    @Test("what a run keeps finds the same files from any folder, and refuses others")
    func pinned() throws {
        let files = MemoryFiles(zip(SmallImages.names, SmallImages.files()).map { ("/data/\($0)", $1) })
        let opened = try openIDX(files, [("folder", .text("/data"))])
        let pinned = try #require(opened.pinned)
        #expect(pinned.text("trainImages") == "/data/train-images-idx3-ubyte")
        #expect(pinned.text("digest") == opened.digest)
        let again = try IDXFiles(pinned).open(files, trusting: false)
        #expect(again.pinned == pinned && again.digest == opened.digest)

        let text = message { () throws(ConfigurationFault) in
            _ = try openIDX(.smallImages(), [("digest", .text(String(repeating: "0", count: 64)))])
        }
        #expect(text.contains("not the data that the experiment was made for") && text.contains(opened.digest))
    }

    /// Files that are not a dataset, and what is said of them.
    struct Damage: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let position: Int
        let bytes: [UInt8]
        let complaint: String

        private static func change(_ position: Int, _ edit: (inout [UInt8]) -> Void) -> [UInt8] {
            var bytes = SmallImages.files()[position]
            edit(&bytes)
            return bytes
        }

        static let all = [
            Damage(
                testDescription: "an empty file", position: 0, bytes: [],
                complaint: "train-images-idx3-ubyte: this is no IDX file"),
            Damage(
                testDescription: "a file of another kind", position: 1, bytes: Array("label,pixel0\n".utf8),
                complaint: "train-labels-idx1-ubyte: this is no IDX file: it starts with 6c616265"),
            Damage(
                testDescription: "another element type", position: 0, bytes: idxFile([160, 3, 4], [], type: 0x0D),
                complaint: "holds elements of type float; allowed: unsigned bytes"),
            Damage(
                testDescription: "another rank", position: 2, bytes: idxFile([40, 12], []),
                complaint: "t10k-images-idx3-ubyte: has 2 dimensions; allowed: 3 (images, rows, columns) or 4 (images, "
                    + "channels, rows, columns)"),
            Damage(
                testDescription: "labels for images", position: 0, bytes: SmallImages.files()[1],
                complaint: "has 1 dimensions; allowed: 3"),
            Damage(
                testDescription: "a torn header", position: 3, bytes: [0, 0, 8, 1, 0, 0],
                complaint: "t10k-labels-idx1-ubyte: ends after 6 bytes, within its header"),
            Damage(
                testDescription: "no images", position: 0, bytes: idxFile([0, 3, 4], []),
                complaint: "the number of images is 0; allowed: 1 to"),
            Damage(
                testDescription: "more than can be", position: 0, bytes: idxFile([160, 65_536, 65_536], []),
                complaint: "the size of an item is 4294967296; allowed: 1 to"),
            Damage(
                testDescription: "fewer labels than images", position: 1, bytes: idxFile([159], []),
                complaint: "train-labels-idx1-ubyte: has 159 labels, but train-images-idx3-ubyte has 160 images"),
            Damage(
                testDescription: "a label that is none", position: 3, bytes: change(3) { $0[8 + 5] = 10 },
                complaint: "t10k-labels-idx1-ubyte: label 10 of item 5 is not below task.dataset.classes (10)"),
            Damage(
                testDescription: "test images of another size", position: 2,
                bytes: idxFile([40, 4, 3], [UInt8](repeating: 0, count: 480)),
                complaint: "has images of 1 x 4 x 3, but train-images-idx3-ubyte of 1 x 3 x 4"),
            Damage(
                testDescription: "a truncated file", position: 0, bytes: change(0) { $0.removeLast() },
                complaint: "ends too early, after 1935 of 1936 bytes"),
            Damage(
                testDescription: "a file that goes on", position: 2, bytes: change(2) { $0.append(0) },
                complaint: "goes on after the 496 bytes of its header"),
        ]
    }

    @Test("damage is named with its file when the laboratory opens the data", arguments: Damage.all)
    func damage(damage: Damage) {
        let text = message { () throws(ConfigurationFault) in
            _ = try openIDX(.smallImages([(damage.position, damage.bytes)]))
        }
        #expect(text.contains(damage.complaint), "\(text)")
        #expect(text.hasPrefix(SmallImages.names[damage.position]), "\(text)")
    }

    @Test("a row that is not there is a fault, even for a node that trusts")
    func missingRow() throws {
        let digest = String(repeating: "0", count: 64)
        let short = Array(SmallImages.files()[0].dropLast(12))
        let dataset = try openIDX(.smallImages([(0, short)]), [("digest", .text(digest))], trusting: true)
        let text = message { () throws(ConfigurationFault) in _ = try dataset.trainingFeatures(ofRows: [158, 159]) }
        #expect(text == "train-images-idx3-ubyte: ends too early, in item 159 of 160; it was not copied whole")
    }

    @Test("a file that is nowhere is named with the keys that say where it is")
    func nowhere() {
        let text = message { () throws(ConfigurationFault) in _ = try openIDX(MemoryFiles([])) }
        #expect(text.hasPrefix("train-images-idx3-ubyte: there is no such file, nor train-images-idx3-ubyte.gz;"))
        #expect(text.contains("task.dataset.folder") && text.contains("task.dataset.trainImages"))
    }

    @Test("a digest is 64 hexadecimal digits or not given")
    func digestForm() {
        let text = message { () throws(ConfigurationFault) in
            _ = try openIDX(.smallImages(), [("digest", .text("a1"))])
        }
        #expect(text == "digest is a1; allowed: 64 digits from 0 to 9 and a to f")
    }
}
