// What a mix shows of its rule: worked numbers, a twin on seeded mixes, and rules whose constants are known.
import Core
import Kernels
import Metrics
import Scenario
import Simulation
import Testing

@testable import Harness

@Suite("Mixes as a measure")
struct MixingMeasureTests {
    private static func sample(
        _ own: [Float], _ mixed: [Float], _ inputs: [(sender: Int, weight: Double)], budget: Double = 0.25,
        step: Int = 9
    ) -> MixSample {
        MixSample(
            step: Round(step), inputs: inputs.map { .init(sender: NodeID($0.sender), weight: $0.weight) },
            budget: budget, own: own, mixed: mixed)
    }

    private func figures(_ mixes: [Int: MixSample], _ settings: [String] = []) throws -> Figures {
        let assembly = try smallAssembly(settings)
        let models = assembly.honest.map { ($0, constantModel(0, of: assembly)) }
        let mixes = Dictionary(uniqueKeysWithValues: mixes.map { (NodeID($0.key), $0.value) })
        return try MixingMeasure.figures(of: moment(models, of: assembly, mixes: mixes), in: assembly)
    }

    @Test("worked: inputs 0 and 2, of which the rule makes 3")
    func worked() throws {
        let figures = try figures([
            0: Self.sample([0], [3], [(1, 0.25), (2, 0.25)]), 2: Self.sample([2], [1], [(0, 0.25)]),
        ])
        // κ of node 0: the mean of 0 and 2 is 1 and their variance 1, and 3 is 2 away; of node 2 it is 0.
        #expect(figures["kappaGreatest"] == 4 && figures["kappaPercentile95"] == 4)
        // ρ of node 0: (3 - 0.25·2)² / (0.25 · 0.25·4); of node 2: (-1 + 0.25·2)² / the same.
        #expect(figures["rhoGreatest"] == 25)
        // Means 1 and 2, variances 1 and 1.
        #expect(figures["contraction"] == 1 && figures["averageShift"] == 1)
    }

    @Test("a node that withstands nothing has no ρ, and inputs that are all the same have no κ")
    func undefined() throws {
        let nothing = try figures([
            0: Self.sample([0], [1], [(2, 0.5)], budget: 0), 2: Self.sample([2], [1], [(0, 0.5)], budget: 0),
        ])
        #expect(nothing["rhoGreatest"] == nil && nothing["kappaGreatest"] == 0)
        let same = try figures([0: Self.sample([1], [1], [(2, 0.5)]), 2: Self.sample([1], [1], [(0, 0.5)])])
        #expect(same["kappaGreatest"] == nil && same["rhoGreatest"] == nil && same["contraction"] == nil)
        #expect(try figures([:]).entries.isEmpty)
    }

    @Test("a node whose inputs were not all handed out is left out; hostile senders are not asked for")
    func incomplete() throws {
        let figures = try figures([
            0: Self.sample([0], [3], [(2, 0.25), (3, 0.25)]), 2: Self.sample([2], [1], [(0, 0.25), (1, 0.25)]),
        ])
        #expect(figures["kappaGreatest"] == 0)
        let stale = try self.figures([
            0: Self.sample([0], [3], [(2, 0.25)]), 2: Self.sample([2], [9], [(0, 0.25)], step: 8),
        ])
        #expect(stale["kappaGreatest"] == nil)
    }

    /// κ and ρ as the definitions say, with every sum written out.
    private func twin(
        _ node: Int, _ mixes: [Int: MixSample], honest: [Int]
    ) -> (kappa: Double, rho: Double) {
        let mix = mixes[node]!
        let heard = mix.inputs.filter { honest.contains($0.sender.index) }
        let vectors = [mix.own.map(Double.init)] + heard.map { mixes[$0.sender.index]!.own.map(Double.init) }
        let (count, width) = (Double(vectors.count), mix.own.count)
        func square(_ values: [Double]) -> Double { values.map { $0 * $0 }.reduce(0, +) }
        let mean = (0..<width).map { place in vectors.map { $0[place] }.reduce(0, +) / count }
        let variance = vectors.map { vector in square((0..<width).map { vector[$0] - mean[$0] }) }.reduce(0, +) / count
        let error = square((0..<width).map { Double(mix.mixed[$0]) - mean[$0] })
        let offsets = vectors.dropFirst().map { vector in (0..<width).map { vector[$0] - vectors[0][$0] } }
        let sum = (0..<width).map { place in zip(heard, offsets).map { $0.weight * $1[place] }.reduce(0, +) }
        let spread = zip(heard, offsets).map { $0.weight * square($1) }.reduce(0, +)
        let miss = square((0..<width).map { Double(mix.mixed[$0]) - vectors[0][$0] - sum[$0] })
        return (error / variance, miss / (mix.budget * spread))
    }

    @Test("agrees with the definitions on mixes that were drawn", arguments: 1...8)
    func seeded(seed: UInt64) throws {
        var random = RandomStream(seed: seed, purpose: .attack)
        let honest = [0, 2, 3, 5]
        var mixes: [Int: MixSample] = [:]
        for node in honest {
            mixes[node] = Self.sample(
                (0..<3).map { _ in Float(random.uniform()) }, (0..<3).map { _ in Float(random.uniform()) },
                (0..<6).filter { $0 != node }.map { ($0, 0.1 + 0.05 * random.uniform()) },
                budget: 0.1 + random.uniform())
        }
        let twins = honest.map { twin($0, mixes, honest: honest) }
        let figures = try figures(mixes)
        #expect(isNear(figures["kappaGreatest"], twins.map(\.kappa).max()))
        #expect(isNear(figures["rhoGreatest"], twins.map(\.rho).max()))
    }

    @Test("the percentile is the least value that 95 % are at or below")
    func percentile() {
        func slow(_ values: [Double]) -> Double? {
            values.sorted().first { value in 100 * values.count { $0 <= value } >= 95 * values.count }
        }
        for count in 0...60 {
            let values = (0..<count).map { Double(($0 * 37) % 61) }
            #expect(MixingMeasure.percentile95(values) == slow(values), "of \(count)")
        }
    }

    // MARK: - In runs

    private func last(_ settings: [String]) throws -> Figures {
        let assembly = try smallAssembly(["measure.also=mixing", "measure.every=5"] + settings)
        let (outcome, _) = try SimulatedRun(assembly, options: .init()).run(evaluated: { _ in }, shouldStop: { false })
        let evaluations = outcome.evaluations
        #expect(evaluations.count == 5 && evaluations[0].figures.value("kappaGreatest") == nil)
        #expect(evaluations.dropFirst().allSatisfy { $0.figures.value("kappaGreatest") != nil })
        return try #require(evaluations.last).figures
    }

    @Test("plain gossip on a complete graph without attack contracts to the mean, to which κ and ρ are 0")
    func gossip() throws {
        let figures = try last(["adversary=[]", "aggregation.rule=weightedMean"])
        for name in ["kappaGreatest", "rhoGreatest", "contraction", "averageShift"] {
            #expect(try #require(figures[name]) < 1e-9, "\(name)")
        }
    }

    @Test("nodes that learn alone contract nothing, move no mean, and miss all that they withstand")
    func alone() throws {
        let figures = try last(["aggregation.rule=noCommunication"])
        #expect(figures["contraction"] == 1 && figures["averageShift"] == 0)
        #expect(try #require(figures["rhoGreatest"]) > 0 && #require(figures["kappaGreatest"]) > 0)
    }

    @Test("under attack no rule of the complete graph that is told the truth goes beyond its κ")
    func trimmedMean() throws {
        // All honest nodes hear the same, far from what they send.
        let attack = #"adversary.attack={"kind": "gaussian", "deviation": 0.001, "mean": 1000}"#
        let figures = try last([attack, "aggregation.rule=trimmedMean", "aggregation.tolerates.count=2"])
        // 6 f/(n-2f) (1 + f/(n-2f)) with n = 6 and f = 2.
        #expect(try #require(figures["kappaGreatest"]) <= 12)
        let naive = try last([attack, "aggregation.rule=weightedMean"])
        #expect(try #require(naive["kappaGreatest"]) > 12)
    }
}
