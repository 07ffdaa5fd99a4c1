// NodeShard: simulated nodes that one thread at a time drives, with their timers and arrivals. Shards share nothing.
import Core
import Faults
import Kernels
import Learning
import Synchronization
import Wire

/// A shard's state behind the lock that hands it from the stepping thread to the exchanging one.
final class NodeShard: Sendable {
    let state: Mutex<NodeShardState>
    private let number: Int

    init(copying other: NodeShard) {
        number = other.number
        state = Mutex(other.state.withLock { $0 })
    }

    init(_ actors: [Actor], firstNode: Int, number: Int) {
        self.number = number
        let degree = actors.map(\.degree).max() ?? 0
        let dimension = actors.map(\.core.channels.first.elements).max() ?? 0
        state = Mutex(
            NodeShardState(
                actors: actors, firstNode: firstNode,
                scratch: ActorScratch(
                    workspace: Workspace(dimension: dimension, degree: degree), training: TrainingScratch())))
    }

    /// The thread that takes this one of so many shards before others do.
    func home(among threads: Int, of shards: Int) -> Int { number * threads / shards }
}

/// Scratch that a thread lends to the node it is driving.
struct ActorScratch: Sendable {
    var workspace: Workspace
    var training: TrainingScratch
}

/// What nodes have to tell after a step, in the order of the nodes.
struct Outbox: Sendable {
    var sent: [(delivery: Delivery, bytes: Int)] = []
    /// Connections that one end has ended.
    var closed: [(node: NodeID, peer: NodeID, connection: Int)] = []
    var observations: [Observation] = []

    mutating func removeAll() {
        sent.removeAll(keepingCapacity: true)
        closed.removeAll(keepingCapacity: true)
        observations.removeAll(keepingCapacity: true)
    }
}

/// At each instant only those nodes are touched that something happens to: with thousands of nodes that go at their own
/// pace, most instants are one node's alone.
struct NodeShardState: Sendable {
    private(set) var actors: [Actor]
    let firstNode: Int
    private var scratch: ActorScratch
    private var arrivals = EventQueue()
    /// When each node does something of its own accord.
    private var timers: TournamentTree
    /// Nodes that something befell; they may have had reason to wait until then, and are looked at in the next instant.
    private var struck: [Int] = []
    /// Those of this instant.
    private var due: [Int] = []
    /// The newest round that any living node of the shard is in.
    private(set) var newestRound = 0
    private var outbox = Outbox()

    init(actors: [Actor], firstNode: Int, scratch: ActorScratch) {
        self.actors = actors
        self.firstNode = firstNode
        self.scratch = scratch
        timers = TournamentTree(count: actors.count)
    }

    mutating func begin() {
        for index in actors.indices {
            actors[index].begin(using: &scratch, into: &outbox)
            noteState(of: index)
        }
    }

    mutating func schedule(_ deliveries: [Delivery], at moment: Instant) { arrivals.add(deliveries, at: moment) }

    /// When something happens next in this shard.
    var nextMoment: Instant? { [arrivals.soonest, timers.soonest].compactMap { $0 }.min() }

    /// Whether there is anything to do at this instant.
    func isBusy(at now: Instant) -> Bool { !struck.isEmpty || nextMoment.map { $0 <= now } ?? false }

    /// Takes nodes, in their order, through what happens to them at this instant: arrivals in order of sender, then
    /// timers.
    mutating func step(at now: Instant) {
        for delivery in arrivals.takeSoonest(until: now) {
            let index = delivery.receiver.index - firstNode
            actors[index].deliver(delivery)
            timers.set(index, to: now)
        }
        for index in struck { timers.set(index, to: now) }
        struck.removeAll(keepingCapacity: true)
        due.removeAll(keepingCapacity: true)
        timers.collect(until: now, into: &due)
        for index in due {
            actors[index].step(at: now, using: &scratch, into: &outbox)
            noteState(of: index)
        }
    }

    mutating func apply(_ change: NodeChange, node: NodeID, at now: Instant) {
        let index = node.index - firstNode
        actors[index].apply(change, at: now, using: &scratch, into: &outbox)
        struck.append(index)
        // A node that is killed or comes back may have been the one that was furthest.
        newestRound = 0
        for index in actors.indices { noteRound(of: index) }
        noteState(of: index)
    }

    /// From now on attacks draw otherwise.
    mutating func reseedAttacks(_ seed: UInt64) { for index in actors.indices { actors[index].reseedAttack(seed) } }

    /// To be called after whatever happens to a node.
    private mutating func noteState(of index: Int) {
        timers.set(index, to: actors[index].nextMoment)
        noteRound(of: index)
    }

    private mutating func noteRound(of index: Int) {
        if !actors[index].isDown { newestRound = max(newestRound, actors[index].core.currentRound.number) }
    }

    mutating func takeOutbox() -> Outbox {
        defer { outbox.removeAll() }
        return outbox
    }
}
