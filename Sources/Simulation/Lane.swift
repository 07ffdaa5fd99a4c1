// The nodes that one thread drives, and what is about to happen to them. Lanes share nothing.
import Core
import Faults
import Kernels
import Learning
import Synchronization
import Wire

/// A lane's state behind the lock that hands it from the stepping thread to the exchanging one.
final class Lane: Sendable {
    let state: Mutex<LaneState>

    init(_ actors: [Actor], firstNode: Int, dimension: Int) {
        let degree = actors.map(\.degree).max() ?? 0
        state = Mutex(
            LaneState(
                actors: actors, firstNode: firstNode,
                tools: Tools(workspace: Workspace(dimension: dimension, degree: degree), training: TrainingScratch())))
    }
}

/// Scratch that a thread lends to the node it is driving.
struct Tools: Sendable {
    var workspace: Workspace
    var training: TrainingScratch
}

/// What nodes have to tell after a step, in the order of the nodes.
struct News: Sendable {
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
struct LaneState: Sendable {
    private(set) var actors: [Actor]
    let firstNode: Int
    private var tools: Tools
    private var arrivals = Timetable()
    /// When each node does something of its own accord.
    private var moments: MomentTree
    /// Nodes that something befell; they may have had reason to wait until then, and are looked at in the next instant.
    private var befallen: [Int] = []
    /// Those of this instant.
    private var due: [Int] = []
    /// The newest round that any living node of the lane is in.
    private(set) var newestRound = 0
    private var news = News()

    init(actors: [Actor], firstNode: Int, tools: Tools) {
        self.actors = actors
        self.firstNode = firstNode
        self.tools = tools
        moments = MomentTree(count: actors.count)
    }

    mutating func begin() {
        for index in actors.indices {
            actors[index].begin(using: &tools, telling: &news)
            noteState(of: index)
        }
    }

    mutating func schedule(_ deliveries: [Delivery], at moment: Instant) { arrivals.add(deliveries, at: moment) }

    /// When something happens next in this lane.
    var nextMoment: Instant? { [arrivals.soonest, moments.soonest].compactMap { $0 }.min() }

    /// Whether there is anything to do at this instant.
    func isBusy(at now: Instant) -> Bool { !befallen.isEmpty || nextMoment.map { $0 <= now } ?? false }

    /// Takes nodes, in their order, through what happens to them at this instant: arrivals in order of sender, then
    /// timers.
    mutating func step(at now: Instant) {
        for delivery in arrivals.takeSoonest(until: now) {
            let index = delivery.receiver.index - firstNode
            actors[index].deliver(delivery)
            moments.set(index, to: now)
        }
        for index in befallen { moments.set(index, to: now) }
        befallen.removeAll(keepingCapacity: true)
        due.removeAll(keepingCapacity: true)
        moments.collect(until: now, into: &due)
        for index in due {
            actors[index].step(at: now, using: &tools, telling: &news)
            noteState(of: index)
        }
    }

    mutating func suffer(_ change: NodeChange, node: NodeID, at now: Instant) {
        let index = node.index - firstNode
        actors[index].suffer(change, at: now, using: &tools, telling: &news)
        befallen.append(index)
        // A node that is killed or comes back may have been the one that was furthest.
        newestRound = 0
        for index in actors.indices { noteRound(of: index) }
        noteState(of: index)
    }

    /// To be called after whatever happens to a node.
    private mutating func noteState(of index: Int) {
        moments.set(index, to: actors[index].nextMoment)
        noteRound(of: index)
    }

    private mutating func noteRound(of index: Int) {
        if !actors[index].isDown { newestRound = max(newestRound, actors[index].core.currentRound.number) }
    }

    mutating func takeNews() -> News {
        defer { news.removeAll() }
        return news
    }
}
