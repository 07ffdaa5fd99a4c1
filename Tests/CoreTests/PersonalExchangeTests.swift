// Personalised learning: rounds of it against recurrences and optima written down apart from it.
import Aggregation
import Kernels
import Learning
import Registry
import TestSupport
import Testing
import Wire

@testable import Core

/// L(θ) = m/2 |θ − c|²: m samples, all at c.
private struct Bowl: LocalProblem {
    let centre: [Float]
    var samples = 1
    var stepSize = 0.3
    var localSteps = 1
    var weightDecay = 0.0
    var rests = false

    var dimension: Int { centre.count }
    var sampleCount: Int { samples }
    var sampleWeight: Double { Double(samples) }
    func initialParameters() -> [Float] { centre.map { _ in 0 } }
    func stepSize(in round: Round) -> Double { stepSize }
    func takesPart(in round: Round) -> Bool { !rests }
    func accumulate(_ gradient: inout [Float], state: inout LocalState, in round: Round) {}
    func batchLosses(of models: [[Float]], round: Round, scratch: inout TrainingScratch) -> [Double] { [] }
    func gradient(
        at parameters: Span<Float>, round: Round, into gradient: inout MutableSpan<Float>,
        scratch: inout TrainingScratch
    ) -> StepReport { StepReport(loss: 0, samples: 0) }
    func step(
        _ parameters: inout [Float], state: inout LocalState, round: Round, scratch: inout TrainingScratch
    ) -> StepReport { StepReport(loss: 0, samples: 0) }

    func wholeLoss(
        at parameters: [Float], gradient: inout [Double], scratch: inout TrainingScratch
    ) -> Double {
        var loss = 0.0
        for j in centre.indices {
            let way = Double(parameters[j]) - Double(centre[j])
            gradient[j] = Double(samples) * way
            loss += Double(samples) * way * way / 2
        }
        return loss
    }

    func batchLoss(
        at parameters: [Float], localStep: Int, of round: Round, gradient: inout [Double],
        scratch: inout TrainingScratch
    ) -> Double { wholeLoss(at: parameters, gradient: &gradient, scratch: &scratch) }
}

/// Nodes on a complete graph that hear each other in every round and mix by the mean.
private struct Company {
    let bowls: [Bowl]
    let exchange: PersonalExchange
    private(set) var functions: [RoundFunction]
    private(set) var states: [NodeState]
    private var workspace: Workspace
    private var scratch = TrainingScratch()

    init(
        _ bowls: [Bowl], _ given: [(name: String, value: ParameterValue)],
        rule: any GossipRule = WeightedMean(.defaults(WeightedMean.parameters))
    ) throws {
        self.bowls = bowls
        let dimension = bowls[0].dimension
        exchange = try PersonalExchange(
            ParameterValues(given, declared: PersonalExchange.parameters, key: "training.exchange")
        ).fitted(
            to: ExchangeSetting(
                dimension: dimension, nodeCount: bowls.count,
                averageSamples: Double(bowls.reduce(0) { $0 + $1.samples }) / Double(bowls.count), agrees: true))
        let exchange = exchange
        functions = bowls.indices.map { node in
            let configuration = NodeConfiguration(
                node: NodeID(node), dimension: dimension, rounds: 100_000,
                neighbours: bowls.indices.filter { $0 != node }.map {
                    .init(node: NodeID($0), weight: 1 / Double(bowls.count), receives: true)
                }, budget: Budget(count: 0, weight: 0), exchange: PersonalExchange.self, seed: 1)
            return RoundFunction(
                configuration, exchange: exchange, rule: rule, trainer: bowls[node])
        }
        states = zip(functions, bowls).map { $0.firstState($1.initialParameters()) }
        workspace = Workspace(dimension: dimension, degree: bowls.count)
    }

    /// - Parameter lie: what the last node sends in place of its message.
    mutating func round(_ number: Int, lie: (([Double]) -> [Double])? = nil) -> [[NodeID]] {
        var halfSteps = bowls.indices.map { node in
            var (vector, kept) = (states[node].shared, states[node].kept)
            _ = LocalWork(bowls[node], exchange: exchange).step(
                &vector, state: &kept, round: Round(number), scratch: &scratch)
            return functions[node].halfStep(
                vector, from: functions[node].start(of: states[node]), kept: kept, in: Round(number))
        }
        if let lie {
            let last = bowls.count - 1
            let forged = lie(states[last].shared.map { Double($0) }).map { Float($0) }
            halfSteps[last] = functions[last].halfStep(
                forged, from: halfSteps[last].start, kept: halfSteps[last].kept, in: Round(number))
        }
        return bowls.indices.map { node in
            let heard = bowls.indices.filter { $0 != node }.map {
                ReceivedModel(sender: NodeID($0), message: halfSteps[$0].own)
            }
            let refused = functions[node].judgement(of: heard, in: halfSteps[node]).implausible
            states[node] = functions[node](
                halfSteps[node],
                with: RoundInputs(heard: heard.filter { !refused.contains($0.sender) }, offenders: refused),
                among: functions[node].configuration.roundNeighbourhood(in: Round(number)), using: &workspace)
            return refused
        }
    }

    mutating func run(_ rounds: Int) { for number in 0..<rounds { _ = round(number) } }

    func common(_ node: Int = 0) -> [Double] { states[node].shared.map { Double($0) } }
    func own(_ node: Int) -> [Double] { (functions[node].ownModel(of: states[node]) ?? []).map { Double($0) } }
}

@Suite("Personalised learning")
struct PersonalExchangeTests {
    private static func near(_ x: [Double], _ y: [Double], within slack: Double = 2e-5) -> Bool {
        x.count == y.count && zip(x, y).allSatisfy { ($0 - $1).magnitude < slack }
    }

    private static let bowls = [
        Bowl(centre: [0, 3], samples: 4), Bowl(centre: [1, -2], samples: 1), Bowl(centre: [10, 0.5], samples: 2),
    ]

    /// What the gradient by ρ of min over θ of s/2 |θ − c|² + R(ρ − θ) is, by hand, for λ = 1 and w = ρ − c.
    private static func pull(_ coupling: String, _ w: [Double], samples m: Double) -> [Double] {
        let length = (w[0] * w[0] + w[1] * w[1]).squareRoot()
        switch coupling {
        case "squaredL2": return w.map { 2 * m / (m + 2) * $0 }
        case "l2": return m * length > 1 ? w.map { $0 / length } : w.map { m * $0 }
        case "l1": return w.map { max(-1, min(1, m * $0)) }
        default:
            // |u| with m (|w| − |u|) = |u| / √(1 + |u|²).
            var (low, high) = (0.0, length)
            for _ in 0..<80 {
                let u = (low + high) / 2
                if m * (length - u) > u / (1 + u * u).squareRoot() { low = u } else { high = u }
            }
            return w.map { $0 / length * low / (1 + low * low).squareRoot() }
        }
    }

    /// Where Σ pulls + 2λ₀ρ vanish, by descent.
    private static func optimum(_ coupling: String, lambda0: Double) -> [Double] {
        var common = [0.0, 0.0]
        for _ in 0..<20_000 {
            var sum = common.map { 2 * lambda0 * $0 }
            for bowl in bowls {
                let g = pull(
                    coupling, zip(common, bowl.centre).map { $0 - Double($1) }, samples: Double(bowl.samples))
                sum = zip(sum, g).map { $0 + $1 }
            }
            common = zip(common, sum).map { $0 - 0.05 * $1 }
        }
        return common
    }

    @Test(
        "honest nodes come to the optimum of the sum over all, by solves and by steps",
        arguments: ["squaredL2", "l2", "smoothL2", "l1"], ["solve", "step"])
    func optimum(coupling: String, local: String) throws {
        let expected = Self.optimum(coupling, lambda0: 0.05)
        var company = try Company(
            Self.bowls,
            [
                ("coupling", .text(coupling)), ("local", .text(local)), ("lambda0", .number(0.05)),
                ("tolerance", .number(1e-9)),
            ])
        company.run(local == "solve" ? 400 : 1500)
        for node in Self.bowls.indices {
            #expect(Self.near(company.common(node), expected), "\(company.common(node)) for \(expected)")
            // ∇L(θ) is the pull on the common model.
            let bowl = Self.bowls[node]
            let m = Double(bowl.samples)
            let slope = zip(company.own(node), bowl.centre).map { m * ($0 - Double($1)) }
            let pull = Self.pull(coupling, zip(expected, bowl.centre).map { $0 - Double($1) }, samples: m)
            #expect(Self.near(slope, pull, within: 1e-4), "\(slope) for \(pull)")
        }
        // Another coupling's optimum is another point, so that the comparison says something.
        for other in ["squaredL2", "l2", "smoothL2", "l1"] where other != coupling {
            #expect(!Self.near(company.common(), Self.optimum(other, lambda0: 0.05)))
        }
    }

    @Test("a node whose own model is the common one still pulls it: where no subgradient did, nothing would move")
    func kink() throws {
        // |∇L| stays below λ, so that θ = ρ at every node.
        var company = try Company(
            [Bowl(centre: [0.2]), Bowl(centre: [0.4])], [("coupling", .text("l2")), ("tolerance", .number(1e-9))])
        company.run(100)
        #expect(Self.near(company.common(), [0.3]) && Self.near(company.own(0), [0.3]), "\(company.common())")
    }

    @Test("losses are summed, or averaged by node or over all")
    func losses() throws {
        let bowls = [Bowl(centre: [0], samples: 1), Bowl(centre: [1], samples: 9)]
        func share(_ s: [Double]) -> Double {
            let weights = s.map { 2 * $0 / ($0 + 2) }
            return weights[1] / (weights[0] + weights[1])
        }
        for (loss, weights) in [("sum", [1.0, 9]), ("mean", [1, 1]), ("averaged", [0.2, 1.8])] {
            var company = try Company(bowls, [("loss", .text(loss)), ("tolerance", .number(1e-9))])
            company.run(200)
            #expect(Self.near(company.common(), [share(weights)]), "\(loss): \(company.common())")
        }
    }

    @Test("weight decay is ν |θ|² twice over, and a node without data follows the common model")
    func decay() throws {
        var company = try Company(
            [Bowl(centre: [1], weightDecay: 1), Bowl(centre: [5], samples: 0)], [("tolerance", .number(1e-9))])
        company.run(300)
        // ½(θ − 1)² + ½θ² is least at ½.
        #expect(Self.near(company.common(), [0.5]) && Self.near(company.own(1), [0.5]), "\(company.common())")
    }

    @Test("who sits out keeps both models")
    func resting() throws {
        var company = try Company([Bowl(centre: [1], rests: true), Bowl(centre: [1], rests: true)], [])
        company.run(3)
        #expect(company.common() == [0] && company.own(0) == [0])
    }

    /// L = ½(θ − c)² with c = 1, 0, λ = 1, θ† = 3, η = 0.1, in gossip form three times that.
    private static func counterGradient(_ coupling: String, rounds: Int) throws -> (common: [Double], reports: [Double])
    {
        var company = try Company(
            [Bowl(centre: [1]), Bowl(centre: [0]), Bowl(centre: [0], samples: 0)],
            [("coupling", .text(coupling)), ("tolerance", .number(1e-10))])
        let projection = company.exchange.coupling
        var (common, reports): ([Double], [Double]) = ([0], [])
        for number in 0..<rounds {
            _ = company.round(number) { shared in
                let now = shared[0]
                var wanted = (now - 3) / 0.1
                if let last = reports.last { wanted += last - (common[common.count - 2] - now) / 0.1 }
                reports.append(projection.projected([wanted])[0])
                return [now - 0.3 * (reports.last ?? 0)]
            }
            common.append(company.common()[0])
        }
        return (common, reports)
    }

    @Test("counter-gradients lead the common model where the closed form says, round by round")
    func counterGradients() throws {
        let (common, reports) = try Self.counterGradient("squaredL2", rounds: 120)
        let expected = [0, 3.06666667, 2.59111111, 3.06340741, 2.93702716, 3.01685070, 2.98935686, 3.00366585]
        #expect(Self.near(Array(common.prefix(8)), expected), "\(common.prefix(8))")
        #expect(Self.near(Array(reports.prefix(3)), [-30, 1.33333333, -7.51111111], within: 1e-4))
        #expect(Self.near([common[120]], [3]))
        #expect(Self.near([reports[119]], [-10.0 / 3], within: 1e-3))
    }

    @Test(
        "bounded couplings stop them at their closed forms",
        arguments: [("l2", 1), ("l1", 1), ("smoothL2", 1.6387620938)])
    func bounded(coupling: String, limit: Double) throws {
        let (common, reports) = try Self.counterGradient(coupling, rounds: 400)
        #expect(Self.near([common[400]], [limit], within: 1e-4), "\(common[400]) for \(limit)")
        #expect(Self.near([reports[399]], [-1], within: 1e-6))
    }

    private static func fitted(
        _ given: [(name: String, value: ParameterValue)], agrees: Bool
    ) throws -> PersonalExchange {
        try PersonalExchange(
            ParameterValues(given, declared: PersonalExchange.parameters, key: "training.exchange")
        ).fitted(to: ExchangeSetting(dimension: 2, nodeCount: 3, averageSamples: 1, agrees: agrees))
    }

    @Test("a message is told for a lie by its gradient, where all common models are the same")
    func exact() throws {
        let start: [Float] = [2, -1]
        func message(_ g: [Float]) -> [Float] { zip(start, g).map { $0 - 0.25 * $1 } }
        for (coupling, honest, lie) in [
            ("l2", [0.6, 0.8], [0.6, 0.82]), ("smoothL2", [0, 1], [0, 1.01]), ("l1", [-1, 1], [0, 1.01]),
        ] as [(String, [Float], [Float])] {
            let exchange = try Self.fitted([("coupling", .text(coupling))], agrees: true)
            #expect(exchange.isPlausible(message(honest), from: start, stepSize: 0.25), "\(coupling)")
            #expect(!exchange.isPlausible(message(lie), from: start, stepSize: 0.25), "\(coupling)")
        }
        let penalised = try Self.fitted([("coupling", .text("l2")), ("lambda0", .number(3))], agrees: true)
        // g = (1, 0), and 2ρ of the penalty.
        let penalty: [Float] = [0.75, -0.5]
        #expect(penalised.isPlausible(penalty, from: start, stepSize: 0.25))
        let free = try Self.fitted([], agrees: true)
        #expect(free.isPlausible([1e9, 0], from: start, stepSize: 0.25) && free.plausibility?.bound == nil)
    }

    @Test("elsewhere only beyond the disagreement that is declared")
    func declared() throws {
        let start: [Float] = [0, 0]
        let silent = try Self.fitted([("coupling", .text("l2"))], agrees: false)
        #expect(silent.plausibility?.bound == nil && silent.isPlausible([9, 9], from: start, stepSize: 0.25))
        let declared = try Self.fitted([("coupling", .text("l2")), ("disagreement", .number(0.5))], agrees: false)
        #expect(declared.isPlausible([0.74, 0], from: start, stepSize: 0.25))
        #expect(!declared.isPlausible([0.76, 0], from: start, stepSize: 0.25))
    }

    @Test("a liar is refused by all, and a node that has gone astray refuses nobody and comes back")
    func refusals() throws {
        let bowls = (0..<5).map { Bowl(centre: [Float($0)]) }
        var company = try Company(
            bowls, [("coupling", .text("l2")), ("tolerance", .number(1e-9))],
            rule: OnNeighbourhood<Mean>(.defaults(OnNeighbourhood<Mean>.parameters)))
        for number in 0..<40 {
            let refused = company.round(number) { shared in [shared[0] + 100] }
            #expect(refused.prefix(4).allSatisfy { $0 == [NodeID(4)] })
            #expect(refused[4] == [])
        }
        for number in 40..<42 { _ = company.round(number) }
        let refused = company.round(42)
        #expect(refused.allSatisfy(\.isEmpty) && company.common(0) == company.common(4))
    }

    @Test("the own model is kept, and survives in a checkpoint")
    func checkpoint() throws {
        var company = try Company(Self.bowls, [])
        company.run(5)
        let own = company.own(1)
        #expect(own != company.common(1) && company.states[1].kept.vectors.map(\.name) == ["own"])
        let experiment = [UInt8](repeating: 3, count: 32)
        let bytes = Checkpoint(rounds: 5, state: company.states[1]).encoded(node: NodeID(1), experiment: experiment)
        let read = try Checkpoint(
            encoded: bytes, node: NodeID(1), experiment: experiment,
            channels: ChannelLayout(PersonalExchange.channels(2)))
        #expect(company.functions[1].ownModel(of: read.state)?.map { Double($0) } == own)
    }

    @Test("own models are handed out before the common ones, the first and the last among them")
    func handedOut() {
        let configuration = NodeConfiguration(
            node: NodeID(0), dimension: 2, rounds: 4,
            neighbours: [.init(node: NodeID(1), weight: 0.5, receives: true)],
            budget: Budget(count: 0, weight: 0), exchange: PersonalExchange.self, seed: 1, measureEvery: 2)
        var node = HandledNode(configuration, exchange: Self.plain)
        node.join(1...1)
        for round in 0..<4 {
            node.receive(from: 1, round: round, at: round)
            if node.traces.count == round { _ = node.waitForRound(from: round) }
        }
        #expect(node.ownModels.map(\.rounds) == [0, 2, 4] && node.snapshots == [0, 2])
    }

    private static let plain: PersonalExchange = {
        guard let exchange = try? PersonalExchange(.defaults(PersonalExchange.parameters)) else {
            preconditionFailure("the defaults go together")
        }
        return exchange
    }()

    @Test(
        "parameters that do not go together are refused",
        arguments: [
            ("l2", "p", ParameterValue.number(3), "training.exchange.p is of no use to the coupling l2"),
            ("squaredL2", "delta", .text("2"), "training.exchange.delta is of no use to the coupling squaredL2"),
            ("lp", "p", .number(1), "training.exchange.p is 1; allowed: numbers above 1"),
            ("lp", "q", .text("0.5"), "training.exchange.q is '0.5'; allowed: a number from 1, infinity"),
            ("l1", "delta", .text("1,2,3"), "training.exchange.delta is 3 numbers; allowed: 1, or one for each of 2"),
        ])
    func refused(coupling: String, name: String, value: ParameterValue, sentence: String) throws {
        let fault = #expect(throws: ConfigurationFault.self) {
            try Self.fitted([("coupling", .text(coupling)), (name, value)], agrees: true)
        }
        #expect("\(try #require(fault))".hasPrefix(sentence), "\(fault?.description ?? "")")
    }
}
