// Tasks without classes through the laboratory: their loss is the measure everywhere, the worst node first.
import JSON
import Kernels
import Learning
import Metrics
import Platform
import Registry
import Scenario
import Simulation
import Testing

@testable import Harness

/// Quadratic consensus on that data, where classes do not count.
private func quadraticAssembly(_ settings: [String] = []) throws -> Assembly {
    try smallAssembly(
        [
            "task.model=quadratic", "task.split=oneLabel", "training.momentum=0", "training.weightDecay=0",
            "training.batchSize=1000", "aggregation.rule=weightedMean",
            #"aggregation.tolerates={"kind": "declared", "count": 0}"#, "adversary=[]",
        ] + settings)
}

private func summary(_ assembly: Assembly, in directory: RunDirectory? = nil) throws -> RunSummary {
    let (outcome, _) = try SimulatedRun(assembly, options: .init(), in: directory).run { _ in
    } shouldStop: {
        false
    }
    return try RunSummary(outcome, of: assembly)
}

@Suite("Tasks without classes")
struct LossTaskTests {
    @Test("a moment has losses and no accuracy, and so has its line")
    func record() throws {
        let summary = try summary(try quadraticAssembly())
        let final = try #require(summary.final)
        #expect(final.test.accuracy == nil && final.test.measure == .loss)
        #expect(final.test.worst == final.test.loss.greatest && final.test.best == final.test.loss.least)
        let line = try StrictJSON.read(Array(final.json.dropLast()), name: "")
        #expect(line.members.map(\.key) == ["rounds", "nodes", "loss", "optimum", "consensusDistance", "measures"])
        #expect(line.member("loss")?.member("worst")?.number == final.test.worst)
        #expect(
            line.member("optimum")?.member("excessLoss")?.member("worst")?.number
                == final.optimum?.excessLoss.greatest)
    }

    @Test("the summary names the loss of the worst node first, and no chance")
    func words() throws {
        let summary = try summary(try quadraticAssembly())
        let scores = summary.worstFirst.map(\.score)
        #expect(scores == scores.sorted(by: >) && scores.count == 6 && scores.first == summary.final?.test.worst)
        let text = summary.verdict.text
        #expect(text.hasPrefix("The honest nodes learned (worst loss "), "\(text)")
        #expect(text.contains(", at the start ") && !text.contains("chance"), "\(text)")
        let table = summary.table(runDirectory: nil)
        #expect(table.contains("loss, worst           \(significant(scores[0]))   (\(summary.worstFirst[0].label): "))
        #expect(table.contains("\nexcess loss, worst    ") && table.contains("\nfrom optimum, worst   "))
        #expect(!table.contains("accuracy"))
        let json = try StrictJSON.read(summary.json, name: "summary.json")
        #expect(json.member("measure")?.text == "loss" && json.member("loss")?.member("worst")?.number == scores[0])
        #expect(json.member("accuracy")?.members.allSatisfy { $0.value.number == nil } == true)
        #expect(json.member("chance")?.member("share")?.number == nil)
        #expect(json.member("perNode")?.elements.allSatisfy { $0.member("loss")?.number != nil } == true)
    }

    @Test("a node that gained less than the others has failed")
    func failed() {
        let survivors = zip(["a", "b", "c", "d"], [0.5, 0.52, 0.7, 0.51]).map {
            Verdict.Survivor(label: $0, score: $1, relativeDistance: 0.01, exposure: nil)
        }
        let distance = ConsensusDistance(rootMeanSquare: 1, relative: 1, median: 0.01, medianRelative: 0.01)
        func verdict(_ start: Double) -> Verdict {
            Verdict(survivors: survivors, lost: [], bar: .start(start), distance: distance, wasStopped: false)
        }
        #expect(verdict(2).failed.map(\.label) == ["c"])
        #expect(
            verdict(2).text == "1 of 4 honest nodes failed (c: loss 0.700); the others reach loss 0.520 or less and "
                + "agree (median relative distance 0.010).")
        #expect(
            verdict(0.5).text == "The honest nodes did not learn (best loss 0.500; at the start 0.500), but agree "
                + "(median relative distance 0.010).")
        #expect(verdict(0).text.contains("but the first model leaves nothing to be learned"))
    }

    @Test("the report draws losses, and learning errors where the optimum is known")
    func report() throws {
        let assembly = try quadraticAssembly(["measure.every=5"])
        let run = try ReportedRun(assembly)
        let (outcome, _) = try SimulatedRun(assembly, options: .init(), in: run.directory).run { _ in
        } shouldStop: {
            false
        }
        try run.files.append(Array(outcome.evaluations.dropLast()))
        let running = try run.page(isRunning: true)
        let lastLoss = try #require(outcome.evaluations.dropLast().last).test.worst
        #expect(
            running.heading == "After 15 of 20 rounds the worst of 6 honest nodes is at loss \(significant(lastLoss)).",
            "\(running.heading ?? "")")
        let summary = try run.end(outcome)
        let page = try run.page()
        #expect(faults(inMarkup: page.text).isEmpty)
        #expect(page.heading == Substring(summary.verdict.text))
        let final = try #require(summary.final)
        #expect(page.value(of: "worst loss") == Substring(significant(final.test.worst)))
        #expect(page.contains("<h2>Learning error</h2>") && !page.contains("ccuracy"))
        let rows = page.rows(of: "Nodes")
        #expect(rows.map { $0[2] } == summary.worstFirst.map { Substring(significant($0.score)) })
        #expect(page.rows(of: "Measurements").last?.count == 13)
    }

    @Test("a sweep shows the worst loss, and gaps where nothing is classified")
    func sweep() throws {
        #expect(SweepMeasure.worst.mayBeMissing && !SweepMeasure.worstLoss.mayBeMissing)
        let key = CellKey(
            identity: "", engine: .simulation, transport: "", deadlineMilliseconds: 1, checkpointEvery: 0)
        let result = CellResult(key, try summary(try quadraticAssembly()))
        #expect(result.figures[.worst] == nil && result.figures[.worstLoss] != nil)
        #expect(result.figures[.excessLoss] != nil && result.figures[.optimumDistance] != nil)
        #expect(CellResult(line: result.json) == result)
    }

    @Test("a part that is held back is measured on beside the test part")
    func validation() throws {
        let summary = try summary(try smallAssembly(["task.validation=0.25"]))
        let (test, validation) = try (
            #require(summary.final?.test), #require(summary.final?.validation)
        )
        #expect(validation.accuracy != nil && validation != test)
        // 30 samples.
        #expect(validation.worst * 30 == (validation.worst * 30).rounded())
        #expect(summary.table(runDirectory: nil).contains("validation, worst     \(rounded(validation.worst, 4))"))
        let json = try StrictJSON.read(summary.json, name: "")
        #expect(
            json.member("validation")?.member("accuracy")?.member("worst")?.number == validation.worst)
    }
}

@Suite("Known optimum")
struct KnownOptimumTests {
    private static let falling = [
        #"training.stepSize={"kind": "stepDecay", "value": 0.5, "factor": 0.5, "every": 15}"#, "training.rounds=400",
        "topology.family=ring",
    ]

    @Test("quadratic consensus without attack comes within 1e-6 of the mean of the nodes' means")
    func consensus() throws {
        let assembly = try quadraticAssembly(Self.falling)
        let (outcome, _) = try SimulatedRun(assembly, options: .init()).run { _ in
        } shouldStop: {
            false
        }
        let shards = try assembly.honest.map { try assembly.shard(of: $0) }
        var mean = [Double](repeating: 0, count: assembly.dimension)
        for shard in shards {
            for row in shard.rows {
                for j in mean.indices {
                    mean[j] +=
                        Double(shard.samples.features[Int(row) * mean.count + j])
                        / Double(shard.count * shards.count)
                }
            }
        }
        let gap = try #require(outcome.evaluations.last?.optimum)
        for (_, model) in outcome.finalModels {
            let distance = zip(model, mean).reduce(0.0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) }
            #expect(distance.squareRoot() < 1e-6 && abs(distance.squareRoot() - gap.distance.greatest) < 1e-6)
        }
        #expect(gap.distance.greatest < 1e-6 && gap.excessLoss.greatest < 1e-12)
        // It is no property of the start.
        #expect(try #require(outcome.evaluations.first?.optimum).distance.least > 0.1)
    }

    @Test("a first model at the optimum leaves nothing to be learned")
    func solvedStart() throws {
        let settings = [
            #"task.dataset={"kind": "quadratic", "samples": 600, "zeta": 1, "noise": 0.01}"#, "task.model=quadratic",
            "task.split=iid", "aggregation.rule=weightedMean", "adversary=[]",
            #"aggregation.tolerates={"kind": "declared", "count": 0}"#,
        ]
        let text = try summary(try smallAssembly(settings)).verdict.text
        #expect(text.contains("but the first model leaves nothing to be learned"), "\(text)")
        let far = #"task.model={"kind": "quadratic", "deviation": 3}"#
        #expect(try summary(try smallAssembly(settings + [far])).verdict.text.contains("learned (worst loss"))
    }

    @Test("a model that is no number is infinitely far, and one at the optimum not below it")
    func gaps() throws {
        let assembly = try quadraticAssembly()
        let yardstick = try #require(try Yardstick(assembly, in: nil))
        let lost = [Float](repeating: .nan, count: assembly.dimension)
        #expect(yardstick.gap(of: lost) == PointGap(excessLoss: .infinity, distance: .infinity))
        let huge = [Float](repeating: .greatestFiniteMagnitude, count: assembly.dimension)
        #expect(yardstick.gap(of: huge).excessLoss > 1e70)
        let optimum = Optimum(point: [0], value: 0.5, certificate: Certificate(.dualityGap, 1e-9, convexity: 1))
        #expect(optimum.excess(of: 0.5 - 1e-16) == 0 && optimum.excess(of: 0.5 - 9e-10) == 0)
        // What no certificate explains is shown.
        #expect(optimum.excess(of: 0.4) == 0.4 - 0.5 && optimum.excess(of: 0.75) == 0.25)
    }

    @Test("what is no number is called so, whatever its sign")
    func noNumbers() {
        #expect(rounded(-.nan, 4) == "not a number" && significant(.nan) == "not a number")
        #expect(significant(.infinity) == "inf" && rounded(-.infinity, 2) == "-inf")
    }

    @Test("softmax with weight decay is solved, and no model is below its optimum")
    func softmax() throws {
        let assembly = try smallAssembly(["measure.optimum=solve", "training.weightDecay=0.01", "training.rounds=200"])
        let summary = try summary(assembly)
        let (gap, certificate) = try (#require(summary.final?.optimum), #require(summary.certificate))
        #expect(certificate.holds && certificate.kind == .gradientNorm && certificate.convexity == 0.01)
        #expect(gap.excessLoss.least > 0 && gap.excessLoss.least <= gap.excessLoss.greatest)
        #expect(gap.distance.least * gap.distance.least * 0.01 / 2 <= gap.excessLoss.greatest)
        #expect(summary.table(runDirectory: nil).contains("\noptimum               gradient norm "))
    }

    @Test("it is found once a run, and kept beside it under the experiment's identity")
    func file() throws {
        let assembly = try quadraticAssembly()
        let run = try ReportedRun(assembly)
        let file = OptimumFile(run.directory.optimum, experiment: assembly.identity)
        #expect(file.read() == nil)
        _ = try Yardstick(assembly, in: run.directory)
        let found = try #require(file.read())
        #expect(found == (try #require(try assembly.honestProblem())).solve())
        #expect(OptimumFile(run.directory.optimum, experiment: [UInt8](repeating: 0, count: 32)).read() == nil)

        // What stands there is believed, so that it is not computed twice.
        let made = Optimum(
            point: found.point.map { $0 + 1 }, value: 7, certificate: Certificate(.dualityGap, 1e-9, convexity: 2))
        file.write(made)
        #expect(file.read() == made)
        let again = try #require(try Yardstick(assembly, in: run.directory))
        #expect(again.certificate == made.certificate)

        let bytes = try Files.read(run.directory.optimum)
        for place in [0, 5, 9, 45, bytes.count - 20, bytes.count - 1] {
            var altered = bytes
            altered[place] ^= 64
            try Files.write(altered, to: run.directory.optimum)
            #expect(file.read() == nil, "byte \(place)")
        }
        for count in [0, 4, 67, bytes.count - 1] {
            try Files.write(Array(bytes.prefix(count)), to: run.directory.optimum)
            #expect(file.read() == nil, "\(count) bytes")
        }
    }
}
