// When an attack runs, over the catalogue: from a round on, until another, with a chance in each.
import Attacks
import Core
import Kernels
import Registry
import Scenario
import Simulation
import Testing

@testable import Harness

@Suite("The rounds of an attack")
struct AttackRoundsTests {
    private static let rounds = 14
    /// But for the one that sends models under the numbers of other rounds.
    private static let attacks = AttackCatalog.all.entries.filter { $0 is any ModelAttack.Type && $0 != Misdate.self }
        .map { $0.name }

    /// What the one hostile node sent in each round, in their order, and the honest models at the end.
    private func words(
        _ attack: String, _ settings: [String]
    ) throws -> (sent: [[UInt64]], models: [[Float]]) {
        let assembly = try smallAssembly(
            [
                "adversary.0.attack=\(attack)", #"adversary.0.nodes=["1"]"#, "adversary.0.taps=honest",
                "training.rounds=\(Self.rounds)", "timing.deadlineMilliseconds=300",
            ] + settings)
        var sent = [[UInt64]](repeating: [], count: Self.rounds)
        var simulator = try Simulator(assembly, options: Simulator.Options(isWatched: true))
        let result = simulator.run { observation in
            guard case .sent(NodeID(1), _, let message) = observation, message.round.number < Self.rounds else {
                return
            }
            sent[message.round.number].append(message.digest)
        }
        let models = assembly.honest.compactMap { node -> [Float]? in
            if case .finished(let model) = result.endings[node.index] { model } else { nil }
        }
        return (sent, models)
    }

    @Test("an attack that never comes is no attack, and one that comes is honest before and after", arguments: attacks)
    func window(attack: String) throws {
        let type = try #require(try AttackCatalog.all.entry(named: attack) as? any ModelAttack.Type)
        let exchange = type.needsCommonModel ? ["training.exchange=personal", "training.momentum=0"] : []
        let isAimed = type.needsCommonModel && type.parameters.contains { $0.name == "target" }
        let settings = exchange + (isAimed ? ["adversary.0.attack.target=1"] : [])
        let honest = try words(SignFlip.name, ["adversary.0.probability=0"] + exchange)
        #expect(honest.models.count == 5)
        let never = try words(attack, ["adversary.0.probability=0"] + settings)
        #expect(never.models == honest.models && never.sent == honest.sent)
        let late = try words(attack, ["adversary.0.from=3", "adversary.0.until=5"] + settings)
        #expect(Array(late.sent.prefix(3)) == Array(honest.sent.prefix(3)))
        // Afterwards it sends one model to all, its own.
        for round in 5..<Self.rounds where attack != Procrastinate.name {
            #expect(late.sent[round].count == 5 && Set(late.sent[round]).count == 1, "round \(round)")
        }
        #expect(try !type.forgesModels || words(attack, settings).sent != honest.sent)
    }

    @Test("by chance an attack comes in some rounds, the same ones whatever it is")
    func chance() throws {
        let honest = try words(SignFlip.name, ["adversary.0.probability=0"])
        let silent = try [0.3, 0.7].map { chance in
            try words(Silence.name, ["adversary.0.probability=\(chance)"]).sent.map(\.isEmpty)
        }
        #expect(silent[0].contains(true) && silent[0].contains(false) && honest.sent.allSatisfy { !$0.isEmpty })
        // Whoever attacks at 30 % attacks at 70 % as well: one draw a round decides.
        #expect(zip(silent[0], silent[1]).allSatisfy { !$0 || $1 })
        let misdated = try words(NotFinite.name, ["adversary.0.probability=0.3"])
        let first = try #require(silent[0].firstIndex(of: true))
        #expect(Array(misdated.sent.prefix(first)) == Array(honest.sent.prefix(first)))
        #expect(misdated.sent[first] != honest.sent[first])
    }
}
