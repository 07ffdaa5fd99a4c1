// Runs every node of an experiment in one process, in virtual time, on the same cores that real processes run.
//
// Each instant has two halves. First every node that something happens to takes its step; nodes are split into shards,
// of which each thread takes one after the other, and touch nothing of each other. Then the messages sent are handed
// over in the order (sender, sequence), one latency later, or whatever becomes of them where things go wrong. So the
// number of threads changes nothing.
public import Core
import Dispatch
public import Faults
import Kernels
public import Learning
public import Metrics
import Synchronization
public import Wire

/// One node as the simulator drives it.
public struct SimulatedNode: Sendable {
    public let core: NodeCore
    public let trainer: any LocalModel
    /// Ascending.
    public let neighbours: [NodeID]
    /// `nil`: a local step takes no virtual time.
    public let stepTime: StepTime?
    public let start: NodeStart

    public init(
        core: NodeCore, trainer: any LocalModel, neighbours: [NodeID], stepTime: StepTime? = nil,
        start: NodeStart = .afresh
    ) {
        self.core = core
        self.trainer = trainer
        self.neighbours = neighbours
        self.stepTime = stepTime
        self.start = start
    }
}

/// How messages travel in the simulator.
public enum Carriage: String, Sendable, CaseIterable {
    /// As values that share the sender's array.
    case values
    /// As frames, through the same links as on a real wire.
    case bytes
    /// As bytes, with a key for every edge.
    case sealed
    /// As fragments in datagrams, which may be lost, doubled and overtaken one by one.
    case datagrams
    case sealedDatagrams

    var usesDatagrams: Bool { self == .datagrams || self == .sealedDatagrams }
    var isSealed: Bool { self == .sealed || self == .sealedDatagrams }
}

/// What a node told while it ran; all but the first four only to whoever watches.
public enum Observation: Sendable {
    case snapshot(NodeID, rounds: Int, [Float])
    case record(NodeID, NodeRecord)
    /// The mix that made the model after so many rounds; it comes before that model.
    case sampled(NodeID, rounds: Int, MixSample)
    /// The node's own model, where it has one beside that model; it comes before it.
    case ownModel(NodeID, rounds: Int, [Float])
    case ended(NodeID, Ending)
    case sent(from: NodeID, to: NodeID, ModelMessage)
    /// Parameters that the receiver had asked for.
    case sentState(from: NodeID, to: NodeID, ModelMessage)
    /// A trace line, as soon as it is kept.
    case wrote(NodeID, TraceLine)
    /// A trace line that local steps follow or the end, what it came to, and how many models of neighbours the node
    /// holds.
    case mixed(NodeID, TraceLine, [Float], buffered: Int)
    case saved(NodeID, Checkpoint, in: Round)
    case killed(NodeID)
    /// What a node has come through since it told last.
    case passed(NodeID, Milestones)
    /// A kind of fault has struck a node, or a message to it.
    case struck(String, NodeID, in: NodePhase)
}

/// A moment of a simulation from which it goes on with other latencies, strikes of faults and draws of attacks.
public struct Branch: Sendable, Equatable, CustomStringConvertible {
    /// Virtual time: what happens then or later is another course of events.
    public let at: Instant
    /// Which course.
    public let number: Int

    public init(at moment: Instant, number: Int) {
        at = moment
        self.number = number
    }

    /// `2@1340000000`: course number 2 from that nanosecond on.
    public var description: String { "\(number)@\(at.nanoseconds)" }
}

/// The result of a simulation.
public struct SimulationResult: Sendable {
    /// How each node ended; `nil` for one that had not when the simulation was stopped.
    public let endings: [Ending?]
    /// When, in virtual time.
    public let endedAt: [Instant?]
    /// The round that each node was in at the end; so many it has closed.
    public let rounds: [Round]
    /// Nodes that were killed for good.
    public let killed: [NodeID]
    /// Over every event that every node handled and every model it mixed, in order.
    public let traceHash: UInt64
    /// Local steps taken by all nodes together.
    public let steps: Int
    /// What each node sent.
    public let traffic: [Traffic]
    public let virtualNanoseconds: Nanoseconds
    /// How often each kind of fault struck.
    public let strikes: [(kind: String, count: Int)]
    /// When the last fault had ended; `nil` where there was none, or one had not.
    public let calmSince: Instant?
    /// The most messages that the network kept back at once on one link.
    public let longestHold: Int
}

/// Messages sent, the bytes that their frames have on a wire, and those of what has arrived.
public struct Traffic: Sendable, Equatable {
    public var messages = 0
    public var bytes = 0
    public var received = 0
}

/// A simulation of all nodes of an experiment: a value. A copy goes on by itself, and to the same end.
public struct Simulator {
    public struct Options: Sendable {
        public var threads = 1
        public var carriage = Carriage.values
        /// Every message takes this long.
        public var latency: Nanoseconds = .milliseconds(1)
        /// Every message and mix is observed.
        public var isWatched = false
        /// Virtual time after which the run is cut off: nodes that nothing wakes any more let links be made anew for
        /// ever.
        public var longest = Nanoseconds.max
        public var branch: Branch?

        public init(
            threads: Int = 1, carriage: Carriage = .values, latency: Nanoseconds = .milliseconds(1),
            isWatched: Bool = false
        ) {
            self.threads = threads
            self.carriage = carriage
            self.latency = latency
            self.isWatched = isWatched
        }
    }

    /// A datagram link that hears nothing for so long is given up.
    private static let linkPatience: Nanoseconds = .milliseconds(5_000)
    /// What Linux usually gives a socket.
    private static let receiveBuffer = 212_992

    private var shards: [NodeShard]
    private let shardOfNode: [Int]
    private let neighbours: [[NodeID]]
    private var options: Options
    private let seed: UInt64
    private var network: VirtualNetwork?
    /// The next moment at which something happens, or the last one where nothing more can.
    private var now = Instant(nanoseconds: 0)
    private var hasBegun = false
    private var isOver = false
    private var calmSince: Instant?

    /// - Parameters:
    ///   - nodes: in the order of their ids, 0 first.
    ///   - experiment: 32-byte identity, for the handshakes of carried bytes.
    ///   - faults: what goes wrong; an empty plan costs nothing.
    public init(
        _ nodes: [SimulatedNode], experiment: [UInt8], faults: FaultPlan? = nil, seed: UInt64 = 0,
        options: Options = Options()
    ) {
        self.options = options
        self.seed = seed
        neighbours = nodes.map(\.neighbours)
        let plan = faults.flatMap { $0.isEmpty ? nil : $0 }
        let settings = Actor.Settings(
            experiment: experiment, carriage: options.carriage,
            pace: DatagramLink.Pace(
                patience: max(Self.linkPatience, 8 * options.latency), receiveBuffer: Self.receiveBuffer),
            isDisturbed: plan != nil,
            keepsCheckpoints: options.isWatched || plan?.crashesNodes ?? false, isWatched: options.isWatched)
        let shardCount = Self.shards(threads: options.threads, nodes: nodes.count)
        var shards: [NodeShard] = []
        var shardOfNode: [Int] = []
        for shard in 0..<shardCount {
            let range = nodes.count * shard / shardCount..<nodes.count * (shard + 1) / shardCount
            shardOfNode.append(contentsOf: repeatElement(shard, count: range.count))
            let actors = range.map { Actor(nodes[$0], id: NodeID($0), settings: settings) }
            shards.append(NodeShard(actors, firstNode: range.lowerBound, number: shard))
        }
        self.shards = shards
        self.shardOfNode = shardOfNode
        network = plan.map { plan in
            let edges = nodes.enumerated().flatMap { index, node in
                node.neighbours.filter { $0.index > index }.map { VirtualNetwork.Edge(NodeID(index), $0) }
            }
            return VirtualNetwork(
                plan, latency: options.latency, seed: seed, edges: edges,
                backlog: nodes.map(\.core.backlog).max() ?? 1)
        }
    }

    /// More shards than threads where there are enough nodes. Each thread takes its own first and then those of others,
    /// so that all threads are busy to the end of an instant, however processors are shared.
    private static func shards(threads: Int, nodes: Int) -> Int {
        guard threads > 1 else { return 1 }
        return max(1, min(nodes, max(threads, min(shardsOfThread * threads, nodes / leastOfShard))))
    }

    private static let shardsOfThread = 8
    /// Nodes for which handing over a shard costs nothing.
    private static let leastOfShard = 64

    /// Runs until every node has ended, nothing more can happen, the virtual time is over, or `shouldStop` says so;
    /// goes on from there when it is called again.
    ///
    /// - Parameter observe: called on the calling thread, in the order (time, node).
    public mutating func run(
        observe: (Observation) -> Void = { _ in }, shouldStop: () -> Bool = { false }
    ) -> SimulationResult {
        ownShards()
        if !hasBegun { for shard in shards { shard.state.withLock { $0.begin() } } }
        hasBegun = true
        while !isOver, now.nanoseconds <= options.longest, !shouldStop() {
            if let branch = options.branch, branch.at <= now { reseed(for: branch) }
            step(at: now)
            if network == nil {
                exchange(at: now, observe: observe)
            } else {
                exchangeAmidFaults(at: now, observe: observe)
            }
            if let next = nextMoment { now = max(now, next) } else { isOver = true }
        }
        return result(at: now)
    }

    /// Shards are shared by copies until one of these goes on.
    private mutating func ownShards() {
        for index in shards.indices where !isKnownUniquelyReferenced(&shards[index]) {
            shards[index] = NodeShard(copying: shards[index])
        }
    }

    // MARK: - Branches

    /// The moment of what happens next.
    public var nextInstant: Instant { now }

    /// From here on it goes on as a run with this branch does, which begins with what happens next.
    ///
    /// - Returns: the branch.
    public mutating func branch(_ number: Int) -> Branch {
        let branch = Branch(at: now, number: number)
        options.branch = branch
        return branch
    }

    private mutating func reseed(for branch: Branch) {
        options.branch = nil
        var random = RandomStream(seed: seed, purpose: .faults, node: NodeID(branch.number), lane: 4)
        let seed = random.next()
        network?.reseed(seed)
        for shard in shards { shard.state.withLock { $0.reseedAttacks(seed) } }
    }

    /// When something happens next. A network that only looks after connections keeps no time going.
    private var nextMoment: Instant? {
        let ofNodes = shards.compactMap { shard in shard.state.withLock { $0.nextMoment } }.min()
        guard ofNodes != nil || network?.plan.nextEnd != nil else { return nil }
        return [ofNodes, network?.nextMoment].compactMap { $0 }.min()
    }

    private func step(at now: Instant) {
        let busy = shards.filter { shard in shard.state.withLock { $0.isBusy(at: now) } }
        if busy.count == 1 {
            busy[0].state.withLock { $0.step(at: now) }
        } else {
            let threads = min(options.threads, shards.count)
            var ofThread = [[NodeShard]](repeating: [], count: threads)
            for shard in busy { ofThread[shard.home(among: threads, of: shards.count)].append(shard) }
            let waiting = Mutex(ofThread)
            DispatchQueue.concurrentPerform(iterations: threads) { thread in
                for turn in 0..<threads {
                    let owner = (thread + turn) % threads
                    while let shard = waiting.withLock({ $0[owner].popLast() }) {
                        shard.state.withLock { $0.step(at: now) }
                    }
                }
            }
        }
    }

    // MARK: - Where nothing goes wrong

    /// Hands over what was sent: shards hold ascending nodes, so senders come in ascending order.
    private func exchange(at now: Instant, observe: (Observation) -> Void) {
        var deliveries = [[Delivery]](repeating: [], count: shards.count)
        for shard in shards {
            let outbox = shard.state.withLock { $0.takeOutbox() }
            for (delivery, _) in outbox.sent { deliveries[shardOfNode[delivery.receiver.index]].append(delivery) }
            for observation in outbox.observations { observe(observation) }
        }
        for (shard, batch) in zip(shards, deliveries) where !batch.isEmpty {
            shard.state.withLock { $0.schedule(batch, at: now + options.latency) }
        }
    }

    // MARK: - Where things go wrong

    private mutating func exchangeAmidFaults(at now: Instant, observe: (Observation) -> Void) {
        guard var network else { return }
        self.network = nil
        defer { self.network = network }
        let moment = FaultMoment(now: now, round: newestRound)
        var arrivals: [VirtualNetwork.Arrival] = []
        for (node, change) in network.advance(to: moment) {
            let wasAlive = isAlive(node)
            shards[shardOfNode[node.index]].state.withLock { $0.apply(change, node: node, at: now) }
            if wasAlive != isAlive(node) { arrivals += rewire(node, in: &network, at: now) }
        }
        if calmSince == nil, network.plan.isOver { calmSince = now }
        // All that was sent comes before all that was ended, however nodes are dealt to threads.
        let outboxes = shards.map { shard in shard.state.withLock { $0.takeOutbox() } }
        for (delivery, bytes) in outboxes.flatMap(\.sent) {
            arrivals += network.carry(delivery, bytes: bytes, at: moment)
            guard options.isWatched else { continue }
            for kind in network.plan.kindsOfLastStrike {
                if let phase = phase(of: delivery.receiver) { observe(.struck(kind, delivery.receiver, in: phase)) }
            }
        }
        for (node, peer, connection) in outboxes.flatMap(\.closed) {
            let edge = VirtualNetwork.Edge(node, peer)
            arrivals += breakOff(edge, connection: connection, telling: [peer], in: &network, at: now)
        }
        for (edge, connection, told) in network.takeBroken() {
            arrivals += breakOff(edge, connection: connection, telling: told, in: &network, at: now)
        }
        for observation in outboxes.flatMap(\.observations) { observe(observation) }
        arrivals += network.release(at: moment)
        let unopened = network.due(at: now) { isAlive($0.low) && isAlive($0.high) ? isOpen($0) : nil }
        for edge in unopened {
            arrivals += network.reconnect(edge, soon: true, at: now, incarnation: incarnation)
        }
        for (delivery, moment) in arrivals {
            shards[shardOfNode[delivery.receiver.index]].state.withLock { $0.schedule([delivery], at: moment) }
        }
    }

    /// A node was killed or came back: its neighbours' connections end, or begin anew.
    private func rewire(_ node: NodeID, in network: inout VirtualNetwork, at now: Instant) -> [VirtualNetwork.Arrival] {
        neighbours[node.index].flatMap { peer in
            let edge = VirtualNetwork.Edge(node, peer)
            guard isAlive(peer) else { return network.close(edge, telling: [], at: now) }
            return isAlive(node)
                ? network.reconnect(edge, soon: true, at: now, incarnation: incarnation)
                : network.close(edge, telling: [peer], at: now)
        }
    }

    /// A node or a fault has ended a connection: those who have not done it learn of it, and if both ends go on they
    /// try again.
    private func breakOff(
        _ edge: VirtualNetwork.Edge, connection: Int, telling ends: [NodeID], in network: inout VirtualNetwork,
        at now: Instant
    ) -> [VirtualNetwork.Arrival] {
        let closing = network.close(edge, connection: connection, telling: ends, at: now)
        guard !closing.isEmpty, isAlive(edge.low), isAlive(edge.high) else { return closing }
        return closing + network.reconnect(edge, soon: false, at: now, incarnation: incarnation)
    }

    private func phase(of node: NodeID) -> NodePhase? {
        shards[shardOfNode[node.index]].state.withLock { $0.actors[node.index - $0.firstNode].phase }
    }

    private func isAlive(_ node: NodeID) -> Bool {
        shards[shardOfNode[node.index]].state.withLock { $0.actors[node.index - $0.firstNode].isAlive }
    }

    private func incarnation(_ node: NodeID) -> UInt64 {
        shards[shardOfNode[node.index]].state.withLock { $0.actors[node.index - $0.firstNode].incarnation }
    }

    private func isOpen(_ edge: VirtualNetwork.Edge) -> Bool {
        [(edge.low, edge.high), (edge.high, edge.low)].allSatisfy { end, other in
            shards[shardOfNode[end.index]].state.withLock { $0.actors[end.index - $0.firstNode].isLinked(with: other) }
        }
    }

    private var newestRound: Int { shards.map { shard in shard.state.withLock { $0.newestRound } }.max() ?? 0 }

    private func result(at now: Instant) -> SimulationResult {
        var endings: [Ending?] = []
        var rounds: [Round] = []
        var endedAt: [Instant?] = []
        var killed: [NodeID] = []
        var hash = TraceHash()
        var steps = 0
        var traffic: [Traffic] = []
        for shard in shards {
            shard.state.withLock { state in
                for actor in state.actors {
                    endings.append(actor.ending)
                    rounds.append(actor.core.currentRound)
                    endedAt.append(actor.endedAt)
                    if actor.isDown { killed.append(actor.id) }
                    hash.fold(actor.hash.value)
                    steps += actor.steps
                    traffic.append(actor.traffic)
                }
            }
        }
        return SimulationResult(
            endings: endings, endedAt: endedAt, rounds: rounds, killed: killed, traceHash: hash.value, steps: steps,
            traffic: traffic,
            virtualNanoseconds: now.nanoseconds, strikes: network?.plan.strikes ?? [], calmSince: calmSince,
            longestHold: network?.longestHold ?? 0)
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
