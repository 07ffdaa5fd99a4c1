// A small sweep: run, stopped, gone on with, and folded into tables.
import JSON
import Platform
import Registry
import Scenario
import Simulation
import Testing

@testable import Harness

private func smallPlan(seeds: String = "[1, 2, 3]", also: String? = nil) throws -> SweepPlan {
    let json = """
        {"name": "small/sweep",
         "base": {"topology": {"family": "complete", "nodes": 4}, "training": {"rounds": 5},
                  "task": {"dataset": {"kind": "synthetic", "features": 4, "classes": 3, "samples": 120}}},
         "grid": {"aggregation.rule": ["csPlus", "weightedMean"], "seed": \(seeds)}}
        """
    return try SweepPlan(
        Sweep(Array(json.utf8), name: "small.json"), in: "small.json",
        overrides: also.map { ["measure.also=\($0)"] } ?? [])
}

/// Without the times, which differ from run to run.
private func lines(of files: SweepFiles, _ plan: SweepPlan) -> [[String]] {
    plan.keys.map { key in
        guard let result = files.result(of: key) else { return [] }
        return [result.digest, result.verdict] + SweepMeasure.allCases.map { "\(result.figures[$0] ?? .nan)" }
    }
}

@Suite("Sweep runs")
struct SweepRunTests: ~Copyable {
    private let plan: SweepPlan
    private let folder: TemporaryDirectory

    init() throws {
        let plan = try smallPlan()
        folder = try TemporaryDirectory()
        self.plan = plan
    }

    private var path: String { folder.path }

    private func files(_ name: String = "runs") throws -> SweepFiles {
        try SweepFiles(for: plan.sweep, in: "\(path)/\(name)")
    }

    /// Runs what has no result yet, and tells how many cells that was.
    @discardableResult
    private func runMissing(_ plan: SweepPlan, in files: SweepFiles, threads: Int) throws -> Int {
        let missing = plan.keys.indices.filter { files.result(of: plan.keys[$0]) == nil }
        let isComplete = try SweepRun(plan, in: files).simulate(missing, threads: threads) {
            result throws(SystemFault) in try files.add(result)
        }
        #expect(isComplete)
        return missing.count
    }

    @Test("each cell comes to what the experiment comes to on its own, on any number of threads")
    func results() throws {
        let (one, three) = (try files("one"), try files("three"))
        #expect(one.path == "\(path)/one/small-sweep-sweep")
        try runMissing(plan, in: one, threads: 1)
        try runMissing(plan, in: three, threads: 3)
        #expect(lines(of: one, plan) == lines(of: three, plan))
        #expect(SweepReport(SweepTable(plan, result: one.result)).standing == .good)
        for cell in plan.keys.indices {
            let assembly = try plan.assembly(of: cell)
            let (outcome, _) = try SimulatedRun(assembly, options: .init(threads: 2)).run { _ in
            } shouldStop: {
                false
            }
            let summary = try RunSummary(outcome, of: assembly)
            let result = try #require(one.result(of: plan.keys[cell]))
            #expect(result.digest == summary.modelDigest && result.verdict == summary.verdict.text)
            #expect(result.figures[.worst] == summary.final?.test.worst && result.failure == nil)
        }
    }

    @Test("a line torn anywhere is passed over, and its cell runs again to the same result")
    func torn() throws {
        try runMissing(plan, in: files(), threads: 2)
        let results = "\(try files().path)/results.jsonl"
        let bytes = try Files.read(results)
        let expected = lines(of: try files(), plan)
        let lastLine = try #require(bytes.dropLast().lastIndex(of: UInt8(ascii: "\n"))) + 1
        for length in [lastLine + 1, (lastLine + bytes.count) / 2, bytes.count - 2] {
            try Files.write(Array(bytes[..<length]), to: results)
            #expect(try runMissing(plan, in: files(), threads: 1) == 1)
            #expect(lines(of: try files(), plan) == expected)
        }
        #expect(try runMissing(plan, in: files(), threads: 1) == 0)
    }

    @Test("a grid that has grown runs its new cells only")
    func grown() throws {
        try runMissing(plan, in: files(), threads: 2)
        #expect(try runMissing(smallPlan(seeds: "[3, 4, 1, 2]"), in: files(), threads: 2) == 2)
    }

    @Test("what is asked for beside the rest is measured in cells that have a result without it")
    func also() throws {
        let files = try files("also")
        try runMissing(plan, in: files, threads: 2)
        let asking = try smallPlan(also: "varianceNorm")
        #expect(try runMissing(asking, in: files, threads: 2) == asking.keys.count)
        let measure = try #require(SweepMeasure(rawValue: "varianceNorm"))
        for (key, plain) in zip(asking.keys, plan.keys) {
            #expect(files.result(of: key)?.figures[measure] ?? 0 > 0)
            #expect(files.result(of: key)?.digest == files.result(of: plain)?.digest)
            #expect(files.result(of: plain)?.figures[measure] == nil)
        }
        let table = SweepTable(asking, result: files.result)
        #expect(table.cells.header.contains("varianceNorm"))
        #expect(table.caption(measure).hasPrefix("The figure varianceNorm, |v| with"))
        #expect(!SweepTable(plan, result: files.result).cells.header.contains("varianceNorm"))
    }

    @Test("a failed cell is a line in the file, and is tried again")
    func failed() throws {
        do {
            let files = try files()
            try files.add(CellResult(plan.keys[0], failure: "nobody finished"))
            #expect(files.result(of: plan.keys[0])?.failure == "nobody finished")
        }
        #expect(try files().result(of: plan.keys[0]) == nil)
        try runMissing(plan, in: files(), threads: 1)
        #expect(try files().result(of: plan.keys[0])?.failure == nil)
    }

    @Test("a cell whose run lost too many honest nodes counts in no mean, and a simulation is not tried again")
    func fellApart() throws {
        let json = """
            {"base": {"topology": {"family": "complete", "nodes": 4}, "training": {"rounds": 5},
                      "task": {"dataset": {"kind": "synthetic", "features": 4, "classes": 3, "samples": 120}}},
             "grid": {"faults": {"none": [], "three lost": [{"fault": "crash", "from": 2, "nodes": ["0", "1", "2"]}]},
                      "seed": [1, 2]}}
            """
        let plan = try SweepPlan(Sweep(Array(json.utf8), name: "apart.json"), in: "apart.json")
        let table: SweepTable
        do {
            let files = try SweepFiles(for: plan.sweep, in: path)
            try runMissing(plan, in: files, threads: 1)
            table = SweepTable(plan, result: files.result)
        }
        #expect(table.groups.map(\.finished.count) == [2, 0] && table.groups.map(\.leftOut.count) == [0, 2])
        let apart = table.groups[1].results[0]
        #expect(apart.fellApart && apart.lost == 3 && apart.figures.isEmpty && apart.failure == apart.verdict)
        #expect(apart.verdict.hasPrefix("The run failed: 3 of 4 honest nodes were lost (0, 1, 2 killed); the other "))
        #expect(SweepReport(table).standing == .doubtful && SweepReport(SweepTable(plan) { _ in nil }).standing == .bad)
        let failure = try #require(table.failures.first)
        #expect(failure.hasPrefix("left out: three lost, 1: The run failed: 3 of 4 honest nodes were lost"))
        #expect(CellResult(line: apart.json) == apart)
        #expect(try runMissing(plan, in: SweepFiles(for: plan.sweep, in: path), threads: 1) == 0)
    }

    @Test("a result reads back equal, and one of another version or kind is none")
    func readBack() throws {
        let files = try files()
        try runMissing(plan, in: files, threads: 2)
        for key in plan.keys {
            let result = try #require(files.result(of: key))
            #expect(CellResult(line: result.json) == result)
        }
        let failed = CellResult(plan.keys[0], failure: #"it said "no""#)
        #expect(CellResult(line: failed.json) == failed)
        for line in ["{}", "[1]", #"{"version":0,"identity":"a","engine":"simulation","transport":"values"}"#] {
            #expect(CellResult(line: Array(line.utf8)) == nil)
        }
    }

    @Test("two sweeps of one folder do not run at once; another folder, or the end of the first, lets the second in")
    func alone() throws {
        do {
            let first = try files()
            let fault = #expect(throws: ConfigurationFault.self) { try files() }
            #expect(
                fault?.description
                    == "another sweep is running in \(path)/runs/small-sweep-sweep; wait for its end, or give --out")
            #expect(try runMissing(plan, in: files("others"), threads: 1) == 6)
            try runMissing(plan, in: first, threads: 1)
        }
        #expect(try runMissing(plan, in: files(), threads: 1) == 0)
    }

    @Test("a folder that cannot be written is a mistake of the operator")
    func unwritable() throws {
        try Files.write([], to: "\(path)/file")
        let fault = #expect(throws: ConfigurationFault.self) { try files("file") }
        #expect(fault?.description.hasPrefix("the folder of the sweep cannot be written: ") == true)
    }
}

@Suite("Sweep tables")
struct SweepTableTests {
    /// Made-up results: the worst accuracy of a cell by its number, `nil` for a failure.
    ///
    /// - Parameter apart: the cells whose runs fell apart.
    private func table(_ plan: SweepPlan, _ worst: [Double?], apart: Set<Int> = []) -> SweepTable {
        let results = zip(plan.keys, worst).enumerated().map { cell, entry -> CellResult? in
            let (key, worst) = entry
            guard let worst else { return CellResult(key, failure: "lost, all of it") }
            let outcome = apart.contains(cell) ? #""failure":"It fell apart.","fellApart":1"# : "\"worst\":\(worst)"
            let line = """
                {"version":\(CellResult.version),"identity":"\(key.identity)","engine":"simulation",
                 "transport":"values","deadlineMilliseconds":5000,"checkpointEvery":50,
                 \(outcome),"modelDigest":"ab","verdict":"Fine."}
                """
            return CellResult(line: Array(line.utf8))
        }
        return SweepTable(plan) { key in results.first { $0?.key == key } ?? nil }
    }

    @Test("seeds are folded into a mean with its interval; failures are counted and not averaged")
    func folding() throws {
        let table = table(try smallPlan(), [0.5, 0.6, 0.7, 0.9, nil, 0.8])
        #expect(table.groups.map(\.labels) == [["csPlus"], ["weightedMean"]])
        // t₂ 0.1 / √3
        let first = try #require(table.groups[0].estimate(.worst))
        #expect((first.mean - 0.6).magnitude < 1e-12)
        #expect((try #require(first.halfWidth) - 0.248414).magnitude < 1e-6)
        #expect(table.groups[1].estimate(.worst)?.count == 2)
        #expect(table.failures == ["failed: weightedMean, 2: lost, all of it"])
        #expect(
            table.shown(.worst).rows == [["csPlus", "60.0 ± 24.8"], ["weightedMean", "85.0 ± 63.5 (2 of 3)"]])
        #expect(
            table.caption(.worst)
                == "Test accuracy of the worst honest node in %, mean ± half the 95 % interval over 3 seeds.")
    }

    @Test("runs that fell apart are marked, counted and named, and no mean counts them")
    func apart() throws {
        let table = table(try smallPlan(), [0.5, 0.6, 0.7, 0.9, 0.1, 0.8], apart: [4])
        #expect(
            table.shown(.worst).rows == [["csPlus", "60.0 ± 24.8"], ["weightedMean", "85.0 ± 63.5 (1 left out)"]])
        #expect(table.failures == ["left out: weightedMean, 2: It fell apart."])
        let groups = try #require(StrictJSON.read(table.json, name: "sweep").member("groups")).elements
        #expect(groups.map { $0.count(at: "leftOut") } == [0, 1] && groups.map { $0.count(at: "failed") } == [0, 0])
        #expect(
            self.table(try smallPlan(), [0.5, 0.6, 0.7, 0.9, 0.9, 0.9], apart: [3, 4, 5]).shown(.worst).rows[1][1]
                == "left out")
    }

    /// Rules by attacks by seeds, made up; the first rule is none.
    private func compared(_ worst: [Double?], seeds: String) throws -> SweepTable {
        let json = """
            {"base": {"topology": {"family": "complete", "nodes": 4}, "training": {"rounds": 5}, "adversary": {"nodes": ["0"]}},
             "grid": {"aggregation": {"none": {"rule": "none"}, "A": {"rule": "csPlus"}, "B": {"rule": "weightedMean"}},
                      "adversary.attack": ["signFlip", "gaussian"], "seed": \(seeds)}}
            """
        return table(try SweepPlan(Sweep(Array(json.utf8), name: "c"), in: "c"), worst)
    }

    @Test("rules no better than no communication under the same attack are marked, seed by seed")
    func baseline() throws {
        // By seed, none and A differ by about 0.1 ± 0.01; B is above none by less than it varies; under the second attack A is worse.
        let table = try compared(
            [0.3, 0.5, 0.4, 0.6, 0.6, 0.6] + [0.4, 0.59, 0.51, 0.5, 0.5, 0.6] + [0.31, 0.49, 0.43, 0.9, 0.9, nil],
            seeds: "[1, 2, 3]")
        #expect(
            table.shown(.worst).rows.map { $0.map { String($0.prefix { $0 != " " }) + ($0.contains("°") ? "°" : "") } }
                == [["none", "40.0", "60.0", "40.0"], ["A", "50.0", "53.3°", "50.0"], ["B", "41.0°", "90.0", "–"]])
        #expect(
            table.caption(.worst).hasSuffix(
                "over 3 seeds. ° no better than no communication: the 95 % interval of the difference, seed by seed, "
                    + "does not lie above 0."))
        #expect(table.groups.map { table.measuresNoBetter($0) } == [[], [], [], [.worst], [.worst], []])
        // A distance has no better side.
        #expect(!table.caption(.consensus).contains("°"))
    }

    @Test("with one seed, a rule is marked that is not above no communication")
    func baselineOfOneSeed() throws {
        let table = try compared([0.3, 0.6, 0.4, 0.6, 0.2, 0.7], seeds: "[1]")
        #expect(
            table.shown(.worst).rows
                == [
                    ["none", "30.0", "60.0", "30.0"], ["A", "40.0", "60.0°", "40.0"], ["B", "20.0°", "70.0", "20.0"],
                ])
        #expect(table.caption(.worst).hasSuffix("communication: the difference is not above 0."))
    }

    @Test("without such cells there is nothing to compare with")
    func noBaseline() throws {
        let table = table(try smallPlan(), [0.5, 0.6, 0.7, 0.1, 0.1, 0.1])
        #expect(table.groups.allSatisfy { table.measuresNoBetter($0).isEmpty })
        #expect(!table.caption(.worst).contains("°"))
    }

    @Test("what is not finite has no mean, and a group that failed as a whole says so")
    func missing() throws {
        let table = table(try smallPlan(), [0.5, 0.6, 0.7, nil, nil, nil])
        #expect(table.shown(.loss).rows == [["csPlus", "not finite"], ["weightedMean", "failed"]])
    }

    @Test("two keys beside the seed make a matrix, and any order of the keys the same one")
    func matrix() throws {
        let keys = [
            #""training.rounds": [1, 2]"#, #""aggregation.rule": ["csPlus", "weightedMean", "noCommunication"]"#,
        ]
        for seed in 0...2 {
            var keys = keys
            keys.insert(#""seed": [1, 2]"#, at: seed)
            let json = "{\"base\": \"no-attack\", \"grid\": {\(keys.joined(separator: ", "))}}"
            let plan = try SweepPlan(Sweep(Array(json.utf8), name: "m"), in: "m")
            let values = plan.keys.indices.map { cell -> Double in
                let labels = zip(plan.sweep.axes, plan.sweep.labels(of: cell)).filter { !$0.0.isSeed }.map(\.1)
                return (labels[0] == "1" ? 0.1 : 0.2) + Double(labels[1].count) / 100
            }
            let shown = table(plan, values).shown(.worst)
            #expect(shown.header == ["training.rounds", "csPlus", "weightedMean", "noCommunication"])
            #expect(
                shown.rows == [
                    ["1", "16.0 ± 0.0°", "22.0 ± 0.0°", "25.0 ± 0.0"],
                    ["2", "26.0 ± 0.0°", "32.0 ± 0.0°", "35.0 ± 0.0"],
                ])
        }
    }

    @Test("files and JSON hold every cell and every group")
    func whole() throws {
        let table = table(try smallPlan(), [0.5, 0.6, 0.7, 0.9, nil, 0.8])
        let cells = table.cells.csv.split(separator: "\n")
        #expect(cells.count == 7)
        #expect(cells[0].hasPrefix("aggregation.rule,seed,worst,mean,best,averageModel,worstLoss,loss,validation,"))
        #expect(cells[1].hasPrefix("csPlus,1,0.5,,,") && cells[5].hasSuffix(#","lost, all of it""#))
        #expect(table.folded.csv.split(separator: "\n").count == 3)
        let json = try StrictJSON.read(table.json, name: "sweep")
        let groups = try #require(json.member("groups")).elements
        #expect(groups.map { $0.count(at: "seeds") } == [3, 2] && groups.map { $0.count(at: "failed") } == [0, 1])
        #expect(groups.map { $0.count(at: "leftOut") } == [0, 0])
        #expect(groups[0].member("cell")?.member("aggregation.rule")?.text == "csPlus")
        let first = try #require(json.member("cells")).elements
        #expect(first.count == 6 && first[4].member("failure")?.text == "lost, all of it")
    }

    @Test("texts are aligned, and escaped where a format has marks of its own")
    func formats() {
        let table = TextTable(header: ["rule", "±"], names: 1, rows: [["a|b", "1"], ["c,\"d\"", "12.5"]])
        #expect(table.plain == ["rule      ±", "a|b       1", "c,\"d\"  12.5"])
        #expect(table.markdown == ["| rule | ± |", "| --- | ---: |", "| a\\|b | 1 |", "| c,\"d\" | 12.5 |"])
        #expect(table.csv == "rule,±\na|b,1\n\"c,\"\"d\"\"\",12.5\n")
    }
}
