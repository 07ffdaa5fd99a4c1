// Runs every node of an experiment in one process, in virtual time, on the same cores that real processes run.
//
// Each instant has two halves. First every node that something happens to takes its step; nodes are split into lanes,
// one a thread, and touch nothing of each other. Then the messages sent are handed over in the order (sender,
// sequence), one latency later. So the number of threads changes nothing.
import Core
import Dispatch
import Kernels
import Learning
import Metrics
import Wire

/// One node as the simulator drives it.
public struct SimulatedNode: Sendable {
    public let core: NodeCore
    public let trainer: any LocalModel
    /// Ascending.
    public let neighbours: [NodeID]

    public init(core: NodeCore, trainer: any LocalModel, neighbours: [NodeID]) {
        self.core = core
        self.trainer = trainer
        self.neighbours = neighbours
    }
}

/// How messages travel in the simulator.
public enum Carriage: Sendable, Equatable {
    /// As values that share the sender's array.
    case values
    /// As frames, through the same links as on a real wire.
    case bytes
}

/// What a node told while it ran.
public enum Observation: Sendable {
    case snapshot(NodeID, rounds: Int, [Float])
    case record(NodeID, NodeRecord)
}

/// What a simulation came to.
public struct SimulationResult: Sendable {
    /// How each node ended; `nil` for one that had not when the simulation was stopped.
    public let endings: [Ending?]
    /// Over every event that every node handled and every model it mixed, in order.
    public let traceHash: UInt64
    /// Local steps taken by all nodes together.
    public let steps: Int
    /// What each node sent.
    public let traffic: [Traffic]
    public let virtualNanoseconds: Nanoseconds
}

/// Messages sent, and the bytes that their frames have on a wire.
public struct Traffic: Sendable, Equatable {
    public var messages = 0
    public var bytes = 0
}

public struct Simulator {
    public struct Options: Sendable {
        public var threads = 1
        public var carriage = Carriage.values
        /// Every message takes this long.
        public var latency: Nanoseconds = .milliseconds(1)

        public init(threads: Int = 1, carriage: Carriage = .values) {
            self.threads = threads
            self.carriage = carriage
        }
    }

    private let lanes: [Lane]
    private let laneOfNode: [Int]
    private let options: Options
    private let nodeCount: Int

    /// - Parameters:
    ///   - nodes: in the order of their ids, 0 first.
    ///   - dimension: elements of a model.
    ///   - experiment: 32-byte identity, for the handshakes of carried bytes.
    public init(_ nodes: [SimulatedNode], dimension: Int, experiment: [UInt8], options: Options = Options()) {
        self.options = options
        nodeCount = nodes.count
        let laneCount = max(1, min(options.threads, nodes.count))
        var lanes: [Lane] = []
        var laneOfNode: [Int] = []
        for lane in 0..<laneCount {
            let range = nodes.count * lane / laneCount..<nodes.count * (lane + 1) / laneCount
            laneOfNode.append(contentsOf: repeatElement(lane, count: range.count))
            let actors = range.map { index in
                Actor(
                    nodes[index], id: NodeID(index), dimension: dimension, experiment: experiment,
                    carriage: options.carriage)
            }
            lanes.append(Lane(actors, firstNode: range.lowerBound, dimension: dimension))
        }
        self.lanes = lanes
        self.laneOfNode = laneOfNode
    }

    /// Runs until every node has ended, nothing more can happen, or `shouldStop` says so.
    ///
    /// - Parameter observe: called on the calling thread, in the order (time, node).
    public func run(
        observe: (Observation) -> Void = { _ in }, shouldStop: () -> Bool = { false }
    ) -> SimulationResult {
        var now = Instant(nanoseconds: 0)
        for lane in lanes { lane.state.withLock { $0.begin() } }
        while !shouldStop() {
            step(at: now)
            exchange(at: now, observe: observe)
            guard let next = lanes.compactMap({ lane in lane.state.withLock { $0.nextMoment } }).min() else { break }
            now = next
        }
        return result(at: now)
    }

    private func step(at now: Instant) {
        if lanes.count == 1 {
            lanes[0].state.withLock { $0.step(at: now) }
        } else {
            let lanes = lanes
            DispatchQueue.concurrentPerform(iterations: lanes.count) { index in
                lanes[index].state.withLock { $0.step(at: now) }
            }
        }
    }

    /// Hands over what was sent: lanes hold ascending nodes, so senders come in ascending order.
    private func exchange(at now: Instant, observe: (Observation) -> Void) {
        var deliveries = [[Delivery]](repeating: [], count: lanes.count)
        for lane in lanes {
            let (sent, observations) = lane.state.withLock { $0.takeOutput() }
            for delivery in sent { deliveries[laneOfNode[delivery.receiver.index]].append(delivery) }
            for observation in observations { observe(observation) }
        }
        for (lane, batch) in zip(lanes, deliveries) where !batch.isEmpty {
            lane.state.withLock { $0.schedule(batch, at: now + options.latency) }
        }
    }

    private func result(at now: Instant) -> SimulationResult {
        var endings: [Ending?] = []
        var hash = TraceHash()
        var steps = 0
        var traffic: [Traffic] = []
        for lane in lanes {
            lane.state.withLock { state in
                for actor in state.actors {
                    endings.append(actor.ending)
                    hash.fold(actor.hash.value)
                    steps += actor.steps
                    traffic.append(actor.traffic)
                }
            }
        }
        return SimulationResult(
            endings: endings, traceHash: hash.value, steps: steps, traffic: traffic,
            virtualNanoseconds: now.nanoseconds)
    }
}

/// A running hash of 64-bit words, order-sensitive (the finaliser of SplitMix64).
struct TraceHash: Sendable {
    private(set) var value: UInt64 = 0

    mutating func fold(_ word: UInt64) {
        var mixed = (value ^ word) &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        value = mixed ^ (mixed >> 31)
    }
}
