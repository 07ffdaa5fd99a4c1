// The laws that every attack obeys, over the catalogue: an attack is tested from the line that lists it.
import Aggregation
import Attacks
import Kernels
import Testing

/// An attack of the catalogue, by name in test listings.
struct CatalogAttack: CustomTestStringConvertible, Sendable {
    let type: any Attack.Type
    var testDescription: String { type.name }

    static let all = AttackCatalog.all.entries.map { CatalogAttack(type: $0) }
    static let onModels = all.filter { $0.type is any ModelAttack.Type }
    static let onLabels = all.filter { $0.type is any LabelAttack.Type }

    func onModels() throws -> any ModelAttack {
        try #require(try type.init(.defaults(type.parameters)) as? any ModelAttack)
    }
}

/// What node 1 of a small graph heard: its neighbours 0, 2 and 3, to all of which it lies together with node 4.
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

/// A forged model as bit patterns, which are equal where values that are not numbers are not.
private func bits(of forgery: Forgery) -> [UInt32]? {
    if case .model(let model) = forgery { model.map(\.bitPattern) } else { nil }
}

@Suite("Every attack")
struct EveryAttackTests {
    /// What a new attacker of this kind sends to `victim`.
    private func forged(_ attack: CatalogAttack, to victim: Int, seeing view: AttackView) throws -> Forgery {
        var attack = try attack.onModels()
        var random = attackStream(victim: victim)
        return attack.forge(for: NodeID(victim), seeing: view, random: &random)
    }

    @Test("attacks either messages or data", arguments: CatalogAttack.all)
    func kinds(attack: CatalogAttack) {
        #expect((attack.type is any ModelAttack.Type) != (attack.type is any LabelAttack.Type))
    }

    @Test(
        "is decided by the view, the victim and the seed alone", arguments: CatalogAttack.onModels, [0, 2, 3])
    func deterministic(attack: CatalogAttack, victim: Int) throws {
        let one = try forged(attack, to: victim, seeing: attackView())
        // Another attacker in between, in another view, leaves no trace.
        _ = try forged(attack, to: victim, seeing: attackView(heard: 2, seed: 77))
        #expect(bits(of: try forged(attack, to: victim, seeing: attackView())) == bits(of: one))
    }

    @Test(
        "sends a model of the right size, finite unless that is the point, or nothing",
        arguments: CatalogAttack.onModels, [0, 1, 2, 3])
    func shape(attack: CatalogAttack, heard: Int) throws {
        for dimension in [1, 7, 40] {
            let view = attackView(heard: heard, dimension: dimension)
            guard case .model(let model) = try forged(attack, to: 0, seeing: view) else { continue }
            #expect(model.count == dimension)
            #expect(model.allSatisfy { $0.isFinite } != (attack.type is NotFinite.Type))
        }
    }

    @Test(
        "stays finite, unless that is the point, where honest models are large or all equal",
        arguments: CatalogAttack.onModels)
    func extremes(attack: CatalogAttack) throws {
        for value in [0, 1e15, -1e15] as [Float] {
            let models = [Float](repeating: value, count: 5)
            let view = AttackView(
                round: Round(0), own: models,
                heard: [0, 2, 3].map { AttackView.Heard(sender: NodeID($0), model: models) },
                victims: attackView().victims)
            guard case .model(let model) = try forged(attack, to: 2, seeing: view) else { continue }
            #expect(model.allSatisfy { $0.isFinite } != (attack.type is NotFinite.Type))
        }
    }

    @Test("does not care about a neighbour's model that it did not hear", arguments: CatalogAttack.onModels)
    func unheard(attack: CatalogAttack) throws {
        // Two worlds that differ in node 3's model alone, which this attacker has not heard in either.
        let (one, other) = (attackView(heard: 3), attackView(heard: 3, seed: 6))
        func view(_ world: AttackView) -> AttackView {
            let heard = [one.heard[0], one.heard[1], world.heard[2]].prefix(2)
            return AttackView(round: world.round, own: one.own, heard: Array(heard), victims: one.victims)
        }
        let forgeries = (try forged(attack, to: 0, seeing: view(one)), try forged(attack, to: 0, seeing: view(other)))
        #expect(bits(of: forgeries.0) == bits(of: forgeries.1))
    }

    @Test("maps labels to labels", arguments: CatalogAttack.onLabels, [1, 2, 10])
    func labels(attack: CatalogAttack, classCount: Int) throws {
        let poison = try #require(try attack.type.init(.defaults(attack.type.parameters)) as? any LabelAttack)
        let relabelling = poison.relabelling(classCount: classCount)
        #expect(relabelling.count == classCount)
        #expect(relabelling.allSatisfy { (0..<classCount).contains($0) })
    }

    @Test("can be told by a name of its own", arguments: CatalogAttack.all)
    func names(attack: CatalogAttack) throws {
        let spellings = AttackCatalog.all.descriptions.flatMap { [$0.name] + $0.aliases }
        for spelling in [attack.type.name] + attack.type.aliases {
            #expect(spellings.count { $0 == spelling } == 1)
            #expect(try AttackCatalog.all.entry(named: spelling) == attack.type)
        }
    }
}
