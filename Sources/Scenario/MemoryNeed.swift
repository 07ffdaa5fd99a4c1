// MemoryNeed: the least memory that an experiment takes, reckoned before any of it is asked for. Scenario measures no
// machine: what there is comes from the programs.
import Graphs
import Kernels
import Learning
import Registry

/// The memory that there is for an experiment, and how it is to be run.
public struct MemoryRoom: Sendable {
    public enum Use: Sendable {
        /// All nodes in one process.
        case simulation
        /// A process a node on this machine, and one that watches them.
        case processes
        /// One of the nodes.
        case node
        /// No node: models are judged.
        case report
    }

    public let bytes: Int
    public let use: Use

    public init(bytes: Int, for use: Use) {
        self.bytes = bytes
        self.use = use
    }

    public static let unbounded = MemoryRoom(bytes: .max, for: .simulation)
}

/// What is kept at once for certain: every sample once, of models what each node holds between two rounds, and what the
/// layers of a network make of one batch. What is
/// needed for a moment beside it is not counted, so that nothing is refused which might do.
struct MemoryNeed {
    private var data = 0
    private var models = 0
    private var activations = 0
    private var graph = 0
    private var processes = 0

    private static let floatBytes = MemoryLayout<Float>.size
    /// A node's name, its lists and weights; an edge, as it stands in the lists of both of its ends.
    private static let bytesOfNode = 200
    private static let bytesOfLink = 100
    /// What a node process has for itself alone before it has any data.
    private static let bytesOfProcess = 2_000_000
    /// A node holds its model, the momentum of it, and what it has published.
    private static let modelsOfNode = 3

    init(ofGraph size: GraphSize) {
        graph = Self.bytesOfNode.clampedTimes(size.nodes).clampedPlus(Self.bytesOfLink.clampedTimes(size.links))
    }

    /// Refuses a run for which there is no room.
    ///
    /// - Parameter elements: of a message.
    static func check(
        _ room: MemoryRoom, for dataset: any Dataset, _ objective: any Objective, batchSize: Int, elements: Int,
        on topology: Topology
    ) throws(ConfigurationFault) {
        guard room.bytes < .max else { return }
        try MemoryNeed(
            of: dataset, objective, batchSize: batchSize, elements: elements, on: topology, for: room.use
        ).check(room)
    }

    private init(
        of dataset: any Dataset, _ objective: any Objective, batchSize: Int, elements: Int, on topology: Topology,
        for use: MemoryRoom.Use
    ) throws(ConfigurationFault) {
        let nodes = topology.nodeCount
        self.init(ofGraph: GraphSize(nodes: nodes, links: topology.edges.count))
        let training = dataset.trainingCount
        let sample = dataset.shape.featureCount.clampedPlus(1).clampedTimes(Self.floatBytes)
        let model = elements.clampedTimes(Self.floatBytes)
        // Each node keeps what every neighbour sent last.
        let heard = topology.nodes.reduce(0) { $0.clampedPlus(topology.degree(of: $1)) }
        let shard = training / nodes
        activations = min(batchSize, max(1, shard)).clampedTimes(objective.activationsPerSample).clampedTimes(
            Self.floatBytes)
        let held = objective.heldFloats.clampedTimes(Self.floatBytes)
        if use == .node {
            data = shard.clampedTimes(sample).clampedPlus(training.clampedTimes(Self.floatBytes))
            models = model.clampedTimes(Self.modelsOfNode.clampedPlus(heard / nodes)).clampedPlus(held)
            return
        }
        let test = try dataset.testCount()
        data = training.clampedPlus(test).clampedTimes(sample)
        switch use {
        case .simulation: models = model.clampedTimes(nodes.clampedTimes(Self.modelsOfNode))
        case .processes:
            data = data.clampedPlus(training.clampedTimes(sample))
            models = model.clampedTimes(nodes.clampedTimes(Self.modelsOfNode).clampedPlus(heard))
            models = models.clampedPlus(held.clampedTimes(nodes))
            activations = activations.clampedTimes(nodes)
            processes = nodes.clampedTimes(Self.bytesOfProcess)
        case .report, .node:
            models = model.clampedTimes(nodes)
            activations = min(test, objective.samplesOfChunk).clampedTimes(objective.activationsPerSample)
                .clampedTimes(Self.floatBytes)
        }
        models = models.clampedPlus(held)
    }

    var bytes: Int { data.clampedPlus(models).clampedPlus(activations).clampedPlus(graph).clampedPlus(processes) }

    /// Refuses what there is no room for.
    func check(_ room: MemoryRoom) throws(ConfigurationFault) {
        guard bytes > room.bytes else { return }
        let parts = [
            ("data", data, ["fewer samples", "fewer features"]),
            ("models", models, ["a smaller model", "fewer nodes"]),
            ("activations", activations, room.use == .report ? ["a smaller model"] : ["a smaller training.batchSize"]),
            ("the graph", graph, ["fewer nodes", "fewer links"]), ("processes", processes, ["fewer nodes"]),
        ].filter { $0.1 > bytes / 20 }
        let named = parts.map { "\($0.0) \(Self.words($0.1))" }.joined(separator: ", ")
        var allowed: [String] = []
        for advice in parts.sorted(by: { $0.1 > $1.1 }).flatMap({ $0.2 }) where !allowed.contains(advice) {
            allowed.append(advice)
        }
        throw ConfigurationFault(
            "at least \(Self.words(bytes)) of memory are needed (\(named)), and \(Self.words(room.bytes)) are free; "
                + "allowed: \(allowed.joined(separator: ", "))")
    }

    /// `1.2 GB`, `340 MB`.
    private static func words(_ bytes: Int) -> String {
        if bytes == .max { return "more than 9 EB" }
        let units = [(1e15, "PB"), (1e12, "TB"), (1e9, "GB")]
        guard let (size, unit) = units.first(where: { Double(bytes) >= $0.0 }) else { return "\(bytes / 1_000_000) MB" }
        let tenths = Int((Double(bytes) / size * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) \(unit)"
    }
}
