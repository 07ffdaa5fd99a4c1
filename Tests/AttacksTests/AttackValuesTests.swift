// Single attacks on numbers that can be checked by hand.
import Aggregation
import Attacks
import Kernels
import Learning
import Registry
import Synchronization
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

    @Test("sign flip of what each victim mixes negates the mean of its own model and its honest neighbours'")
    func signFlipOfVictims() throws {
        let models: [[Float]] = [[1, 0], [3, 4], [5, -1]]
        func view(_ sender: [Int]) -> AttackView {
            AttackView(
                round: Round(0), own: [9, 9],
                heard: models.enumerated().map { AttackView.Heard(sender: NodeID($0), model: $1) },
                victims: [
                    Victim(
                        node: NodeID(0), honestSenders: sender.map { Victim.Sender(node: NodeID($0), weight: 0.1) },
                        hostileWeight: 0.2)
                ])
        }
        let given = [("of", ParameterValue.text("victims")), ("scale", .number(2))]
        #expect(try forge(SignFlip.self, given, seeing: view([1])) == [-4, -4])
        #expect(try forge(SignFlip.self, given, seeing: view([1, 2])) == [-6, -2])
        // A neighbour that it did not hear is left out, and a stranger is told what all heard come to.
        #expect(try forge(SignFlip.self, given, seeing: view([1, 7])) == [-4, -4])
        #expect(try forge(SignFlip.self, given) == [-4, -4])
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

    @Test("a label flip of a share flips about so many samples, and all or none at the ends", arguments: [0, 0.4, 1])
    func flippedShare(share: Double) throws {
        let labels = (0..<1_000).map { Int32($0 % 10) }
        let samples = Samples(
            features: [Float](repeating: 0, count: 1_000), labels: labels, featureCount: 1, classCount: 10)
        let flip = LabelFlip(
            try ParameterValues([("share", .number(share))], declared: LabelFlip.parameters, key: "attack"))
        var random = attackStream()
        let poisoned = try #require(flip.poison(samples, member: 0, random: &random).targets.labels)
        let flipped = zip(labels, poisoned).count { $0 != $1 }
        // Four standard deviations of a binomial.
        #expect(abs(Double(flipped) - 1_000 * share) <= 4 * (1_000 * share * (1 - share)).squareRoot())
        #expect(zip(labels, poisoned).allSatisfy { $1 == $0 || $1 == 9 - $0 })
    }

    @Test("the mean of what was heard is the own model where nothing was")
    func meanOfHeard() {
        #expect(Self.view.meanOfHeard() == [2, 2])
        #expect(AttackView(round: Round(0), own: [7], heard: []).meanOfHeard() == [7])
    }
}

@Suite("Attacks of the literature by hand")
struct LiteratureTests {
    /// The honest ones of seven points.
    private static let models: [[Float]] = [[1, 0], [1.2, 0.1], [0.9, -0.2], [1.1, 0.3], [0.8, 0.15]]
    private static let heard = models.enumerated().map { AttackView.Heard(sender: NodeID($0), model: $1) }

    private static func view(
        heard: [AttackView.Heard] = heard, own: [Float] = [0, 0], before: [Float] = [0, 0], victims: [Victim] = [],
        surroundings: Surroundings = Surroundings(), oracle: MixOracle? = nil
    ) -> AttackView {
        AttackView(
            round: Round(0), own: own, before: before, heard: heard, victims: victims, surroundings: surroundings,
            oracle: oracle)
    }

    private func forge<One: ModelAttack>(
        _ attack: One.Type, _ given: [(name: String, value: ParameterValue)] = [], to victim: Int = 0,
        seeing views: AttackView...
    ) throws -> [Float] {
        var attack = try attack.init(ParameterValues(given, declared: attack.parameters, key: "attack"))
        var last: Forgery?
        for view in views { last = attack.forge(to: victim, seeing: view, random: attackStream()) }
        switch last {
        case .model(let model), .misdated(let model, _): return model
        default: return []
        }
    }

    /// From node 0's model.
    private func distance(_ model: [Float]) -> Double {
        let origin = Self.models[0]
        return squaredDistance(model.span, origin.span).squareRoot()
    }

    private func expect(_ model: [Float], _ expected: [Double], within tolerance: Double = 1e-5) {
        #expect(model.count == expected.count)
        for (ours, theirs) in zip(model, expected) {
            #expect((Double(ours) - theirs).magnitude <= tolerance * max(1, theirs.magnitude), "\(model)")
        }
    }

    @Test("IPM turns the mean round, or the victim's step")
    func ipm() throws {
        expect(try forge(InnerProductManipulation.self, [("around", .text("zero"))], seeing: Self.view()), [-2, -0.14])
        // From (1, 0): the mean is (1, 0.07).
        expect(try forge(InnerProductManipulation.self, seeing: Self.view()), [1, -0.14])
    }

    @Test(
        "ALIE's formulas give what their codes do, never less than 0",
        arguments: [(10, 2, 0, 0.524), (20, 4, 0.157, 0.524), (25, 5, 0.253, 0.468), (10, 1, 0, 0.253)])
    func formulas(count: Int, hostile: Int, epfml: Double, byrdlab: Double) throws {
        let two = Self.view(
            heard: [-1, 1].map {
                AttackView.Heard(sender: NodeID($0 < 0 ? 0 : 1), model: [$0 / Float(2).squareRoot()])
            },
            own: [0], before: [0],
            victims: [
                Victim(
                    node: NodeID(0),
                    honestSenders: (1...count - hostile).map { Victim.Sender(node: NodeID($0), weight: 0.01) },
                    hostileWeight: 0.02, hostileSenders: hostile)
            ], surroundings: Surroundings(nodes: count, hostile: hostile))
        // The deviation of these two is 1, so that the forgery is z itself.
        let all = try forge(ALittleIsEnough.self, [("factor", .text("epfml"))], seeing: two)
        expect(all, [epfml], within: 1e-3)
        let below = [("factor", ParameterValue.text("byrdlab")), ("side", .text("below"))].map { ($0.0, $0.1) }
        expect(try forge(ALittleIsEnough.self, below, seeing: two), [-byrdlab], within: 1e-3)
    }

    @Test("zero sum makes the weighted sum of what a victim hears zero")
    func zeroSum() throws {
        let victim = Victim(
            node: NodeID(0),
            honestSenders: [.init(node: NodeID(1), weight: 0.1), .init(node: NodeID(2), weight: 0.3)],
            hostileWeight: 0.2)
        let sum: [Double] = [-(0.1 * 1.2 + 0.3 * 0.9) / 0.2, -(0.1 * 0.1 - 0.3 * 0.2) / 0.2]
        expect(try forge(ZeroSum.self, seeing: Self.view(victims: [victim])), sum)
    }

    @Test(
        "min-max stays as near to every model as two of them are apart, min-sum within an honest sum; and both reach it"
    )
    func spread() throws {
        func squares(_ model: [Float]) -> [Double] {
            Self.models.map { squaredDistance(model.span, $0.span) }
        }
        let honest = Self.models.map(squares)
        for direction in ["deviation", "unit", "sign"] {
            let given: [(name: String, value: ParameterValue)] = [("direction", .text(direction))]
            let farthest = squares(try forge(MinMax.self, given, seeing: Self.view())).max() ?? 0
            let diameter = honest.joined().max() ?? 0
            #expect(farthest <= diameter * (1 + 1e-5) && farthest > diameter * 0.999, "\(direction)")
            for (bound, sum) in [
                ("least", honest.map { $0.reduce(0, +) }.min()), ("greatest", honest.map { $0.reduce(0, +) }.max()),
            ] {
                let total = squares(
                    try forge(MinSum.self, given + [("bound", .text(bound))], seeing: Self.view())
                ).reduce(0, +)
                let allowed = try #require(sum)
                #expect(total <= allowed * (1 + 1e-5) && total > allowed * 0.999, "\(direction), \(bound)")
            }
        }
    }

    @Test("mimic copies the model at a place, or the farthest; learned, that of the direction of the greatest spread")
    func mimic() throws {
        #expect(try forge(Mimic.self, [("place", .number(3))], seeing: Self.view()) == [1.1, 0.3])
        #expect(try forge(Mimic.self, [("choice", .text("farthest"))], to: 1, seeing: Self.view()) == [0.9, -0.2])
        let spread = Self.view(
            heard: [[0, 0.1], [9, 0], [0, -0.1], [-8, 0]].enumerated().map {
                AttackView.Heard(sender: NodeID($0), model: $1)
            })
        let learned: [(name: String, value: ParameterValue)] = [
            ("choice", .text("learned")), ("learning", .number(3)),
        ]
        #expect(try forge(Mimic.self, learned, seeing: spread, spread, spread) == [0, 0.1], "it still learns")
        #expect(try forge(Mimic.self, learned, seeing: spread, spread, spread, spread) == [9, 0])
    }

    @Test("a random mimic copies each of the models heard about equally often")
    func randomMimic() throws {
        var counts: [[Float]: Int] = [:]
        for seed in 0..<500 {
            var mimic = Mimic(
                try ParameterValues([("choice", .text("random"))], declared: Mimic.parameters, key: "attack"))
            let random = RandomStream(seed: UInt64(seed), purpose: .attack)
            guard case .model(let model) = mimic.forge(to: 0, seeing: Self.view(), random: random) else { continue }
            counts[model, default: 0] += 1
        }
        #expect(Set(counts.keys) == Set(Self.models))
        #expect(counts.values.allSatisfy { abs($0 - 100) < 36 }, "four standard deviations of a binomial")
    }

    @Test("spectral heterogeneity pushes along the slowest direction of the graph")
    func spectral() throws {
        // On a path the Fiedler vector is (1, 0, −1)/√2.
        let graph = HonestGraph(
            nodes: (0...2).map { NodeID($0) }, links: [.init(0, 1, weight: 0.3), .init(1, 2, weight: 0.3)])
        let heard = [[1, 0], [5, 5], [3, 4]].enumerated().map { AttackView.Heard(sender: NodeID($0), model: $1) }
        let view = Self.view(heard: heard, surroundings: Surroundings(nodes: 4, hostile: 1, graph: graph))
        expect(try forge(SpectralHeterogeneity.self, seeing: view), [1 + 0.5 * (1 - 3), 0 + 0.5 * (0 - 4)])
        expect(try forge(SpectralHeterogeneity.self, to: 1, seeing: view), [5, 5])
    }

    @Test("of a complete graph, whose second eigenvalue is multiple, all directions count")
    func spectralMultiple() throws {
        let graph = HonestGraph(
            nodes: (0...2).map { NodeID($0) },
            links: [.init(0, 1, weight: 0.2), .init(0, 2, weight: 0.2), .init(1, 2, weight: 0.2)])
        let view = Self.view(
            heard: Array(Self.heard.prefix(3)), surroundings: Surroundings(nodes: 4, hostile: 1, graph: graph))
        // The projection of x_0 is its offset from the mean, (1, 0) − (3.1/3, −0.1/3).
        expect(try forge(SpectralHeterogeneity.self, seeing: view), [2 - 3.1 / 3, 0.1 / 3])
    }

    @Test("an optimised factor is the one after which the victim's rule does no more")
    func optimised() throws {
        // The rule takes whatever is within 3 of the victim, and keeps its own model otherwise.
        let oracle = MixOracle { _, forgery in
            let own: [Float] = [1, 0]
            let isNear = squaredDistance(forgery.span, own.span) <= 9
            return Trial(model: isNear ? forgery : own, threshold: 3)
        }
        let victims = [
            Victim(node: NodeID(0), honestSenders: [.init(node: NodeID(1), weight: 0.2)], hostileWeight: 0.2)
        ]
        let view = Self.view(victims: victims, oracle: oracle)
        for search in ["byzfl", "rouault"] {
            let forgery = try forge(OptimisedALIE.self, [("search", .text(search))], seeing: view)
            let distance = self.distance(forgery)
            #expect(distance <= 3 && distance > 1.5, "\(search): \(distance)")
        }
    }

    @Test("CGA undoes what others do, and puts the victim of plain gossip on its target in the second round")
    func counterGradient() throws {
        // Others pull by (0.3, 0) in every round; the attacker weighs 0.25.
        let victim = Victim(node: NodeID(0), honestSenders: [], hostileWeight: 0.25)
        func view(_ model: [Float]) -> AttackView {
            Self.view(heard: [AttackView.Heard(sender: NodeID(0), model: model)], victims: [victim])
        }
        var attack = try CounterGradient(
            ParameterValues(
                [("target", .text("2, -1")), ("bound", .text("none"))], declared: CounterGradient.parameters, key: ""))
        var model: [Float] = [0, 0]
        for _ in 0..<3 {
            let sent = attack.forge(to: 0, seeing: view(model), random: attackStream())
            guard case .model(let forgery) = sent else { return }
            for index in 0...1 { model[index] += 0.25 * (forgery[index] - model[index]) + [0.3, 0][index] }
        }
        expect(model, [2, -1])
    }

    @Test("CGA stays within what the rule accepts")
    func boundCounterGradient() throws {
        let victim = Victim(node: NodeID(0), honestSenders: [], hostileWeight: 0.25)
        let view = Self.view(
            victims: [victim], oracle: MixOracle { _, _ in Trial(model: [0, 0], threshold: 0.5) })
        let forgery = try forge(CounterGradient.self, [("target", .text("7"))], seeing: view)
        expect([Float(distance(forgery))], [0.4995])
    }

    @Test("stale models are as old as told, and the first ones as old as there are")
    func stale() throws {
        func views(_ count: Int) -> [AttackView] { (0..<count).map { Self.view(own: [Float($0), 0]) } }
        func sent(_ count: Int) throws -> [Float] {
            var attack = try Stale(
                ParameterValues([("rounds", .number(3))], declared: Stale.parameters, key: "attack"))
            var last: Forgery?
            for view in views(count) { last = attack.forge(to: 0, seeing: view, random: attackStream()) }
            guard case .model(let model) = last else { return [] }
            return model
        }
        #expect(try sent(1) == [0, 0] && sent(4) == [0, 0] && sent(9) == [5, 0])
    }

    @Test("Fang's lies are just beyond the honest extremes, against the step")
    func fang() throws {
        let forgery = try forge(FangTrimmedMean.self, seeing: Self.view(before: [0, 9]))
        // The mean rises from 0 in the first coordinate, and falls from 9 in the second.
        #expect((0.4...0.8).contains(forgery[0]) && (0.3...0.6).contains(forgery[1]))
        let guessed = try forge(
            FangTrimmedMean.self, [("extremes", .text("partial"))], seeing: Self.view(before: [0, 9]))
        let deviation = try #require(Self.view().deviationOfHeard(from: Self.view().meanOfHeard()))
        #expect(
            (3...4).contains((1 - guessed[0]) / deviation[0]) && (3...4).contains((guessed[1] - 0.07) / deviation[1]))
    }

    @Test("Fang's lie to Krum is the farthest of the halvings that is selected")
    func fangKrum() throws {
        let oracle = MixOracle { _, forgery in
            Trial(model: forgery[0] > -0.1 ? forgery : [1, 0], threshold: nil)
        }
        let forgery = try forge(FangKrum.self, seeing: Self.view(oracle: oracle))
        #expect(forgery[0] > -0.1 && forgery[0] <= -0.05 && forgery[0] == forgery[1])
    }

    /// A Krum written for this test: the row whose squared distances to the nearest others are least together.
    private func krum(_ rows: [[Float]], hostile: Int) -> Int {
        let scores = rows.indices.map { row in
            rows.indices.filter { $0 != row }.map { other in
                zip(rows[row], rows[other]).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
            }.sorted().prefix(rows.count - hostile - 2).reduce(0, +)
        }
        return scores.indices.min { (scores[$0], $0) < (scores[$1], $1) } ?? 0
    }

    /// Of c copies at b - λ s each has m - 2c - 1 honest models among its nearest others, each at λ √d - max |x - b| or
    /// more: beyond √(least honest score / ((m - 2c - 1) d)) + max |x - b| / √d no copy has the least score.
    @Test("Fang's search begins where no lie is selected any more", arguments: 1...20 as ClosedRange<UInt64>)
    func fangBound(seed: UInt64) throws {
        var random = RandomStream(seed: seed, purpose: .measurement)
        let (honest, hostile, dimension) = (9, 2, 5)
        let models = (0..<honest).map { _ in (0..<dimension).map { _ in Float(random.gaussian()) } }
        let start = [Float](repeating: 0.5, count: dimension)
        /// The first factor that is tried: nothing is selected before the last trial.
        let tried = Mutex<[Float]>([])
        let oracle = MixOracle { _, forgery in
            tried.withLock { $0.append(abs(forgery[0] - start[0])) }
            return Trial(model: models[0], threshold: nil)
        }
        let view = AttackView(
            round: Round(0), own: start, before: start,
            heard: models.enumerated().map { AttackView.Heard(sender: NodeID($0), model: $1) },
            victims: [Victim(node: NodeID(0), honestSenders: [], hostileWeight: 0.2, hostileSenders: hostile)],
            oracle: oracle)
        _ = try forge(FangKrum.self, seeing: view)
        let bound = try #require(tried.withLock { $0.first })
        let mean = (0..<dimension).map { index in models.reduce(0) { $0 + $1[index] } / Float(honest) }
        let signs: [Float] = zip(mean, start).map { $0 < $1 ? -1 : 1 }
        for factor in [1.001, 1.5, 4] as [Float] {
            let lie = zip(start, signs).map { $0 - factor * bound * $1 }
            #expect(krum(models + [lie, lie], hostile: hostile) < honest, "λ = \(factor) times the bound")
        }
        // The lie that the search comes to is selected, if there is one.
        let found = try forge(FangKrum.self, [("rule", .text("partial"))], seeing: view)
        let isFound = abs(found[0] - start[0]) > 1e-4
        #expect(!isFound || krum(models + [found, found], hostile: hostile) >= honest)
    }

    @Test("ROP's angle is that between the lie and the true step", arguments: [90, 120, 180])
    func relocatedAngle(degrees: Int) throws {
        let forgery = try forge(
            RelocatedOrthogonal.self, [("angle", .number(Double(degrees)))], seeing: Self.view())
        let step = zip(forgery, Self.models[0]).map { Double($0 - $1) }
        let cosine = step[1] / (step[0] * step[0] + step[1] * step[1]).squareRoot()
        // The true step from (1, 0) is (0, 0.07).
        #expect(abs(cosine - [90: 0, 120: -0.5, 180: -1][degrees]!) < 1e-5)
    }

    @Test("ROP goes at a right angle to the step, as far as the models heard are or as the rule clips")
    func relocated() throws {
        for (radius, length) in [("heard", nil), ("rule", 0.5 * 0.999)] as [(String, Double?)] {
            let forgery = try forge(
                RelocatedOrthogonal.self, [("radius", .text(radius))],
                seeing: Self.view(oracle: MixOracle { _, _ in Trial(model: [0, 0], threshold: 0.5) }))
            let step = zip(forgery, Self.models[0]).map { $0 - $1 }
            // The true step from (1, 0) is (0, 0.07).
            #expect(step[1].magnitude < 1e-5)
            if let length { expect([step[0].magnitude], [length]) }
        }
    }

    @Test("spectral heterogeneity without a strength takes the one that harms most")
    func spectralSearch() throws {
        // The mix is nearest to the forgery while that is at most 3 away from the victim.
        let view = AttackView(
            round: Round(0), own: [0, 0],
            heard: [([1, 0] as [Float], 0), ([3, 4], 2)].map {
                AttackView.Heard(sender: NodeID($0.1), model: $0.0)
            },
            victims: [
                Victim(node: NodeID(0), honestSenders: [.init(node: NodeID(2), weight: 0.2)], hostileWeight: 0.2)
            ],
            surroundings: Surroundings(
                nodes: 3, hostile: 1,
                graph: HonestGraph(nodes: [NodeID(0), NodeID(2)], links: [.init(0, 1, weight: 0.2)])),
            oracle: MixOracle { _, forgery in
                let victim: [Float] = [1, 0]
                let isFar = squaredDistance(forgery.span, victim.span) > 9
                return Trial(model: isFar ? victim : forgery, threshold: nil)
            })
        let found = try forge(SpectralHeterogeneity.self, seeing: view)
        let victim: [Float] = [1, 0]
        let distance = squaredDistance(found.span, victim.span).squareRoot()
        // The direction is (1 - 3, 0 - 4) / 2.
        #expect(distance > 2 && distance <= 3 && abs((found[0] - 1) * 2 - found[1]) < 1e-4)
        let target = try #require(view.honestMix(of: NodeID(0)))
        func harm(_ forgery: [Float]) throws -> Double {
            let mix = try #require(view.oracle?.trial(of: NodeID(0), sent: forgery)?.model)
            return squaredDistance(mix.span, target.span)
        }
        let most = try harm(found)
        for strength in [0.5, 1, 2, 5] {
            let forgery = try forge(SpectralHeterogeneity.self, [("c", .number(strength))], seeing: view)
            #expect(try harm(forgery) <= most, "c = \(strength)")
        }
    }

    @Test("a false neighbour takes the names of all that are no neighbours of its victim, one after the other")
    func falseNeighbour() throws {
        var names: [NodeID] = []
        var attack = FalseNeighbour(.defaults(FalseNeighbour.parameters))
        for round in 0..<4 {
            let view = AttackView(
                round: Round(round), own: [1, 2], heard: [],
                victims: [
                    Victim(node: NodeID(1), honestSenders: [.init(node: NodeID(0), weight: 0.3)], hostileWeight: 0.3)
                ], surroundings: Surroundings(nodes: 5, hostile: 1))
            guard
                case .posing([1, 2], as: let name) = attack.forge(to: 1, seeing: view, random: attackStream(victim: 1))
            else {
                Issue.record("no name in round \(round)")
                return
            }
            names.append(name)
        }
        #expect(names == [3, 4, 2, 3].map { NodeID($0) })
        let crowded = AttackView(
            round: Round(0), own: [1], heard: [],
            victims: [
                Victim(node: NodeID(1), honestSenders: [.init(node: NodeID(0), weight: 0.3)], hostileWeight: 0.3)
            ],
            surroundings: Surroundings(nodes: 2, hostile: 1))
        #expect(attack.forge(to: 1, seeing: crowded, random: attackStream()) == .posing([1], as: NodeID(2)))
    }

    @Test("a flood is of the own model, and bounded in bytes")
    func flood() throws {
        var flood = try Flood(ParameterValues([("frames", .number(100_000))], declared: Flood.parameters, key: "a"))
        #expect(throws: Never.self) { try flood.check(dimension: 40) }
        #expect(throws: ConfigurationFault.self) { try flood.check(dimension: 50) }
        let forgery = flood.forge(to: 2, seeing: Self.view(own: [5, -5]), random: attackStream())
        #expect(forgery == .flood([5, -5], frames: 100_000))
    }

    @Test("the pin is the median of the victim's neighbours")
    func pin() throws {
        let victim = Victim(
            node: NodeID(0), honestSenders: [1, 2, 3].map { .init(node: NodeID($0), weight: 0.2) }, hostileWeight: 0.2)
        expect(try forge(MedianPin.self, seeing: Self.view(victims: [victim])), [1.1, 0.1])
    }

    @Test("model replacement puts the own model in a mean")
    func replacement() throws {
        let victim = Victim(node: NodeID(0), honestSenders: [], hostileWeight: 0.2)
        expect(try forge(ModelReplacement.self, seeing: Self.view(own: [2, 1], victims: [victim])), [6, 5])
        let held = try forge(
            ModelReplacement.self, [("limit", .number(1))], seeing: Self.view(own: [1, 1], victims: [victim]))
        expect(held, [1, 1])
    }

    @Test("a free rider sends what it heard, with the last change as if it had learned")
    func freeRider() throws {
        let (first, second) = (Self.view(heard: [Self.heard[0]]), Self.view(heard: [Self.heard[1]]))
        expect(try forge(FreeRider.self, seeing: first, second), [1.2, 0.1])
        expect(try forge(FreeRider.self, [("mode", .text("delta"))], seeing: first, second), [1.4, 0.2])
    }

    @Test("directed deviations are two things, and a constant model is what it is told to be")
    func directed() throws {
        expect(try forge(DirectedDeviation.self, [("strength", .number(2))], seeing: Self.view()), [-1, -1.93])
        let own: [(name: String, value: ParameterValue)] = [("form", .text("ownTimes"))]
        expect(try forge(DirectedDeviation.self, own, seeing: Self.view(own: [1, 2])), [-5, -10])
        #expect(try forge(ConstantModel.self, seeing: Self.view()) == [0, 0])
        #expect(try forge(ConstantModel.self, [("target", .text("3,-1"))], seeing: Self.view()) == [3, -1])
        expect(
            try forge(SignFlip.self, [("of", .text("step"))], seeing: Self.view(own: [3, 2], before: [1, 1])), [-1, 0])
    }
}

@Suite("Poisoned data")
struct PoisonTests {
    private static let samples = Samples(
        features: [Float](repeating: 0, count: 200 * 16), targets: .classes((0..<200).map { $0 % 4 }, of: 4),
        axes: [1, 4, 4])

    private func make<One: DataAttack>(
        _ attack: One.Type, _ given: [(name: String, value: ParameterValue)] = []
    ) throws -> One {
        try attack.init(ParameterValues(given, declared: attack.parameters, key: "attack"))
    }

    @Test("permutations and targeted flips")
    func relabellings() throws {
        #expect(try make(LabelPermutation.self).relabelling(classCount: 4) == [1, 2, 3, 0])
        let drawn = try make(LabelPermutation.self, [("order", .text("random"))]).relabelling(classCount: 9)
        #expect(drawn.sorted() == Array(0..<9) && drawn != [1, 2, 3, 4, 5, 6, 7, 8, 0])
        for (classes, seed) in [(2, 0), (2, 1), (3, 0), (9, 0), (9, 5)] {
            let given: [(name: String, value: ParameterValue)] = [
                ("order", .text("random")), ("seed", .number(Double(seed))),
            ]
            let drawn = try make(LabelPermutation.self, given).relabelling(classCount: classes)
            #expect(zip(drawn, 0...).allSatisfy { $0 != $1 }, "a class of \(classes) keeps its place")
        }
        let flip: [(name: String, value: ParameterValue)] = [("source", .number(1)), ("target", .number(3))]
        #expect(try make(TargetedFlip.self, flip).relabelling(classCount: 4) == [0, 3, 2, 3])
        #expect(try make(TargetedFlip.self, flip + [("both", .flag(true))]).relabelling(classCount: 4) == [0, 3, 2, 1])
    }

    @Test("random labels are of all classes, the last among them")
    func random() throws {
        var stream = attackStream()
        let attack = try make(RandomLabels.self, [("features", .flag(true))])
        let poisoned = attack.poison(Self.samples, member: 0, random: &stream)
        let labels = try #require(poisoned.targets.labels)
        for label in 0..<4 as Range<Int32> { #expect((30...75).contains(labels.count { $0 == label })) }
        #expect(poisoned.features.allSatisfy { (-1...1).contains($0) } && Set(poisoned.features).count > 3_000)
    }

    @Test("a trigger is on a share of the samples, which are labelled as the target; its parts make the whole")
    func backdoor() throws {
        let given: [(name: String, value: ParameterValue)] = [
            ("target", .number(2)), ("row", .number(2)), ("column", .number(1)), ("share", .number(0.25)),
        ]
        func stamped(_ given: [(name: String, value: ParameterValue)], member: Int) throws -> (Samples, Set<Int>) {
            var stream = attackStream()
            let poisoned = try make(Backdoor.self, given).poison(Self.samples, member: member, random: &stream)
            let pixels = (0..<200 * 16).filter { poisoned.features[$0] == 1 }
            return (poisoned, Set(pixels.map { $0 % 16 }))
        }
        let (poisoned, whole) = try stamped(given, member: 0)
        #expect(whole == [9, 10, 13, 14])
        let labels = try #require(poisoned.targets.labels)
        let count = poisoned.features.count { $0 == 1 } / 4
        #expect((35...65).contains(count))
        for row in 0..<200 {
            let isStamped = poisoned.features[row * 16 + 9] == 1
            #expect(labels[row] == (isStamped ? 2 : Int32(row % 4)))
        }
        let parts = try (0..<2).map { try stamped(given + [("parts", .number(2))], member: $0).1 }
        #expect(parts == [[9, 10], [13, 14]])
    }

    @Test("the dynamic flip takes the class that the model finds least likely")
    func dynamic() throws {
        let objective = try ModelCatalog.all.entry(named: "softmax").init(.defaults([]))
            .makeObjective(for: SampleShape(featureCount: 2, targets: .classes(3)))
        let samples = Samples(
            features: [1, 0, 0, 1], targets: .classes([0, 0], of: 3), axes: [2])
        // The score of each class from each feature, whatever the layout: found by trying.
        var scratch = ObjectiveScratch()
        var random = RandomStream(seed: 4, purpose: .initialisation)
        var parameters = [Float](repeating: 0, count: objective.dimension)
        random.fillGaussian(&parameters, mean: 0, standardDeviation: 2)
        let poison = try #require(try make(DynamicLabelFlip.self).batchPoison)
        let settings = LocalSGD.Settings(
            batchSize: 9, momentum: 0, weightDecay: 0, stepSize: ConstantStep(.defaults(ConstantStep.parameters)))
        let trained = [nil, poison].map { poison -> [Float] in
            let trainer = LocalSGD(
                objective: objective, shard: Batch(samples), settings: settings, seed: 1, node: NodeID(0),
                poison: poison)
            var (model, state, scratch) = (parameters, LocalState(), TrainingScratch())
            _ = trainer.step(&model, state: &state, round: Round(0), scratch: &scratch)
            return model
        }
        #expect(trained[0] != trained[1], "training is on poisoned batches")
        let poisoned = poison.poisoned(
            Batch(samples, rows: [1, 0, 1]), at: parameters.span, of: objective, scratch: &scratch)
        let labels = try #require(poisoned.samples.targets.labels)
        #expect(poisoned.count == 3 && labels[0] == labels[2])
        for (row, label) in zip([1, 0], labels) {
            let losses = (0..<3).map { label in
                objective.loss(
                    at: parameters.span,
                    on: Batch(samples.with(.classes([label, label], of: 3)), rows: [Int32(row)]), scratch: &scratch)
            }
            #expect(losses.max() == losses[Int(label)])
        }
    }
}
