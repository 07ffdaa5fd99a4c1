// What the exchanges come to, against recurrences written down apart from them: every node descends its own parabola.
import Aggregation
import Kernels
import Learning
import Registry
import TestSupport
import Testing
import Wire

@testable import Core

/// f(x) = ½ |x − c|², whose gradient is x − c.
private struct Parabola: LocalModel {
    let centre: Float
    var localSteps = 1
    var momentum: Float = 0
    let step: Float = 0.25
    let dimension = 2

    func initialParameters() -> [Float] { [1, 1] }
    func stepSize(in round: Round) -> Double { Double(step) }
    func batchLosses(of models: [[Float]], round: Round, scratch: inout TrainingScratch) -> [Double] { [] }

    func step(
        _ parameters: inout [Float], state: inout LocalState, round: Round, scratch: inout TrainingScratch
    ) -> StepReport {
        for _ in 0..<localSteps {
            for i in parameters.indices { parameters[i] -= step * (parameters[i] - centre) }
        }
        return StepReport(loss: 0, samples: 1)
    }

    func gradient(
        at parameters: Span<Float>, round: Round, into gradient: inout MutableSpan<Float>,
        scratch: inout TrainingScratch
    ) -> StepReport {
        for i in gradient.indices { gradient[i] = parameters[i] - centre }
        return StepReport(loss: 0, samples: 1)
    }

    func accumulate(_ gradient: inout [Float], state: inout LocalState, in round: Round) {
        guard momentum > 0 else { return }
        let old = state.vectors.first?.values ?? [0, 0]
        for i in gradient.indices { gradient[i] = momentum * old[i] + (1 - momentum) * gradient[i] }
        state = LocalState([NamedVector("momentum", gradient)])
    }
}

/// A complete graph of nodes with uniform weights that hear each other in every step.
private struct Gathering {
    let nodes: Int
    var exchange: any Exchange = ModelExchange()
    var rule: any GossipRule = WeightedMean(.defaults(WeightedMean.parameters))
    var cadence = Cadence()
    var participation: Participation?
    var trainers: [Parabola]

    init(centres: [Float], _ exchange: any Exchange.Type, localSteps: Int = 1, momentum: Float = 0) throws {
        nodes = centres.count
        trainers = centres.map { Parabola(centre: $0, localSteps: localSteps, momentum: momentum) }
        self.exchange = try exchange.init(.defaults(exchange.parameters))
    }

    /// The parameters of all nodes after so many rounds.
    func run(rounds: Int, sending: (inout [Float], NodeID, Round) -> Void = { _, _, _ in }) -> [[Float]] {
        let ids = (0..<nodes).map { NodeID($0) }
        let configurations = ids.map { node in
            NodeConfiguration(
                node: node, dimension: 2, rounds: rounds,
                neighbours: ids.filter { $0 != node }.map {
                    .init(node: $0, weight: 1 / Double(nodes), receives: true)
                }, budget: Budget(count: 0, weight: 0), cadence: cadence, participation: participation,
                exchange: type(of: exchange), seed: 1)
        }
        var functions = zip(configurations, trainers).map {
            RoundFunction($0, exchange: exchange, rule: rule, trainer: $1)
        }
        var states = zip(functions, trainers).map { $0.firstState($1.initialParameters()) }
        var workspace = Workspace(dimension: 2, degree: nodes)
        var scratch = TrainingScratch()
        for step in (0..<rounds * cadence.gossipSteps).map({ Round($0) }) {
            let halfSteps = ids.indices.map { node -> HalfStep in
                guard cadence.trains(in: step) else {
                    return functions[node].halfStep(continuing: states[node], in: step)
                }
                var (vector, kept) = (states[node].shared, states[node].kept)
                _ = LocalWork(trainers[node], exchange: exchange).step(
                    &vector, state: &kept, round: cadence.round(of: step), scratch: &scratch)
                sending(&vector, ids[node], step)
                return functions[node].halfStep(
                    vector, from: functions[node].start(of: states[node]), kept: kept, in: step)
            }
            for node in ids.indices {
                let neighbourhood = configurations[node].roundNeighbourhood(in: step)
                let heard = configurations[node].neighbours.enumerated().compactMap { slot, neighbour in
                    neighbourhood.links.member(at: slot)?.weight == nil
                        ? nil : ReceivedModel(sender: neighbour.node, message: halfSteps[neighbour.node.index].own)
                }
                states[node] = functions[node](
                    halfSteps[node], with: RoundInputs(heard: heard), among: neighbourhood, using: &workspace)
            }
        }
        return states.map(\.parameters)
    }
}

@Suite("Exchange")
struct ExchangeTests {
    private static let centres: [Float] = [-1, 0.5, 2, 4.5]
    private static let mean = 1.5
    private static let rounds = 9

    private func expect(_ states: [[Float]], _ value: Double, within slack: Double = 1e-5) {
        for state in states { for element in state { #expect(abs(Double(element) - value) < slack) } }
    }

    /// Without personal models, which have a suite of their own.
    private static let exchanges = ExchangeCatalog.all.entries.filter { !$0.keepsOwnModel }

    @Test("one step of each on a complete graph is one step along the mean gradient")
    func oneStep() throws {
        for exchange in Self.exchanges {
            let states = try Gathering(centres: Self.centres, exchange).run(rounds: Self.rounds)
            // x − c̄ shrinks by 1 − η a round.
            var distance = 1 - Self.mean
            for _ in 0..<Self.rounds { distance *= 0.75 }
            expect(states, Self.mean + distance)
        }
    }

    @Test("updates of several local steps add up, times their rate")
    func updates() throws {
        var gathering = try Gathering(centres: Self.centres, UpdateExchange.self, localSteps: 3)
        let parameters = try ParameterValues(
            [("rate", .number(0.5))], declared: UpdateExchange.parameters, key: "training.exchange")
        gathering.exchange = UpdateExchange(parameters)
        var distance = 1 - Self.mean
        for _ in 0..<Self.rounds { distance *= 1 - 0.5 * (1 - 0.75 * 0.75 * 0.75) }
        expect(gathering.run(rounds: Self.rounds), Self.mean + distance)
    }

    @Test("momentum is the same on a complete graph, whether it is taken before the mean or after", arguments: [0, 1])
    func momentum(kind: Int) throws {
        let exchange: any Exchange.Type = kind == 0 ? MomentumExchange.self : GradientExchange.self
        let states = try Gathering(centres: Self.centres, exchange, momentum: 0.8).run(rounds: Self.rounds)
        var (x, m) = (1.0, 0.0)
        for _ in 0..<Self.rounds {
            m = 0.8 * m + 0.2 * (x - Self.mean)
            x -= 0.25 * m
        }
        expect(states, x)
    }

    @Test("a rule sees momenta where momenta travel, and gradients where these do: they differ under a median")
    func medians() throws {
        let rule = NeighbourhoodMedian(.defaults(NeighbourhoodMedian.parameters))
        func run(_ exchange: any Exchange.Type) throws -> [Float] {
            var gathering = try Gathering(centres: [-9, 0, 1, 2, 30], exchange, momentum: 0.5)
            gathering.rule = rule
            return gathering.run(rounds: 1) { vector, node, step in if node == NodeID(4) { vector = [1e6, 1e6] } }[0]
        }
        // Medians of {10, 1, 0, −1, 1e6}, halved by momentum before or after, or not at all for a forged one.
        #expect(try run(GradientExchange.self)[0] == 1 - 0.25 * 0.5 * 1)
        #expect(try run(MomentumExchange.self)[0] == 1 - 0.25 * 0.5)
    }

    @Test("several gossip steps bring models nearer to each other, and do not apply a gradient twice")
    func gossipSteps() throws {
        for exchange in Self.exchanges {
            var gathering = try Gathering(centres: Self.centres, exchange)
            gathering.cadence = Cadence(gossipSteps: 3)
            // On a complete graph the first has done it already.
            let once = try Gathering(centres: Self.centres, exchange).run(rounds: Self.rounds)
            for (a, b) in zip(gathering.run(rounds: Self.rounds).joined(), once.joined()) { #expect(abs(a - b) < 1e-5) }
        }
    }

    @Test("who sits out sends nothing, and adopts the average of those who take part")
    func participation() throws {
        for exchange in ExchangeCatalog.all.entries where !exchange.sendsModels {
            var gathering = try Gathering(centres: Self.centres, exchange)
            let participation = Participation(chance: 0.5, seed: 1)
            gathering.participation = participation
            var x = 1.0
            var counts: Set<Int> = []
            for round in 0..<Self.rounds {
                let takers = Self.centres.indices.filter { participation.includes(NodeID($0), in: Round(round)) }
                counts.insert(takers.count)
                guard !takers.isEmpty else { continue }
                let mean = takers.reduce(0) { $0 + Double(Self.centres[$1]) } / Double(takers.count)
                x -= 0.25 * (x - mean)
            }
            #expect(counts.count > 2, "the draws are not all alike")
            let states = gathering.run(rounds: Self.rounds) { vector, node, step in
                // As training does it: nothing where a node takes no part.
                if !participation.includes(node, in: step) { vector = [0, 0] }
            }
            expect(states, x)
        }
    }
}
