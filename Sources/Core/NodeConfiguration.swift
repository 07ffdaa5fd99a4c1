// Every setting of a node. An honest node is told nothing here of who is hostile, unless its budget comes from an
// oracle.
public import Aggregation
import Graphs
public import Kernels
public import Learning
public import Wire

/// What a node is told before its first round. It never changes, and everything that the node is made of refers to it:
/// a copy for each would be made and given up at every event.
public final class NodeConfiguration: Sendable {
    /// Someone with whom this node has a link: in every round, or in some rounds of a graph that changes.
    public struct Neighbour: Sendable, Equatable {
        public let node: NodeID
        /// w_ij: the neighbour's weight in this node's mix, where the graph changes that of the first round in which it
        /// has one; `nil` where no edge leads here, 0 for an eavesdropping link.
        public let weight: Double?
        /// Whether this node sends its models to the neighbour, if only in some rounds.
        public let receives: Bool

        public init(node: NodeID, weight: Double?, receives: Bool) {
            self.node = node
            self.weight = weight
            self.receives = receives
        }
    }

    public let node: NodeID
    /// Elements of a model.
    public let dimension: Int
    /// What messages hold.
    public let channels: ChannelLayout
    /// What the state between two rounds holds of what gossip brings together: the same, or where something else than
    /// models travels, the parameters alone.
    public let shared: ChannelLayout
    /// Whether the last of them is a mass.
    public let carriesMass: Bool
    public let rounds: Int
    /// Ascending.
    public let neighbours: [Neighbour]
    /// Which of them count in which round; `nil`: all in every round.
    public let schedule: Schedule?
    /// Hostile neighbours that the rule must withstand: as declared, or the true number and names from an oracle. Where
    /// the graph changes, this is for all neighbours together; a round's is `budget(among:)`.
    public let budget: Budget
    /// Where too few neighbours are heard for the budget, the node keeps its own model rather than withstand less.
    public let isStrict: Bool
    /// How training and gossip alternate.
    public let cadence: Cadence
    /// Who sits out which round; `nil` where everyone always sends something.
    public let participation: Participation?
    public let pace: Pace
    public let output: Output
    public let seed: UInt64
    public let patience: Patience
    /// A record and a snapshot every so many rounds; 0 for neither. After the last round there is a record in any case,
    /// and the final model in place of a snapshot.
    public let measureEvery: Int
    /// Whether the last mix of each such round is handed out as well.
    public let handsOutMixes: Bool
    /// A checkpoint every so many rounds; 0 for none.
    public let checkpointEvery: Int
    /// Messages for rounds to come that are kept of one neighbour. Where it hears from this node in every round, it can
    /// be no more than one ahead; otherwise, and while this node waits for the parameters to enter with, it may be some
    /// rounds further, and none of its messages must be lost.
    public let backlog: Int
    /// The neighbourhood where the graph never changes.
    let everyRound: Neighbourhood

    /// - Parameter receivers: how many nodes mix what this one sends, where the graph never changes; `nil`: all that
    ///   receive it.
    public init(
        node: NodeID, dimension: Int, rounds: Int, neighbours: [Neighbour], receivers: Int? = nil,
        schedule: Schedule? = nil,
        budget: Budget, isStrict: Bool = false, cadence: Cadence = Cadence(), participation: Participation? = nil,
        exchange: any Exchange.Type = ModelExchange.self, pace: Pace = .synchronous, output: Output = .last,
        seed: UInt64, patience: Patience = Patience(), measureEvery: Int = 0,
        handsOutMixes: Bool = false, checkpointEvery: Int = 0
    ) {
        precondition(zip(neighbours, neighbours.dropFirst()).allSatisfy { $0.node < $1.node }, "ascending, once each")
        precondition(
            schedule.map { $0.links.peers.map(\.node) == neighbours.map(\.node) } ?? true, "a slot for each neighbour")
        precondition(rounds > 0 && dimension > 0, "the schema allows no others")
        self.node = node
        self.dimension = dimension
        channels = ChannelLayout(exchange.channels(dimension))
        shared = exchange.sendsModels ? channels : .model(dimension)
        carriesMass = exchange.carriesMass
        self.rounds = rounds
        self.neighbours = neighbours
        self.schedule = schedule
        everyRound = Neighbourhood(
            members: neighbours.enumerated().map { slot, neighbour in
                Neighbourhood.Member(slot: slot, weight: neighbour.weight, receives: neighbour.receives)
            }, receivers: receivers)
        self.budget = budget
        self.isStrict = isStrict
        self.cadence = cadence
        self.participation = participation
        self.pace = pace
        self.output = output
        self.seed = seed
        self.patience = patience
        self.measureEvery = measureEvery
        self.handsOutMixes = handsOutMixes
        self.checkpointEvery = checkpointEvery
        let turns = participation?.mostTurns(inPauseOf: neighbours.count + 1, rounds: rounds)
        let mayBeAhead = schedule != nil || turns != nil || !exchange.sendsModels
        // Along a directed link or an eavesdropping one nobody waits for who comes after.
        let isOneSided = neighbours.contains { ($0.weight != nil) != $0.receives }
        backlog = max(
            isOneSided ? Self.oneSidedBacklog : mayBeAhead ? Self.longBacklog : 1, turns.map { $0 + 2 } ?? 1)
    }

    private static let longBacklog = 16
    private static let oneSidedBacklog = 64
}

extension NodeConfiguration {
    /// Gossip steps of all rounds.
    public var steps: Int { rounds * cadence.gossipSteps }

    /// Whether there is a record after so many rounds.
    public func measures(after done: Int) -> Bool {
        done >= rounds || (measureEvery > 0 && done % measureEvery == 0)
    }

    /// Whether this step's mix is handed out: it exchanges, and its end is the end of a measured round.
    func handsOutMix(of step: Round) -> Bool {
        handsOutMixes && cadence.exchanges(in: step) && cadence.trains(in: step.next)
            && measures(after: cadence.round(of: step).number + 1)
    }

    /// How many neighbours' models are mixed where all are heard.
    private var mixedNeighbours: Int { neighbours.count { $0.weight ?? 0 > 0 } }

    /// So many neighbours may be late on purpose, and never all: no fewer than one where there are two, since even who
    /// declares no hostile nodes does not want to stand still for one.
    public var suspects: Int { max(0, min(max(1, budget.count), mixedNeighbours - 1)) }

    /// Where a neighbour stands among all.
    public func slot(of node: NodeID) -> Int? { neighbours.slot(of: node, by: \.node) }
}

/// How the rounds of different nodes go together.
public enum Pace: Sendable, Equatable {
    /// A round closes when the neighbours' models of that round are in, or patience is over.
    case synchronous
    /// Each node at its own pace, with the newest model of each neighbour; one that came more than `staleness` own
    /// rounds ago is not used any more.
    case asynchronous(staleness: Int)
}

/// How long a node waits for its neighbours.
public struct Patience: Sendable, Equatable {
    /// The longest wait for one neighbour in one round, and what those neighbours that may be late on purpose may owe
    /// together.
    public var deadline: Nanoseconds
    /// The longest wait for links before the first round.
    public var joining: Nanoseconds
    /// A node that waits looks again at least this often; one that is cut off takes this long for a round.
    public var glance: Nanoseconds = .milliseconds(250)
    /// A node that waits at the cost of others looks this often: they pay for no longer stop of its own.
    public var attention: Nanoseconds { min(glance, max(.milliseconds(10), deadline / 50)) }
    /// The longest round that earns patience in full: so long, or so many median local steps of the waiting node.
    /// Rounds may be stretched by hostile nodes all over the graph, steps by none.
    public var believedRound: Nanoseconds { deadline / 50 }
    public var believedSteps = 20
    /// A neighbour whose link is closed is waited for this long, in case it reconnects.
    public var reconnectGrace: Nanoseconds = .milliseconds(200)
    /// A neighbour that was told to stop is waited for this long: this node may be about to be told as well, and then
    /// must not have closed a round without it.
    public var stoppingGrace: Nanoseconds = .milliseconds(1000)
    /// A neighbour that has not been one for many rounds, in a graph that changes, is waited for this long when they
    /// meet: the two have had nothing to do with each other's pace.
    public var meeting: Nanoseconds { 12 * deadline }
    /// A node that has lost all its links goes slowly for so long beyond the deadline, before it goes on alone.
    public var isolation: Nanoseconds { 9 * deadline }
    /// A node that cannot write its trace stands still for so long before it gives up: longer than a fault of a plan is
    /// likely to last in which no round closes. The others go on without it meanwhile.
    public var fullDisk: Nanoseconds { 30 * deadline }
    /// A node that comes back ahead of its neighbours goes on without them when they have come no nearer for so long.
    public var catchUp: Nanoseconds { 30 * deadline }

    /// - Parameter joining: `nil`: the deadline.
    public init(deadline: Nanoseconds = .milliseconds(5000), joining: Nanoseconds? = nil) {
        self.deadline = deadline
        self.joining = joining ?? deadline
    }
}
