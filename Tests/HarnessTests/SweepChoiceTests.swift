// What sweeps leave out, what they choose and on which data, and how groups are compared.
import JSON
import Metrics
import Platform
import Registry
import Scenario
import Testing

@testable import Harness

private let base = """
    {"topology": {"family": "complete", "nodes": 5}, "training": {"rounds": 8},
     "task": {"dataset": {"kind": "synthetic", "features": 4, "classes": 3, "samples": 300}, "validation": 0.2}}
    """

private let grid = #"""
    {"aggregation.rule": ["weightedMean", "csPlus"],
     "adversary": {"none": [], "sign flip": {"nodes": ["3"], "attack": "signFlip"}}, "seed": [1, 2]}
    """#

private func sweep(_ rest: String, grid: String = grid, base: String = base) throws(ConfigurationFault) -> Sweep {
    let json = #"{"name": "chosen", "base": \#(base), "grid": \#(grid), \#(rest)}"#
    return try Sweep(Array(json.utf8), name: "sweep.json")
}

/// Runs every cell of a sweep.
private func table(_ sweep: Sweep) throws -> SweepTable {
    let folder = try TemporaryDirectory()
    let plan = try SweepPlan(sweep, in: "sweep.json")
    let files = try SweepFiles(for: sweep, in: folder.path)
    _ = try SweepRun(plan, in: files).simulate(Array(plan.keys.indices), threads: 2) {
        result throws(SystemFault) in try files.add(result)
    }
    return SweepTable(plan, result: files.result)
}

private let stepSizes = #""choose": {"over": {"training.stepSize": [1e-6, 0.1, 1000]}}"#

@Suite("What a sweep leaves out")
struct ExclusionTests {
    @Test("a cell is left out that has a named value on every named key")
    func cells() throws {
        let sweep = try sweep(#""exclude": [{"aggregation.rule": "csPlus", "adversary": ["none"]}, {"seed": 2}]"#)
        #expect(
            (0..<sweep.cellCount).map(sweep.labels) == [
                ["weightedMean", "none", "1"], ["weightedMean", "sign flip", "1"], ["csPlus", "sign flip", "1"],
            ])
        let table = try table(sweep)
        #expect(table.groups.map(\.planned) == [1, 1, 1] && table.groups.map(\.finished.count) == [1, 1, 1])
        let rows = table.shown(.worst).rows
        #expect(rows[1][1].isEmpty && !rows[1][2].isEmpty && rows[1][3] == "–" && rows[0][3] != "–")
    }

    @Test(
        "what excludes nothing that is there, or everything, is refused with what is allowed",
        arguments: [
            (#"[{"adversary": "ALIE"}]"#, "unknown value of adversary 'ALIE' (known: none, sign flip)"),
            (#"[{"aggregation": "csPlus"}]"#, "aggregation.rule"),
            ("[{}]", "would leave out every cell"),
            (#"[{"seed": [1, 2]}]"#, "exclude leaves no cell of the grid"),
            (#"{"seed": 1}"#, "exclude is an object; expected an array"),
        ])
    func refused(exclude: String, words: String) {
        let fault = #expect(throws: ConfigurationFault.self) { try sweep(#""exclude": \#(exclude)"#) }
        #expect(fault?.description.contains(words) == true, "\(fault?.description ?? "")")
    }
}

@Suite("What a sweep chooses")
struct SweepChoiceTests {
    @Test("candidates are every cell with every candidate, and show nothing but what they are compared on")
    func candidates() throws {
        let candidates = try #require(try sweep(stepSizes).candidates)
        #expect(candidates.cellCount == 2 * 2 * 2 * 3)
        let plan = try SweepPlan(candidates, in: "sweep.json")
        #expect(Set(plan.keys).count == candidates.cellCount)
        let results = try table(candidates).results
        for (_, result) in results where result.failure == nil {
            #expect(Set(result.figures.keys).isSuperset(of: [.validation, .validationLoss]))
            #expect(result.figures.keys.allSatisfy { $0.figure.name.hasPrefix("validation") })
            #expect(result.verdict.isEmpty && CellResult(line: result.json) == result)
        }
        #expect(results.contains { $0.result.failure == nil })
    }

    @Test("the best worst case over attacks is taken for each rule, and every cell is then run with it")
    func choice() throws {
        let whole = try sweep(stepSizes)
        let candidates = try table(#require(whole.candidates))
        let tuning = try #require(try SweepTuning(of: whole, candidates))
        // By hand: for each rule and step size, the mean over seeds of each attack, of which the least counts.
        let sizes = try #require(whole.choice).over[0].values.map(\.label)
        #expect(sizes.count == 3)
        for (row, rule) in ["weightedMean", "csPlus"].enumerated() {
            let scores = sizes.map { size -> Double in
                let groups = candidates.groups.filter { $0.labels[0] == rule && $0.labels[2] == size }
                let means = groups.map { group -> Double in
                    let values = group.finished.compactMap { $0.figures[.validation] }
                    return values.count == 2 ? (values[0] + values[1]) / 2 : -.infinity
                }
                return means.count == 2 ? means[0] < means[1] ? means[0] : means[1] : .nan
            }
            let best = try #require(scores.max())
            let position = try #require(scores.firstIndex(of: best))
            #expect(tuning.table.rows[row][1] == sizes[position])
            #expect(tuning.table.rows[row][2] == percent(best))
        }
        let plan = try SweepPlan(tuning.chosen, in: "sweep.json")
        #expect(plan.sweep.cellCount == 8)
        for cell in plan.keys.indices {
            let rule = plan.sweep.labels(of: cell)[0]
            let chosen = try #require(tuning.table.rows.first { $0[0] == rule }?[1])
            let size = try plan.assembly(of: cell).experiment.training.stepSize.parameters.number("value")
            #expect(size == Double(chosen))
        }
    }

    @Test(
        "what cannot be chosen is refused with what is allowed",
        arguments: [
            (#"{"over": {}}"#, "choose.over is empty"),
            (#"{"over": {"seed": [1, 2]}}"#, "choose.over has seed, to which the grid gives a value"),
            (#"{"over": {"training.momentum": [0]}, "by": "best"}"#, "expected 'worst attack'"),
            (#"{"over": {"training.momentum": [0]}, "by": "worst seed"}"#, "choose.by is 'worst seed'"),
            (#"{"over": {"training.momentum": [0]}, "on": "train"}"#, "unknown part of the data 'train'"),
            (#"{"ovr": {}}"#, "unknown key in choose 'ovr'"),
        ])
    func refused(choose: String, words: String) {
        let fault = #expect(throws: ConfigurationFault.self) { try sweep(#""choose": \#(choose)"#) }
        #expect(fault?.description.contains(words) == true, "\(fault?.description ?? "")")
    }

    @Test("without samples to choose on nothing is run")
    func noSamples() throws {
        let without = base.replacing(#", "validation": 0.2"#, with: "")
        let candidates = try #require(try sweep(stepSizes, base: without).candidates)
        let fault = #expect(throws: ConfigurationFault.self) { try SweepPlan(candidates, in: "sweep.json") }
        #expect(fault?.description.contains("task.validation above 0") == true, "\(fault?.description ?? "")")
        let onTest = try sweep(
            #""choose": {"over": {"training.momentum": [0, 0.5]}, "on": "test"}"#, base: without)
        #expect(try SweepPlan(#require(onTest.candidates), in: "sweep.json").keys.count == 16)
    }

    @Test("a row none of whose candidates has finished is a fault, with its name")
    func noCandidate() throws {
        let whole = try sweep(
            #""choose": {"over": {"faults": {"lost": [{"fault": "crash", "from": 2, "nodes": ["0", "1", "2"]}]}}}"#)
        let candidates = try table(#require(whole.candidates))
        #expect(candidates.groups.allSatisfy { $0.estimate(.validation) == nil })
        let fault = #expect(throws: ConfigurationFault.self) { try SweepTuning(of: whole, candidates) }
        #expect(fault?.description.contains("of weightedMean") == true, "\(fault?.description ?? "")")
    }
}

@Suite("Groups compared")
struct SweepComparisonTests {
    @Test("differences are taken seed by seed, with their test and the number of tests")
    func differences() throws {
        let table = try table(sweep(#""engine": "simulation""#))
        let comparison = try SweepComparison(table, .worst, against: "weightedMean")
        let shown = comparison.shown
        #expect(shown.rows[0].dropFirst() == ["–", "–"])
        for column in 0..<2 {
            let (mean, csPlus) = (table.groups[column].figures(.worst), table.groups[2 + column].figures(.worst))
            let differences = try (0..<2).map { try #require(csPlus[$0]) - #require(mean[$0]) }
            let estimate = Estimate(differences)
            let text = try "\(rounded(100 * estimate.mean, 1)) ± \(rounded(100 * #require(estimate.halfWidth), 1))"
            #expect(shown.rows[1][1 + column].hasPrefix(text))
        }
        #expect(comparison.caption.contains("2 comparisons") && comparison.caption.contains("no p is below 0.5"))
        let fault = #expect(throws: ConfigurationFault.self) {
            try SweepComparison(table, .worst, against: "weightdMean")
        }
        #expect(fault?.description.contains("weightedMean") == true)
    }

    @Test("the worst attack stands in a column of its own, and the best of each column is bold")
    func worst() throws {
        let table = try table(sweep(#""engine": "simulation""#))
        let shown = table.shown(.worst)
        #expect(shown.header == ["aggregation.rule", "none", "sign flip", "worst"])
        let means = table.groups.compactMap { $0.estimate(.worst)?.mean }
        let least = [min(means[0], means[1]), min(means[2], means[3])]
        #expect(shown.rows.map { $0[3] } == least.map { rounded(100 * $0, 1) })
        let best = least[0] > least[1] ? 0 : 1
        #expect(shown.bold.contains([best, 3]) && (least[0] == least[1] || !shown.bold.contains([1 - best, 3])))
        #expect(table.shown(.consensus).bold.isEmpty)
        let page = String(decoding: SweepReport(table).page, as: UTF8.self)
        #expect(page.contains("is best in the worst case with \(rounded(100 * least[best], 1))"))
        #expect(page.contains("<b>\(shown.rows[best][3])</b>") && page.contains("class=\"heat\""))
    }
}

@Suite("Tables as text")
struct TextTableTests {
    private static let table = TextTable(
        header: ["rule_1", "τ = 1", "p"], names: 1, rows: [["a & b", "1.5 ± 0.2", "10 %"], ["c", "2°", "{\\}"]],
        bold: [[0, 1]])

    @Test("LaTeX takes nothing in it for a command, and has the best in bold")
    func latex() {
        #expect(
            Self.table.latex == [
                #"\begin{tabular}{lrr}"#, #"\toprule"#, #"rule\_1 & $\tau$ = 1 & p \\"#, #"\midrule"#,
                #"a \& b & \textbf{1.5 $\pm$ 0.2} & 10 \% \\"#, #"c & 2$^\circ$ & \{\textbackslash{}\} \\"#,
                #"\bottomrule"#, #"\end{tabular}"#,
            ])
        #expect(Self.table.markdown[2] == "| a & b | **1.5 ± 0.2** | 10 % |")
    }

    @Test("where a terminal is too narrow, columns are stacked")
    func narrow() {
        #expect(Self.table.plain(columns: nil) == Self.table.plain && Self.table.plain(columns: 80) == Self.table.plain)
        #expect(
            Self.table.plain(columns: 20) == [
                "rule_1 a & b", "  τ = 1  1.5 ± 0.2", "  p      10 %", "", "rule_1 c", "  τ = 1  2°", #"  p      {\}"#,
            ])
    }
}
