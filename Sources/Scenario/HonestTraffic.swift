// How many vectors the honest nodes have to send: a matter of the graph and of who takes part, whatever the engine.
import Core
import Graphs
import Kernels
import Learning

/// What all honest nodes together send their neighbours; what eavesdroppers get is not among it.
public struct HonestTraffic: Sendable {
    private let honest: [NodeID]
    private let graphs: any LinkSchedule
    private let participation: Participation?
    private let cadence: Cadence
    /// In every exchange, where it is the same in all.
    private var everyExchange: Int?

    public init(of assembly: Assembly) {
        honest = assembly.honest
        graphs = assembly.graphs
        participation = honest.first.flatMap { assembly.configuration(of: $0).participation }
        cadence = assembly.experiment.training.cadence
        if graphs.isConstant, participation == nil { everyExchange = count(in: Round(0)) }
    }

    /// Messages in a step in which something is exchanged.
    public func messages(in step: Round) -> Int { everyExchange ?? count(in: step) }

    private func count(in step: Round) -> Int {
        let round = cadence.round(of: step)
        return honest.reduce(0) { count, node in
            let takesPart = participation?.includes(node, in: round) ?? true
            return takesPart ? count + graphs.receivers(of: node, in: step).count : count
        }
    }
}
