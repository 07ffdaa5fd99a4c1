// Push-sum, run: the exact average on a directed graph, where plain gossip comes to another one; and what a crash and a
// resumption leave of it.
import Core
import Kernels
import Registry
import Scenario
import Simulation
import Testing

@testable import Harness

@Suite("Push-sum, run")
struct PushSumRunTests {
    /// Each node has one point, goes to it in the first round, and only averages from then on.
    private static func assembly(_ exchange: String, rounds: Int = 200, more: [String] = []) throws -> Assembly {
        let edges = ["01", "12", "23", "34", "45", "50", "02", "03", "04", "14", "54"].map { ends in
            #"{"source": "\#(ends.prefix(1))", "target": "\#(ends.suffix(1))"}"#
        }.joined(separator: ", ")
        let nodes = (0..<6).map { #"{"id": "\#($0)"}"# }.joined(separator: ", ")
        let json = """
            {"name": "average", "topology": {"directed": true, "nodes": [\(nodes)], "edges": [\(edges)]},
             "task": {"dataset": {"kind": "quadratic", "samples": 6, "testSamples": 6, "features": 3},
                      "split": {"kind": "shards", "shardsPerNode": 1}, "model": "quadratic"},
             "training": {"rounds": \(rounds), "batchSize": 1, "momentum": 0, "weightDecay": 0,
                          "exchange": "\(exchange)",
                          "stepSize": {"kind": "stepDecay", "value": 1, "factor": 0, "every": 1}},
             "aggregation": {"rule": "weightedMean", "tolerates": {"kind": "declared", "count": 0}}}
            """
        let experiment = try Experiment(Array(json.utf8), name: "average.json", overrides: more)
        return try Assembly(
            experiment, topology: experiment.topologyFile { _ throws(ConfigurationFault) in [] }, sharesData: true)
    }

    private static func models(of assembly: Assembly) throws -> [[Float]] {
        let run = try SimulatedRun(assembly, options: Simulator.Options()).run { _ in
        } shouldStop: {
            false
        }
        return run.outcome.finalModels.map(\.model)
    }

    /// How much the loss of the worst node exceeds the least there is.
    private static func excess(_ exchange: String) throws -> Double {
        let assembly = try assembly(exchange)
        let problem = try #require(try assembly.honestProblem())
        let least = problem.solve().value
        return try models(of: assembly).map { problem.value(at: $0.map(Double.init)) - least }.max() ?? .infinity
    }

    @Test("the loss of the worst node is the least there is to 1e-12, and with plain gossip is not")
    func average() throws {
        #expect(try Self.excess("pushSum") < 1e-12)
        #expect(try Self.excess("model") > 1e-3)
    }

    private static let crash = #"faults=[{"fault":"crash","nodes":["2"],"from":12,"until":16}]"#

    @Test("a run says so where mass was lost, and only there")
    func lostMass() throws {
        for (exchange, faults, isSaid) in [("pushSum", true, true), ("pushSum", false, false), ("model", true, false)] {
            let assembly = try Self.assembly(exchange, rounds: 30, more: faults ? [Self.crash] : [])
            let run = try SimulatedRun(assembly, options: Simulator.Options()).run { _ in
            } shouldStop: {
                false
            }
            let summary = try RunSummary(run.outcome, of: assembly)
            #expect(summary.warnings.contains { $0.contains("took their mass along") } == isSaid)
        }
    }

    @Test("on checkpoints all go on with their masses, and a node that is killed comes back with its own")
    func crash() throws {
        let settings = ["checkpoint.every=5"]
        let whole = try Self.models(of: Self.assembly("pushSum", rounds: 30, more: settings))
        var checkpoints: [NodeID: Checkpoint] = [:]
        var first = try Simulator(
            Self.assembly("pushSum", rounds: 30, more: settings), options: Simulator.Options(isWatched: true))
        _ = first.run {
            if case .saved(let node, let checkpoint, _) = $0, checkpoint.rounds == 10 { checkpoints[node] = checkpoint }
        }
        #expect(checkpoints.count == 6 && checkpoints.values.contains { abs(($0.state.shared.last ?? 1) - 1) > 0.1 })
        var second = try Simulator(
            Self.assembly("pushSum", rounds: 30, more: settings), options: Simulator.Options()
        ) { node in checkpoints[node].map { .resumed($0) } ?? .afresh }
        let resumed = second.run().endings.compactMap { ending -> [Float]? in
            if case .finished(let model) = ending { model } else { nil }
        }
        #expect(resumed == whole)
        let crashed = try Self.models(of: Self.assembly("pushSum", rounds: 200, more: settings + [Self.crash]))
        #expect(crashed.count == 6)
        let spread = crashed[0].indices.map { index in
            let values = crashed.map { $0[index] }
            return (values.max() ?? 0) - (values.min() ?? 0)
        }
        #expect(spread.allSatisfy { $0 < 1e-4 }, "they agree, on whatever was not lost")
    }
}
