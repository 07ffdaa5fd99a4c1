// How many vectors the honest nodes have to send: a matter of the graph and of who takes part, whatever the engine.
import Core
import Graphs
import Kernels

/// What all honest nodes together send their neighbours; what eavesdroppers get is not among it.
public struct HonestTraffic: Sendable {
    private let senders: [(configuration: NodeConfiguration, receives: [Bool])]
    /// In every exchange, where it is the same in all.
    private let everyExchange: Int?

    public init(of assembly: Assembly) {
        let topology = assembly.topology
        senders = assembly.honest.map { node in
            let configuration = assembly.configuration(of: node)
            let receivers = Set(topology.receivers(of: node))
            return (configuration, configuration.neighbours.map { receivers.contains($0.node) })
        }
        let isConstant = assembly.graphs.isConstant && assembly.experiment.training.participation == 1
        everyExchange = isConstant ? Self.count(senders, in: Round(0)) : nil
    }

    /// Messages in a step in which something is exchanged.
    public func messages(in step: Round) -> Int { everyExchange ?? Self.count(senders, in: step) }

    private static func count(
        _ senders: [(configuration: NodeConfiguration, receives: [Bool])], in step: Round
    ) -> Int {
        senders.reduce(0) { count, sender in
            let members = sender.configuration.roundNeighbourhood(in: step).links.members
            return count + members.count { $0.receives && sender.receives[$0.slot] }
        }
    }
}
