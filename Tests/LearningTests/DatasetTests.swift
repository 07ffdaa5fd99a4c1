// Laws that every dataset of the catalogue obeys; the digits against what their authors published.
import Cryptography
import Kernels
import Registry
import Testing
import TestSupport

@testable import Learning

@Suite("Datasets")
struct DatasetTests {
    @Test("keep the laws", arguments: DatasetLaws.all, CatalogDataset.all)
    func keep(law: Law<CatalogDataset>, dataset: CatalogDataset) throws {
        let violations = try law.violations(of: dataset)
        #expect(violations == [])
    }

    @Test("that are made to break a law are found out", arguments: DatasetLaws.all)
    func breakOne(law: Law<CatalogDataset>) throws {
        #expect(try !law.violationsOfCounterexample.isEmpty)
    }
}

/// A dataset of the catalogue, by name in test listings.
struct CatalogDataset: CustomTestStringConvertible, Sendable {
    let type: any DataSource.Type
    var testDescription: String { type.name }
    static let all = DatasetCatalog.all.entries.map { CatalogDataset(type: $0) }

    func open() throws -> any Dataset {
        try type.init(.defaults(type.parameters)).open(MemoryFiles.smallImages(), trusting: false)
    }
}

enum DatasetLaws {
    static let all = [shape, rows, digest]

    static let shape = Law(
        "both parts are finite, have the stated shape and meet every class",
        brokenBy: CatalogDataset(type: Classless.self)
    ) { subject, verdict in
        let dataset = try subject.open()
        for part in [try dataset.trainingPart(), try dataset.testPart()] {
            verdict.expect(part.count > 0 && allFinite(part.features.span), "\(part.count) samples, or some not finite")
            verdict.expect(
                part.shape == dataset.shape,
                "\(part.featureCount) features, \(part.classCount) classes")
            verdict.expect(
                Set(part.labels).count == dataset.shape.classCount, "\(Set(part.labels).count) classes occur")
        }
    }

    static let rows = Law(
        "a node loads its own rows alone, in any order", brokenBy: CatalogDataset(type: Sorting.self)
    ) { subject, verdict in
        let dataset = try subject.open()
        let whole = try dataset.trainingPart()
        let rows: [Int32] = [7, 0, 7, Int32(whole.count - 1), 100]
        let part = try dataset.trainingPart(rows: rows, targets: whole.targets)
        let width = whole.featureCount
        verdict.expect(part.labels == rows.map { whole.labels[Int($0)] }, "labels \(part.labels)")
        verdict.expect(
            part.features == rows.flatMap { whole.features[Int($0) * width..<(Int($0) + 1) * width] },
            "other features than those of the rows")
        verdict.expect(
            try dataset.trainingPart(rows: [], targets: whole.targets).count == 0, "rows where none is asked")
    }

    static let digest = Law(
        "a digest is 64 digits, and the same every time", brokenBy: CatalogDataset(type: Unhashed.self)
    ) { subject, verdict in
        let digest = try subject.open().digest
        verdict.expect(digest.count == 64 && digest.allSatisfy(\.isHexDigit), digest)
        verdict.expect(try subject.open().digest == digest, "another one the second time")
    }
}

@Suite("Digits")
struct DigitsTests {
    /// Every image as 64 values from 0 to 16, then its label, in stored order; read without `Digits`.
    private static let images: [[UInt8]] = DigitsText.images.split(separator: "\n").map { line in
        line.utf8.map { $0 >= UInt8(ascii: "A") ? $0 - UInt8(ascii: "A") : $0 - UInt8(ascii: "0") }
    }

    @Test("the text holds the published images, pixel by pixel and label by label")
    func published() {
        #expect(Self.images.count == 1_797)
        #expect(Self.images.allSatisfy { $0.count == 65 && $0.allSatisfy { $0 <= 16 } && $0[64] <= 9 })
        let counts = (0...9).map { label in Self.images.filter { $0[64] == label }.count }
        #expect(counts == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
        // Of digits.csv as scikit-learn distributes it.
        #expect(
            hexadecimal(SHA256.hash(Array(Self.images.joined())))
                == "68aea062d35a127749050fa0e52dca09d6569ac08092c925610e0954e172dde2")
    }

    @Test("the pinned digest is that of the text")
    func digest() {
        #expect(Digits().digest == hexadecimal(SHA256.hash(Array(DigitsText.images.utf8))))
    }

    @Test("every fifth image of each class is a test image, and nothing is lost or moved")
    func parts() throws {
        var seen = [Int](repeating: 0, count: 10)
        var training: [[UInt8]] = []
        var test: [[UInt8]] = []
        for image in Self.images {
            let label = Int(image[64])
            seen[label] += 1
            if seen[label] % 5 == 0 { test.append(image) } else { training.append(image) }
        }
        #expect(training.count == 1_442 && test.count == 355)
        for (part, images) in [(try Digits().trainingPart(), training), (Digits().testPart(), test)] {
            #expect(part.labels == images.map { Int32($0[64]) })
            #expect(part.features == images.flatMap { $0.dropLast().map { Float($0) / 16 } })
        }
    }
}

@Suite("Synthetic data")
struct SyntheticTests {
    private func dataset(_ given: [(name: String, value: Double)]) throws -> Synthetic {
        Synthetic(
            try ParameterValues(
                given.map { ($0.name, .number($0.value)) }, declared: Synthetic.parameters, key: "dataset"))
    }

    @Test("classes are equally frequent, and as many samples are made as asked for")
    func counts() throws {
        let dataset = try dataset([("samples", 25), ("testSamples", 8), ("features", 3), ("classes", 4)])
        #expect(dataset.trainingTargets().labels == (0..<25).map { Int32($0 % 4) })
        #expect(try dataset.trainingPart().features.count == 75)
        #expect(dataset.testPart().labels == [0, 1, 2, 3, 0, 1, 2, 3])
    }

    @Test("every class is unit noise around a centre of norm separation, divided by √features")
    func clouds() throws {
        let (features, separation, perClass) = (25, 6.0, 2_000)
        let dataset = try dataset([
            ("samples", Double(2 * perClass)), ("testSamples", Double(2 * perClass)), ("features", Double(features)),
            ("classes", 2), ("separation", separation),
        ])
        let unit = 1 / Double(features).squareRoot()
        var centres: [[[Double]]] = []
        for part in [try dataset.trainingPart(), dataset.testPart()] {
            var means = [[Double]](repeating: [Double](repeating: 0, count: features), count: 2)
            for (position, value) in part.features.enumerated() {
                means[position / features % 2][position % features] += Double(value) / Double(perClass)
            }
            var variance = 0.0
            for (position, value) in part.features.enumerated() {
                let offset = Double(value) - means[position / features % 2][position % features]
                variance += offset * offset / Double(part.features.count)
            }
            #expect(abs(variance / (unit * unit) - 1) < 0.03)
            for mean in means {
                #expect(abs(mean.reduce(0) { $0 + $1 * $1 }.squareRoot() - separation * unit) < 0.05)
            }
            centres.append(means)
        }
        for (a, b) in zip(centres[0].joined(), centres[1].joined()) { #expect(abs(a - b) < 10 * unit / 44) }
    }

    @Test("training and test samples are different draws")
    func parts() throws {
        let dataset = try dataset([("samples", 20), ("testSamples", 20), ("features", 5)])
        let (training, test) = (try dataset.trainingPart(), dataset.testPart())
        #expect(Set(training.features).isDisjoint(with: test.features))
    }

    @Test("every parameter changes the digest")
    func digests() throws {
        let variants: [[(name: String, value: Double)]] =
            [[]] + ["samples", "testSamples", "features", "classes", "separation", "seed"].map { [($0, 77)] }
        #expect(Set(try variants.map { try dataset($0).digest }).count == variants.count)
    }
}
