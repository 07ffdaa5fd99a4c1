// Gradient tracking on data that is split by labels: the whole objective's optimum, and agreement, at a constant step.
import Core
import Kernels
import Learning
import Registry
import Scenario
import Simulation
import Testing

@testable import Harness

@Suite("Gradient tracking, run")
struct TrackingRunTests {
    private static func assembly(_ exchange: String) throws -> Assembly {
        let json = """
            {"name": "tracked", "topology": {"family": "ring", "nodes": 6},
             "task": {"dataset": {"kind": "synthetic", "features": 4, "classes": 6, "samples": 120, "testSamples": 20},
                      "split": {"kind": "oneLabel"}, "model": {"kind": "softmax"}},
             "training": {"rounds": 500, "batchSize": 1000, "momentum": 0, "weightDecay": 0.05, "exchange": "\(exchange)",
                          "stepSize": {"kind": "constant", "value": 0.3}},
             "aggregation": {"rule": "weightedMean", "tolerates": {"kind": "declared", "count": 0}}}
            """
        let experiment = try Experiment(Array(json.utf8), name: "tracked.json")
        return try Assembly(
            experiment, topology: experiment.topologyFile { _ throws(ConfigurationFault) in [] }, sharesData: true)
    }

    /// The gradient of the mean of all nodes' losses at the mean model, and how far the nodes are from that.
    private static func end(_ exchange: String) throws -> (gradient: Double, distance: Double) {
        let assembly = try assembly(exchange)
        let run = try SimulatedRun(assembly, options: Simulator.Options()).run { _ in
        } shouldStop: {
            false
        }
        let models = run.outcome.finalModels.map(\.model)
        var mean = [Float](repeating: 0, count: assembly.dimension)
        for model in models { for index in mean.indices { mean[index] += model[index] / Float(models.count) } }
        var sum = [Double](repeating: 0, count: assembly.dimension)
        var scratch = TrainingScratch()
        for node in assembly.topology.nodes {
            var gradient = [Float](repeating: 0, count: assembly.dimension)
            var span = gradient.mutableSpan
            _ = try assembly.node(node).trainer.gradient(
                at: mean.span, round: Round(0), into: &span, scratch: &scratch)
            for index in sum.indices { sum[index] += Double(gradient[index]) / Double(models.count) }
        }
        let apart = models.joined().enumerated().reduce(0.0) { total, one in
            let difference = Double(one.element - mean[one.offset % mean.count])
            return total + difference * difference
        }
        return (sum.reduce(0) { $0 + $1 * $1 }.squareRoot(), (apart / Double(models.count)).squareRoot())
    }

    @Test("comes to the optimum and to agreement, where models alone do neither")
    func exact() throws {
        let (tracking, model) = (try Self.end("tracking"), try Self.end("model"))
        #expect(tracking.gradient < 1e-4 && model.gradient > 100 * tracking.gradient, "\(tracking), \(model)")
        #expect(tracking.distance < 1e-3 && model.distance > 100 * tracking.distance, "\(tracking), \(model)")
    }
}
