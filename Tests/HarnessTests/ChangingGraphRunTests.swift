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
}
