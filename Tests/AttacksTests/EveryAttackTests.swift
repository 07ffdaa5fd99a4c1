// The laws that every attack obeys, over the catalogue: an attack is tested from the line that lists it.
import Attacks
import Kernels
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
    static let onLabels = all.filter { $0.type is any LabelAttack.Type }

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

/// What node 1 of a small graph heard: its neighbours 0, 2 and 3, all of which it attacks together with node 4.
func attackView(heard count: Int = 3, dimension: Int = 7, seed: UInt64 = 5) -> AttackView {
    var random = RandomStream(seed: seed, purpose: .measurement)
    func model() -> [Float] {
        var model = [Float](repeating: 0, count: dimension)
        random.fillGaussian(&model, mean: 2, standardDeviation: 1)
        return model
    }
    let honest = [0, 2, 3].map { NodeID($0) }
    let victims = honest.map { victim in
        let senders = honest.filter { $0 != victim }.map { Victim.Sender(node: $0, weight: 0.2) }
        return Victim(node: victim, honestSenders: senders, hostileWeight: 0.4)
    }
    return AttackView(
        round: Round(4), own: model(),
        heard: honest.prefix(count).map { AttackView.Heard(sender: $0, model: model()) }, victims: victims)
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
    static let all = [kinds, deterministic, shape, extremes, unheard, needs, labels, names]

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
        case .excuse, .silence: nil
        }
    }

    private static func model(in forgery: Forgery) -> [Float]? {
        switch forgery {
        case .model(let model), .misdated(let model, _): model
        case .excuse, .silence: nil
        }
    }

    static let kinds = Law("attacks either messages or data", brokenBy: CatalogAttack(TwoFaced.self)) {
        attack, verdict in
        let (models, labels) = (attack.type is any ModelAttack.Type, attack.type is any LabelAttack.Type)
        verdict.expect(models != labels, "models \(models), labels \(labels)")
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
                verdict.expect(isFinite != (attack.type is NotFinite.Type), "heard \(heard): \(model)")
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
                victims: attackView().victims)
            guard let model = try model(in: forged(attack, to: 2, seeing: view)) else { continue }
            let isFinite = model.allSatisfy { $0.isFinite }
            verdict.expect(isFinite != (attack.type is NotFinite.Type), "from \(value): \(model)")
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

    /// Each ingredient is exchanged alone; the forgery must change where it is named, and only there.
    static let needs = law("goes by what it says, and by all of it", brokenBy: Sly.self) { attack, verdict in
        let declared = try attack.onModels().needs
        let (view, other) = (attackView(), attackView(seed: 6))
        func forge(to victim: Int = 0, _ view: AttackView, seed: UInt64 = 9, lane: Int = 0) throws -> [UInt32]? {
            var forger = try attack.onModels()
            return bits(forger.forge(to: victim, seeing: view, random: attackStream(victim: lane, seed: seed)))
        }
        func sees(own: [Float], _ heard: [AttackView.Heard]) -> AttackView {
            AttackView(round: view.round, own: own, heard: heard, victims: view.victims)
        }
        let usual = try forge(view)
        let changed: [(AttackNeeds, String, Bool)] = [
            (.heard, "what it heard", try forge(sees(own: view.own, other.heard)) != usual),
            // Where the victim was not heard, the own model may stand for it.
            (
                .own, "its own model",
                try forge(sees(own: other.own, view.heard)) != usual
                    || forge(sees(own: other.own, [])) != forge(sees(own: view.own, []))
                        && attack.type is Dissensus.Type
            ),
            (.victim, "whom it attacks", try forge(to: 2, view) != usual),
            // Few dates may be drawn alike by chance.
            (.draws, "chance", try (5...8).contains { try forge(view, seed: $0) != usual }),
        ]
        for (need, words, hasChanged) in changed where hasChanged != declared.contains(need) {
            verdict.expect(
                false, "\(words): it changes the forgery: \(hasChanged), declared: \(declared.contains(need))")
        }
    }

    static let labels = Law("maps labels to labels", brokenBy: CatalogAttack(Inventive.self)) { attack, verdict in
        guard let poison = try attack.make() as? any LabelAttack else { return }
        for classCount in [1, 2, 10] {
            let relabelling = poison.relabelling(classCount: classCount)
            let isInside = relabelling.allSatisfy { (0..<classCount).contains($0) }
            verdict.expect(relabelling.count == classCount && isInside, "of \(classCount): \(relabelling)")
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
