// Sweep files: what one may say, which cells it has, and what is refused before anything runs.
import Registry
import Scenario
import Testing

@testable import Harness

private func sweep(_ json: String) throws(ConfigurationFault) -> Sweep {
    try Sweep(Array(json.utf8), name: "folder/matrix.json")
}

private func plan(_ json: String, _ overrides: [String] = []) throws(ConfigurationFault) -> SweepPlan {
    try SweepPlan(try sweep(json), in: "folder/matrix.json", overrides: overrides)
}

@Suite("Sweep files")
struct SweepTests {
    @Test("cells run through the grid with the last key fastest, and values go by their names")
    func cells() throws {
        let sweep = try sweep(
            """
            {"base": "no-attack", "grid": {
              "aggregation.rule": ["csPlus", {"kind": "clippedGossip", "mode": "fixed", "radius": 0.5}],
              "adversary": {"nobody": [], "one hostile node": {"nodes": ["3"], "attack": "signFlip"}},
              "seed": [1, 20, 3]}}
            """)
        #expect(sweep.name == "matrix" && sweep.engine == .simulation && sweep.cellCount == 12)
        #expect(sweep.labels(of: 0) == ["csPlus", "nobody", "1"])
        #expect(sweep.labels(of: 1) == ["csPlus", "nobody", "20"])
        #expect(sweep.labels(of: 11) == ["clippedGossip mode=fixed radius=0.5", "one hostile node", "3"])
        #expect(Set((0..<12).map(sweep.labels)).count == 12)
        #expect(sweep.axes.map(\.isSeed) == [false, false, true])
    }

    @Test("an unnamed value is called what is written, an empty list 'none'")
    func labels() throws {
        let sweep = try sweep(
            #"{"base": {}, "grid": {"adversary": [[], [{"nodes": ["1"]}]], "training.momentum": [0, 1e-1, null]}}"#)
        #expect(sweep.axes[0].values.map(\.label) == ["none", #"[{"nodes":["1"]}]"#])
        #expect(sweep.axes[1].values.map(\.label) == ["0", "0.1", "null"])
    }

    @Test("each cell is the base with the values of the cell, whatever else the base says")
    func assemblies() throws {
        let plan = try plan(
            """
            {"base": {"topology": {"family": "ring", "nodes": 5}, "training": {"rounds": 7}},
             "grid": {"aggregation.rule.kind": ["csPlus", "weightedMean"], "topology.nodes": [5, 8]}}
            """, ["training.momentum=0.5"])
        let experiments = try (0..<4).map { try plan.assembly(of: $0) }
        #expect(experiments.map(\.topology.nodeCount) == [5, 8, 5, 8])
        #expect(
            experiments.map(\.experiment.aggregation.rule.kind)
                == ["csPlus", "csPlus", "weightedMean", "weightedMean"])
        #expect(
            experiments.allSatisfy {
                $0.experiment.training.rounds == 7 && $0.experiment.training.momentum.parameters.number("value") == 0.5
            })
        #expect(Set(plan.keys).count == 4)
    }

    @Test(
        "mistakes are told with their place before anything runs",
        arguments: [
            (#"{"grid": {"seed": [1]}}"#, "base is missing"),
            (#"{"base": "quickstart"}"#, "grid is missing; expected keys with lists of values"),
            (#"{"base": "quickstart", "grid": {}}"#, "folder/matrix.json:1:32: grid is empty"),
            (#"{"base": "quickstart", "grid": {"seed": []}}"#, "1:41: grid.seed is empty"),
            (#"{"base": "quickstart", "grid": {"seed": {}}}"#, "1:41: grid.seed is empty"),
            (#"{"base": "quickstart", "grid": {"seed": 1}}"#, "1:41: grid.seed is 1; expected a list"),
            (#"{"base": "quickstart", "gird": {"seed": [1]}}"#, "1:24: unknown key 'gird'; did you mean 'grid'?"),
            (#"{"base": "quikstart", "grid": {"seed": [1]}}"#, "1:10: unknown experiment 'quikstart'; did you mean"),
            (#"{"base": {"sed": 1}, "grid": {"seed": [1]}}"#, "1:11: unknown key 'sed'; did you mean 'seed'?"),
            (
                #"{"base": "quickstart", "engine": "simulator", "grid": {"seed": [1]}}"#,
                "1:34: unknown engine 'simulator'; did you mean 'simulation'?"
            ),
            (
                #"{"base": "quickstart", "grid": {"training.round": [1]}}"#,
                "1:33, cell 1 (training.round 1): unknown key 'training.round'; did you mean 'training.rounds'?"
            ),
            (
                #"{"base": "quickstart", "grid": {"seed": [1, 2], "training.rounds": [5, 0]}}"#,
                "1:72, cell 2 (seed 1, training.rounds 0): training.rounds is 0; allowed: a whole number from 1"
            ),
            (
                #"{"base": "quickstart", "grid": {"seed": [4, 5, 4]}}"#,
                "1:32: cell 1 (seed 4) and cell 3 (seed 4) are the same run"
            ),
            (#"{"base": "quickstart", "grid": {"measure.every": [1, 2]}}"#, "are the same run"),
            (#"{"base": "nowhere/x.json", "grid": {"seed": [1]}}"#, "1:10: "),
        ])
    func mistakes(json: String, expected: String) {
        let fault = #expect(throws: ConfigurationFault.self) { try plan(json) }
        #expect(fault?.description.contains(expected) == true, "\(fault?.description ?? "")")
    }

    @Test("the number of cells is bounded, however many keys there are")
    func bound() {
        let values = "[\((0..<400).map { "\($0)" }.joined(separator: ", "))]"
        let keys = ["seed", "training.rounds", "training.batchSize", "training.localSteps", "training.mixEvery"]
        let grid = keys.map { "\"\($0)\": \(values)" }.joined(separator: ", ")
        let fault = #expect(throws: ConfigurationFault.self) { try sweep("{\"base\": {}, \"grid\": {\(grid)}}") }
        #expect(fault?.description.contains("more than 100000 cells") == true)
    }

    @Test("a change to the base that the grid would undo is refused")
    func overrides() throws {
        let json = #"{"base": "no-attack", "grid": {"aggregation.rule": ["csPlus"]}}"#
        for setting in ["aggregation.rule=weightedMean", "aggregation.rule.kind=weightedMean"] {
            let fault = #expect(throws: ConfigurationFault.self) { try plan(json, [setting]) }
            #expect(fault?.description.hasPrefix("--set \(setting): the grid gives aggregation.rule") == true)
        }
        #expect(try plan(json, ["seed=9"]).keys != plan(json).keys)
    }

    @Test("what only a disturbed run notices makes another cell as well")
    func disturbed() throws {
        let plan = try plan(
            """
            {"base": "no-attack", "grid": {
              "timing.deadlineMilliseconds": [100, 5000], "checkpoint.every": [0, 50]}}
            """)
        #expect(Set(plan.keys.map(\.identity)).count == 1 && Set(plan.keys).count == 4)
    }

    @Test("doubts about cells are counted")
    func warnings() throws {
        let plan = try plan(#"{"base": "no-attack", "grid": {"aggregation.tolerates": ["oracle"], "seed": [1, 2]}}"#)
        #expect(plan.warnings.map(\.cells) == [2])
    }

    @Test("the sweeps that come with the program can be run", arguments: BuiltInSweeps.all.map(\.name))
    func builtIn(name: String) throws {
        let builtIn = try BuiltInSweeps.named(name)
        let sweep = try Sweep(Array(builtIn.json.utf8), name: name)
        #expect(sweep.name == name)
        #expect(try SweepPlan(sweep, in: name).keys.count == sweep.cellCount)
    }
}
