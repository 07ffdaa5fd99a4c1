// What the suites of this module share: a small experiment and made-up outcomes of it.
import Kernels
import Learning
import Registry
import Scenario

@testable import Harness

/// Six nodes, two of them hostile, on little data; `settings` as after `--set`.
func smallAssembly(_ settings: [String] = []) throws -> Assembly {
    let json = """
        {"name": "small", "topology": {"family": "complete", "nodes": 6},
         "task": {"dataset": {"kind": "synthetic", "features": 4, "classes": 3, "samples": 120}, "split": "iid"},
         "training": {"rounds": 20},
         "adversary": [{"nodes": ["1", "4"], "attack": "signFlip"}]}
        """
    let experiment = try Experiment(Array(json.utf8), name: "small.json", overrides: settings)
    return try Assembly(experiment, topology: experiment.topologyFile { _ throws(ConfigurationFault) in [] })
}

extension RunFiles {
    /// Of real processes over TCP without keys.
    init(for assembly: Assembly, in parent: String) throws {
        try self.init(for: assembly, in: parent, made: .processes(transport: .tcp, hasKeys: false))
    }
}

/// A model of that experiment with this in every element.
func constantModel(_ value: Float, of assembly: Assembly) -> [Float] {
    [Float](repeating: value, count: assembly.dimension)
}

/// A model that is right more often than others: `step` steps of the first node's training.
func trainedModel(_ steps: Int, of assembly: Assembly) throws -> [Float] {
    let trainer = try assembly.node(NodeID(0)).trainer
    var model = trainer.initialParameters()
    var state = LocalState()
    var scratch = TrainingScratch()
    for round in 0..<steps { _ = trainer.step(&model, state: &state, round: Round(round), scratch: &scratch) }
    return model
}
