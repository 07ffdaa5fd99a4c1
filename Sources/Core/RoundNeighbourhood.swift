// Who counts for a node in one round: its links, how much lying it must withstand among them, and whether it takes part
// itself.
public import Aggregation
public import Graphs
public import Kernels
import Learning

/// A node's part of one round: whom it hears and tells, and what its rule must withstand.
public struct RoundNeighbourhood: Sendable, Equatable {
    public let links: Neighbourhood
    public let budget: Budget
    /// Whether the node's own vector is among those that count: not in a round that it sits out.
    public let countsOwn: Bool

    init(_ links: Neighbourhood, budget: Budget, countsOwn: Bool = true) {
        self.links = links
        self.budget = budget
        self.countsOwn = countsOwn
    }

    /// The same without the node's own vector.
    var withoutOwn: RoundNeighbourhood { RoundNeighbourhood(links, budget: budget, countsOwn: false) }
}

extension NodeConfiguration {
    /// Where everyone takes part and the graph stays as it is.
    var wholeNeighbourhood: RoundNeighbourhood { RoundNeighbourhood(everyRound, budget: budget) }

    /// Whether neighbours are not the same in every step.
    public var changes: Bool { participation != nil || schedule != nil }

    /// Who counts in this step: a function of the graph and of who takes part, the same wherever it is asked. Schedules
    /// go by gossip steps, which are rounds where a round has one.
    public func roundNeighbourhood(in step: Round) -> RoundNeighbourhood {
        guard changes else { return wholeNeighbourhood }
        let links = neighbourhood(in: step)
        let budget = budget(among: links)
        guard let participation else { return RoundNeighbourhood(links, budget: budget) }
        return takingPart(in: cadence.round(of: step), participation, of: links, budget)
    }

    /// Who sits out sends nothing and adopts what the others come to: their weights, and that of the node itself if it
    /// takes part, are stretched to 1.
    private func takingPart(
        in round: Round, _ participation: Participation, of links: Neighbourhood, _ budget: Budget
    ) -> RoundNeighbourhood {
        let own = participation.includes(node, in: round)
        var budget = budget
        var sum = own ? links.ownWeight : 0
        var members: [Neighbourhood.Member] = []
        for member in links.members {
            let neighbour = neighbours[member.slot].node
            let weight = participation.includes(neighbour, in: round) ? member.weight : nil
            // Only an oracle tells that it would have been one of those to withstand.
            if weight == nil, budget.hostile?.contains(neighbour) ?? false {
                budget.takeOff(neighbour, weight: member.weight ?? 0)
            }
            sum += weight ?? 0
            members.append(Neighbourhood.Member(slot: member.slot, weight: weight, receives: own && member.receives))
        }
        if sum > 0 {
            members = members.map { member in
                Neighbourhood.Member(
                    slot: member.slot, weight: member.weight.map { $0 / sum }, receives: member.receives)
            }
            budget.weight /= sum
        }
        return RoundNeighbourhood(
            Neighbourhood(members: members, isPresent: links.isPresent), budget: budget, countsOwn: own)
    }
}
