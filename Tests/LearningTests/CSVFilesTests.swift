// Tables of comma-separated values: what becomes of their cells, how parts and scales are made, and what is refused.
import Kernels
import Registry
import Testing
import TestSupport

@testable import Learning

/// `csv` of one text, opened; with other files beside it.
private func openCSV(
    _ text: String, _ given: [(name: String, value: ParameterValue)] = [], beside: [(path: String, text: String)] = [],
    trusting: Bool = false
) throws(ConfigurationFault) -> any Dataset {
    try opened(
        CSVFiles.self, in: MemoryFiles(texts: [("train.csv", text)] + beside), given, trusting: trusting)
}

/// The whole table in stored order: both parts, put together by a feature that ascends.
private func rows(of dataset: any Dataset) throws -> [(features: [Float], target: Float)] {
    let parts = [try dataset.trainingPart(), try dataset.testPart()]
    let rows = parts.flatMap { part in
        (0..<part.count).map { row in
            let features = Array(part.features[row * part.featureCount..<(row + 1) * part.featureCount])
            return (features, part.targets.labels.map { Float($0[row]) } ?? values(part.targets)[row])
        }
    }
    return rows.sorted { $0.0[0] < $1.0[0] }
}

private func values(_ targets: Targets) -> [Float] { if case .values(let values) = targets { values } else { [] } }

@Suite("CSV files")
struct CSVFilesTests {
    private typealias Given = [(name: String, value: ParameterValue)]

    @Test("the last column is the label, and classes are the sorted labels that occur")
    func plain() throws {
        let dataset = try openCSV("a,b,kind\n1,2.5,pear\n2,-3e1,apple\n3,.5,fig\n4,0,apple\n")
        #expect(dataset.shape == SampleShape(featureCount: 2, targets: .classes(3)))
        #expect(dataset.classNames == ["apple", "fig", "pear"])
        let rows = try rows(of: dataset)
        #expect(rows.map(\.features) == [[1, 2.5], [2, -30], [3, 0.5], [4, 0]])
        #expect(rows.map(\.target) == [2, 0, 1, 0])
    }

    @Test("labels that are numbers are ordered by value, and one value is one class however it is written")
    func numericLabels() throws {
        let dataset = try openCSV("1,10\n2,9\n3,+9.0\n4,-1\n")
        #expect(dataset.classNames == ["-1", "9", "10"])
        #expect(try rows(of: dataset).map(\.target) == [2, 1, 1, 0])
    }

    @Test("quotes, blanks, byte order mark, carriage returns and blank lines are none of the content")
    func dialect() throws {
        let text = "\u{FEFF}\"a, in \"\"cm\"\"\",kind\r\n1, x\r\n\r\n\"2\",\"y\r\nz\" \r\n 3 ,\"x\"\r\n   \r\n4,x"
        let dataset = try openCSV(text, [("label", .text("kind"))])
        #expect(dataset.classNames == ["x", "y\nz"])
        let rows = try rows(of: dataset)
        #expect(rows.map(\.features) == [[1], [2], [3], [4]] && rows.map(\.target) == [0, 1, 0, 0])
    }

    @Test("a carriage return ends a line, alone or before a line feed, wherever a block of the file ends")
    func lineEnds() throws {
        let dataset = try openCSV("a,kind\r1,x\r2,y\r\r3,x")
        #expect(try rows(of: dataset).map(\.features) == [[1], [2], [3]])
        for count in (1 << 20) - 3...(1 << 20) + 1 {
            let first = String(repeating: "x", count: count)
            for end in ["\n", "\r", "\r\n"] {
                var lines = try TextLines("t", in: MemoryFiles(texts: [("t", "\(first)\(end)y\(end)\(end)z")]))
                var lengths: [Int] = []
                while try lines.next() { lengths.append(lines.line.count) }
                #expect(lengths == [count, 1, 0, 1], "\(count) \(Array(end.utf8))")
            }
        }
    }

    @Test("columns are chosen by name or by number; ignored ones need not be numbers")
    func columns() throws {
        let text = "id;who;y;a;b\nr1;ann;1;5;6\nr2;bob;2;7;8\nr3;ann;1;9;9\n"
        let given: Given = [("separator", .text(";")), ("ignore", .text("id, who"))]
        for label in ["y", "3"] {
            let dataset = try openCSV(text, given + [("label", .text(label))])
            #expect(try rows(of: dataset).map(\.features) == [[5, 6], [7, 8], [9, 9]])
            #expect(try rows(of: dataset).map(\.target) == [0, 1, 0])
        }
        #expect(
            message { () throws(ConfigurationFault) in _ = try openCSV(text, given + [("label", .text("z"))]) }
                == "train.csv: there is no column 'z', which task.dataset.label asks for; there are id, who, y, a, b")
        #expect(
            message { () throws(ConfigurationFault) in
                _ = try openCSV("1,2\n3,4\n", [("label", .text("kind")), ("header", .text("no"))])
            }.hasPrefix(
                "train.csv: there is no column 'kind', which task.dataset.label asks for; there are 1, 2, which"))
    }

    @Test("a group says whose each row is, in the order of the names")
    func groups() throws {
        let text = "a,user,y\n" + (0..<40).map { "\($0),u\(9 - $0 % 4),\($0 % 2)\n" }.joined()
        let dataset = try openCSV(text, [("group", .text("user"))])
        #expect(dataset.shape.featureCount == 1)
        let part = try dataset.trainingPart()
        #expect(try dataset.trainingGroups() == part.features.map { 3 - Int32($0) % 4 })
        #expect(try openCSV(text, [("ignore", .text("user"))]).trainingGroups() == nil)
    }

    @Test("a header is what is not all numbers, unless it is said")
    func header() throws {
        func count(_ text: String, _ header: String) throws -> Int {
            let dataset = try openCSV(text, [("header", .text(header)), ("testShare", .number(0.5))])
            return try dataset.trainingCount + dataset.testCount()
        }
        #expect(try count("1,2,a\n3,4,b\n5,6,a\n", "auto") == 3)
        #expect(try count("x,2,a\n3,4,b\n5,6,a\n", "auto") == 2)
        #expect(try count("1,2,a\n3,4,b\n5,6,a\n", "yes") == 2)
        #expect(
            message { () throws(ConfigurationFault) in
                _ = try openCSV("x,y\n3,4\n5,6\n", [("header", .text("no"))])
            } == "train.csv:1: column 1 is 'x'; allowed: a finite number, or the column among task.dataset.ignore")
    }

    @Test("values are predicted as they stand")
    func regression() throws {
        let dataset = try openCSV("x,y\n1,2.5\n2,-1e3\n3,0\n", [("target", .text("value"))])
        #expect(dataset.shape.targets == .values && dataset.classNames == [])
        #expect(try rows(of: dataset).map(\.target) == [2.5, -1000, 0])
        #expect(
            message { () throws(ConfigurationFault) in
                _ = try openCSV("x,y\n1,2.5\n2,two\n3,0\n", [("target", .text("value"))])
            } == "train.csv:3: column 2 ('y') is 'two'; allowed where task.dataset.target is value: a finite number")
    }

    /// 50 rows whose first feature is their number.
    private static let numbered = "n,f,y\n" + (0..<50).map { "\($0),\($0 * $0 % 13),\($0 % 2)\n" }.joined()

    @Test("a seed draws the test part, of the size that is asked for; every row is in one part")
    func division() throws {
        var parts: Set<[Float]> = []
        for seed in 1...3 {
            let dataset = try openCSV(
                Self.numbered, [("testShare", .number(0.3)), ("seed", .number(Double(seed)))])
            #expect(try dataset.trainingCount == 35 && dataset.testCount() == 15)
            let numbers = try [dataset.trainingPart(), dataset.testPart()].map { part in
                (0..<part.count).map { part.features[2 * $0] }
            }
            #expect(numbers.allSatisfy { $0 == $0.sorted() })
            #expect(numbers.joined().sorted() == (0..<50).map { Float($0) })
            parts.insert(numbers[1])
        }
        #expect(parts.count == 3)
        #expect(
            message { () throws(ConfigurationFault) in
                _ = try openCSV(Self.numbered, [("testShare", .number(0.001))])
            }.hasPrefix("train.csv: has 50 rows, and a share of 0.001 for tests leaves a part without any; "))
    }

    @Test("scales are those of the training part alone", arguments: ["minmax", "standard"])
    func scaling(_ kind: String) throws {
        let table = "a,b,c,y\n" + (0..<20).map { "\($0),\($0 * $0),7,\($0 % 2)\n" }.joined()
        let test = "a,b,c,y\n100,-3,8,1\n0,0,7,0\n"
        let given: Given = [("test", .text("test.csv")), ("scaling", .text(kind))]
        let dataset = try openCSV(table, given, beside: [("test.csv", test)])
        let columns = [(0..<20).map(Double.init), (0..<20).map { Double($0 * $0) }, (0..<20).map { _ in 7.0 }]
        func scaled(_ value: Double, _ column: [Double]) -> Double {
            let (least, most) = (column.min()!, column.max()!)
            let mean = column.reduce(0, +) / 20
            let deviation = (column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20).squareRoot()
            if least == most { return 0 }
            return kind == "minmax" ? (value - least) / (most - least) : (value - mean) / deviation
        }
        let expected = (0..<20).flatMap { row in columns.map { scaled($0[row], $0) } }
        for (found, wanted) in zip(try dataset.trainingPart().features, expected) {
            #expect(abs(Double(found) - wanted) < 1e-6)
        }
        let outside = zip([100.0, -3, 8], columns).map { scaled($0, $1) }
        for (found, wanted) in zip(try dataset.testPart().features, outside) {
            #expect(abs(Double(found) - wanted) < 1e-5)
        }
        // One row alone is scaled as it is among the others.
        #expect(try dataset.trainingFeatures(ofRows: [7]) == Array(dataset.trainingPart().features[21..<24]))
    }

    @Test("where one file holds both parts, rows of the test part have no say in the scales")
    func scalingOfAShare() throws {
        let dataset = try openCSV(Self.numbered, [("testShare", .number(0.3)), ("scaling", .text("standard"))])
        func mean(_ part: Samples) -> Double {
            (0..<part.count).reduce(0) { $0 + Double(part.features[2 * $1]) } / Double(part.count)
        }
        #expect(try abs(mean(dataset.trainingPart())) < 1e-6 && abs(mean(dataset.testPart())) > 1e-2)
    }

    @Test("a node opens no file of the test part, and labels are those of the training part")
    func testFile() throws {
        let given: Given = [("test", .text("test.csv"))]
        let files = MemoryFiles(texts: [("train.csv", "1,b\n2,a\n3,b\n"), ("test.csv", "5,b\n")])
        let digest = try opened(CSVFiles.self, in: files, given).digest
        let fresh = MemoryFiles(texts: [("train.csv", "1,b\n2,a\n3,b\n"), ("test.csv", "5,b\n")])
        let dataset = try opened(CSVFiles.self, in: fresh, given + [("digest", .text(digest))], trusting: true)
        #expect(try dataset.trainingPart(rows: [2], targets: dataset.trainingTargets()).features == [3])
        #expect(fresh.bytesRead(of: "test.csv") == 0 && dataset.trainingCount == 3)
        #expect(try dataset.testPart() == Samples(features: [5], labels: [1], featureCount: 1, classCount: 2))
        for (test, complaint) in [
            ("5,c\n", "test.csv:1: column 2 is 'c', a label that does not occur in the training part"),
            ("5,5,a\n", "test.csv: has other columns than train.csv"),
        ] {
            #expect(
                message { () throws(ConfigurationFault) in
                    _ = try openCSV("1,b\n2,a\n3,b\n", given, beside: [("test.csv", test)])
                } == complaint)
        }
    }

    @Test("the digest depends on the cells and on how they are read, and not on where they are")
    func digest() throws {
        let digest = try openCSV(Self.numbered).digest
        let others: [Given] = [
            [("scaling", .text("minmax"))], [("label", .text("f"))], [("seed", .number(2))],
            [("testShare", .number(0.5))], [("target", .text("value"))], [("ignore", .text("f"))],
            [("header", .text("yes"))],
        ]
        var digests = Set(try others.map { try openCSV(Self.numbered, $0).digest })
        digests.insert(try openCSV(Self.numbered.replacing("49,", with: "48,")).digest)
        digests.insert(digest)
        #expect(digests.count == others.count + 2)
        let moved = MemoryFiles(texts: [("/data/mine.csv.gz", Self.numbered)])
        let dataset = try opened(
            CSVFiles.self, in: moved, [("folder", .text("/data")), ("train", .text("mine.csv"))])
        #expect(dataset.digest == digest && dataset.pinned?.text("train") == "/data/mine.csv.gz")
    }

    /// A table that is none, and what is said of it.
    struct Damage: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let text: String
        var given: [(name: String, value: ParameterValue)] = []
        let complaint: String

        static let all = [
            Damage(testDescription: "an empty file", text: "\n \n", complaint: "train.csv: has no line with cells"),
            Damage(
                testDescription: "a header alone", text: "a,b\n", complaint: "train.csv: has no row below its header"),
            Damage(
                testDescription: "a text cell", text: "a,b,y\n1,2,x\n1,two,z\n",
                complaint: "train.csv:3: column 2 ('b') is 'two'; allowed: a finite number, or the column among "
                    + "task.dataset.ignore"),
            Damage(
                testDescription: "an empty cell", text: "a,b,y\n1,,x\n1,2,z\n",
                complaint: "train.csv:2: column 2 ('b') is empty; allowed: a finite number, or the column among "
                    + "task.dataset.ignore"),
            Damage(
                testDescription: "not a number", text: "1,2,x\n1,NaN,z\n",
                complaint: "train.csv:2: column 2 is 'NaN'; allowed: a finite number, or the column among "
                    + "task.dataset.ignore"),
            Damage(
                testDescription: "a number that no feature can be", text: "1,2,x\n1,1e39,z\n",
                complaint: "train.csv:2: column 2 is '1e39'; allowed: a finite number, or the column among "
                    + "task.dataset.ignore"),
            Damage(
                testDescription: "a ragged row", text: "a,b,y\n1,2,x\n1,2,3,z\n",
                complaint: "train.csv:3: has 4 cells, but the first line 3"),
            Damage(
                testDescription: "an empty label", text: "a,y\n1,x\n2,\n",
                complaint: "train.csv:3: column 2 ('y') is empty; expected a label"),
            Damage(
                testDescription: "one label", text: "a,y\n1,x\n2,x\n",
                complaint: "train.csv: column 2 ('y'): the only label is 'x'; expected at least 2 classes"),
            Damage(
                testDescription: "another separator", text: "a;y\n1;x\n2;y\n",
                complaint: "train.csv: has 1 column, none of which is left for features; task.dataset.separator is ','"),
            Damage(
                testDescription: "an open quote", text: "a,y\n1,\"x\n2,y\n",
                complaint: "train.csv:2: the quote that opens cell 2 is never closed"),
            Damage(
                testDescription: "text after a quote", text: "a,y\n1,\"x\"z\n2,y\n",
                complaint: "train.csv:2: cell 2 goes on after its closing quote"),
            Damage(
                testDescription: "numbers as classes",
                text: "a,y\n" + (0..<30).map { "1,\($0).5\n" }.joined(),
                complaint:
                    "train.csv: column 2 ('y'): there are 30 labels, some with fractions; task.dataset.target is "
                    + "value where a number is to be predicted; in CSV, task.dataset.label says which column it is"),
            Damage(
                testDescription: "one column for two things", text: "a,y\n1,x\n2,y\n", given: [("group", .text("y"))],
                complaint: "train.csv: column 2 ('y') is both task.dataset.label and task.dataset.group"),
        ]
    }

    @Test("damage is named with its line and its column", arguments: Damage.all)
    func damage(damage: Damage) {
        #expect(
            message { () throws(ConfigurationFault) in
                _ = try openCSV(damage.text, damage.given + [("testShare", .number(0.5))])
            } == damage.complaint)
    }

    @Test("a separator is one character, or tab")
    func separator() throws {
        #expect(try openCSV("1\ta\n2\tb\n3\ta\n", [("separator", .text("tab"))]).trainingCount == 2)
        #expect(
            message { () throws(ConfigurationFault) in
                _ = try openCSV("", [("separator", .text("::"))])
            } == "separator is '::'; allowed: one ASCII character but a quote, or tab")
    }
}

@Suite("Numbers in tables")
struct DecimalNumberTests {
    private func value(_ text: String) -> Double? { DecimalNumber.value(of: Array(text.utf8)[...]) }

    @Test("are the nearest Double, to the bit")
    func nearest() {
        var random = RandomStream(seed: 5, purpose: .data)
        for _ in 0..<20_000 {
            let digits = (0...random.below(22)).map { _ in "\(random.below(10))" }.joined()
            let point = random.below(digits.count + 1)
            let sign = ["", "-", "+"][random.below(3)]
            let exponent = random.below(2) == 0 ? "" : "e\(random.below(60) - 30)"
            let text = sign + digits.prefix(point) + "." + digits.dropFirst(point) + exponent
            #expect(value(text)?.bitPattern == Double(text)?.bitPattern, "\(text)")
        }
    }

    @Test(
        "are written in digits, and nothing else",
        arguments: [
            "", "-", ".", "e5", "1e", "1e+", "1 2", "1,5", "0x10", "nan", "inf", "-Infinity", "1e999", "1e999999",
            "1.2.3",
            "1e5x", "١",
        ])
    func refused(_ text: String) { #expect(value(text) == nil) }

    @Test(
        "may be without a digit on one side of the point",
        arguments: [(".5", 0.5), ("3.", 3), ("-0", -0.0), ("1E2", 100)])
    func short(_ text: String, _ wanted: Double) { #expect(value(text)?.bitPattern == wanted.bitPattern) }
}
