// Arrays of numpy as data: types, shapes and targets, how little of them a node reads, and what is refused.
import Kernels
import Registry
import Testing
import TestSupport

@testable import Learning

@Suite("Arrays of numpy as data")
struct NPYFilesTests {
    private typealias Given = [(name: String, value: ParameterValue)]

    /// The numbers 0, 1, … as bytes, and labels 5 and 7 in turn.
    private func bytes(_ shape: [Int]) -> [(path: String, bytes: [UInt8])] {
        let count = shape.reduce(1, *)
        return [
            ("features.npy", npyFile("|u1", shape, (0..<count).map { UInt8($0) })),
            ("labels.npy", npyFile("<i8", [shape[0]], (0..<shape[0]).flatMap { int64($0 % 2 == 0 ? 5 : 7) })),
        ]
    }

    private func int64(_ value: Int) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    @Test(
        "rows of any shape are samples, and labels are classes by value",
        arguments: [
            ([6, 4], [4]), ([6, 2, 2], [1, 2, 2]), ([6, 4, 1, 1], [4, 1, 1]),
        ])
    func values(_ shape: [Int], _ axes: [Int]) throws {
        let dataset = try opened(NPYFiles.self, in: MemoryFiles(bytes(shape)), [("testShare", .number(0.5))])
        #expect(dataset.shape == SampleShape(axes: axes, targets: .classes(2)) && dataset.classNames == ["5", "7"])
        for part in [try dataset.trainingPart(), try dataset.testPart()] {
            for row in 0..<part.count {
                let first = part.features[4 * row]
                #expect(Array(part.features[4 * row..<4 * row + 4]) == (0..<4).map { first + Float($0) })
                #expect(part.targets.labels?[row] == Int32(first / 4) % 2)
            }
        }
    }

    @Test("a node reads targets and its own rows, multiplied by a factor, and nothing of the test part")
    func frugality() throws {
        let test = bytes([6, 4]).map { ("test-\($0.path)", $0.bytes) }
        let given: Given = [
            ("testFeatures", .text("test-features.npy")), ("testLabels", .text("test-labels.npy")),
            ("factor", .number(0.5)),
        ]
        let digest = try opened(NPYFiles.self, in: MemoryFiles(bytes([6, 4]) + test), given).digest
        let files = MemoryFiles(bytes([6, 4]) + test)
        let dataset = try opened(NPYFiles.self, in: files, given + [("digest", .text(digest))], trusting: true)
        #expect(try dataset.trainingFeatures(ofRows: [5, 1]) == [10, 10.5, 11, 11.5, 2, 2.5, 3, 3.5])
        // Its header when it is opened and when it is read, and two rows.
        #expect(files.bytesRead(of: "features.npy") == 2 * 64 + 2 * 4)
        #expect(files.bytesRead(of: "test-features.npy") == 0)
        #expect(try dataset.testPart().count == 6 && dataset.trainingCount == 6)
    }

    @Test("values are predicted as they stand")
    func regression() throws {
        let targets: [Float] = [0.5, -1e9, 2]
        var files = bytes([3, 2])
        files[1].bytes = npyFile(
            "<f4", [3, 1],
            targets.flatMap { value in
                (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
            })
        let dataset = try opened(
            NPYFiles.self, in: MemoryFiles(files + files.map { ("t-\($0.path)", $0.bytes) }),
            [
                ("target", .text("value")), ("testFeatures", .text("t-features.npy")),
                ("testLabels", .text("t-labels.npy")),
            ])
        #expect(try dataset.trainingTargets() == .values(targets))
    }

    @Test("damage is named with its file")
    func damage() {
        let (features, labels) = (bytes([6, 4])[0].bytes, bytes([6, 4])[1].bytes)
        let nan: [UInt8] = [0, 0, 0, 0, 0, 0, 0xC0, 0x7F]
        let cases: [(features: [UInt8], labels: [UInt8], complaint: String)] = [
            (features.dropLast(), labels, "features.npy: ends too early, in row 5 of 6; it was not copied whole"),
            (features + [0], labels, "features.npy: goes on after the 24 elements of its header"),
            (Array("a,b\n1,2\n".utf8), labels, "features.npy: is no .npy file: it begins with "),
            (features, labels.dropLast(8), "labels.npy: ends too early, in row 5 of 6; it was not copied whole"),
            (
                features, npyFile("<i8", [5], Array(labels.suffix(40))),
                "labels.npy: has the shape [5], but features.npy"
            ),
            (npyFile("|u1", [6], Array(features.suffix(6))), labels, "features.npy: has the shape [6]; allowed: "),
            (npyFile("|u1", [0, 4], []), labels, "features.npy: has the shape [0, 4]; expected samples"),
            (
                npyFile("<f4", [2, 1], nan), npyFile("|u1", [2], [0, 1]),
                "features.npy: feature 0 of sample 1 is nan; allowed: a finite number"
            ),
            (
                npyFile("|u1", [2, 1], [1, 2]), npyFile("<f4", [2], nan),
                "labels.npy: element 1 is nan; allowed where task.dataset.target is class: whole numbers up to 16777216"
            ),
            (
                npyFile("|u1", [2, 1], [1, 2]), npyFile("|u1", [2], [1, 1]),
                "labels.npy: the only label is '1'; expected at least 2 classes"
            ),
        ]
        for (features, labels, complaint) in cases {
            let files = [("features.npy", features), ("labels.npy", labels)]
            let text = message { () throws(ConfigurationFault) in
                _ = try opened(NPYFiles.self, in: MemoryFiles(files), [("testShare", .number(0.5))])
            }
            #expect(text.hasPrefix(complaint), "\(text)")
        }
        let alone = message { () throws(ConfigurationFault) in
            _ = try opened(NPYFiles.self, in: MemoryFiles([]), [("testLabels", .text("a"))])
        }
        #expect(alone == "testFeatures and testLabels go together: both are given, or none")
    }
}
