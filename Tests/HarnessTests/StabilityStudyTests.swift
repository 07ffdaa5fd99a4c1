// Twin runs against runs that are made apart, worst cases against all subsets one by one, and bounds against formulas.
import Kernels
import Learning
import Metrics
import Platform
import Registry
import Scenario
import Testing

@testable import Harness

/// The mean of the n − f values of least variance, over every subset: SMEA on a line, by its definition. Values of two
/// subsets that vary equally must have one mean.
private func leastVariance(_ values: [Double], hostile: Int) -> Double {
    let size = values.count - hostile
    var best = (variance: Double.infinity, mean: 0.0)
    for mask in UInt32(0)..<(1 << UInt32(values.count)) where mask.nonzeroBitCount == size {
        var (sum, squares, rest) = (0.0, 0.0, mask)
        while rest != 0 {
            let value = values[rest.trailingZeroBitCount]
            sum += value
            squares += value * value
            rest &= rest - 1
        }
        let mean = sum / Double(size)
        let variance = squares / Double(size) - mean * mean
        if variance < best.variance - 1e-12 { best = (variance, mean) }
    }
    return best.mean
}

@Suite("Worst cases of SMEA")
struct WorstCaseTests {
    /// f, poisoning stability, its error, x, M, Byzantine stability, its error, ratio: worked out by hand, n = 15.
    private static let table: [[Double]] = [
        [1, 2.0 / 7, 1.0 / 98, 17.0 / 13, 43.0 / 182, 0.4725274725, 0.0168759812, 1.653846],
        [2, 6.0 / 13, 3.0 / 169, 17.0 / 11, 67.0 / 143, 0.9370629371, 0.0360408822, 2.030303],
        [3, 2.0 / 3, 1.0 / 36, 17.0 / 9, 29.0 / 36, 1.6111111111, 0.0671296296, 2.416667],
        [4, 10.0 / 11, 5.0 / 121, 17.0 / 7, 103.0 / 77, 2.6753246753, 0.1216056671, 2.942857],
        [5, 1.2, 0.06, 2.8867962264, 1.9433981132, 3.8867962264, 0.1943398113, 3.238997],
        [6, 14.0 / 9, 7.0 / 81, 3.1081851068, 2.4054567379, 4.8109134759, 0.2672729709, 3.092730],
        [7, 2, 0.125, 3.8030595529, 3.4526771088, 6.9053542177, 0.4315846386, 3.452677],
    ]

    /// Honest values of an instance with the pivot at `tip`, without the product's data.
    private static func honest(_ hostile: Int, tip: Double, poisoned: Bool) -> [Double] {
        let sure = 14 - hostile
        let half = sure / 2
        return [tip]
            + (0..<sure).map {
                poisoned ? ($0 < sure - hostile ? 0 : -1) : ($0 < half ? -1 : $0 < 2 * half ? 1 : 0)
            }
    }

    @Test("over all subsets they come to the table", arguments: [1, 2, 3, 4, 7])
    func bySubsets(f: Int) {
        let row = Self.table[f - 1]
        func mean(_ tip: Double, poisoned: Bool) -> Double {
            let forged = poisoned ? 1 : tip * row[3] * (1 - 1e-7)
            return leastVariance(
                Self.honest(f, tip: tip, poisoned: poisoned) + [Double](repeating: forged, count: f), hostile: f)
        }
        let poisoning = mean(1, poisoned: true) - mean(-1, poisoned: true)
        #expect(abs(poisoning - row[1]) < 1e-12)
        #expect(abs(poisoning - 2 * Double(f + 1) / Double(15 - f)) < 1e-12)
        let byzantine = mean(1, poisoned: false) - mean(-1, poisoned: false)
        #expect(abs(byzantine - row[5]) < 1e-6 && abs(mean(1, poisoned: false) - row[4]) < 1e-6)
    }

    @Test("the closed forms are those of the table")
    func closedForms() {
        for row in Self.table {
            let f = Int(row[0])
            let mean = WorstCaseInstances.byzantineMean(15, f)
            #expect(abs(mean - row[4]) < 1e-9 && abs(2 * mean - row[5]) < 1e-9)
            #expect(abs(mean / Double(15 - f) - row[6]) < 1e-9 && abs(2 * mean / row[1] - row[7]) < 1e-6)
        }
    }

    @Test("nodes come to them, poisoned ones exactly", arguments: [1, 4, 6])
    func byNodes(f: Int) throws {
        let row = Self.table[f - 1]
        var instance = WorstCaseInstances.Instance(hostile: f, rounds: 2, constant: Double(15 - f))
        let poisoning = try #require(try instance.stability { false })
        #expect(abs(poisoning / instance.unit - row[1]) < 1e-9)
        #expect(abs(try #require(try instance.generalizationError { false }) / instance.unit - row[2]) < 1e-9)
        instance.kind = "byzantine"
        let byzantine = try #require(try instance.stability { false })
        #expect(abs(byzantine / instance.unit / row[5] - 1) < 1e-6)
        #expect(abs(try #require(try instance.generalizationError { false }) / instance.unit / row[6] - 1) < 1e-6)
    }

    @Test("a tip that does not jump shows no gap: the pivot's own value is all that changes")
    func smallTip() {
        let values = [0.25, -0.25].map { tip in
            leastVariance([tip] + Self.honest(3, tip: 0, poisoned: true).dropFirst() + [1, 1, 1], hostile: 3)
        }
        #expect(abs(abs(values[0] - values[1]) - 2 * 3.25 / 12) < 1e-12)
    }

    @Test("with one sample of four the model runs away from the first draw on, or never leaves 0")
    func stochastic() throws {
        var instance = WorstCaseInstances.Instance(
            kind: "stochastic", nodes: 7, hostile: 2, samples: 4, rounds: 12, constant: 1, step: 0.0625)
        for seed in 1...3 {
            instance.seed = seed
            // The pivot's draws, as its training makes them.
            let hits = (0..<12).map { round in
                var random = RandomStream(
                    seed: UInt64(seed), purpose: .sampling, node: NodeID(0), round: Round(round), lane: 0)
                return random.below(4) == 0
            }
            let first = hits.firstIndex(of: true) ?? 12
            let predicted = (2 * 0.9375 * Double(12 - first) + Double(hits.count { $0 })) / 5 * 0.0625
            let measured = try #require(try instance.stability { false })
            #expect(abs(measured - predicted) < 1e-6, "seed \(seed)")
        }
        // 1 − 1/m to the t, summed by hand.
        var away = 0.0
        for round in 1...12 { away += 1 - (0..<round).reduce(1.0) { rest, _ in rest * 0.75 } }
        #expect(abs(WorstCaseInstances.runaway(instance) - (2 * 0.9375 * away + 3) / 5) < 1e-9)
    }
}

@Suite("Twin runs")
struct StabilityStudyTests {
    private static let twins = ["measure.stability.twins=2", "training.rounds=6", "measure.every=2"]

    private static func models(_ assembly: Assembly) throws -> [NodeID: [Float]] {
        let (outcome, _) = try SimulatedRun(assembly, options: .init()).run(evaluated: { _ in }, shouldStop: { false })
        return Dictionary(uniqueKeysWithValues: outcome.finalModels.filter { assembly.honest.contains($0.node) })
    }

    @Test("measure what two runs made apart differ by, sample by sample")
    func twin() throws {
        let assembly = try smallAssembly(Self.twins)
        let result = try #require(try StabilityStudy.result(of: assembly, options: .init()))
        #expect(result.twins.count == 2)
        let first = try Self.models(assembly)
        let test = try assembly.testPart()
        let training = try assembly.honest.map { try assembly.shard(of: $0).picked }
        for (replacement, twin) in zip(try assembly.replacements(), result.twins) {
            let second = try Self.models(assembly.twin(replacement))
            let gaps = try #require(twin.adaptive)
            #expect(gaps.count == assembly.honest.count)
            for (node, gap) in zip(assembly.honest, gaps) {
                func loss(_ model: [Float], _ samples: Samples, _ row: Int32) -> Double {
                    var scratch = ObjectiveScratch()
                    return assembly.objective.loss(
                        at: model.span, on: Batch(samples, rows: [row]), scratch: &scratch)
                }
                let (here, there) = (try #require(first[node]), try #require(second[node]))
                func supremum(_ samples: Samples) -> Double {
                    (0..<Int32(samples.count)).map { abs(loss(here, samples, $0) - loss(there, samples, $0)) }.max()
                        ?? 0
                }
                #expect(gap.test == supremum(test) && gap.test > 0)
                #expect(gap.training == training.map(supremum).max())
                let square = zip(here, there).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
                #expect(abs(gap.distance - square.squareRoot()) < 1e-6)
            }
            // Sign flip goes by what it hears: frozen, it comes to something else.
            let frozen = try #require(twin.frozen)
            #expect(frozen.map(\.distance) != gaps.map(\.distance) && frozen.allSatisfy { $0.distance > 0 })
        }
    }

    @Test("that exchange nothing differ in nothing, with forgeries made anew or frozen")
    func nothing() throws {
        let assembly = try smallAssembly(Self.twins + ["adversary.attack=alie"])
        let replacement = try #require(try assembly.replacements().first)
        let shard = try assembly.shard(of: replacement.node).picked
        let same = Replacement(
            node: replacement.node, position: replacement.position,
            sample: Batch(shard, rows: [Int32(replacement.position)]).picked)
        #expect(try Self.models(assembly.twin(same)) == Self.models(assembly))
    }

    @Test("where nobody forges, are the same frozen and not, and are simulated once")
    func poisoned() throws {
        var runs = 0
        let assembly = try smallAssembly(Self.twins + ["adversary.attack=labelFlip"])
        let result = try #require(try StabilityStudy.result(of: assembly, options: .init()) { runs = $0 })
        #expect(runs == 3 && result.twins.allSatisfy { $0.adaptive != nil && $0.frozen == nil })
        #expect(try StabilityStudy.result(of: assembly, options: .init(), shouldStop: { true }) == nil)
        #expect(try StabilityStudy.result(of: smallAssembly(), options: .init()) == nil)
    }

    @Test("under an attack that goes by nothing that it hears are the same frozen and not")
    func deaf() throws {
        let assembly = try smallAssembly(Self.twins + [#"adversary.attack={"kind": "gaussian", "around": "zero"}"#])
        let result = try #require(try StabilityStudy.result(of: assembly, options: .init()))
        #expect(result.twins.count == 2)
        for twin in result.twins {
            let (usual, frozen) = (try #require(twin.adaptive), try #require(twin.frozen))
            #expect(usual.map(\.distance) == frozen.map(\.distance) && usual.allSatisfy { $0.distance > 0 })
        }
    }

    @Test("only frozen, or only anew, as the experiment asks", arguments: ["adaptive", "frozen"])
    func attacker(_ name: String) throws {
        let assembly = try smallAssembly(Self.twins + ["measure.stability.attacker=\(name)"])
        let result = try #require(try StabilityStudy.result(of: assembly, options: .init()))
        #expect(result.twins.count == 2)
        #expect(result.twins.allSatisfy { ($0.adaptive == nil) == (name == "frozen") })
        #expect(result.twins.allSatisfy { ($0.frozen == nil) == (name == "adaptive") })
    }

    // MARK: - Bounds

    private static let bounded = [
        "measure.stability.twins=1", "training.rounds=6", "training.momentum=0", "training.weightDecay=0",
        "training.stepSize=0.05", "training.batchSize=1000", "training.exchange=gradient",
        #"training.projection={"kind": "ball", "radius": 5}"#, "adversary.attack=labelFlip",
        #"aggregation.rule={"kind": "smea", "protectSelf": false}"#, "aggregation.tolerates.count=2",
    ]

    private static func bounds(_ settings: [String]) throws -> StabilityBounds {
        try #require(try StabilityStudy.result(of: smallAssembly(bounded + settings), options: .init())).bounds
    }

    @Test("are those of the theorems, and hold")
    func formulas() throws {
        let assembly = try smallAssembly(Self.bounded)
        let result = try #require(try StabilityStudy.result(of: assembly, options: .init()))
        let bounds = result.bounds
        #expect(bounds.obstacles.isEmpty && bounds.warning == nil)
        let slope = try #require(bounds.slope)
        // n = 6, f = 2, m = 20, S = 6 · 0.05; κ = 4f/(n−f) (1 + f/(n−2f))² = 8.
        let unit = 2 * 0.3 * slope * slope
        #expect(isNear(bounds.poisoning, unit * (0.5 + 1.0 / 80)) && isNear(bounds.kappa, 8))
        #expect(isNear(bounds.byzantine, unit * (8.0.squareRoot() + 1.0 / 80)))
        let measured = try #require(result.twins.first?.adaptive).map(\.worst).max() ?? .nan
        #expect(measured < (bounds.poisoning ?? 0) && measured > 0)
        let spread = try #require(bounds.measured)
        #expect(spread < (bounds.byzantine ?? 0) && spread > measured)
        let beta = try #require(bounds.poisoning)
        let (greatest, chance) = (Elementary.log(3) + 5 * slope, (Elementary.log(40) / 160).squareRoot())
        #expect(isNear(bounds.generalization, beta + (160 * beta + greatest) * chance))
        #expect(isNear(bounds.estimation, greatest * chance))

        let decaying = try Self.bounds(["training.weightDecay=10"])
        let steep = slope + 50
        #expect(isNear(decaying.slope, steep) && isNear(decaying.poisoning, 0.2 * steep * steep * (0.5 + 1.0 / 80)))
        // The same to all: of one that goes by its victim there is no bound.
        let forging = try Self.bounds([#"adversary.attack={"kind": "ipm", "around": "zero"}"#])
        #expect(forging.poisoning == nil && forging.byzantine == bounds.byzantine)
        let batches = try Self.bounds(["training.batchSize=4"])
        #expect(batches.generalization == nil && batches.measured ?? 0 > spread)
        let mixed = try Self.bounds(["aggregation.rule=trimmedMean", "aggregation.before=nnm"])
        // 8f/(n−f) (κ + 1) with κ = 6f/(n−2f) (1 + f/(n−2f)) = 12.
        #expect(isNear(mixed.kappa, 52) && mixed.poisoning == nil)
        let diameter = try Self.bounds([#"aggregation.rule={"kind": "mda", "protectSelf": false}"#])
        #expect(isNear(diameter.byzantine, unit * (2 + 1.0 / 80)) && diameter.kappa == nil)
    }

    @Test(
        "say what is missing where there are none",
        arguments: [
            ("training.momentum=0.9", "there is momentum"), ("task.model=perceptron", "not known to be convex"),
            ("task.model=svm", "has kinks"), ("topology.family=ring", "not complete"),
            ("training.exchange=update", "training.exchange is update"), ("training.clip=1", "clipped"),
            ("training.stepSize=5", "steps are up to 5.00 long"), ("aggregation.tolerates.count=1", "more nodes"),
            ("aggregation.rule=smea", "protectSelf"), ("aggregation.rule=csPlus", "no (f, κ)-robustness"),
            ("aggregation.rule=mean", "no (f, κ)-robustness"), ("training.initialisation=different", "apart"),
            ("adversary.attack=gaussian", "different things"), ("adversary.attack=ipm", "different things"),
            (#"aggregation.rule={"kind": "median", "rate": 0.5}"#, "no input like the others"),
        ])
    func obstacles(setting: String, words: String) throws {
        let extra =
            setting.contains("update")
            ? ["training.projection=none"] : setting.contains("different") ? ["training.exchange=model"] : []
        let bounds = try Self.bounds([setting] + extra)
        #expect(bounds.obstacles.contains { $0.contains(words) }, "\(bounds.obstacles)")
        #expect(bounds.byzantine == nil && bounds.poisoning == nil)
        #expect(bounds.warning?.contains(words) == true)
    }

    @Test("a loss as steep as one likes, and weight decay beside the loss, have none")
    func unbounded() throws {
        let steep = try Self.bounds(["training.projection=none", "training.weightDecay=0.1"])
        #expect(steep.obstacles.contains { $0.contains("as steep as one likes") })
        let beside = try Self.bounds(["training.weightDecay=0.1", "training.weightDecayForm=decoupled"])
        #expect(beside.obstacles == ["weight decay is not part of the loss"])
    }

    // MARK: - Where it is shown

    @Test("stand in the summary, with a warning where no bound is known")
    func summary() throws {
        func summary(_ settings: [String]) throws -> RunSummary {
            let assembly = try smallAssembly(settings)
            var (outcome, _) = try SimulatedRun(assembly, options: .init()).run(
                evaluated: { _ in }, shouldStop: { false })
            outcome.stability = try StabilityStudy.result(of: assembly, options: .init())
            return try RunSummary(outcome, of: assembly)
        }
        let usual = try summary(Self.twins)
        #expect(usual.warnings.contains { $0.hasPrefix("no bound on stability is known: ") })
        #expect(usual.table(runDirectory: nil).contains("\nstability, worst "))
        let names = ["stabilityWorst", "stabilityFrozenWorst", "twinDistanceWorst", "generalizationGapWorst"]
        for name in names { #expect(usual.figures[name] != nil, "\(name)") }
        #expect(usual.figures.list("stabilityOfTwins").count == 2)
        #expect(usual.figures.list("stabilityOfTwins").compactMap(\.self).max() == usual.figures["stabilityWorst"])
        let bounded = try summary(Self.bounded + ["training.weightDecay=0.1"])
        #expect(bounded.figures["excessRiskBound"] ?? 0 > bounded.figures["generalizationBound"] ?? .infinity)
        #expect(bounded.table(runDirectory: nil).contains("\nstability, bound "))
        #expect(try summary([]).figures.entries.allSatisfy { !$0.name.hasPrefix("stability") })
    }

    @Test("make a sweep run its cells again, where other twins are asked for")
    func sweep() throws {
        // Whole shards in every step: in a few rounds of batches the sample that is exchanged may never be drawn.
        func plan(_ twins: Int) throws -> SweepPlan {
            let sweep = try Sweep(
                "twins",
                base: """
                    {"topology": {"family": "complete", "nodes": 4}, "adversary": [],
                     "measure": {"stability": {"twins": \(twins)}},
                     "training": {"rounds": 3, "batchSize": 1000},
                     "aggregation": {"rule": "mean", "tolerates": {"kind": "declared", "count": 0}}}
                    """,
                grid: [Sweep.seeds(2)])
            return try SweepPlan(sweep, in: "a test")
        }
        let (without, with) = (try plan(0), try plan(1))
        #expect(Set(without.keys).isDisjoint(with: with.keys) && without.keys.allSatisfy { $0.twins.isEmpty })
        var results: [CellResult] = []
        let folder = try TemporaryDirectory()
        _ = try SweepRun(with, in: SweepFiles(for: with.sweep, in: folder.path)).simulate([0, 1], threads: 2) {
            results.append($0)
        }
        for result in results {
            #expect(result.figures[.stability] ?? 0 > 0 && result.figures[.twinDistance] ?? 0 > 0)
            #expect(result.figures[.generalizationGap] != nil && result.figures[.frozenStability] == nil)
            #expect(CellResult(line: result.json.dropLast()) == result)
        }
        #expect(results.count == 2)
    }
}
