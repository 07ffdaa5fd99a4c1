// Files in LIBSVM's format: what becomes of their lines, and what is refused.
import Registry
import Testing
import TestSupport

@testable import Learning

private func openLIBSVM(
    _ text: String, _ given: [(name: String, value: ParameterValue)] = [], test: String? = nil
) throws(ConfigurationFault) -> any Dataset {
    let files = [("train.svm", text)] + (test.map { [("test.svm", $0)] } ?? [])
    return try opened(
        LIBSVMFiles.self, in: MemoryFiles(texts: files), (test == nil ? [] : [("test", .text("test.svm"))]) + given)
}

@Suite("LIBSVM files")
struct LIBSVMFilesTests {
    @Test("what is left out is 0, and labels are classes by value")
    func values() throws {
        let dataset = try openLIBSVM(
            "+1 2:0.5 4:-1\n\n-1  1:3 # a comment\n# nothing else\n+1\n1 3:1e1\t4:2\n", test: "-1 4:7\n")
        #expect(dataset.shape == SampleShape(featureCount: 4, targets: .classes(2)))
        #expect(dataset.classNames == ["-1", "+1"])
        let part = try dataset.trainingPart()
        #expect(part.features == [0, 0.5, 0, -1, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 2])
        #expect(part.targets.labels == [1, 0, 1, 1])
        #expect(try dataset.testPart() == Samples(features: [0, 0, 0, 7], labels: [0], featureCount: 4, classCount: 2))
        #expect(try dataset.trainingFeatures(ofRows: [3, 0, 3]) == [0, 0, 10, 2, 0, 0.5, 0, -1, 0, 0, 10, 2])
    }

    @Test("labels may be values, and there may be more features than occur")
    func regression() throws {
        let dataset = try openLIBSVM(
            "2.5 1:1\n-1e3 2:1\n", [("target", .text("value")), ("features", .number(3))], test: "0 3:1\n")
        #expect(dataset.shape == SampleShape(featureCount: 3, targets: .values))
        #expect(try dataset.trainingTargets() == .values([2.5, -1000]))
        #expect(try dataset.testPart().features == [0, 0, 1])
    }

    @Test(
        "damage is named with its line",
        arguments: [
            ("", "train.svm: has no line with a label"),
            ("1\n2\n", "train.svm: has no feature in any line"),
            ("1 0:1\n2 1:1\n", "train.svm:1: has index 0; indices begin at 1"),
            ("1 1:1\n2 3:1 2:1\n", "train.svm:2: has index 2 after 3; indices ascend"),
            ("1 1:1\n2 2:1 2:1\n", "train.svm:2: has index 2 after 2; indices ascend"),
            ("1 1:x\n2 1:1\n", "train.svm:1: has '1:x'; expected an index, a colon and a finite number"),
            ("1 1:nan\n2 1:1\n", "train.svm:1: has '1:nan'; expected an index, a colon and a finite number"),
            ("1 1:1\n2 -1:1\n", "train.svm:2: has '-1:1'; expected an index, a colon and a finite number"),
            ("1 1:1\n2 qid:3 1:1\n", "train.svm:2: has 'qid:3'; expected an index, a colon and a finite number"),
            ("1 1:1\na 1:1\n", "train.svm:2: the label is 'a'; allowed: a finite number"),
            (
                "1 1:1\n1,3 1:1\n",
                "train.svm:2: the label is '1,3'; allowed: a finite number; several labels a line are not read"
            ),
            ("1 1:1\n1 1:2\n", "train.svm: the only label is '1'; expected at least 2 classes"),
            (
                "1 1:1\n2 99999999:1\n",
                "train.svm:2: has index 99999999; allowed: 1 to 10000000, or as many as task.dataset.features says"
            ),
        ])
    func damage(_ text: String, _ complaint: String) {
        #expect(message { () throws(ConfigurationFault) in _ = try openLIBSVM(text) } == complaint)
    }

    @Test("one index does not make every row long, unless somebody says that so many features are meant")
    func farIndex() throws {
        let far = "1 1:1\n2 20000:1\n"
        let text = message { () throws(ConfigurationFault) in _ = try openLIBSVM(far) }
        #expect(
            text == "train.svm: has 2 rows and features up to 20000, which with their zeros are 40000 numbers for "
                + "16 bytes; allowed: 18432; if so many features are meant, say so by task.dataset.features")
        #expect(try openLIBSVM(far, [("features", .number(20_000))], test: far).shape.featureCount == 20_000)
        // As many as the bytes of long rows stand for.
        let long = (0..<200).map { row in
            "\(row % 2) " + (0..<8).map { "\(1000 * $0 + row + 1):1" }.joined(separator: " ")
        }
        #expect(try openLIBSVM(long.joined(separator: "\n")).shape.featureCount == 7_200)
        // Nor by rows of a test file that has hardly a byte for each.
        let wide = "1 1:1\n2 9000:1\n"
        let test = String(repeating: "1\n", count: 100)
        let refused = message { () throws(ConfigurationFault) in _ = try openLIBSVM(wide, test: test) }
        #expect(refused.hasPrefix("test.svm: has 100 rows and features up to 9000, which"))
    }

    @Test("test rows have no features that the training part has not")
    func testIndices() {
        let text = message { () throws(ConfigurationFault) in _ = try openLIBSVM("1 1:1\n2 2:1\n", test: "1 3:1\n") }
        #expect(text.hasPrefix("test.svm:1: has index 3; allowed: 1 to 2, or as many as task.dataset.features says"))
    }
}
