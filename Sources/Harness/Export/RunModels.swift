// RunModels: the models of a run that was made before. The final ones stand in its folder; those of earlier rounds are
// computed again, of a run of processes from its traces, of a simulation by simulating it.
import Kernels
import Platform
import Registry
import Scenario
import Simulation

/// The models that the nodes of a run had after some rounds.
struct RunModels {
    let folder: RunFolder
    let assembly: Assembly
    /// The same with other settings, as after `--set`.
    let variant: ([String]) throws -> Assembly

    private var last: Int { assembly.experiment.training.rounds }

    /// The models of these nodes after these rounds.
    ///
    /// - Parameters:
    ///   - rounds: ascending.
    ///   - tell: what they were after so many rounds, ascending by node. A node that never came so far is left out.
    func forEach(
        of nodes: [NodeID], after rounds: [Int],
        _ tell: (_ rounds: Int, [(node: NodeID, model: [Float])]) throws -> Void
    ) throws {
        let earlier = rounds.filter { $0 < last }
        if !earlier.isEmpty { try recompute(nodes, earlier, tell) }
        guard rounds.contains(last) else { return }
        let models = try nodes.compactMap { node in try final(node).map { (node: node, model: $0) } }
        try tell(last, models)
    }

    /// - Returns: `nil` where the node has left none.
    private func final(_ node: NodeID) throws(ConfigurationFault) -> [Float]? {
        let path = folder.directory.node(node).model
        guard Files.exists(path) else { return nil }
        let bytes = try InputFiles.ofRuns.read(path)
        let file: ModelFile
        do throws(ModelFileFault) {
            file = try ModelFile(encoded: bytes)
        } catch {
            throw ConfigurationFault("\(error)", at: path)
        }
        guard file.model.count == assembly.dimension, file.rounds == last else {
            throw ConfigurationFault(
                "has \(file.model.count) parameters after \(file.rounds) rounds; the run's experiment ends with "
                    + "\(assembly.dimension) after \(last)", at: path)
        }
        return file.model
    }

    private func recompute(
        _ nodes: [NodeID], _ rounds: [Int], _ tell: (Int, [(node: NodeID, model: [Float])]) throws -> Void
    ) throws {
        var moments = Moments(of: nodes, rounds)
        if case .simulation(let settings) = folder.record {
            var fault: (any Error)?
            var simulator = try Simulator(variant(["measure.every=1"]), options: settings.options)
            _ = simulator.run { observation in
                guard fault == nil, case .snapshot(let node, let rounds, let model) = observation else { return }
                do { try moments.add(model, of: node, after: rounds, tell) } catch { fault = error }
            } shouldStop: {
                fault != nil || moments.areAllTold
            }
            if let fault { throw fault }
        } else {
            try folder.checkForReplay()
            var replay = try Replay(assembly, in: folder.directory)
            do {
                try replay.run { node, rounds, model, _ in
                    try moments.add(model, of: node, after: rounds, tell)
                } until: { _ in
                    moments.areAllTold
                }
            } catch let difference as Replay.Difference {
                throw ConfigurationFault("the traces do not tell the models: they differ at \(difference)")
            }
        }
        try moments.tellRest(tell)
    }
}

/// Models on their way: those of one moment are told together, as soon as all are there.
private struct Moments {
    private let nodes: [NodeID]
    private var waiting: [Int]
    /// Only looked up.
    private var models: [Int: [NodeID: [Float]]] = [:]

    init(of nodes: [NodeID], _ rounds: [Int]) {
        self.nodes = nodes
        waiting = rounds
    }

    var areAllTold: Bool { waiting.isEmpty }

    mutating func add(
        _ model: [Float], of node: NodeID, after rounds: Int,
        _ tell: (Int, [(node: NodeID, model: [Float])]) throws -> Void
    ) throws {
        guard waiting.contains(rounds), nodes.contains(node) else { return }
        models[rounds, default: [:]][node] = model
        if models[rounds]?.count == nodes.count { try tellNow(rounds, tell) }
    }

    mutating func tellRest(_ tell: (Int, [(node: NodeID, model: [Float])]) throws -> Void) throws {
        for rounds in waiting { try tellNow(rounds, tell) }
    }

    private mutating func tellNow(
        _ rounds: Int, _ tell: (Int, [(node: NodeID, model: [Float])]) throws -> Void
    ) throws {
        let known = models.removeValue(forKey: rounds) ?? [:]
        waiting.removeAll { $0 == rounds }
        try tell(rounds, nodes.compactMap { node in known[node].map { (node, $0) } })
    }
}
