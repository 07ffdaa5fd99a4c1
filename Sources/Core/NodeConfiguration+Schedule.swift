// What a node's configuration says of one round: who counts in it, and how many hostile ones among them are to be
// withstood. Without a schedule both are constants.
public import Aggregation
public import Graphs
public import Kernels

extension NodeConfiguration {
    /// A graph that changes, as this node sees it.
    public struct Schedule: Sendable, Equatable {
        /// Its peers are the configuration's neighbours, one by one.
        public let links: NodeSchedule
        public let tolerance: Tolerance

        public init(links: NodeSchedule, tolerance: Tolerance) {
            self.links = links
            self.tolerance = tolerance
        }
    }

    /// What a node is told to withstand, whoever its neighbours are.
    public enum Tolerance: Sendable, Equatable {
        /// So many hostile nodes.
        case count(Int)
        /// Hostile nodes of this mixing weight together.
        case weight(Double)
        /// These, from an oracle, as far as they are among the neighbours; ascending.
        case hostile([NodeID])

        /// The budget among neighbours of these weights.
        public func budget(among senders: [Sender]) -> Budget {
            let weights = senders.map(\.weight)
            switch self {
            case .count(let count): return Budget(count: count, among: weights)
            case .weight(let weight): return Budget(weight: weight, among: weights)
            case .hostile(let hostile):
                let heard = senders.filter { hostile.slot(of: $0.node, by: \.self) != nil }
                return Budget(
                    count: heard.count, weight: heard.reduce(0) { $0 + $1.weight }, hostile: heard.map(\.node))
            }
        }
    }

    /// Which neighbours count in `round`, by their slots.
    ///
    /// A constant where the graph never changes; otherwise worked out in time linear in the neighbours and more: ask
    /// once a round.
    public func neighbourhood(in round: Round) -> Neighbourhood {
        schedule?.links.neighbourhood(in: round) ?? everyRound
    }

    /// Whether the node is away for the whole round that this step belongs to. Then it rests: it neither trains nor
    /// mixes, and goes on with what it has when it is back.
    public func rests(in step: Round) -> Bool {
        guard let schedule else { return false }
        let first = cadence.firstStep(of: cadence.round(of: step)).number
        return (first..<first + cadence.gossipSteps).allSatisfy { !schedule.links.isPresent(in: Round($0)) }
    }

    /// Whether the step begins with local steps of the node.
    public func trains(in step: Round) -> Bool { cadence.trains(in: step) && !rests(in: step) }

    /// Whether the node exchanges anything in the step.
    public func exchanges(in step: Round) -> Bool { cadence.exchanges(in: step) && !rests(in: step) }

    /// What the rule must withstand in a round with this neighbourhood.
    public func budget(among neighbourhood: Neighbourhood) -> Budget {
        guard let schedule else { return budget }
        return schedule.tolerance.budget(
            among: neighbourhood.members.compactMap { member in
                member.isMixed ? Sender(neighbours[member.slot].node, weight: member.weight ?? 0) : nil
            })
    }
}
