// A node that is away for long: it runs far ahead on its own, and neither loses its neighbours' models nor makes them
// leave rounds out.
import Kernels
import Registry
import Scenario
import Simulation
import Testing

@testable import Harness

@Suite("A graph that changes, run")
struct ChangingGraphRunTests {
    @Test("a node that is away longer than anyone looks ahead is waited for where they meet, and takes nobody along")
    func away() throws {
        let (nodes, leaves, joins, rounds) = (6, 1, 120, 140)
        let json = """
            {"name": "away", "topology": {"family": "complete", "nodes": \(nodes),
              "schedule": [{"from": \(leaves), "leave": ["0"]}, {"from": \(joins), "join": ["0"]}]},
             "task": {"dataset": {"kind": "synthetic", "features": 4, "classes": 3, "samples": 120}},
             "training": {"rounds": \(rounds)}, "timing": {"deadlineMilliseconds": 20},
             "aggregation": {"rule": "weightedMean", "tolerates": {"kind": "declared", "count": 0}}}
            """
        let experiment = try Experiment(Array(json.utf8), name: "away.json")
        let assembly = try Assembly(
            experiment, topology: experiment.topologyFile { _ throws(ConfigurationFault) in [] })
        let outcome = try SimulatedRun(assembly, options: Simulator.Options()).run { _ in
        } shouldStop: {
            false
        }.outcome
        let together = leaves + rounds - joins
        let totals = assembly.honest.compactMap { outcome.totals[$0] }
        #expect(outcome.finalModels.count == nodes && totals.allSatisfy { $0.missedModels == 0 && $0.lateModels == 0 })
        #expect(
            totals.reduce(0) { $0 + $1.mixedModels }
                == nodes * (nodes - 1) * together + (nodes - 1) * (nodes - 2) * (rounds - together))
    }

    /// The final models of a small run.
    private func models(_ topology: String, _ settings: [String]) throws -> [NodeID: [Float]] {
        let assembly = try smallAssembly(
            [
                "topology=\(topology)", "adversary=[]", "aggregation.tolerates.count=0",
                "aggregation.rule=weightedMean",
            ] + settings)
        let outcome = try SimulatedRun(assembly, options: Simulator.Options(threads: 2)).run { _ in
        } shouldStop: {
            false
        }.outcome
        return Dictionary(uniqueKeysWithValues: outcome.finalModels.map { ($0.node, $0.model) })
    }

    @Test(
        "a node that leaves keeps its model as it was then, momentum and all",
        arguments: ["model", "tracking", "gradient", "momentum", "update"])
    func rest(exchange: String) throws {
        let common = ["training.exchange=\(exchange)", "training.stepSize={\"kind\":\"constant\",\"value\":0.1}"]
        let leaving = #"{"family":"complete","nodes":5,"schedule":[{"from":4,"leave":["2"]}]}"#
        let short = try models(#"{"family":"complete","nodes":5}"#, common + ["training.rounds=4"])
        let long = try models(leaving, common + ["training.rounds=9"])
        let node = NodeID(2)
        #expect(long.count == 5 && long[node] == short[node] && long[NodeID(1)] != short[NodeID(1)])
        // It goes on from there: one that was away for five rounds is where four together and one more bring it.
        let back = #"{"family":"complete","nodes":5,"schedule":[{"from":4,"leave":["2"]},{"from":8,"join":["2"]}]}"#
        let again = try models(back, common + ["training.rounds=9"])
        #expect(again[node] != short[node])
    }

    private static let schedules = [
        #"{"kind":"churn","meanUp":6,"meanDown":3}"#, #"{"kind":"pull","count":3}"#, #""randomMatching""#,
        #"{"kind":"baseGraph","count":1}"#,
        #"{"kind":"intervals","repeat":9,"intervals":[{"edge":["0","1"],"from":3,"until":5},{"node":"4","from":2}]}"#,
        #"{"kind":"contacts","contacts":[[0,"0","1"],[0,"2","3"],[1,"1","2"],[4,"4","5"],[4,"0","5"],[5,"1","4"]]}"#,
    ]

    @Test("nodes that crash and messages that are lost break no invariant, whatever the schedule", arguments: schedules)
    func faults(schedule: String) throws {
        func variant(_ changes: [String]) throws -> Assembly {
            try smallAssembly(
                [
                    #"topology={"family":"complete","nodes":6,"schedule":\#(schedule)}"#, "training.rounds=36",
                    "aggregation.tolerates.count=0", "aggregation.rule=weightedMean", "adversary=[]",
                    #"faults=[{"fault":"crash","nodes":["2"],"from":5,"until":9},{"fault":"loss","from":8,"until":14}]"#,
                    "checkpoint.every=4", "timing.deadlineMilliseconds=300",
                ] + changes)
        }
        var options = Simulator.Options(threads: 2, carriage: .bytes, latency: .milliseconds(5), isWatched: true)
        options.longest = .milliseconds(600_000)
        var check = try RunCheck(try variant([]), options: options, variant: variant)
        var simulator = try Simulator(try variant([]), options: options)
        let result = simulator.run { check.observe($0) }
        let verdict = try check.judge(result)
        #expect(verdict.violations == [])
    }

    @Test("the summary tells who was away for how long, and nothing of it where nobody can be")
    func absences() throws {
        let schedule = #"[{"from":4,"leave":["2","3"]},{"from":9,"join":["2"]}]"#
        let away = try #require(
            Absences(
                of: try smallAssembly([#"topology={"family":"complete","nodes":6,"schedule":\#(schedule)}"#])))
        #expect(away.away == [0, 0, 5, 16, 0, 0] && away.steps == 20)
        #expect(away.inWords(["a", "b", "c", "d", "e", "f"]) == "17.5 % of all rounds; longest node d, 16 of 20")
        #expect(Absences(of: try smallAssembly()) == nil)
        #expect(
            Absences(of: try smallAssembly([#"topology={"family":"ring","nodes":6,"schedule":"randomMatching"}"#]))
                == nil)
    }
}
