// A node's part of the graph in one round: whom it hears, whom it tells, and how much lying it must withstand.
public import Aggregation
public import Kernels
import Learning

/// Weights, receivers and budget of one round, by the position of neighbours in the node's configuration.
public struct RoundNeighbourhood: Sendable, Equatable {
    /// w_ij; 0: overheard only; `nil`: its messages do not come here in this round.
    public internal(set) var weights: [Double?]
    /// Whether it is sent this round's message.
    public internal(set) var receives: [Bool]
    public internal(set) var budget: Budget
    /// Whether the node's own vector is among those that count: not in a round that it sits out.
    public internal(set) var countsOwn = true

    /// w_ii: what the neighbours leave to the node itself where all are heard.
    var ownWeight: Double { 1 - weights.reduce(0) { $0 + ($1 ?? 0) } }

    /// How many neighbours' models are mixed where all are heard.
    var mixedNeighbours: Int { weights.count { $0 ?? 0 > 0 } }

    /// w_ij of a neighbour whose models are mixed; `nil` for others, eavesdropping links among them.
    public func mixingWeight(_ slot: Int) -> Double? { weights[slot].flatMap { $0 > 0 ? $0 : nil } }
}

extension NodeConfiguration {
    /// Where everyone takes part and the graph stays as it is.
    var wholeNeighbourhood: RoundNeighbourhood {
        RoundNeighbourhood(weights: neighbours.map(\.weight), receives: neighbours.map(\.receives), budget: budget)
    }

    /// Whether neighbours are not the same in every step.
    var changes: Bool { participation != nil || schedule != nil }

    /// Who counts in this step: a function of the graph and of who takes part, the same wherever it is asked. Schedules
    /// go by gossip steps, which are rounds where a round has one.
    public func roundNeighbourhood(in step: Round) -> RoundNeighbourhood {
        guard changes else { return wholeNeighbourhood }
        let links = neighbourhood(in: step)
        var round = RoundNeighbourhood(
            weights: neighbours.map { _ in nil }, receives: neighbours.map { _ in false }, budget: budget(among: links))
        for member in links.members {
            round.weights[member.slot] = member.weight
            round.receives[member.slot] = member.receives
        }
        if let participation { round.leaveOut(in: cadence.round(of: step), participation, self) }
        return round
    }
}

extension RoundNeighbourhood {
    /// Who sits out sends nothing and adopts what the others come to: their weights, and that of the node itself if it
    /// takes part, are stretched to 1.
    fileprivate mutating func leaveOut(
        in round: Round, _ participation: Participation, _ configuration: NodeConfiguration
    ) {
        let own = participation.includes(configuration.node, in: round)
        var sum = own ? ownWeight : 0
        for (slot, neighbour) in configuration.neighbours.enumerated() {
            if !own { receives[slot] = false }
            if !participation.includes(neighbour.node, in: round) {
                // Only an oracle tells that it would have been one of those to withstand.
                if budget.hostile?.contains(neighbour.node) ?? false {
                    budget.takeOff(neighbour.node, weight: weights[slot] ?? 0)
                }
                weights[slot] = nil
            }
            sum += weights[slot] ?? 0
        }
        countsOwn = own
        guard sum > 0 else { return }
        for slot in weights.indices { weights[slot] = weights[slot].map { $0 / sum } }
        budget.weight /= sum
    }
}
