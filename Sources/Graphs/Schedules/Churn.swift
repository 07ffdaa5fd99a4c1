// Churn: nodes that leave and come back by chance, each by itself, as phones and volunteers' machines do.
import Kernels
import Registry

/// Each node is there for `meanUp` rounds in the mean and then away for `meanDown`, both geometric: the Markov chain of
/// two states (Gilbert 1960), in its stationary state from the first round on. What a node gives to one that is away,
/// it keeps for itself, so that symmetric weights stay symmetric, and doubly stochastic.
///
/// In each round there is with probability 1/meanUp + 1/meanDown an event that draws anew whether the node is there.
/// That comes to the same chain, and the state in any round is that of the last event: nobody has to walk through all
/// rounds before.
public struct Churn: ScheduleKind {
    public static let name = "churn"
    public static let aliases = ["onOff", "on-off"]
    public static let summary = "Each node leaves and comes back by chance; Metropolis weights of the whole graph."
    public static let isRandom = true
    public static let parameters: [Parameter] = [
        .number("meanUp", 1...1_000_000, default: 20, "rounds that a node stays, in the mean"),
        .number("meanDown", 1...1_000_000, default: 5, "rounds that it is away, in the mean"),
    ]

    private let meanUp: Double
    private let meanDown: Double

    public init(_ parameters: ParameterValues) {
        (meanUp, meanDown) = (parameters.number("meanUp"), parameters.number("meanDown"))
    }

    public func links(on graph: Topology, seed: UInt64) throws(ConfigurationFault) -> any LinkSchedule {
        // Decimal means such as 3 and 1.5 miss 1 by rounding.
        guard 1 / meanUp + 1 / meanDown <= 1 + 1e-9 else {
            throw ConfigurationFault(
                "the schedule \(Self.name) has meanUp \(ParameterValue.number(meanUp)) and meanDown "
                    + "\(ParameterValue.number(meanDown)); allowed: means with 1/meanUp + 1/meanDown up to 1")
        }
        return Links(
            weights: try MixingWeights(graph, rule: .metropolisHastings),
            events: Events(seed: seed, meanUp: meanUp, meanDown: meanDown))
    }

    /// When each node comes and goes.
    struct Events: Equatable {
        let seed: UInt64
        /// The chance of an event in a round.
        let rate: Double
        /// The share of rounds in which a node is there.
        let share: Double
        /// Rounds whose events are drawn from one stream: about as many as there are between two.
        let block: Int

        init(seed: UInt64, meanUp: Double, meanDown: Double) {
            self.seed = seed
            rate = min(1, 1 / meanUp + 1 / meanDown)
            share = meanUp / (meanUp + meanDown)
            block = max(1, Int(1 / rate))
        }

        func isPresent(_ node: NodeID, in round: Round) -> Bool {
            var (number, place) = (round.number / block, round.number % block)
            while number >= 0 {
                if let state = lastEvent(of: node, inBlock: number, upTo: place) { return state }
                (number, place) = (number - 1, block - 1)
            }
            var first = RandomStream(seed: seed, purpose: .schedule, node: node, lane: 2)
            return first.uniform() < share
        }

        /// What the last event at or before this place of a block came to; `nil` without any.
        private func lastEvent(of node: NodeID, inBlock number: Int, upTo place: Int) -> Bool? {
            var random = RandomStream(seed: seed, purpose: .schedule, node: node, round: Round(number), lane: 1)
            var next = gap(&random)
            var state: Bool?
            while next <= place {
                state = random.uniform() < share
                next += 1 + gap(&random)
            }
            return state
        }

        /// Rounds without an event before the next one: geometric, by inversion.
        private func gap(_ random: inout RandomStream) -> Int {
            let uniform = random.uniformOpen()
            return rate < 1 ? Int(Elementary.log(uniform) / Elementary.log(1 - rate)) : 0
        }
    }

    private struct Links: LinkSchedule {
        let weights: MixingWeights
        let events: Events

        var union: Topology { weights.topology }

        func distinctRounds(before rounds: Int) -> [Round]? { nil }

        func everySender(of node: NodeID) -> [Sender] { weights.senders(of: node) }

        func isPresent(_ node: NodeID, in round: Round) -> Bool { events.isPresent(node, in: round) }

        func senders(of node: NodeID, in round: Round) -> [Sender] {
            guard isPresent(node, in: round) else { return [] }
            return weights.senders(of: node).filter { isPresent($0.node, in: round) }
        }

        func receivers(of node: NodeID, in round: Round) -> [NodeID] {
            guard isPresent(node, in: round) else { return [] }
            return union.receivers(of: node).filter { isPresent($0, in: round) }
        }

        func weights(in round: Round) -> MixingWeights {
            let isHere = union.nodes.map { isPresent($0, in: round) }
            let edges = union.edges.filter { isHere[$0.source.index] && isHere[$0.target.index] }
            return MixingWeights(
                union.with(edges, directed: union.directed),
                rows: union.nodes.map { node in
                    guard isHere[node.index] else { return [] }
                    return weights.senders(of: node).filter { isHere[$0.node.index] }.map(\.weight)
                })
        }
    }
}
