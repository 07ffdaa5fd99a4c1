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

struct LaneState: Sendable {
    var actors: [Actor]
    let firstNode: Int
    var tools: Tools
    /// What arrives when, soonest first; few moments are open at a time.
    private var moments: [(at: Instant, deliveries: [Delivery])] = []
    private var news = News()

    init(actors: [Actor], firstNode: Int, tools: Tools) {
        self.actors = actors
        self.firstNode = firstNode
        self.tools = tools
    }

    mutating func begin() {
        for index in actors.indices { actors[index].begin(using: &tools, telling: &news) }
    }

    mutating func schedule(_ deliveries: [Delivery], at moment: Instant) {
        if let index = moments.firstIndex(where: { $0.at == moment }) {
            moments[index].deliveries.append(contentsOf: deliveries)
        } else {
            let index = moments.firstIndex { $0.at > moment } ?? moments.endIndex
            moments.insert((moment, deliveries), at: index)
        }
    }

    /// When something happens next in this lane.
    var nextMoment: Instant? {
        var next = moments.first?.at
        // By index: an actor is too large to be copied for a question.
        for index in actors.indices {
            guard let own = actors[index].nextMoment else { continue }
            next = next.map { min($0, own) } ?? own
        }
        return next
    }

    /// The newest round that any living node of the lane is in.
    var newestRound: Int {
        var newest = 0
        for index in actors.indices where !actors[index].isDown {
            newest = max(newest, actors[index].core.round.number)
        }
        return newest
    }

    /// Takes every node through what happens to it at this instant: arrivals in order of sender, then its timer.
    mutating func step(at now: Instant) {
        var arrivals: [Delivery] = []
        if let first = moments.first, first.at <= now {
            arrivals = first.deliveries
            moments.removeFirst()
        }
        for delivery in arrivals { actors[delivery.receiver.index - firstNode].deliver(delivery) }
        arrivals = []
        for index in actors.indices { actors[index].step(at: now, using: &tools, telling: &news) }
    }

    mutating func suffer(_ change: NodeChange, node: NodeID, at now: Instant) {
        actors[node.index - firstNode].suffer(change, at: now, using: &tools, telling: &news)
    }

    mutating func takeNews() -> News {
        defer { news.removeAll() }
        return news
    }
}
