// Consensus distances against their definition in plain Double arithmetic, and a node's record as a line.
import JSON
import Kernels
import Testing
import TestSupport

@testable import Metrics

@Suite("Consensus")
struct ConsensusTests {
    @Test("agrees with the definition, term by term", arguments: [1, 2, 5, 17], [1, 3, 650])
    func definition(nodes: Int, dimension: Int) {
        let models = (0..<nodes).map { seededValues(dimension, lane: $0).map { 3 + $0 } }
        let consensus = Consensus(models)
        let average = (0..<dimension).map { j in models.reduce(0) { $0 + Double($1[j]) } / Double(nodes) }
        let distances = models.map { model in
            zip(model, average).reduce(0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) }
        }
        let meanSquare = distances.reduce(0, +) / Double(nodes)
        let norm = average.reduce(0) { $0 + $1 * $1 }.squareRoot()
        // The average is rounded to Float before distances to it are taken.
        let tolerance = 1e-6 * norm
        #expect(zip(consensus.average, average).allSatisfy { abs(Double($0) - $1) < 1e-6 })
        #expect(abs(consensus.distance.rootMeanSquare - meanSquare.squareRoot()) < tolerance)
        #expect(abs((consensus.distance.relative ?? .nan) - meanSquare.squareRoot() / norm) < 1e-6)
    }

    @Test("equal models are at distance 0")
    func agreement() {
        let consensus = Consensus([[0.1, -7], [0.1, -7], [0.1, -7]])
        #expect(consensus.distance.rootMeanSquare == 0 && consensus.distance.relative == 0)
        #expect(consensus.distance.median == 0 && consensus.distance.medianRelative == 0)
    }

    @Test("the median node's distance agrees with its definition", arguments: [1, 2, 5, 17], [1, 3, 650])
    func median(nodes: Int, dimension: Int) {
        let models = (0..<nodes).map { seededValues(dimension, lane: $0).map { 3 + $0 } }
        let consensus = Consensus(models)
        let centre = (0..<dimension).map { j in slowMedian(models.map { Double($0[j]) }) }
        let distances = models.map { model in
            zip(model, centre).reduce(0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) }.squareRoot()
        }
        let norm = centre.reduce(0) { $0 + $1 * $1 }.squareRoot()
        for (one, other) in zip(consensus.distances, distances) { #expect(abs(one - other) < 1e-6 * norm) }
        #expect(abs(consensus.distance.median - slowMedian(distances)) < 1e-6 * norm)
        #expect(abs((consensus.distance.medianRelative ?? .nan) - slowMedian(distances) / norm) < 1e-6)
        #expect(abs(consensus.scale - norm) < 1e-6 * norm)
    }

    @Test(
        "models that ran away, fewer than half, do not hide that the others agree",
        arguments: [1e3, 1e30, .infinity, .nan])
    func ranAway(far: Float) {
        let near = (0..<7).map { seededValues(40, lane: $0).map { 3 + 0.01 * $0 } }
        let usual = Consensus(near).distance
        let disturbed = Consensus(near + [[Float]](repeating: [Float](repeating: far, count: 40), count: 3))
        #expect(disturbed.distance.median < 4 * usual.median && disturbed.distance.medianRelative ?? 1 < 0.02)
        #expect(!(disturbed.distance.relative ?? .infinity < 0.5))
        #expect(disturbed.distances.suffix(3).allSatisfy { $0 > 100 })
        #expect(disturbed.distances.prefix(7).allSatisfy { $0 < 1 })
    }

    @Test("where most models are not finite there is no distance, and no trap")
    func nothingFinite() {
        let most = Consensus([[1, 2], [.nan, 0], [0, .infinity]])
        #expect(most.distances == [0, .infinity, .infinity] && most.distance.median == .infinity)
        let all = Consensus([[.nan], [.infinity]])
        #expect(all.distance.median == .infinity && all.distance.medianRelative == nil)
        #expect(Consensus([[0, 0], [0, 0]]).distance.medianRelative == nil)
    }

    @Test("large models are sorted in parts, to the same median")
    func parts() {
        let dimension = (1 << 19) + 5
        let models = [0, 2, 7].map { value in (0..<dimension).map { Float(value * $0) } }
        let consensus = Consensus(models)
        #expect(consensus.distances[1] == 0 && consensus.distance.median == consensus.distances[0])
        let centre = models[1]
        let norm = squaredNorm(centre.span).squareRoot()
        #expect(consensus.scale == norm)
    }

    private func slowMedian(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
}
