// Experiments that come with the program, as the JSON that a user would write.
import Registry

/// A named experiment and the topology file that it refers to, if any.
public struct BuiltInExperiment: Sendable {
    public let name: String
    /// One sentence for listings.
    public let summary: String
    public let json: String
    /// The path that the experiment names and what stands in that file.
    public let topologyFile: (path: String, text: String)?

    /// The bytes of the file that the experiment refers to: what `Experiment.topologyFile` asks for.
    public func read(_ path: String) throws(ConfigurationFault) -> [UInt8] {
        guard let topologyFile, topologyFile.path == path else {
            throw ConfigurationFault("the built-in experiment '\(name)' has no file '\(path)'")
        }
        return Array(topologyFile.text.utf8)
    }
}

/// The experiments that come with the program.
public enum BuiltInExperiments {
    public static let all = [quickstart, noAttack, ring16, twoCastle]

    public static func named(_ name: String) throws(ConfigurationFault) -> BuiltInExperiment {
        guard let experiment = all.first(where: { $0.name == name }) else {
            throw ConfigurationFault(.unknown(noun: "experiment", given: name, known: all.map(\.name)))
        }
        return experiment
    }

    static let quickstart = BuiltInExperiment(
        name: "quickstart",
        summary: "CS+ against dissensus: 16 nodes, 3 of them hostile, at most 2 beside any honest one.",
        json: """
            {
              "name": "quickstart",
              "seed": 1,
              "topology": "Topologies/quickstart-16.json",
              "task": {
                "dataset": "digits",
                "split": {"kind": "dirichlet", "alpha": 1, "over": "all"},
                "model": "softmax"
              },
              "training": {"rounds": 200, "batchSize": 32, "stepSize": {"kind": "inverseSqrt", "value": 0.9}},
              "aggregation": {"rule": "csPlus", "tolerates": {"kind": "declared", "count": 2}},
              "adversary": [{"nodes": ["3", "7", "11"], "attack": "dissensus", "taps": "victims"}],
              "measure": {"every": 10}
            }

            """,
        topologyFile: ("Topologies/quickstart-16.json", quickstartTopology))

    static let noAttack = BuiltInExperiment(
        name: "no-attack",
        summary: "Plain gossip where nobody is hostile: what every robust rule is compared with.",
        json: """
            {
              "name": "no-attack",
              "seed": 1,
              "topology": "Topologies/quickstart-16.json",
              "task": {
                "dataset": "digits",
                "split": {"kind": "dirichlet", "alpha": 1, "over": "all"},
                "model": "softmax"
              },
              "training": {"rounds": 200, "batchSize": 32, "stepSize": {"kind": "inverseSqrt", "value": 0.9}},
              "aggregation": {"rule": "weightedMean", "tolerates": {"kind": "declared", "count": 0}},
              "adversary": [],
              "measure": {"every": 10}
            }

            """,
        topologyFile: ("Topologies/quickstart-16.json", quickstartTopology))

    static let ring16 = BuiltInExperiment(
        name: "ring-16",
        summary: "CS+ on a ring, the sparsest graph, against one node that flips signs.",
        json: """
            {
              "name": "ring-16",
              "seed": 1,
              "topology": {"family": "ring", "nodes": 16},
              "task": {"dataset": "digits", "split": {"kind": "dirichlet", "alpha": 1}, "model": "softmax"},
              "training": {"rounds": 300, "batchSize": 32, "stepSize": {"kind": "inverseSqrt", "value": 0.9}},
              "aggregation": {"rule": "csPlus", "tolerates": {"kind": "declared", "count": 1}},
              "adversary": [{"nodes": ["5"], "attack": "signFlip"}],
              "measure": {"every": 10}
            }

            """,
        topologyFile: nil)

    static let twoCastle = BuiltInExperiment(
        name: "two-castle",
        summary:
            "BRIDGE-T in the setting of IOS (arXiv 2206.04568): one label a node, two hostile nodes that flip signs.",
        json: """
            {
              "name": "two-castle",
              "seed": 1,
              "topology": {"family": "twoCastle", "half": 6},
              "task": {"dataset": "digits", "split": {"kind": "oneLabel", "over": "honest"}, "model": "softmax"},
              "training": {
                "rounds": 1000,
                "batchSize": 32,
                "stepSize": {"kind": "inverseSqrt", "value": 0.9},
                "momentum": 0,
                "weightDecay": 0.01,
                "initialisation": "different"
              },
              "aggregation": {"rule": "trimmedNeighbourMean", "tolerates": "oracle"},
              "adversary": [{"nodes": ["7", "9"], "attack": "signFlip"}],
              "measure": {"every": 50}
            }

            """,
        topologyFile: nil)
}
