// An experiment in one process and virtual time: the same cores, the same models.
import Core
import Faults
import Kernels
import Metrics
import Platform
import Scenario
import Simulation

/// A run in the simulator.
public struct SimulatedRun {
    private let assembly: Assembly
    private let options: Simulator.Options
    private let directory: RunDirectory?

    /// - Parameter directory: of the run, if it has one.
    public init(_ assembly: Assembly, options: Simulator.Options, in directory: RunDirectory? = nil) {
        self.assembly = assembly
        self.options = options
        self.directory = directory
    }

    /// - Parameters:
    ///   - watch: is told everything that the nodes tell.
    ///   - evaluated: called with each new evaluation, in order of rounds.
    ///   - shouldStop: asked between instants.
    public func run(
        watch: (Observation) -> Void = { _ in },
        evaluated: ([EvaluationRecord]) throws(SystemFault) -> Void, shouldStop: () -> Bool
    ) throws -> (outcome: RunOutcome, result: SimulationResult) {
        let clock = MonotonicClock()
        let start = clock.now()
        var outcome = RunOutcome(engine: .simulation, transport: "\(options.carriage)")
        outcome.equivocations = Equivocations(askedBy: assembly)
        var options = options
        if outcome.equivocations != nil { options.isWatched = true }
        var simulator = try Simulator(assembly, options: options)
        var timeline = try Timeline(assembly, mayLose: false, in: directory)
        let hostile = Set(assembly.hostile)
        var fault: (any Error)?
        var wasStopped = false
        let result = simulator.run { observation in
            watch(observation)
            switch observation {
            case .snapshot(let node, let rounds, let model): timeline.add(model, of: node, rounds: rounds)
            case .record(let node, let record):
                outcome.totals[node, default: NodeRecord()].add(record)
                timeline.add(record, of: node)
            case .sampled(let node, let rounds, let mix): timeline.add(mix, of: node, rounds: rounds)
            case .ownModel(let node, let rounds, let model):
                timeline.add(ownModel: model, of: node, rounds: rounds)
                if rounds == assembly.experiment.training.rounds { outcome.ownModels[node] = model }
            case .ended(let node, let ending):
                if case .finished(let model) = ending {
                    timeline.add(model, of: node, rounds: assembly.experiment.training.rounds)
                }
                timeline.close(node)
            case .wrote(let node, let line):
                if !hostile.contains(node) { outcome.equivocations?.add(line, of: node) }
            case .sent, .sentState, .mixed, .saved, .killed, .passed, .struck: break
            }
        } shouldStop: {
            do { try evaluated(timeline.advance()) } catch { fault = error }
            wasStopped = shouldStop()
            return wasStopped || fault != nil
        }
        if let fault { throw fault }
        for (node, ending) in zip(assembly.topology.nodes, result.endings) {
            outcome.reached[node] = result.rounds[node.index].number
            outcome.totals[node, default: NodeRecord()].bytesSent = result.traffic[node.index].bytes
            outcome.totals[node, default: NodeRecord()].messagesSent = result.traffic[node.index].messages
            outcome.totals[node, default: NodeRecord()].bytesReceived = result.traffic[node.index].received
            guard case .finished(let model) = ending else {
                timeline.close(node)
                outcome.lost.append(
                    LostNode(node, endedAs: ending, wasKilled: result.killed.contains(node), wasStopped: wasStopped))
                continue
            }
            outcome.finalModels.append((node, model))
        }
        try evaluated(timeline.advance())
        outcome.evaluations = timeline.evaluations
        outcome.moments.planned = timeline.evaluations.count
        outcome.final = timeline.final
        outcome.wasStopped = wasStopped
        outcome.strikes = result.strikes
        outcome.wallSeconds = Double(clock.now() - start) / 1e9
        return (outcome, result)
    }
}

extension LostNode {
    /// A simulated node without a final model.
    ///
    /// - Parameter ending: `nil` where the simulation was over before the node had ended.
    fileprivate init(_ node: NodeID, endedAs ending: Ending?, wasKilled: Bool, wasStopped: Bool) {
        switch ending {
        case _ where wasKilled: self.init(node, .killed, reason: "killed")
        case .diverged, .traceLost:
            let failure = ending?.failure ?? ""
            self.init(node, .failed, reason: failure, cause: failure)
        case .stopped: self.init(node, .stopped, reason: Self.stopped)
        case _ where wasStopped: self.init(node, .stopped, reason: Self.stopped)
        case .finished, nil: self.init(node, .hung, reason: "did not finish")
        }
    }
}

extension Simulator {
    /// All nodes of an experiment, with what goes wrong in it; cut off long after the time by which patience and local
    /// steps must be over.
    ///
    /// - Parameter start: what each node starts from.
    init(_ assembly: Assembly, options: Options, start: (NodeID) -> NodeStart = { _ in .afresh }) throws {
        let experiment = assembly.experiment
        let timing = experiment.timing
        let nodes = try assembly.topology.nodes.map { id in
            let node = try assembly.node(id)
            let stepTime =
                timing.kind == .asynchronous
                ? StepTime(
                    milliseconds: timing.stepMilliseconds, spread: timing.stepSpread, seed: experiment.seed, node: id)
                : nil
            return SimulatedNode(
                core: node.core, trainer: node.trainer, neighbours: node.neighbours, stepTime: stepTime,
                start: start(id))
        }
        let plan = FaultPlan(
            assembly.faults, nodeCount: nodes.count, seed: experiment.seed,
            deadline: .milliseconds(timing.deadlineMilliseconds))
        let round = Double(timing.deadlineMilliseconds) + timing.stepMilliseconds * (1 + timing.stepSpread)
        let longest = 20 * Double(experiment.training.rounds + 2) * (1e6 * round + 4 * Double(options.latency))
        var options = options
        if longest < Double(options.longest) / 2 { options.longest = Nanoseconds(longest) }
        self.init(
            nodes, experiment: assembly.identity, faults: plan, seed: experiment.seed,
            options: options)
    }
}

extension Invariants {
    /// For the nodes of an experiment.
    public init(_ assembly: Assembly) throws {
        self.init(
            try assembly.topology.nodes.map { try assembly.node($0).configuration },
            isHostile: assembly.topology.nodes.map { assembly.hostile.contains($0) },
            // A rule's promise is of what it mixes; the traces hold what the exchange made of that.
            guarantee: assembly.sendsModels && assembly.experiment.training.gossipSteps == 1
                ? assembly.guarantee : .none,
            heldForGood: Set(assembly.faults.flatMap(\.heldForGood)))
    }
}
