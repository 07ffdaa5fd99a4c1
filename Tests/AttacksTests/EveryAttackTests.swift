// The laws that every attack obeys, over the catalogue: an attack is tested from the line that lists it.
import Attacks
import Kernels
import Learning
import Registry
import Testing
import TestSupport

/// An attack of the catalogue, by name in test listings.
struct CatalogAttack: CustomTestStringConvertible, Sendable {
    let type: any Attack.Type
    var given: [(name: String, value: ParameterValue)] = []
    var testDescription: String { ([type.name] + given.map { "\($0.name) \($0.value)" }).joined(separator: ", ") }

    init(_ type: any Attack.Type) { self.type = type }

    static let all = AttackCatalog.all.entries.map { CatalogAttack($0) }
    static let onModels = all.filter { $0.type is any ModelAttack.Type }
    static let onData = all.filter { $0.type is any DataAttack.Type }

    /// With the defaults, and with every choice of a parameter that has any.
    var variants: [CatalogAttack] {
        type.parameters.reduce([self]) { variants, parameter in
            guard case .choice(let names) = parameter.domain else { return variants }
            return variants
                + names.map { name in
                    var variant = self
                    variant.given = [(parameter.name, .text(name))]
                    return variant
                }
        }
    }

    func make() throws -> any Attack {
        try type.init(ParameterValues(given, declared: type.parameters, key: type.name))
    }

    func onModels() throws -> any ModelAttack { try #require(try make() as? any ModelAttack) }
}

/// What node 1 of a small graph heard: its neighbours 0, 2 and 3, all of which it attacks, with node 4
/// beside 2. Its oracle takes a forgery for the outcome where it is not far from the victim, and else little of it.
func attackView(heard count: Int = 3, dimension: Int = 7, seed: UInt64 = 5, round: Int = 4) -> AttackView {
    var random = RandomStream(seed: seed, purpose: .measurement)
    func model(mean: Double = 2) -> [Float] {
        var model = [Float](repeating: 0, count: dimension)
        random.fillGaussian(&model, mean: mean, standardDeviation: 1)
        return model
    }
    let honest = [0, 2, 3].map { NodeID($0) }
    let victims = honest.map { victim in
        let senders = honest.filter { $0 != victim }.map { Victim.Sender(node: $0, weight: 0.2) }
        let isNextToFour = victim == NodeID(2)
        return Victim(
            node: victim, honestSenders: senders, hostileWeight: isNextToFour ? 0.6 : 0.4,
            hostileSenders: isNextToFour ? 2 : 1)
    }
    let own = model()
    let heard = honest.prefix(count).map { AttackView.Heard(sender: $0, model: model()) }
    let graph = HonestGraph(
        nodes: honest,
        links: [
            .init(0, 1, weight: 0.2), .init(0, 2, weight: 0.2 + 0.01 * Double(seed)), .init(1, 2, weight: 0.1),
        ])
    return AttackView(
        round: Round(round), own: own, before: model(mean: 1), heard: heard, victims: victims,
        surroundings: Surroundings(nodes: 6, hostile: 3, graph: graph), oracle: attackOracle(heard, seed: seed),
        training: CommonModelTraining(coupling: SmoothL2Coupling(strength: 2), stepSize: 0.5))
}

func attackOracle(_ heard: [AttackView.Heard], seed: UInt64) -> MixOracle {
    MixOracle { victim, forgery in
        guard let place = heard.slot(of: victim, by: \.sender) else { return nil }
        let reach = 1 + Double(victim.index) + 0.1 * Double(seed)
        let model = heard[place].model
        let isNear = squaredDistance(forgery.span, model.span) <= reach * reach
        return Trial(model: isNear ? forgery : zip(heard[0].model, forgery).map { $0 + 0.01 * $1 }, threshold: reach)
    }
}

func attackStream(victim: Int = 0, seed: UInt64 = 9) -> RandomStream {
    RandomStream(seed: seed, purpose: .attack, node: NodeID(1), round: Round(4), lane: victim)
}

extension ModelAttack {
    /// What it sends to `victim` in a round in which it sees this.
    mutating func forge(to victim: Int, seeing view: AttackView, random: RandomStream) -> Forgery {
        var random = random
        return forge(for: NodeID(victim), by: plan(seeing: view), seeing: view, random: &random)
    }
}

@Suite("Every attack")
struct EveryAttackTests {
    @Test("keeps the laws", arguments: AttackLaws.all, CatalogAttack.all)
    func keeps(law: Law<CatalogAttack>, attack: CatalogAttack) throws {
        let violations = try law.violations(of: attack)
        #expect(violations == [])
    }

    @Test("that is made to break a law is found out", arguments: AttackLaws.all)
    func breaks(law: Law<CatalogAttack>) throws {
        #expect(try !law.violationsOfCounterexample.isEmpty)
    }
}

enum AttackLaws {
    static let all = [kinds, deterministic, shape, extremes, unheard, needs, memory, labels, poison, names]

    /// What must hold of every kind of attack on messages.
    private static func law(
        _ description: String, brokenBy planted: any Attack.Type,
        _ judge: @escaping @Sendable (CatalogAttack, inout Verdict) throws -> Void
    ) -> Law<CatalogAttack> {
        Law(description, brokenBy: CatalogAttack(planted)) { attack, verdict in
            guard attack.type is any ModelAttack.Type else { return }
            for variant in attack.variants { try judge(variant, &verdict) }
        }
    }

    /// What a new attacker of this kind sends to `victim`.
    private static func forged(
        _ attack: CatalogAttack, to victim: Int, seeing view: AttackView, after earlier: AttackView? = nil,
        seed: UInt64 = 9
    ) throws -> Forgery {
        var attack = try attack.onModels()
        if let earlier { _ = attack.forge(to: victim, seeing: earlier, random: attackStream(victim: victim)) }
        return attack.forge(to: victim, seeing: view, random: attackStream(victim: victim, seed: seed))
    }

    /// A forged model as bit patterns, which are equal where values that are not numbers are not, after its date.
    private static func bits(_ forgery: Forgery) -> [UInt32]? {
        switch forgery {
        case .model(let model): [0] + model.map(\.bitPattern)
        case .misdated(let model, let rounds): [UInt32(bitPattern: Int32(rounds))] + model.map(\.bitPattern)
        case .posing(let model, let name): [2, UInt32(name.index)] + model.map(\.bitPattern)
        case .flood(let model, let frames): [3, UInt32(frames)] + model.map(\.bitPattern)
        case .bytes(let bytes): bytes.map { UInt32($0) }
        case .excuse: [1]
        case .silence: nil
        }
    }

    private static func model(in forgery: Forgery) -> [Float]? {
        switch forgery {
        case .model(let model), .misdated(let model, _), .posing(let model, _), .flood(let model, _): model
        case .bytes, .excuse, .silence: nil
        }
    }

    /// Whether it is one of those that send what is no number.
    private static func isMeantNotFinite(_ attack: CatalogAttack) -> Bool {
        attack.type is NotFinite.Type || attack.given.contains { $0.value == .text("notFinite") }
    }

    static let kinds = Law("attacks either messages or data", brokenBy: CatalogAttack(TwoFaced.self)) {
        attack, verdict in
        let (models, data) = (attack.type is any ModelAttack.Type, attack.type is any DataAttack.Type)
        verdict.expect(models != data, "models \(models), data \(data)")
    }

    static let deterministic = law(
        "is decided by the view, the victim and the seed alone", brokenBy: Fickle.self
    ) { attack, verdict in
        for victim in [0, 2, 3] {
            let one = try forged(attack, to: victim, seeing: attackView())
            // Another attacker in between, in another view, leaves no trace.
            _ = try forged(attack, to: victim, seeing: attackView(heard: 2, seed: 77))
            let again = try forged(attack, to: victim, seeing: attackView())
            verdict.expect(bits(one) == bits(again), "to \(victim): \(one), then \(again)")
        }
    }

    static let shape = law(
        "sends a model of the right size, finite unless that is the point, or nothing", brokenBy: Overlong.self
    ) { attack, verdict in
        for heard in 0...3 {
            for dimension in [1, 7, 40] {
                let view = attackView(heard: heard, dimension: dimension)
                guard let model = try model(in: forged(attack, to: 0, seeing: view)) else { continue }
                let isFinite = model.allSatisfy { $0.isFinite }
                verdict.expect(model.count == dimension, "\(model.count) elements, not \(dimension)")
                verdict.expect(isFinite || isMeantNotFinite(attack), "heard \(heard): \(model)")
            }
        }
    }

    static let extremes = law(
        "stays finite, unless that is the point, where honest models are large or all equal", brokenBy: Exploding.self
    ) { attack, verdict in
        for value in [0, 1e15, -1e15] as [Float] {
            let models = [Float](repeating: value, count: 5)
            let view = AttackView(
                round: Round(0), own: models,
                heard: [0, 2, 3].map { AttackView.Heard(sender: NodeID($0), model: models) },
                victims: attackView().victims, surroundings: attackView().surroundings)
            guard let model = try model(in: forged(attack, to: 2, seeing: view)) else { continue }
            let isFinite = model.allSatisfy { $0.isFinite }
            verdict.expect(isFinite || isMeantNotFinite(attack), "from \(value): \(model)")
        }
    }

    /// Two attackers whose neighbour 3 sent them different models in the round before, and nothing in this one.
    static let unheard = law(
        "does not go by a model that it did not hear in the round, unless it says so", brokenBy: Hindsighted.self
    ) { attack, verdict in
        guard try !attack.onModels().needs.contains(.past) else { return }
        let worlds = [5, 6].map { attackView(seed: $0) }
        let now = attackView(heard: 2)
        for victim in [0, 2, 3] {
            let forgeries = try worlds.map { try forged(attack, to: victim, seeing: now, after: $0) }
            verdict.expect(bits(forgeries[0]) == bits(forgeries[1]), "to \(victim): \(forgeries)")
        }
    }

    /// Each ingredient is exchanged alone. Where it is not named, that must change nothing in a usual round; where it is,
    /// it must change something there, or where less was heard, or after another round.
    static let needs = law("goes by what it says, and by all of it", brokenBy: Sly.self) { attack, verdict in
        let declared = try attack.onModels().needs
        let usual = attackView()
        let lesser = [attackView(heard: 0), usual.hearing(Array(usual.heard.dropFirst()))]
        for (need, words) in ingredients {
            func changes(_ view: AttackView, after earlier: AttackView?) throws -> Bool {
                let other = exchanged(need, in: view)
                return try (5...12).contains(where: { (seed: UInt64) throws -> Bool in
                    func forge(to victim: Int, _ view: AttackView, seed: UInt64) throws -> [UInt32]? {
                        var forger = try attack.onModels()
                        if let earlier { _ = forger.forge(to: 0, seeing: earlier, random: attackStream(seed: 3)) }
                        return bits(forger.forge(to: victim, seeing: view, random: attackStream(seed: seed)))
                    }
                    return try (need == .victim ? [2, 3] : [0, 2, 3]).contains { victim in
                        let usual = try forge(to: need == .victim ? 0 : victim, view, seed: seed)
                        return try forge(to: victim, other, seed: need == .draws ? seed + 100 : seed) != usual
                    }
                })
            }
            let isGoneBy = try changes(usual, after: nil) || changes(usual, after: attackView(seed: 8, round: 3))
            if declared.contains(need) {
                let isEver = try isGoneBy || lesser.contains(where: { try changes($0, after: nil) })
                verdict.expect(isEver, "\(words): declared, and changes nothing")
            } else {
                verdict.expect(!isGoneBy, "\(words): not declared, and changes the forgery")
            }
        }
    }

    private static let ingredients: [(AttackNeeds, String)] = [
        (.heard, "what it heard"), (.own, "its own model"), (.before, "its model before"), (.victim, "whom it attacks"),
        (.draws, "chance"), (.graph, "the honest graph"), (.oracle, "the oracle"),
    ]

    /// The view with one ingredient of another one.
    private static func exchanged(_ need: AttackNeeds, in view: AttackView) -> AttackView {
        let other = attackView(heard: view.heard.count, seed: 6)
        switch need {
        case .heard:
            return view.hearing(
                view.heard.map { one in
                    AttackView.Heard(sender: one.sender, model: one.model.enumerated().map { $1 + Float($0 % 3) - 1.2 })
                })
        case .own: return view.with(own: other.own)
        case .before: return view.with(before: other.before)
        case .graph: return view.with(surroundings: other.surroundings)
        case .oracle: return view.with(oracle: attackOracle(view.heard, seed: 4_500))
        default: return view
        }
    }

    /// Whoever starts again from a checkpoint sends what it would have sent.
    static let memory = law("remembers nothing but what checkpoints keep", brokenBy: Secretive.self) {
        attack, verdict in
        var first = try attack.onModels()
        for seed in [5, 6, 7] as [UInt64] {
            let view = attackView(seed: seed, round: Int(seed))
            _ = first.forge(to: 0, seeing: view, random: attackStream())
        }
        var second = try attack.onModels()
        second.memory = first.memory
        for seed in [8, 9] as [UInt64] {
            let view = attackView(seed: seed, round: Int(seed))
            let sent = [0, 2].map { bits(first.forge(to: $0, seeing: view, random: attackStream())) }
            let again = [0, 2].map { bits(second.forge(to: $0, seeing: view, random: attackStream())) }
            verdict.expect(sent == again, "in view \(seed)")
        }
        let isForgetful = try attack.onModels().needs.contains(.past) || first.memory.isEmpty
        verdict.expect(isForgetful, "it remembers, and does not say so")
    }

    static let labels = Law("maps labels to labels", brokenBy: CatalogAttack(Inventive.self)) { attack, verdict in
        guard let poison = try attack.make() as? any LabelAttack else { return }
        for classCount in [1, 2, 10] {
            let relabelling = poison.relabelling(classCount: classCount)
            let isInside = relabelling.allSatisfy { (0..<classCount).contains($0) }
            verdict.expect(relabelling.count == classCount && isInside, "of \(classCount): \(relabelling)")
        }
    }

    static let poison = Law(
        "leaves as many samples as there were, or says that they are others, finite and of the same shape",
        brokenBy: CatalogAttack(Multiplying.self)
    ) { attack, verdict in
        guard let attack = try attack.make() as? any DataAttack else { return }
        for axes in [[4, 4], [1, 3, 4], [9]] {
            let width = axes.reduce(1, *)
            let features = (0..<12 * width).map { Float($0 % 7) }
            let labels = (0..<12).map { Int32($0 % 4) }
            var samples = Samples(features: features, targets: .classes(labels, of: 4), axes: axes)
            if attack is OnePointPoison { samples = samples.with(.values(labels.map { Float($0) })) }
            try attack.check(samples.shape, dimension: (width + 1) * 4)
            var random = attackStream()
            let poisoned = try attack.poison(samples, member: 1, random: &random)
            let isMany = type(of: attack).replacesSamples ? poisoned.count > 0 : poisoned.count == 12
            let isSame = isMany && poisoned.shape == samples.shape
            verdict.expect(isSame && poisoned.features.allSatisfy(\.isFinite), "\(axes): \(poisoned.shape)")
            let objective = try? SoftmaxRegression(.defaults([])).makeObjective(for: poisoned.shape)
            let labelled = objective.map { attack.labelled(poisoned, for: $0) } ?? poisoned
            let isBad = labelled != samples || attack.batchPoison != nil
            verdict.expect(isBad, "\(axes): nothing is poisoned")
        }
    }

    static let names = Law("can be told by a name of its own", brokenBy: CatalogAttack(NamesakeOfSilence.self)) {
        attack, verdict in
        let spellings = AttackCatalog.all.descriptions.flatMap { [$0.name] + $0.aliases }
        for spelling in [attack.type.name] + attack.type.aliases {
            verdict.expect(spellings.count { $0 == spelling } == 1, "'\(spelling)' is listed more than once")
            let found = try AttackCatalog.all.entry(named: spelling)
            verdict.expect(found == attack.type, "'\(spelling)' is \(found)")
        }
    }
}

extension AttackView {
    func hearing(_ heard: [Heard]) -> AttackView {
        AttackView(
            round: round, own: own, before: before, heard: heard, victims: victims, surroundings: surroundings,
            oracle: oracle, training: training)
    }

    func with(
        own: [Float]? = nil, before: [Float]? = nil, surroundings: Surroundings? = nil, oracle: MixOracle? = nil
    ) -> AttackView {
        AttackView(
            round: round, own: own ?? self.own, before: before ?? self.before, heard: heard, victims: victims,
            surroundings: surroundings ?? self.surroundings, oracle: oracle ?? self.oracle, training: training)
    }
}
