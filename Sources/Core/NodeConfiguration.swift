// Every setting of a node. An honest node is told nothing here of who lies, unless its budget comes from an oracle.
import Aggregation
import Kernels

/// What a node is told before its first round.
public struct NodeConfiguration: Sendable, Equatable {
    /// One edge of the topology as this node sees it.
    public struct Neighbour: Sendable, Equatable {
        public let node: NodeID
        /// w_ij: the neighbour's weight in this node's mix; `nil` where the edge does not lead here, 0 for a tap.
        public let weight: Double?
        /// Whether this node sends its models to the neighbour.
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
    public let rounds: Int
    /// Ascending.
    public let neighbours: [Neighbour]
    /// Lying that the rule must withstand: as declared, or the true number and names from an oracle.
    public let budget: Budget
    /// Where too few neighbours are heard for the budget, the node keeps its own model rather than withstand less.
    public let isStrict: Bool
    /// Models are exchanged in every `mixEvery`-th round; the others are local.
    public let mixEvery: Int
    public let pace: Pace
    public let seed: UInt64
    public let patience: Patience
    /// A record and a snapshot every so many rounds; 0 for neither. After the last round there is a record in any case,
    /// and the final model in place of a snapshot.
    public let measureEvery: Int
    /// A checkpoint every so many rounds; 0 for none.
    public let checkpointEvery: Int

    public init(
        node: NodeID, dimension: Int, rounds: Int, neighbours: [Neighbour], budget: Budget,
        isStrict: Bool = false, mixEvery: Int = 1, pace: Pace = .synchronous, seed: UInt64,
        patience: Patience = Patience(), measureEvery: Int = 0,
        checkpointEvery: Int = 0
    ) {
        precondition(zip(neighbours, neighbours.dropFirst()).allSatisfy { $0.node < $1.node }, "ascending, once each")
        precondition(rounds > 0 && mixEvery > 0 && dimension > 0, "the schema allows no others")
        self.node = node
        self.dimension = dimension
        self.rounds = rounds
        self.neighbours = neighbours
        self.budget = budget
        self.isStrict = isStrict
        self.mixEvery = mixEvery
        self.pace = pace
        self.seed = seed
        self.patience = patience
        self.measureEvery = measureEvery
        self.checkpointEvery = checkpointEvery
    }
}

extension NodeConfiguration {
    /// How many neighbours' models are mixed where all are heard.
    var mixedNeighbours: Int { neighbours.count { $0.weight ?? 0 > 0 } }

    /// w_ii: what the neighbours leave to the node itself where all are heard.
    var ownWeight: Double { 1 - neighbours.reduce(0) { $0 + ($1.weight ?? 0) } }

    /// So many neighbours may be late on purpose, and never all: no fewer than one where there are two, since even who
    /// declares no liars does not want to stand still for one.
    public var suspects: Int { max(0, min(max(1, budget.count), mixedNeighbours - 1)) }

    /// w_ij of a neighbour whose models are mixed; `nil` for others, taps among them.
    public func mixingWeight(of node: NodeID) -> Double? {
        guard let slot = slot(of: node), let weight = neighbours[slot].weight, weight > 0 else { return nil }
        return weight
    }

    /// Where a neighbour stands among all.
    func slot(of node: NodeID) -> Int? {
        var (low, high) = (0, neighbours.count)
        while low < high {
            let middle = (low + high) / 2
            if neighbours[middle].node < node { low = middle + 1 } else { high = middle }
        }
        return low < neighbours.count && neighbours[low].node == node ? low : nil
    }
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
    /// The longest wait for one neighbour in one round, for links before the first round, and what those neighbours
    /// that may be late on purpose may owe together.
    public var deadline: Nanoseconds
    /// A node that waits looks again at least this often; one that is cut off takes this long for a round.
    public var glance: Nanoseconds = .milliseconds(250)
    /// The longest round that earns patience in full: so long, or so many median local steps of the waiting node.
    /// Rounds may be stretched by liars all over the graph, steps by none.
    public var believedRound: Nanoseconds { deadline / 50 }
    public var believedSteps = 20
    /// A neighbour whose link is closed is waited for this long, in case it reconnects.
    public var reconnectGrace: Nanoseconds = .milliseconds(200)
    /// A neighbour that was told to stop is waited for this long: this node may be about to be told as well, and then
    /// must not have closed a round without it.
    public var stoppingGrace: Nanoseconds = .milliseconds(1000)
    /// A node that has lost all its links goes slowly for so long beyond the deadline, before it goes on alone.
    public var isolation: Nanoseconds { 9 * deadline }
    /// A node that cannot write its trace stands still for so long before it gives up: longer than a fault of a plan is
    /// likely to last in which no round closes. The others go on without it meanwhile.
    public var fullDisk: Nanoseconds { 30 * deadline }
    /// A node that comes back ahead of its neighbours gives up when they have come no nearer for so long.
    public var catchUp: Nanoseconds { 30 * deadline }

    public init(deadline: Nanoseconds = .milliseconds(5000)) {
        self.deadline = deadline
    }
}
