// An experiment in one process and virtual time: the same cores, the same models.
import Core
import Kernels
import Metrics
import Platform
import Scenario
import Simulation

public struct SimulatedRun {
    private let assembly: Assembly
    private let options: Simulator.Options

    public init(_ assembly: Assembly, options: Simulator.Options) {
        self.assembly = assembly
        self.options = options
    }

    /// - Parameters:
    ///   - evaluated: called with each new evaluation, in order of rounds.
    ///   - shouldStop: asked between instants.
    public func run(
        evaluated: ([EvaluationRecord]) throws(SystemFault) -> Void, shouldStop: () -> Bool
    ) throws -> (outcome: RunOutcome, result: SimulationResult) {
        let clock = MonotonicClock()
        let start = clock.now()
        let nodes = try assembly.topology.nodes.map { id in
            let node = try assembly.node(id)
            return SimulatedNode(core: node.core, trainer: node.trainer, neighbours: node.neighbours)
        }
        let simulator = Simulator(
            nodes, dimension: assembly.dimension, experiment: assembly.identity, options: options)
        var outcome = RunOutcome(engine: .simulation, transport: "\(options.carriage)")
        var timeline = try Timeline(assembly)
        var fault: (any Error)?
        var wasStopped = false
        let result = simulator.run { observation in
            switch observation {
            case .snapshot(let node, let rounds, let model): timeline.add(model, of: node, rounds: rounds)
            case .record(let node, let record): outcome.totals[node, default: NodeTotals()].add(record)
            }
        } shouldStop: {
            do { try evaluated(timeline.advance()) } catch { fault = error }
            wasStopped = shouldStop()
            return wasStopped || fault != nil
        }
        if let fault { throw fault }
        for (node, ending) in zip(assembly.topology.nodes, result.endings) {
            outcome.totals[node, default: NodeTotals()].bytesSent = result.traffic[node.index].bytes
            outcome.totals[node, default: NodeTotals()].messagesSent = result.traffic[node.index].messages
            guard case .finished(let model) = ending else {
                outcome.lost.append(LostNode(node: node, reason: "did not finish"))
                continue
            }
            outcome.finalModels.append((node, model))
            timeline.add(model, of: node, rounds: assembly.experiment.training.rounds)
            timeline.close(node)
        }
        try evaluated(timeline.advance())
        outcome.evaluations = timeline.evaluations
        outcome.wasStopped = wasStopped
        outcome.wallSeconds = Double(clock.now() - start) / 1e9
        return (outcome, result)
    }
}
