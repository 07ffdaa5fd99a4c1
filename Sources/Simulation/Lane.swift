// The nodes that one thread drives, and what is about to happen to them. Lanes share nothing.
import Core
import Kernels
import Learning
import Synchronization
import Wire

/// Something that reaches a node from another one.
struct Delivery: Sendable {
    enum Content: Sendable {
        case message(Message)
        case frame(OutgoingFrame)
    }

    let receiver: NodeID
    let sender: NodeID
    let content: Content
}

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

struct LaneState: Sendable {
    var actors: [Actor]
    let firstNode: Int
    var tools: Tools
    /// What arrives when, soonest first; few moments are open at a time.
    private var moments: [(at: Instant, deliveries: [Delivery])] = []
    private var observations: [Observation] = []
    private var sent: [Delivery] = []
    private var woken: [Int] = []

    init(actors: [Actor], firstNode: Int, tools: Tools) {
        self.actors = actors
        self.firstNode = firstNode
        self.tools = tools
    }

    mutating func begin() {
        for index in actors.indices { actors[index].begin(using: &tools, sending: &sent, observing: &observations) }
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
        let timer = actors.compactMap(\.wakeAt).min()
        guard let arrival = moments.first?.at else { return timer }
        return timer.map { min($0, arrival) } ?? arrival
    }

    /// Takes every node through what happens to it at this instant: arrivals in order of sender, then its timer.
    mutating func step(at now: Instant) {
        var arrivals: [Delivery] = []
        if let first = moments.first, first.at <= now {
            arrivals = first.deliveries
            moments.removeFirst()
        }
        for delivery in arrivals { actors[delivery.receiver.index - firstNode].pending.append(delivery) }
        arrivals = []
        for index in actors.indices where actors[index].isDue(at: now) {
            actors[index].step(at: now, using: &tools, sending: &sent, observing: &observations)
        }
    }

    mutating func takeOutput() -> (sent: [Delivery], observations: [Observation]) {
        defer {
            sent.removeAll(keepingCapacity: true)
            observations.removeAll(keepingCapacity: true)
        }
        return (sent, observations)
    }
}
