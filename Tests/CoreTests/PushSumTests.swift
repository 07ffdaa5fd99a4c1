// Push-sum: against its recurrence in double precision, on graphs whose weights no node can balance.
import Aggregation
import Graphs
import Kernels
import Learning
import Registry
import TestSupport
import Testing
import Wire

@testable import Core

/// f(x) = ½ a (x − c)², and the step that is taken on it.
private struct Pull: LocalModel {
    let steepness: Float
    let centre: Float
    let dimension = 1
    static let step: Float = 0.05

    func initialParameters() -> [Float] { [centre] }
    func stepSize(in round: Round) -> Double { Double(Self.step) }
    func accumulate(_ gradient: inout [Float], state: inout LocalState, in round: Round) {}
    func batchLosses(of models: [[Float]], round: Round, scratch: inout TrainingScratch) -> [Double] { [] }

    func step(
        _ parameters: inout [Float], state: inout LocalState, round: Round, scratch: inout TrainingScratch
    ) -> StepReport {
        parameters[0] -= Self.step * steepness * (parameters[0] - centre)
        return StepReport(loss: 0, samples: 1)
    }

    func gradient(
        at parameters: Span<Float>, round: Round, into gradient: inout MutableSpan<Float>,
        scratch: inout TrainingScratch
    ) -> StepReport {
        gradient[0] = steepness * (parameters[0] - centre)
        return StepReport(loss: 0, samples: 1)
    }
}

/// Nodes on a directed graph, in step with each other.
private struct Flock {
    let graph: Topology
    let trainers: [Pull]
    let exchange: any Exchange
    let cadence: Cadence
    private(set) var functions: [RoundFunction]
    private(set) var states: [NodeState]
    let configurations: [NodeConfiguration]

    init(
        _ graph: Topology, _ trainers: [Pull], _ exchange: any Exchange.Type = PushSumExchange.self,
        cadence: Cadence = Cadence()
    ) throws {
        let made = try exchange.init(.defaults(exchange.parameters))
        let weights = try MixingWeights(graph, rule: .metropolisHastings)
        let configurations = graph.nodes.map { node in
            let (senders, receivers) = (weights.senders(of: node), graph.receivers(of: node))
            return NodeConfiguration(
                node: node, dimension: 1, rounds: 10_000,
                neighbours: Set(senders.map(\.node) + receivers).sorted().map { other in
                    .init(
                        node: other, weight: senders.first { $0.node == other }?.weight,
                        receives: receivers.contains(other))
                }, budget: Budget(count: 0, weight: 0), cadence: cadence, exchange: exchange, seed: 1)
        }
        let functions = zip(configurations, trainers).map {
            RoundFunction($0, exchange: made, rule: WeightedMean(.defaults(WeightedMean.parameters)), trainer: $1)
        }
        states = zip(functions, trainers).map { $0.firstState($1.initialParameters()) }
        (self.graph, self.trainers, self.configurations) = (graph, trainers, configurations)
        (self.exchange, self.cadence, self.functions) = (made, cadence, functions)
    }

    /// - Parameter forged: of what is sent along an edge, what comes; `nil` for nothing.
    /// - Returns: what each node sent.
    @discardableResult
    mutating func step(
        _ number: Int, forged: (_ sent: [Float], _ from: NodeID, _ to: NodeID) -> [Float]? = { sent, _, _ in sent }
    ) -> [[Float]] {
        var scratch = TrainingScratch()
        var workspace = Workspace(dimension: 1, degree: graph.nodeCount)
        let halfSteps = graph.nodes.map { node -> HalfStep in
            let function = functions[node.index]
            guard cadence.trains(in: Round(number)) else {
                return function.halfStep(continuing: states[node.index], in: Round(number))
            }
            var (vector, kept) = (states[node.index].shared, states[node.index].kept)
            _ = LocalWork(trainers[node.index], exchange: exchange).step(
                &vector, state: &kept, round: cadence.round(of: Round(number)), scratch: &scratch)
            return function.halfStep(vector, from: [], kept: kept, in: Round(number))
        }
        for node in graph.nodes {
            let heard = graph.senders(of: node).compactMap { sender in
                forged(halfSteps[sender.index].own.values, sender, node).map {
                    ReceivedModel(sender: sender, message: ModelMessage(round: Round(number), values: $0))
                }
            }
            states[node.index] = functions[node.index](
                halfSteps[node.index], with: RoundInputs(heard: heard),
                among: configurations[node.index].wholeNeighbourhood, using: &workspace)
        }
        return halfSteps.map(\.own.values)
    }

    var models: [Double] { states.map { Double($0.parameters[0]) } }
    var masses: [Double] { states.map { Double($0.shared[1]) } }
}

/// x and w of all nodes: x ← A x, w ← A w with the column-stochastic A, after a step along the gradients at x / w.
private struct Twin {
    let graph: Topology
    var x: [Double]
    var w: [Double]

    init(_ graph: Topology, _ trainers: [Pull]) {
        self.graph = graph
        x = trainers.map { Double($0.centre) }
        w = x.map { _ in 1 }
    }

    var z: [Double] { zip(x, w).map { $0 / $1 } }

    mutating func step(_ trainers: [Pull]) {
        for (node, model) in z.enumerated() {
            x[node] -=
                Double(Pull.step) * Double(trainers[node].steepness) * (model - Double(trainers[node].centre))
        }
        mix()
    }

    mutating func mix() {
        var next = (x: x.map { _ in 0.0 }, w: w.map { _ in 0.0 })
        for node in x.indices {
            let targets = graph.edges.filter { $0.source.index == node }.map(\.target.index) + [node]
            for target in targets {
                next.x[target] += x[node] / Double(targets.count)
                next.w[target] += w[node] / Double(targets.count)
            }
        }
        (x, w) = next
    }
}

@Suite("Push-sum")
struct PushSumTests {
    /// A directed ring of six with shortcuts that make some nodes heard by many, others by one.
    private static func digraph() throws -> Topology {
        let arrows = [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 0), (0, 2), (0, 3), (0, 4), (1, 4), (5, 4)]
        return try Topology(
            labels: (0..<6).map(String.init), edges: arrows.map { Edge(NodeID($0.0), NodeID($0.1)) }, directed: true)
    }

    private static let centres: [Float] = [-1, 3, 0.5, 8, 2, -6]
    private static let average = centres.reduce(0) { $0 + Double($1) } / 6
    private static let idle = centres.map { Pull(steepness: 0, centre: $0) }
    private static let busy = zip([1, 0.5, 2, 1, 3, 0.25], centres).map { Pull(steepness: $0, centre: $1) }

    private static func distance(_ models: [Double], _ point: Double) -> Double {
        models.map { abs($0 - point) }.max() ?? .infinity
    }

    @Test("follows x ← A (x − η ∇f(x / w)), w ← A w")
    func recurrence() throws {
        var flock = try Flock(Self.digraph(), Self.busy)
        var twin = try Twin(Self.digraph(), Self.busy)
        for round in 0..<60 {
            flock.step(round)
            twin.step(Self.busy)
            for node in 0..<6 {
                #expect(abs(flock.models[node] - twin.z[node]) < 2e-5 && abs(flock.masses[node] - twin.w[node]) < 1e-5)
            }
        }
        #expect(flock.masses.contains { abs($0 - 1) > 0.5 }, "the graph is not balanced")
    }

    @Test("comes to the plain average on a digraph, where plain gossip comes to that of its stationary weights")
    func average() throws {
        let graph = try Self.digraph()
        var flock = try Flock(graph, Self.idle)
        var plain = try Flock(graph, Self.idle, ModelExchange.self)
        var twin = Twin(graph, Self.idle)
        for round in 0..<300 {
            flock.step(round)
            plain.step(round)
            twin.mix()
        }
        #expect(Self.distance(twin.z, Self.average) < 1e-12)
        #expect(Self.distance(flock.models, Self.average) < 2e-6)
        #expect(Self.distance(plain.models, Self.average) > 0.1)
        let shares = try #require(try MixingWeights(graph, rule: .metropolisHastings).stationaryWeights())
        let weighted = zip(shares, Self.centres).reduce(0) { $0 + $1.0 * Double($1.1) }
        #expect(Self.distance(plain.models, weighted) < 2e-6)
        let masses = try #require(graph.massShares)
        for (mass, share) in zip(twin.w, masses) { #expect(abs(mass - 6 * share) < 1e-12) }
    }

    @Test("nodes that train come near the optimum of them all, and not of those that are heard by many")
    func optimum() throws {
        var flock = try Flock(Self.digraph(), Self.busy)
        var plain = try Flock(Self.digraph(), Self.busy, ModelExchange.self)
        for round in 0..<600 {
            flock.step(round)
            plain.step(round)
        }
        let sums = Self.busy.reduce((0.0, 0.0)) {
            ($0.0 + Double($1.steepness * $1.centre), $0.1 + Double($1.steepness))
        }
        let optimum = sums.0 / sums.1
        func mean(_ models: [Double]) -> Double { models.reduce(0, +) / 6 }
        #expect(abs(mean(flock.models) - optimum) < 0.1)
        #expect(abs(mean(plain.models) - optimum) > 0.3)
    }

    @Test(
        "the masses always sum to the number of nodes, however often gossip comes",
        arguments: [Cadence(), Cadence(mixEvery: 3), Cadence(gossipSteps: 3)])
    func conservation(cadence: Cadence) throws {
        var flock = try Flock(Self.digraph(), Self.busy, cadence: cadence)
        for step in 0..<30 {
            flock.step(step)
            #expect(abs(flock.masses.reduce(0, +) - 6) < 1e-5, "step \(step)")
        }
        #expect(flock.masses != [1, 1, 1, 1, 1, 1])
    }

    @Test("a lost message takes its share of the mass along, and the limit is the average of what is left")
    func loss() throws {
        var flock = try Flock(Self.digraph(), Self.idle)
        let lost = flock.step(0) { sent, from, to in (from.index, to.index) == (5, 0) ? nil : sent }[5]
        #expect(lost == [-6, 1.0 / 3])
        #expect(abs(flock.masses.reduce(0, +) - 17.0 / 3) < 1e-6)
        for round in 1..<300 { flock.step(round) }
        #expect(Self.distance(flock.models, (6 * Self.average + 2) / (17.0 / 3)) < 2e-6)
    }

    @Test("a message with a mass that cannot be is taken for none", arguments: [0, -1, -0.0, Float(0x1p25)])
    func impossibleMass(mass: Float) throws {
        let graph = try Self.digraph()
        var (forged, silent) = (try Flock(graph, Self.idle), try Flock(graph, Self.idle))
        for round in 0..<3 {
            forged.step(round) { sent, from, _ in from.index == 3 ? [1e9, mass] : sent }
            silent.step(round) { sent, from, _ in from.index == 3 ? nil : sent }
        }
        #expect(forged.states == silent.states)
        var heavy = try Flock(graph, Self.idle)
        heavy.step(0) { sent, from, _ in from.index == 3 ? [sent[0], 1000] : sent }
        #expect(abs(heavy.models[4] - 8) < 0.1, "who overstates a mass that can be is believed")
    }

    @Test("who comes back takes the models of the others and keeps its mass")
    func entering() throws {
        var flock = try Flock(Self.digraph(), Self.idle)
        for round in 0..<3 { flock.step(round) }
        let sent = flock.step(3)
        var workspace = Workspace(dimension: 1, degree: 6)
        let heard = [0, 1, 3, 5].map {
            ReceivedModel(sender: NodeID($0), message: ModelMessage(round: Round(3), values: sent[$0]))
        }
        let state = NodeState([50, 0.75], flock.states[4].channels)
        let entered = try #require(
            flock.functions[4].entryParameters(heard, instead: state, using: &workspace))
        #expect(entered[1] == 0.75)
        #expect(abs(entered[0] - [0, 1, 3, 5].map { sent[$0][0] }.reduce(0, +) / 4) < 1e-5)
    }

    @Test("a step is made up for little mass, but not for next to none")
    func longest() throws {
        let exchange = PushSumExchange(.defaults(PushSumExchange.parameters))
        var scratch = TrainingScratch()
        for (mass, factor) in [(1, 1), (0.5, 2), (4, 0.25), (0.01, 10), (0, 10)] as [(Float, Float)] {
            var (vector, kept): ([Float], LocalState) = ([3, mass], LocalState())
            let trainer = Pull(steepness: 1, centre: 1)
            _ = exchange.train(&vector, state: &kept, by: trainer, in: Round(0), scratch: &scratch)
            #expect(abs(vector[0] - (3 - factor * Pull.step * 2)) < 1e-6 && vector[1] == mass)
        }
    }

    @Test("with equal masses a graph that is balanced gives plain gossip")
    func balanced() throws {
        let ring = try Topology(
            labels: (0..<6).map(String.init), edges: (0..<6).map { Edge(NodeID($0), NodeID(($0 + 1) % 6)) },
            directed: true)
        var (flock, plain) = (try Flock(ring, Self.busy), try Flock(ring, Self.busy, ModelExchange.self))
        for round in 0..<40 {
            flock.step(round)
            plain.step(round)
        }
        #expect(flock.masses == [1, 1, 1, 1, 1, 1])
        for (a, b) in zip(flock.models, plain.models) { #expect(abs(a - b) < 1e-5) }
    }
}
