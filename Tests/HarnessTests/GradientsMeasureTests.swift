// Dissimilarity of gradients, against slow gradients in Double, and the line of G² over B² against a search.
import Kernels
import Learning
import Metrics
import Scenario
import TestSupport
import Testing

@testable import Harness

@Suite("Gradients as a measure")
struct GradientsMeasureTests {
    private static let settings = ["task.split=oneLabel", "training.weightDecay=0.01"]

    /// The same by the definitions, with a slow gradient of each node.
    private func twin(
        honest: [[Double]], poisoned: [[Double]]
    ) -> (p: Double, q: Double, regular: Double, poisoned: Double?) {
        let mean = honest[0].indices.map { place in honest.map { $0[place] }.reduce(0, +) / Double(honest.count) }
        func square(_ gradient: [Double]) -> Double {
            zip(gradient, mean).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        }
        return (
            honest.map(square).reduce(0, +) / Double(honest.count), mean.reduce(0) { $0 + $1 * $1 },
            honest.map { square($0).squareRoot() }.max()!, poisoned.map { square($0).squareRoot() }.max()
        )
    }

    private func slowGradient(of data: Samples, at point: [Float]) -> [Double] {
        let point = point.map(Double.init)
        return zip(SlowSoftmax(data).gradient(point), point).map { $0 + 0.01 * $1 }
    }

    private func expect(_ figures: Figures, _ twin: (p: Double, q: Double, regular: Double, poisoned: Double?)) {
        #expect(isNear(figures["dissimilarity"], twin.p, within: 1e-4))
        #expect(isNear(figures["gradientSquared"], twin.q, within: 1e-3))
        #expect(isNear(figures["regularDistance"], twin.regular, within: 1e-4))
        #expect(isNear(figures["poisonedDistance"], twin.poisoned, within: 1e-4))
    }

    @Test("is of each node's own loss at the mean model", arguments: ["signFlip", "labelFlip"])
    func softmax(attack: String) throws {
        let assembly = try smallAssembly(Self.settings + ["adversary.attack=\(attack)"])
        let moment = try moment(unlikeModels(of: assembly), of: assembly)
        let honest = try assembly.honest.map { try slowGradient(of: assembly.shard(of: $0).picked, at: moment.average) }
        let flipped = try [1, 4].map { node in
            let clean = try assembly.reference(.noAttack).shard(of: NodeID(node)).picked
            let labels = clean.targets.labels!.map { 2 - $0 }
            return slowGradient(of: clean.with(.classes(labels, of: 3)), at: moment.average)
        }
        let twin = twin(honest: honest, poisoned: attack == "labelFlip" ? flipped : [])
        expect(try GradientsMeasure.figures(of: moment, in: assembly), twin)
    }

    @Test("of a dynamic flip is of the labels that the mean model finds least likely")
    func dynamicFlip() throws {
        let assembly = try smallAssembly(Self.settings + ["adversary.attack=dynamicLabelFlip"])
        let moment = try moment(unlikeModels(of: assembly), of: assembly)
        let honest = try assembly.honest.map { try slowGradient(of: assembly.shard(of: $0).picked, at: moment.average) }
        let point = moment.average.map(Double.init)
        let flipped = try [1, 4].map { node in
            let data = try assembly.shard(of: NodeID(node)).picked
            let slow = SlowSoftmax(data)
            let labels = data.targets.labels!.indices.map { sample in
                let scores = slow.scores(point, Int32(sample))
                return Int32(scores.firstIndex(of: scores.min()!)!)
            }
            return slowGradient(of: data.with(.classes(labels, of: 3)), at: moment.average)
        }
        expect(
            try GradientsMeasure.figures(of: moment, in: assembly),
            twin(honest: honest, poisoned: flipped))
    }

    @Test("of quadratic losses is that of the means of the data, wherever the models are")
    func quadratic() throws {
        let assembly = try smallAssembly(["task.model=quadratic", "training.weightDecay=0", "task.split=oneLabel"])
        let models = assembly.honest.map { ($0, [Float](repeating: Float($0.index), count: 4)) }
        let means = try assembly.honest.map { node in
            let data = try assembly.shard(of: node).picked
            return (0..<4).map { place in
                (0..<data.count).map { Double(data.features[4 * $0 + place]) }.reduce(0, +) / Double(data.count)
            }
        }
        // The gradient at x is x minus the mean, so that distances between gradients are those between means.
        let centre = (0..<4).map { place in means.map { $0[place] }.reduce(0, +) / 4 }
        let squares = means.map { zip($0, centre).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } }
        let figures = try GradientsMeasure.figures(of: moment(models, of: assembly), in: assembly)
        #expect(isNear(figures["dissimilarity"], squares.reduce(0, +) / 4, within: 1e-4))
        #expect(isNear(figures["regularDistance"], squares.max()!.squareRoot(), within: 1e-4))
        // x̄ is 2.5 in every element.
        #expect(isNear(figures["gradientSquared"], centre.reduce(0.0) { $0 + (2.5 - $1) * (2.5 - $1) }, within: 1e-4))
        #expect(figures.value("poisonedDistance") == nil)
    }

    @Test("the least G² and the least B² for it are what a search finds", arguments: 0..<20)
    func line(seed: UInt64) {
        var random = RandomStream(seed: seed, purpose: .attack)
        let points = (0..<6).map { _ in (p: 4 * random.uniform(), q: random.uniform()) }
        let allowed = 3 * random.uniform()
        func constant(_ slope: Double) -> Double { max(0, points.map { $0.p - slope * $0.q }.max()!) }
        let steps = (0...30_000).map { allowed * Double($0) / 30_000 }
        let least = steps.map(constant).min()!
        let slope = steps.first { constant($0) <= least + 1e-12 }!
        let figures = GradientsMeasure.figures(of: points, allowing: allowed)
        #expect(isNear(figures["heterogeneityG2"], least, within: 1e-9))
        #expect(abs(figures["heterogeneityB2"]! - slope) <= allowed / 30_000 + 1e-9)
        #expect(figures.list("heterogeneityCurve") == GradientsMeasure.grid.map(constant))
        // A smaller B² would not do.
        #expect(constant(max(0, figures["heterogeneityB2"]! - 1e-3)) >= least)
    }

    @Test("worked: (p, q) of (1, 0), (3, 1) and (4, 2) with B² up to 3 is all above G² = 1 from B² = 2 on")
    func worked() {
        let points = [(p: 1.0, q: 0.0), (p: 3, q: 1), (p: 4, q: 2)]
        let figures = GradientsMeasure.figures(of: points, allowing: 3)
        #expect(figures["heterogeneityG2"] == 1 && figures["heterogeneityB2"] == 2)
        let tight = GradientsMeasure.figures(of: points, allowing: 0.5)
        #expect(tight["heterogeneityG2"] == 3 && tight["heterogeneityB2"] == 0.5)
        #expect(GradientsMeasure.figures(of: [], allowing: 1).entries.isEmpty)
        let diverged = GradientsMeasure.figures(of: [(p: .infinity, q: 1)], allowing: 1)
        #expect(diverged.entries.isEmpty)
    }
}
