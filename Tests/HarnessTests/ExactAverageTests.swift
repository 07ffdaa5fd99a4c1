// What one-peer exponential graphs promise: where nothing is learnt, log₂ n rounds end in the exact average.
import Kernels
import Registry
import Scenario
import Simulation
import Testing

@testable import Harness

@Suite("Exact average")
struct ExactAverageTests {
    /// The final models of nodes that start apart, learn nothing, and average with one neighbour a round.
    private func models(nodes: Int, rounds: Int) throws -> [[Float]] {
        let json = """
            {"name": "average",
             "topology": {"family": "exponential", "nodes": \(nodes), "schedule": "onePeerExponential"},
             "task": {"dataset": {"kind": "synthetic", "features": 4, "classes": 3, "samples": 120}},
             "training": {"rounds": \(rounds), "stepSize": 0, "weightDecay": 0, "initialisation": "different"},
             "aggregation": {"rule": "weightedMean", "tolerates": {"kind": "declared", "count": 0}}}
            """
        let experiment = try Experiment(Array(json.utf8), name: "average.json")
        let assembly = try Assembly(
            experiment, topology: experiment.topologyFile { _ throws(ConfigurationFault) in [] })
        let run = try SimulatedRun(assembly, options: Simulator.Options()).run { _ in
        } shouldStop: {
            false
        }
        return run.outcome.finalModels.map(\.model)
    }

    /// How far apart any two models are in any element, by the greatest element.
    private func spread(_ models: [[Float]]) -> Float {
        let widths = models[0].indices.map { index in
            let values = models.map { $0[index] }
            return (values.max() ?? 0) - (values.min() ?? 0)
        }
        return (widths.max() ?? 0) / (models.joined().map(abs).max() ?? 1)
    }

    @Test("after log2 n rounds all models are the same up to rounding, and not a round earlier", arguments: 1...4)
    func rounds(log: Int) throws {
        let nodes = 1 << log
        let averaged = try models(nodes: nodes, rounds: log)
        #expect(averaged.count == nodes && spread(averaged) < 1e-5)
        #expect(averaged.joined().contains { abs($0) > 1e-4 }, "they started with something")
        guard log > 1 else { return }
        #expect(try spread(models(nodes: nodes, rounds: log - 1)) > 1e-2)
    }
}
