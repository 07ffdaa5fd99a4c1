// Single attacks on numbers that can be checked by hand.
import Aggregation
import Attacks
import Kernels
import Registry
import Testing

@Suite("Attacks by hand")
struct AttackValuesTests {
    private static let view = AttackView(
        round: Round(0), own: [5, -5],
        heard: [([1, 0] as [Float], 0), ([3, 4], 2)].map { AttackView.Heard(sender: NodeID($0.1), model: $0.0) })

    /// The model that a new attacker with these parameters sends to node 0.
    private func forge<One: ModelAttack>(
        _ attack: One.Type, _ given: [(name: String, value: ParameterValue)] = [], seeing view: AttackView = view
    ) throws -> [Float] {
        var attack = try attack.init(ParameterValues(given, declared: attack.parameters, key: "attack"))
        guard case .model(let model) = attack.forge(to: 0, seeing: view, random: attackStream()) else { return [] }
        return model
    }

    @Test("sign flip negates the mean of the models heard, or the own one")
    func signFlip() throws {
        #expect(try forge(SignFlip.self) == [-2, -2])
        #expect(try forge(SignFlip.self, [("scale", .number(3))]) == [-6, -6])
        #expect(try forge(SignFlip.self, [("of", .text("own")), ("scale", .number(2))]) == [-10, 10])
        let alone = AttackView(round: Round(0), own: [1, 2], heard: [])
        #expect(try forge(SignFlip.self, seeing: alone) == [-1, -2])
    }

    @Test(
        "Gaussian noise has the centre and the deviation that it was told",
        arguments: [("heard", 2), ("zero", 0), ("own", 8)] as [(String, Double)])
    func gaussian(around: String, centre: Double) throws {
        let count = 20_000
        let view = AttackView(
            round: Round(0), own: [Float](repeating: 8, count: count),
            heard: [1, 3].map {
                AttackView.Heard(sender: NodeID($0), model: [Float](repeating: Float($0), count: count))
            })
        #expect(
            try forge(GaussianNoise.self, [("around", .text(around)), ("deviation", .number(0))], seeing: view)
                == [Float](repeating: Float(centre), count: count))
        let noisy = try forge(GaussianNoise.self, [("around", .text(around))], seeing: view).map(Double.init)
        let mean = noisy.reduce(0, +) / Double(count)
        let variance = noisy.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count - 1)
        // Five standard errors.
        #expect(abs(mean - centre) < 5 * 30 / Double(count).squareRoot())
        #expect(abs(variance.squareRoot() - 30) < 5 * 30 / Double(2 * count).squareRoot())
    }

    @Test("Gaussian noise differs from victim to victim")
    func gaussianVictims() {
        var noise = GaussianNoise(.defaults(GaussianNoise.parameters))
        let forgeries = (0..<3).map { victim in
            noise.forge(to: victim, seeing: Self.view, random: attackStream(victim: victim))
        }
        #expect(forgeries[0] != forgeries[1] && forgeries[1] != forgeries[2] && forgeries[0] != forgeries[2])
    }

    @Test("ALIE sends mean and deviations of the models heard")
    func alie() throws {
        let models: [[Float]] = [[1, 0], [1.2, 0.1], [0.9, -0.2], [1.1, 0.3], [0.8, 0.15]]
        let view = AttackView(
            round: Round(0), own: [0, 0],
            heard: models.enumerated().map { AttackView.Heard(sender: NodeID($0), model: $1) })
        let model = try forge(ALittleIsEnough.self, seeing: view)
        #expect(zip(model, [1.2371708245, 0.3486126343]).allSatisfy { ($0 - $1).magnitude < 1e-6 })
        // One model has no spread.
        let one = AttackView(round: Round(0), own: [0, 0], heard: [view.heard[1]])
        #expect(try forge(ALittleIsEnough.self, seeing: one) == [1.2, 0.1])
    }

    @Test("dissensus of strength 1 undoes plain gossip, more reverses it", arguments: [1, 2] as [Double])
    func dissensus(epsilon: Double) throws {
        let view = attackView()
        let forgery = try forge(Dissensus.self, [("epsilon", .number(epsilon))], seeing: view)
        let victim = try #require(view.model(of: NodeID(0)))
        var batch = VectorBatch(columns: victim.count, capacity: 4)
        for model in [forgery, view.heard[1].model, view.heard[2].model, forgery] { batch.append(model) }
        let context = MixContext(
            round: view.round, rounds: 10, node: NodeID(0), senders: (1...4).map { NodeID($0) },
            weights: [0.2, 0.2, 0.2, 0.2], budget: Budget(count: 0, weight: 0))
        var next = victim
        var span = next.mutableSpan
        var scratch = Scratch()
        var report = MixReport(rows: batch.rows)
        let mean = WeightedMean(.defaults(WeightedMean.parameters))
        mean.mix(
            own: victim.span, neighbours: batch, context: context, into: &span, report: &report, scratch: &scratch)
        // Gossip with the honest ones alone would have moved the victim by this much.
        for k in victim.indices {
            let pull = 0.2 * (view.heard[1].model[k] + view.heard[2].model[k] - 2 * victim[k])
            #expect((next[k] - victim[k] - Float(1 - epsilon) * pull).magnitude < 1e-5)
        }
    }

    @Test("dissensus tells a node that it has not heard the attacker's own model")
    func dissensusUnheard() throws {
        let view = attackView(heard: 0)
        #expect(try forge(Dissensus.self, seeing: view) == view.own)
    }

    @Test("silence sends nothing")
    func silence() {
        var silence = Silence(.defaults(Silence.parameters))
        #expect(silence.forge(to: 0, seeing: Self.view, random: attackStream()) == .silence)
    }

    @Test("label flip is its own inverse", arguments: [1, 2, 3, 10])
    func labelFlip(classCount: Int) {
        let flip = LabelFlip(.defaults(LabelFlip.parameters)).relabelling(classCount: classCount)
        #expect(flip == (0..<classCount).map { classCount - 1 - $0 })
        #expect(flip.map { flip[$0] } == Array(0..<classCount))
    }

    @Test("the mean of what was heard is the own model where nothing was")
    func meanOfHeard() {
        #expect(Self.view.meanOfHeard() == [2, 2])
        #expect(AttackView(round: Round(0), own: [7], heard: []).meanOfHeard() == [7])
    }
}
