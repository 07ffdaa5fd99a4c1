// FaultPlan: which fault strikes which nodes in which rounds. Drivers ask it and carry it out; nothing here acts.
import Kernels

/// One fault of a plan, resolved on a graph.
public struct PlannedFault: Sendable {
    public let fault: any Fault
    /// Strikes when the newest round of any node is in here; open at the end: for good.
    public let rounds: Range<Int>
    /// The nodes struck, ascending.
    public let nodes: [NodeID]
    /// The only links struck, as unordered pairs; empty: all that touch one of `nodes`.
    public let edges: [(NodeID, NodeID)]

    public init(_ fault: any Fault, rounds: Range<Int>, nodes: [NodeID], edges: [(NodeID, NodeID)] = []) {
        self.fault = fault
        self.rounds = rounds
        self.nodes = nodes
        self.edges = edges
    }

    /// The stream of one message and the fault at this place in the plan.
    fileprivate func stream(of transmission: Transmission, number: Int, seed: UInt64, index: Int) -> RandomStream {
        RandomStream(
            seed: seed, purpose: .faults, node: transmission.sender, round: Round(number),
            lane: transmission.receiver.index << 8 | (index + 2) & 0xFF)
    }

    /// Nodes that it keeps from ever going on: they are not killed, and cannot finish.
    public var heldForGood: [NodeID] {
        guard rounds.upperBound == .max else { return [] }
        switch (fault as? any NodeFault)?.kind {
        case .pause, .fullDisk: return nodes
        case .crash, .clockJump, .checkpointCorruption, nil: return []
        }
    }

    /// As many nodes as `share` says, at least one, drawn by the experiment's seed and the place in the plan.
    public static func draw(_ share: Double, of count: Int, seed: UInt64, index: Int) -> [NodeID] {
        var random = RandomStream(
            seed: seed, purpose: .faults, node: NodeID(Int(UInt32.max)), round: Round(index), lane: 0)
        var left = Array(0..<count)
        let wanted = min(count, max(1, Int((share * Double(count)).rounded())))
        // Whatever the order, all are all: of 100,000 nodes, to draw each would take seconds.
        guard wanted < count else { return left.map { NodeID($0) } }
        return (0..<wanted).map { _ in NodeID(left.remove(at: random.below(left.count))) }.sorted()
    }
}

/// What a driver must do to a node.
public enum NodeChange: Sendable, Equatable {
    case crash, restart, pause, goOn, fillDisk, freeDisk
    case shiftTime(Nanoseconds)
    /// A draw says which bit.
    case corruptCheckpoint(UInt64)

    /// The name of the fault that strikes so; `nil` for the end of one.
    public var fault: String? {
        switch self {
        case .crash: Crash.name
        case .pause: Pause.name
        case .fillDisk: FullDisk.name
        case .shiftTime: ClockJump.name
        case .corruptCheckpoint: CheckpointCorruption.name
        case .restart, .goOn, .freeDisk: nil
        }
    }
}

/// The plan of an experiment as it unfolds.
public struct FaultPlan: Sendable {
    private enum State { case waiting, striking(since: Instant), over }

    private struct Entry {
        let planned: PlannedFault
        var network: (any NetworkFault)?
        var state = State.waiting
        /// How often it struck.
        var strikes = 0
    }

    private var seed: UInt64
    private let longestRound: Nanoseconds
    private var entries: [Entry]
    /// How many faults hold each node down, paused, or without room on its disk.
    private var holds: [[NodeFaultKind: Int]]
    /// Messages so far in each direction of each link; only looked up.
    private var counts: [Int: Int] = [:]
    /// The places in the plan of those faults that struck the last message.
    private var struck: [Int] = []

    /// - Parameter deadline: of a round. A fault of k rounds ends after 2k deadlines at the latest, so that a network
    ///   in which nothing moves any more comes back.
    public init(_ plan: [PlannedFault], nodeCount: Int, seed: UInt64, deadline: Nanoseconds) {
        self.seed = seed
        longestRound = 2 * deadline
        holds = [[NodeFaultKind: Int]](repeating: [:], count: nodeCount)
        entries = plan.enumerated().map { index, planned in
            var network = planned.fault as? any NetworkFault
            network?.prepare(
                for: FaultScope(
                    nodeCount: nodeCount, nodes: planned.nodes, rounds: planned.rounds, seed: seed, index: index))
            return Entry(planned: planned, network: network)
        }
    }

    public var isEmpty: Bool { entries.isEmpty }

    /// Whether any node is ever killed, so that checkpoints are worth keeping.
    public var crashesNodes: Bool {
        entries.contains { ($0.planned.fault as? any NodeFault)?.kind == .crash }
    }

    /// Whether nothing will go wrong any more, and nothing is wrong now.
    public var isOver: Bool {
        entries.allSatisfy { if case .over = $0.state { true } else { $0.planned.rounds.upperBound == .max } }
    }

    /// When a striking fault ends even if no round closes until then.
    public var nextEnd: Instant? { entries.compactMap(end).min() }

    private func end(of entry: Entry) -> Instant? {
        guard case .striking(let since) = entry.state, entry.planned.rounds.upperBound < .max else { return nil }
        return since + Nanoseconds(entry.planned.rounds.count).clampedTimes(longestRound)
    }

    /// Strikes and ends what is due, in the order of the plan.
    ///
    /// - Returns: what must be done to which node, in order.
    public mutating func advance(to moment: FaultMoment) -> [(node: NodeID, change: NodeChange)] {
        var changes: [(node: NodeID, change: NodeChange)] = []
        for index in entries.indices {
            let rounds = entries[index].planned.rounds
            if case .waiting = entries[index].state, moment.round >= rounds.lowerBound {
                entries[index].state = .striking(since: moment.now)
                strike(index, into: &changes)
            }
            if case .striking = entries[index].state,
                moment.round >= rounds.upperBound || end(of: entries[index]).map({ $0 <= moment.now }) ?? false
            {
                entries[index].state = .over
                end(index, into: &changes)
            }
        }
        return changes
    }

    private mutating func strike(_ index: Int, into changes: inout [(node: NodeID, change: NodeChange)]) {
        guard let fault = entries[index].planned.fault as? any NodeFault else { return }
        for node in entries[index].planned.nodes {
            entries[index].strikes += 1
            let change: NodeChange
            switch fault.kind {
            case .clockJump(let leap):
                changes.append((node, .shiftTime(leap)))
                continue
            case .checkpointCorruption:
                var random = RandomStream(
                    seed: seed, purpose: .faults, node: NodeID(Int(UInt32.max)), round: Round(index),
                    lane: 2 + node.index)
                changes.append((node, .corruptCheckpoint(random.next())))
                continue
            case .crash: change = .crash
            case .pause: change = .pause
            case .fullDisk: change = .fillDisk
            }
            holds[node.index][fault.kind, default: 0] += 1
            if holds[node.index][fault.kind] == 1 { changes.append((node, change)) }
        }
    }

    private mutating func end(_ index: Int, into changes: inout [(node: NodeID, change: NodeChange)]) {
        guard let fault = entries[index].planned.fault as? any NodeFault else { return }
        for node in entries[index].planned.nodes {
            let change: NodeChange
            switch fault.kind {
            case .clockJump, .checkpointCorruption: continue
            case .crash: change = .restart
            case .pause: change = .goOn
            case .fullDisk: change = .freeDisk
            }
            holds[node.index][fault.kind, default: 1] -= 1
            if holds[node.index][fault.kind] == 0 { changes.append((node, change)) }
        }
    }

    /// What becomes of one message that is sent now.
    public mutating func pass(_ transmission: Transmission, at moment: FaultMoment) -> Transmission {
        var transmission = transmission
        let direction = transmission.sender.index << 32 | transmission.receiver.index
        let number = counts[direction, default: 0]
        counts[direction] = number + 1
        struck.removeAll(keepingCapacity: true)
        for index in entries.indices {
            guard case .striking = entries[index].state, let network = entries[index].network,
                touches(entries[index].planned, transmission, anywhere: type(of: network).actsBetweenNodes)
            else { continue }
            var random = entries[index].planned.stream(of: transmission, number: number, seed: seed, index: index)
            let before = transmission
            entries[index].network?.strike(&transmission, at: moment, random: &random)
            if transmission != before {
                entries[index].strikes += 1
                struck.append(index)
            }
            if transmission.isLost || transmission.connectionEnd != nil { break }
        }
        return transmission
    }

    /// The kinds of fault that struck the message that was passed last.
    public var kindsOfLastStrike: [String] { struck.map { type(of: entries[$0].planned.fault).name } }

    /// From now on messages are struck by other draws.
    public mutating func reseed(_ seed: UInt64) { self.seed = seed }

    /// Whether what was kept back may go on now, as far as those faults say that strike now. What has been made of it
    /// counts no more, and it takes up no room for a second time.
    public mutating func releases(_ transmission: Transmission, at moment: FaultMoment) -> Bool {
        for index in entries.indices {
            guard case .striking = entries[index].state, let network = entries[index].network,
                touches(entries[index].planned, transmission, anywhere: type(of: network).actsBetweenNodes)
            else { continue }
            var asked = Transmission(sender: transmission.sender, receiver: transmission.receiver, bytes: 0)
            var random = entries[index].planned.stream(of: transmission, number: 0, seed: seed, index: index)
            entries[index].network?.strike(&asked, at: moment, random: &random)
            if asked.isHeld { return false }
        }
        return true
    }

    private func touches(_ planned: PlannedFault, _ transmission: Transmission, anywhere: Bool) -> Bool {
        guard planned.edges.isEmpty else {
            return planned.edges.contains {
                $0 == (transmission.sender, transmission.receiver) || $0 == (transmission.receiver, transmission.sender)
            }
        }
        return anywhere || planned.nodes.contains(transmission.sender) || planned.nodes.contains(transmission.receiver)
    }

    /// How often each kind of fault struck, in the order of the plan, kinds once each.
    public var strikes: [(kind: String, count: Int)] {
        var sums: [(kind: String, count: Int)] = []
        for entry in entries {
            let kind = type(of: entry.planned.fault).name
            if let index = sums.firstIndex(where: { $0.kind == kind }) {
                sums[index].count += entry.strikes
            } else {
                sums.append((kind, entry.strikes))
            }
        }
        return sums
    }
}
