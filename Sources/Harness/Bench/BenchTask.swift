// The task that rounds and simulations are measured with: small enough that what is around training shows.
import Aggregation
import Graphs
import JSON
import Registry
import Scenario

/// Softmax regression of 10 classes, of 784 features if nobody says otherwise, plain descent, one step of 32 samples a
/// round, nobody hostile, no checkpoints, no records but the last.
struct BenchTask {
    static let features = 784
    static let classes = 10
    static let batch = 32

    let family: String
    let nodes: Int
    let rule: String
    var rounds: Int
    var featureCount = features
    /// Samples of one node; where they are no more than a batch, all of them are every batch.
    var samplesOfNode = 200

    /// The families that need to be told no more than how many nodes there are.
    static var families: [String] {
        TopologyCatalog.all.descriptions.filter { family in
            family.parameters.filter { $0.defaultValue == nil }.map(\.name) == ["nodes"]
        }.map { $0.name }
    }

    /// Neighbours that are hostile, as far as rules are told: as many as leave most of a dense neighbourhood.
    private static func tolerated(degree: Int) -> Int { max(1, (degree - 1) / 4) }

    func assembly(sharesData: Bool = false) throws(ConfigurationFault) -> Assembly {
        let topology = try TopologyFile.read(
            Array(#"{"family": "\#(family)", "nodes": \#(nodes)}"#.utf8), name: "the graph of the benchmark")
        let degree = topology.topology.nodes.map { topology.topology.neighbours(of: $0).count }.max() ?? 0
        let experiment: JSONValue = .object([
            "name": .text("bench"),
            "task": .object([
                "dataset": .object([
                    "kind": .text("synthetic"), "samples": .number(nodes * samplesOfNode), "testSamples": .number(1),
                    "features": .number(featureCount), "classes": .number(Self.classes),
                ]), "split": .text("iid"), "model": .text("softmax"),
            ]),
            "training": .object([
                "rounds": .number(rounds), "batchSize": .number(Self.batch), "momentum": .number(0),
                "weightDecay": .number(0),
            ]),
            "aggregation": .object([
                "rule": .text(rule),
                "tolerates": .object([
                    "kind": .text("declared"), "count": .number(Self.tolerated(degree: degree)),
                ]),
            ]),
            "checkpoint": .object(["every": .number(0)]), "measure": .object(["every": .number(0)]),
        ])
        return try Assembly(try Experiment(experiment), topology: topology, sharesData: sharesData)
    }
}
