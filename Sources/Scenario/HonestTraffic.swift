// How many vectors the honest nodes have to send: a matter of the graph and of who takes part, the same in every engine.
import Core
import Graphs
import Kernels

extension Assembly {
    /// Whether they send as many in every step in which anything is exchanged.
    public var honestSendAlike: Bool { graphs.isConstant && experiment.training.participation == 1 }

    /// What all honest nodes together have to send their neighbours in a step in which something is exchanged; what
    /// eavesdroppers get is not among it.
    public func honestMessages(in step: Round) -> Int {
        honest.reduce(0) { count, node in
            let configuration = configuration(of: node)
            let receivers = Set(topology.receivers(of: node))
            let members = configuration.roundNeighbourhood(in: step).links.members
            return count
                + members.count { $0.receives && receivers.contains(configuration.neighbours[$0.slot].node) }
        }
    }
}
