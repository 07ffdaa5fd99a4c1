// The consensus task: honest nodes that start apart, learn nothing and gossip, against one attack. What a rule does by
// itself, without the data's part in it.
import Aggregation
import Attacks
import Graphs
import JSON
import Kernels
import Metrics
import Registry
import Scenario
import Simulation

/// One rule on one graph with one budget, for any hostile nodes and attack.
public struct ConsensusTask: Sendable {
    public let topology: TopologyFile
    public let rule: String
    /// What every node is told to withstand.
    public let told: Int
    public let rounds: Int
    public let seed: UInt64

    public init(_ topology: TopologyFile, rule: String, told: Int, rounds: Int, seed: UInt64 = 1) {
        self.topology = topology
        self.rule = rule
        self.told = told
        self.rounds = rounds
        self.seed = seed
    }

    /// What came of it.
    public struct Outcome: Sendable, Equatable {
        /// How far apart the honest nodes end, as a share of how far apart they started: of √(1/h Σ |x_i − x̄|²).
        public let disagreement: Double
        /// How far their average has moved, as a share of the same.
        public let drift: Double

        /// Whether they are still apart by a tenth, or agree on what is as far from their average as they were.
        public var isBroken: Bool { !(disagreement <= 0.1 && drift <= 1) }
    }

    /// The attacks that forge models, in the order of the catalogue.
    public static var attacks: [String] {
        AttackCatalog.all.entries.compactMap { type in
            guard let type = type as? any ModelAttack.Type, type.forgesModels, !type.needsCommonModel else {
                return nil
            }
            return type.name
        }
    }

    /// A node's model.
    public typealias Placed = (node: NodeID, model: [Float])

    /// Where every node starts.
    ///
    /// - Returns: `nil` where it was stopped.
    public func beginning(shouldStop: () -> Bool) throws -> [Placed]? {
        try models(assembly(nil, by: [], rule: "noCommunication", rounds: 1), shouldStop: shouldStop)
    }

    /// - Parameters:
    ///   - attack: `nil`: nobody lies.
    ///   - hostile: of the topology; with no attack, the nodes that are not looked at.
    ///   - beginning: of this task.
    /// - Returns: `nil` where the rule or the attack cannot be made on this graph, or it was stopped.
    public func run(
        _ attack: String?, by hostile: [NodeID], from beginning: [Placed], shouldStop: () -> Bool
    ) throws -> Outcome? {
        let attacked: Assembly
        do throws(ConfigurationFault) {
            attacked = try assembly(attack, by: hostile, rule: rule, rounds: rounds)
        } catch {
            return nil
        }
        guard let models = try models(attacked, shouldStop: shouldStop) else { return nil }
        func honest(_ models: [Placed]) -> [[Float]] {
            models.filter { !hostile.contains($0.node) }.map(\.model)
        }
        let end = honest(models)
        guard end.count == topology.topology.nodeCount - hostile.count else { return nil }
        let (before, after) = (Consensus(honest(beginning)), Consensus(end))
        let scale = before.distance.rootMeanSquare
        guard scale > 0 else { return nil }
        return Outcome(
            disagreement: after.distance.rootMeanSquare / scale,
            drift: squaredDistance(before.average.span, after.average.span).squareRoot() / scale)
    }

    private func assembly(
        _ attack: String?, by hostile: [NodeID], rule: String, rounds: Int
    ) throws(ConfigurationFault) -> Assembly {
        let labels = hostile.map { JSONValue.text(topology.topology.labels[$0.index]) }
        let group = attack.map { name in
            JSONValue.object(["nodes": .array(labels), "attack": .text(name), "taps": .text("honest")])
        }
        let json = JSONValue.object([
            "name": .text("consensus"), "seed": .number(Int(seed)),
            "task": .object([
                "dataset": .object([
                    "kind": .text("synthetic"), "features": .number(4), "classes": .number(3),
                    "samples": .number(max(200, 2 * topology.topology.nodeCount)),
                ]), "split": .text("iid"),
            ]),
            "training": .object([
                "rounds": .number(rounds), "stepSize": .number(0), "weightDecay": .number(0),
                "initialisation": .text("different"),
            ]),
            "aggregation": .object([
                "rule": .text(rule),
                "tolerates": .object(["kind": .text("declared"), "count": .number(told)]),
            ]), "adversary": .array(hostile.isEmpty ? [] : [group].compactMap(\.self)),
            "measure": .object(["every": .number(0)]),
        ])
        return try Assembly(try Experiment(json), topology: topology, sharesData: true)
    }

    /// The final models; `nil` where it was stopped.
    private func models(_ assembly: Assembly, shouldStop: () -> Bool) throws -> [Placed]? {
        let simulation = SimulatedRun(assembly, options: Simulator.Options())
        let outcome = try simulation.run(evaluated: { _ in }, shouldStop: shouldStop).outcome
        return shouldStop() ? nil : outcome.finalModels
    }
}
