// Honest neighbours that stand still for one second in four: who is missed for it, and how soon they are back.
import Kernels
import Testing
import Wire

@testable import Core

@Suite("Stops")
struct StopsTests {
    /// A complete graph of nodes in virtual time, some of which stand still for a while, again and again.
    private struct StoppingNetwork {
        /// In milliseconds. A message takes the latency or up to twice as long, so that arrivals change places.
        static let (latency, stop, period, start) = (5, 1000, 4000, 2000)

        private struct Delivery {
            let model: ModelMessage
            let sender: Int
            let receiver: Int
        }

        var nodes: [HandledNode]
        /// When each node's stops begin, after the start and within the period; `nil` for one that never stops.
        let phases: [Int?]
        /// How much longer the messages of those that stop take.
        let slowness: Int
        private var random: RandomStream
        private var due: [Int: [Delivery]] = [:]
        /// When the last model arrives that a node has sent another: none overtakes it.
        private var arrivals: [[Int]]
        private var sent: [Int]
        private var closed: [Int]
        /// Whose models each round of each node was closed with, and when.
        private(set) var rounds: [[(time: Int, senders: [Int])]]

        init(phases: [Int?], slowness: Int, seed: UInt64, rounds: Int, limit: Nanoseconds?) {
            let count = phases.count
            let stopping = phases.count { $0 != nil }
            self.phases = phases
            self.slowness = slowness
            random = RandomStream(seed: seed, purpose: .faults)
            sent = [Int](repeating: 0, count: count)
            arrivals = [[Int]](repeating: sent, count: count)
            closed = sent
            self.rounds = [[(time: Int, senders: [Int])]](repeating: [], count: count)
            // As few as those that stop are waited for on credit.
            nodes = (0..<count).map { _ in HandledNode(degree: count - 1, rounds: rounds, hostile: stopping) }
            guard let limit else { return }
            for index in nodes.indices {
                nodes[index].core.ledger = PatienceLedger(neighbours: count - 1, suspects: stopping, limit: limit)
            }
        }

        /// Each node calls itself 0, and the others by their places in the row without it, from 1.
        private static func name(of other: Int, for node: Int) -> Int { other < node ? other + 1 : other }
        private static func node(named name: Int, by node: Int) -> Int { name - 1 < node ? name - 1 : name }

        private func isStopped(_ node: Int, at time: Int) -> Bool {
            guard let phase = phases[node], time >= Self.start + phase else { return false }
            return (time - Self.start - phase) % Self.period < Self.stop
        }

        func wakes(of node: Int, before end: Int) -> [Int] {
            guard let phase = phases[node] else { return [] }
            return Array(stride(from: Self.start + phase + Self.stop, to: end, by: Self.period))
        }

        mutating func run() {
            for index in nodes.indices {
                nodes[index].join(1...nodes.count - 1)
                collect(index, at: 0)
            }
            var held = [[Delivery]](repeating: [], count: nodes.count)
            var time = 0
            while nodes.contains(where: { $0.ending == nil }), time < 600_000 {
                time += 1
                let deliveries = due.removeValue(forKey: time) ?? []
                for delivery in deliveries { held[delivery.receiver].append(delivery) }
                for node in nodes.indices where !isStopped(node, at: time) {
                    let isAwakening = isStopped(node, at: time - 1)
                    for delivery in held[node] { deliver(delivery, isAwakening: isAwakening, at: time) }
                    held[node].removeAll(keepingCapacity: true)
                    if let wake = nodes[node].wakeAt, wake <= HandledNode.moment(time) {
                        nodes[node].oversleep(.timer, at: time)
                    }
                    collect(node, at: time)
                }
            }
        }

        private mutating func deliver(_ delivery: Delivery, isAwakening: Bool, at time: Int) {
            let event = NodeEvent.received(
                .model(delivery.model), from: NodeID(Self.name(of: delivery.sender, for: delivery.receiver)))
            // What has come meanwhile is read before any timer.
            nodes[delivery.receiver].oversleep(event, at: time)
        }

        /// Sends off what the node has sent, and notes the rounds that it has closed.
        private mutating func collect(_ node: Int, at time: Int) {
            for (message, name) in nodes[node].sent[sent[node]...] {
                guard case .model(let model) = message else { continue }
                let delay = Self.latency + Int(random.next() % UInt64(Self.latency + 1))
                let receiver = Self.node(named: name, by: node)
                let arrival = max(arrivals[node][receiver], time + delay + (phases[node] == nil ? 0 : slowness))
                arrivals[node][receiver] = arrival
                due[arrival, default: []].append(Delivery(model: model, sender: node, receiver: receiver))
            }
            sent[node] = nodes[node].sent.count
            for line in nodes[node].traces[closed[node]...] {
                let others = line.senders.filter { $0 != 0 }.map { Self.node(named: $0, by: node) }
                rounds[node].append((time, others))
            }
            closed[node] = nodes[node].traces.count
        }

        /// Models that honest nodes did without, and all.
        var missed: (missed: Int, of: Int) {
            let all = rounds.joined().reduce(0) { $0 + $1.senders.count }
            let expected = rounds.reduce(0) { $0 + $1.count } * (nodes.count - 1)
            return (expected - all, expected)
        }

        /// Of each node and each waking of a neighbour: rounds that it closed before the neighbour was mixed again.
        var absences: [Int] {
            var absences: [Int] = []
            for neighbour in nodes.indices {
                for node in nodes.indices where node != neighbour {
                    for wake in wakes(of: neighbour, before: rounds[node].last?.time ?? 0) {
                        let after = rounds[node].drop { $0.time < wake }
                        let back = after.firstIndex { $0.senders.contains(neighbour) }
                        absences.append((back ?? after.endIndex) - after.startIndex)
                    }
                }
            }
            return absences
        }
    }

    /// The first misses, for messages.
    private static func misses(in network: StoppingNetwork) -> [String] {
        network.rounds.indices.flatMap { node in
            network.rounds[node].enumerated().filter { $0.element.senders.count < network.nodes.count - 1 }
                .prefix(5).map { "node \(node), \($0.element.time) ms, round \($0.offset): \($0.element.senders)" }
        }
    }

    /// Four times as many nodes as those that stop, which come first.
    private static func run(
        phases: [Int], slowness: Int = 0, seed: UInt64, limit: Nanoseconds? = nil
    ) -> StoppingNetwork {
        var network = StoppingNetwork(
            phases: phases + [Int?](repeating: nil, count: 3 * phases.count), slowness: slowness, seed: seed,
            rounds: 1500, limit: limit)
        network.run()
        return network
    }

    @Test(
        "a quarter of the nodes stops in one phase, and at most one model in 10,000 is missed", arguments: [1, 2],
        [1, 2])
    func onePhase(count: Int, seed: UInt64) {
        let network = Self.run(phases: [Int](repeating: 0, count: count), seed: seed)
        #expect(network.nodes.allSatisfy { $0.ending != nil })
        let (missed, all) = network.missed
        #expect(all > 10_000 && missed * 10_000 <= all, "\(missed) of \(all): \(Self.misses(in: network))")
    }

    @Test("a ledger that bears a tenth of a second misses many")
    func impatient() {
        let (missed, all) = Self.run(phases: [0, 0], seed: 1, limit: .milliseconds(100)).missed
        #expect(missed * 100 > all, "\(missed) of \(all)")
    }

    /// How often a neighbour that had woken was not mixed again within 3 rounds, of how many times.
    private static func late(_ networks: [StoppingNetwork]) -> (late: Int, of: Int) {
        let absences = networks.flatMap(\.absences)
        return (absences.count { $0 > 3 }, absences.count)
    }

    @Test("stops in phases of their own: who has woken is mixed again within 3 rounds in 99 of 100 cases")
    func independentPhases() {
        let networks = (1...8).map { seed in
            var random = RandomStream(seed: UInt64(seed), purpose: .faults, lane: 1)
            let phases = (0..<2).map { _ in Int(random.next() % UInt64(StoppingNetwork.period)) }
            return Self.run(phases: phases, slowness: 2, seed: UInt64(seed))
        }
        #expect(networks.allSatisfy { $0.nodes.allSatisfy { $0.ending != nil } })
        let (late, all) = Self.late(networks)
        #expect(all > 500 && late * 100 <= all, "\(late) of \(all)")
    }

    @Test("a ledger that bears nothing lets a node that has woken come too late, round after round")
    func hasty() {
        let (late, all) = Self.late([Self.run(phases: [0, 1300], slowness: 2, seed: 1, limit: 0)])
        #expect(late * 100 > all, "\(late) of \(all)")
    }
}
