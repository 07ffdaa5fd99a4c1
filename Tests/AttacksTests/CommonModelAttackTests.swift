// Attacks on the common model, against nodes that are played by hand, and what poisoned data pull by.
import Attacks
import Kernels
import Learning
import Personalisation
import Registry
import Testing

@Suite("Attacks on the common model")
struct CommonModelAttackTests {
    private static func attack(_ name: String, _ given: [(name: String, value: ParameterValue)]) throws -> any Attack {
        let type = try AttackCatalog.all.entry(named: name)
        return try type.init(ParameterValues(given, declared: type.parameters, key: name))
    }

    /// The common model of two honest nodes with losses ½(θ − c)², c = 1 and 0, and a hostile one without data, who
    /// average their copies.
    private static func common(
        after rounds: Int, _ name: String, _ given: [(name: String, value: ParameterValue)], _ coupling: any Coupling,
        leavingOut idle: Range<Int> = 0..<0
    ) throws -> Float {
        var attack = try #require(try attack(name, given) as? any ModelAttack)
        let stepSize = 0.3
        var (common, copy): (Float, Float) = (0, 0)
        for round in 0..<rounds {
            let honest = [1.0, 0].map { centre -> Float in
                let game = CommonModelGame([.quadratic(around: [centre])], coupling)
                return Float(Double(common) - stepSize * game.pull(at: [Double(common)])[0])
            }
            let victims = [0, 1].map { Victim(node: NodeID($0), honestSenders: [], hostileWeight: 1.0 / 3) }
            let view = AttackView(
                round: Round(round), own: [copy], before: [copy], heard: [], victims: victims,
                training: CommonModelTraining(coupling: coupling, stepSize: stepSize))
            var sent = copy
            if !idle.contains(round) {
                guard case .model(let model) = attack.forge(to: 0, seeing: view, random: attackStream()) else {
                    Issue.record("\(name) sends no model")
                    return .nan
                }
                sent = model[0]
            }
            (common, copy) = ((honest[0] + honest[1] + sent) / 3, (honest[0] + honest[1] + copy) / 3)
        }
        return common
    }

    private static let cases: [(name: String, given: [(name: String, value: ParameterValue)], limit: Float)] = [
        ("commonCGA", [("target", .text("3"))], 3), ("commonCGA", [("target", .text("2"))], 2),
        ("commonCGA", [("target", .text("3")), ("start", .text("silent"))], 3),
        ("commonCGA", [("target", .text("3")), ("settle", .number(60))], 3),
        // θ† + G/2λ with G = 10/3 at 3, and its pull.
        ("ownModel", [("target", .text("4.6666667"))], 3), ("constantPull", [("target", .text("-3.3333333"))], 3),
    ]

    @Test("lead it where theory says, each by its own means", arguments: cases.indices)
    func squared(index: Int) throws {
        let (name, given, limit) = Self.cases[index]
        let coupling = SquaredL2Coupling(strength: 1)
        let common = try Self.common(after: 200, name, given, coupling)
        #expect(abs(common - limit) < 1e-3, "\(name) \(given) \(common)")
    }

    @Test("stay within what the coupling has")
    func bounded() throws {
        // A hair within the bound: 0.999.
        for (coupling, limit) in [(L2Coupling(strength: 1) as any Coupling, Float(1)), (L1Coupling(strength: 1), 1)] {
            let common = try Self.common(after: 300, "commonCGA", [("target", .text("3"))], coupling)
            #expect(abs(common - limit) < 5e-3, "\(common)")
        }
    }

    @Test("a round without attack in between does not mislead it")
    func interrupted() throws {
        let common = try Self.common(
            after: 200, "commonCGA", [("target", .text("3"))], SquaredL2Coupling(strength: 1), leavingOut: 20..<40)
        #expect(abs(common - 3) < 1e-3)
    }

    @Test("random reports are bounded, the same for everyone, and settle unless they are not to fade")
    func random() throws {
        func reports(_ given: [(name: String, value: ParameterValue)]) throws -> [[Double]] {
            let attack = try #require(try Self.attack("boundedRandom", given) as? RandomReport)
            return (0..<200).map {
                attack.report(at: [0, 0, 0], in: Round($0), under: SquaredL2Coupling(strength: 1))
            }
        }
        let settling = try reports([("bound", .number(0.8))])
        #expect(settling.allSatisfy { $0.norm < 0.8 + 1e-12 })
        #expect(settling.contains { $0.norm > 0.79 } && abs(settling[199].norm - 0.5) < 0.01)
        #expect(settling[199].distance(to: settling[198]) < 0.02 && settling[1].distance(to: settling[0]) > 0.1)
        let restless = try reports([("fading", .number(0))])
        #expect(restless[199].distance(to: restless[198]) > 0.1)
        #expect(try reports([("seed", .number(1))]) != reports([]))
        let coupling = SquaredL2Coupling(strength: 1)
        let given: [(name: String, value: ParameterValue)] = [("steady", .number(0.4)), ("fading", .number(2))]
        let attack = try #require(try Self.attack("boundedRandom", given) as? RandomReport)
        let steady = attack.report(at: [0], in: Round(100_000), under: coupling)[0]
        // G(ρ) = (4ρ − 2)/3 for the two honest ones.
        let common = try Self.common(after: 300, "boundedRandom", given, coupling)
        #expect(abs(Double(common) - (2 - 3 * steady) / 4) < 1e-3, "\(common) \(steady)")
    }

    // MARK: Data

    /// Σ of the gradients of a model's loss over samples.
    private static func sum(
        _ type: any ModelArchitecture.Type, _ samples: Samples, at model: [Float]
    ) throws -> [Double] {
        let objective = try type.init(.defaults(type.parameters)).makeObjective(for: samples.shape)
        var scratch = ObjectiveScratch()
        var gradient = [Float](repeating: 0, count: model.count)
        var span = gradient.mutableSpan
        _ = objective.lossAndGradient(at: model.span, on: Batch(samples), gradient: &span, scratch: &scratch)
        return gradient.map { Double($0) * Batch(samples).weight }
    }

    private static func text(_ vector: [Float]) -> ParameterValue {
        .text(vector.map { "\($0)" }.joined(separator: ","))
    }

    @Test("one point pulls at the model by its query, whatever the scale that the bias sets", arguments: [1, -2, 0.25])
    func onePoint(bias: Float) throws {
        let model: [Float] = [1, -2, 0.5]
        let query: [Float] = [2, 1, bias]
        let poison = try #require(
            try Self.attack("onePoint", [("target", Self.text(model)), ("query", Self.text(query))]) as? any DataAttack)
        var random = attackStream()
        let clean = Samples(features: [0, 0, 1, 1], targets: .values([1, 2]), axes: [2])
        let samples = try poison.poison(clean, member: 0, random: &random)
        #expect(samples.count == 1)
        for (found, wanted) in zip(try Self.sum(LinearRegression.self, samples, at: model), query) {
            #expect(abs(found + Double(wanted)) < 1e-4)
        }
    }

    @Test("tilted soft labels pull at the model by what it is to be held against, and plain ones not at all")
    func softLabels() throws {
        let (p, classes) = (4, 3)
        var random = RandomStream(seed: 4, purpose: .data)
        let model = (0..<(p + 1) * classes).map { _ in Float(random.gaussian()) }
        // Of no class more than of another: softmax cannot pull by what is the same for all.
        var pull = (0..<(p + 1) * classes).map { _ in Float(random.gaussian()) }
        for j in 0..<p { pull[2 * p + j] = -pull[j] - pull[p + j] }
        pull[3 * p + 2] = -pull[3 * p] - pull[3 * p + 1]
        let clean = Samples(
            features: [Float](repeating: 0, count: p), labels: [1], featureCount: p, classCount: classes)
        let nothing = [Float](repeating: 0, count: pull.count)
        let cases: [(given: [(name: String, value: ParameterValue)], expected: [Float])] = [
            ([], nothing), ([("pull", Self.text(pull))], pull),
        ]
        let first: [(name: String, value: ParameterValue)] = [
            ("target", Self.text(model)), ("points", .number(30)), ("weight", .number(4)),
        ]
        for (given, expected) in cases {
            let poison = try #require(
                try Self.attack("softLabels", first + given) as? any DataAttack)
            var random = attackStream()
            let samples = try poison.poison(clean, member: 0, random: &random)
            #expect(samples.count == 30 && Batch(samples).weight == 120)
            for (found, wanted) in zip(try Self.sum(SoftmaxRegression.self, samples, at: model), expected) {
                #expect(abs(found + Double(wanted)) < 1e-3, "\(found) \(wanted)")
            }
        }
        // So few points cannot hold it, and it is said.
        let few: [(name: String, value: ParameterValue)] = [
            ("target", Self.text(model)), ("points", .number(1)), ("weight", .number(1)), ("pull", Self.text(pull)),
        ]
        let weak = try #require(try Self.attack("softLabels", few) as? any DataAttack)
        var stream = attackStream()
        let fault = #expect(throws: ConfigurationFault.self) {
            try weak.poison(clean, member: 0, random: &stream)
        }
        #expect(fault?.description.contains(" steps with none") == true)
        #expect(fault?.description.contains("more points, a greater weight") == true)
    }
}
