// Data made from a seed: that they are what their formula says, and the same bits everywhere.
import Kernels
import Registry
import Testing
import TestSupport

@testable import Learning

@Suite("Generated data")
struct GeneratedDataTests {
    private func made<Data: GeneratedData>(
        _ type: Data.Type, _ given: [(name: String, value: Double)] = []
    ) throws -> Data {
        try Data(ParameterValues(given.map { ($0.name, .number($0.value)) }, declared: Data.parameters, key: "dataset"))
    }

    private func values(_ targets: Targets) -> [Float] { if case .values(let values) = targets { values } else { [] } }

    private func row(_ index: Int, of samples: Samples) -> [Float] {
        Array(samples.features[index * samples.featureCount..<(index + 1) * samples.featureCount])
    }

    @Test("linear data are the weights' products and noise of the deviation asked for")
    func linear() throws {
        let data = try made(LinearData.self, [("norm", 2), ("noise", 0.5)])
        let weights = data.common
        #expect(abs(weights.reduce(0) { $0 + Double($1) * Double($1) } - 4) < 1e-5)
        let part = try data.trainingPart()
        let residuals = (0..<part.count).map { index in
            Double(values(part.targets)[index])
                - zip(weights, row(index, of: part)).reduce(0) { $0 + Double($1.0) * Double($1.1) }
        }
        let (mean, square) = (residuals.reduce(0, +) / 4_000, residuals.reduce(0) { $0 + $1 * $1 } / 4_000)
        #expect(abs(mean) < 5 * 0.5 / 4_000.0.squareRoot() && abs(square / 0.25 - 1) < 0.12)
        #expect(
            try made(LinearData.self, [("noise", 0), ("norm", 0)]).testPart().targets
                == .values(.init(repeating: 0, count: 1_000)))
    }

    @Test("logistic data are drawn with the probabilities of the weights")
    func logistic() throws {
        let data = try made(LogisticData.self, [("features", 5), ("samples", 20_000)])
        let (part, weights) = (try data.trainingPart(), data.common)
        // At the true weights the expected gradient of the loss is zero.
        var gradient = [Double](repeating: 0, count: 5)
        var right = 0
        for index in 0..<part.count {
            let x = row(index, of: part)
            let score = zip(weights, x).reduce(0) { $0 + Double($1.0) * Double($1.1) }
            let error = Double(part.labels[index]) - 1 / (1 + Elementary.exp(-score))
            for column in 0..<5 { gradient[column] += error * Double(x[column]) / 20_000 }
            right += (score > 0) == (part.labels[index] == 1) ? 1 : 0
        }
        for slope in gradient { #expect(abs(slope) < 5 * 0.3 / 20_000.0.squareRoot()) }
        #expect((0.82...0.88).contains(Double(right) / 20_000))
    }

    @Test("quadratic points lie around two middles, the one half after the other")
    func quadratic() throws {
        let data = try made(QuadraticCentres.self, [("samples", 10), ("noise", 0), ("zeta", 3)])
        let (part, middle) = (try data.trainingPart(), data.common)
        #expect(part.targets == .none(10))
        for index in 0..<10 { #expect(row(index, of: part) == middle.map { index < 5 ? $0 : -$0 }) }
        let noisy = try made(QuadraticCentres.self, [("samples", 1_000), ("zeta", 0), ("noise", 2)]).trainingPart()
        let square = noisy.features.reduce(0) { $0 + Double($1) * Double($1) } / Double(noisy.features.count)
        #expect(abs(square / 4 - 1) < 0.1)
    }

    @Test("glyphs of one digit are alike without distortion and noise, and unlike those of another")
    func clearGlyphs() throws {
        let data = try made(
            Glyphs.self, [("samples", 20), ("distortion", 0), ("noise", 0), ("size", 16)])
        let part = try data.trainingPart()
        #expect(part.labels == (0..<20).map { Int32($0 % 10) } && part.axes == [1, 16, 16])
        let images = (0..<20).map { row($0, of: part) }
        for label in 0..<10 { #expect(images[label] == images[label + 10]) }
        #expect(Set(images).count == 10)
        for image in images {
            let ink = image.reduce(0, +) / 256
            #expect(image.allSatisfy { (0...1).contains($0) } && (0.05...0.3).contains(ink))
        }
    }

    @Test("glyphs can be told apart by the means of their classes, and not by chance", arguments: [12, 28])
    func learnableGlyphs(_ size: Int) throws {
        let data = try made(
            Glyphs.self, [("samples", 400), ("testSamples", 200), ("size", Double(size))])
        let (training, test) = (try data.trainingPart(), data.testPart())
        var means = [[Float]](repeating: [Float](repeating: 0, count: size * size), count: 10)
        for index in 0..<400 {
            for (pixel, value) in row(index, of: training).enumerated() { means[index % 10][pixel] += value / 40 }
        }
        let right = (0..<200).count { index in
            let image = row(index, of: test)
            let distances = means.map { zip($0, image).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
            return distances.indices.min { distances[$0] < distances[$1] } == Int(test.labels[index])
        }
        #expect((130..<200).contains(right), "\(right) of 200")
    }

    @Test("have the same bits on every machine, and others for every parameter")
    func bits() throws {
        func hash(_ data: some Dataset) throws -> String {
            let part = try data.trainingPart(rows: [3, 1], targets: data.trainingTargets())
            let all = part.features + (part.targets.labels?.map { Float($0) } ?? values(part.targets))
            return unsafe String(XXH64.hash(all.span.bytes), radix: 16)
        }
        let hashes = try [
            hash(made(LinearData.self)), hash(made(LogisticData.self)), hash(made(QuadraticCentres.self)),
            hash(made(Glyphs.self)),
        ]
        #expect(hashes == ["27c9d2b1d82973cb", "25c2f54a858fbeb9", "5c110afd7d8eb43e", "9533337577405283"])
        let digests = Set([
            try made(LinearData.self).digest, try made(LinearData.self, [("seed", 2)]).digest,
            try made(LinearData.self, [("noise", 0.2)]).digest, try made(LogisticData.self).digest,
        ])
        #expect(digests.count == 4)
    }

    @Test("training and test samples are different draws")
    func parts() throws {
        let data = try made(LinearData.self, [("samples", 50), ("testSamples", 50)])
        #expect(try Set(data.trainingPart().features).isDisjoint(with: data.testPart().features))
    }
}
