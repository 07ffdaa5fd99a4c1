// One experiment under every attack of the catalogue: one result however messages are carried.
import Attacks
import Kernels
import Registry
import Scenario
import Simulation
import Testing

@testable import Harness

@Suite("A run under every attack")
struct EveryAttackRunTests {
    private func outcome(_ assembly: Assembly, _ options: Simulator.Options) throws -> RunOutcome {
        try SimulatedRun(assembly, options: options).run { _ in
        } shouldStop: {
            false
        }.outcome
    }

    /// Every attack with every choice of its parameters; but one whose models are of any round, and count in that in
    /// which they come.
    private static let attacks = AttackCatalog.all.descriptions.filter { $0 != Misdate.self }.flatMap { type in
        [#""\#(type.name)""#]
            + type.parameters.flatMap { parameter -> [String] in
                guard case .choice(let names) = parameter.domain else { return [] }
                return names.dropFirst().map { #"{"kind": "\#(type.name)", "\#(parameter.name)": "\#($0)"}"# }
            }
    }

    @Test("ends in one model, whether values or bytes are carried, on any number of threads", arguments: attacks)
    func equality(attack: String) throws {
        let onCommonModel = AttackCatalog.all.entries.compactMap { $0 as? any ModelAttack.Type }
            .filter { $0.needsCommonModel && attack.contains("\"\($0.name)\"") }
        var settings = onCommonModel.isEmpty ? [] : ["training.exchange=personal", "training.momentum=0"]
        if attack.contains("\"\(OnePointPoison.name)\"") {
            settings = ["task.dataset=linear", "task.model=linear", "task.split=iid"]
        }
        let assembly = try smallAssembly(
            settings + [
                "adversary.0.attack=\(attack)", "adversary.0.taps=honest", "training.rounds=8",
                "aggregation.tolerates.count=2", "task.dataset.features=9", "timing.deadlineMilliseconds=300",
                "measure.also=equivocation",
            ])
        let one = try outcome(assembly, Simulator.Options())
        #expect(one.finalModels.count >= assembly.honest.count)
        let equivocated = try #require(one.equivocations?.steps)
        #expect(assembly.honest.allSatisfy { equivocated[$0.index] == 0 }, "\(attack): \(equivocated)")
        #expect(assembly.equivocates || equivocated.allSatisfy { $0 == 0 }, "\(attack): \(equivocated)")
        for options in [
            Simulator.Options(threads: 3, carriage: .bytes), Simulator.Options(carriage: .sealedDatagrams),
        ] {
            let other = try outcome(assembly, options)
            for node in assembly.honest {
                let models = [one, other].map { $0.finalModels.first { $0.node == node }?.model }
                #expect(models[0] != nil && models[0] == models[1], "\(attack), node \(node)")
            }
        }
    }
}
