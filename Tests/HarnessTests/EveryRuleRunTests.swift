// One experiment under every rule of the catalogue: one result however it is computed, and what is said of the rule.
import Aggregation
import Metrics
import Registry
import Scenario
import Simulation
import Testing

@testable import Harness

@Suite("A run under every rule")
struct EveryRuleRunTests {
    private static let names = RuleCatalog.gossip.names

    private func outcome(_ assembly: Assembly, _ options: Simulator.Options) throws -> RunOutcome {
        try SimulatedRun(assembly, options: options).run { _ in
        } shouldStop: {
            false
        }.outcome
    }

    @Test("ends in one model, whether values or bytes are carried, on any number of threads", arguments: names)
    func equality(rule: String) throws {
        let assembly = try smallAssembly(["aggregation.rule=\(rule)", "aggregation.tolerates.count=2"])
        let one = try outcome(assembly, Simulator.Options())
        let other = try outcome(assembly, Simulator.Options(threads: 3, carriage: .bytes))
        #expect(one.finalModels.count == assembly.topology.nodeCount)
        for (a, b) in zip(one.finalModels, other.finalModels) { #expect(a.model == b.model) }
        for node in assembly.honest { #expect(one.totals[node]?.tallies == other.totals[node]?.tallies) }
    }

    @Test("accounts for every model that was mixed", arguments: names)
    func tallies(rule: String) throws {
        let assembly = try smallAssembly(["aggregation.rule=\(rule)", "aggregation.tolerates.count=2"])
        let outcome = try outcome(assembly, Simulator.Options())
        for node in assembly.honest {
            let totals = try #require(outcome.totals[node])
            #expect(totals.tallies.map(\.neighbour) == assembly.topology.neighbours(of: node))
            #expect(totals.tallies.reduce(0) { $0 + $1.tally.heard } == totals.mixedModels)
        }
        let summary = try RunSummary(outcome, of: assembly)
        let (honest, hostile) = (summary.screening.honest, summary.screening.hostile)
        #expect(honest.heard == 4 * 3 * 20 && hostile.heard == 4 * 2 * 20)
        #expect(honest.judged == 0 && hostile.judged == 0 || honest.judged + hostile.judged == 400)
        #expect(summary.perNode.reduce(0) { $0 + $1.tally.heard } == 400)
    }

    @Test("an attack can try a rule that starts from where the round began, though what travels is no model")
    func trialFromZeros() throws {
        let assembly = try smallAssembly([
            #"aggregation.rule={"kind": "rtc", "centre": "before"}"#, "aggregation.tolerates.count=2",
            "training.exchange=gradient", #"adversary=[{"nodes": ["1", "4"], "attack": "optALIE", "taps": "honest"}]"#,
        ])
        let outcome = try outcome(assembly, Simulator.Options())
        #expect(outcome.finalModels.count == assembly.topology.nodeCount)
    }

    @Test("an oracle's rule sees through every hostile node, and needs the oracle")
    func oracle() throws {
        let settings = [#"aggregation.rule={"kind": "clippedGossip", "mode": "oracle"}"#]
        let assembly = try smallAssembly(settings + ["aggregation.tolerates=oracle"])
        let summary = try RunSummary(outcome(assembly, Simulator.Options()), of: assembly)
        #expect(summary.usesOracle && summary.totals.threshold != nil)
        let fault = #expect(throws: ConfigurationFault.self) { _ = try smallAssembly(settings) }
        #expect(fault?.description.contains("aggregation.tolerates must be oracle") == true)
    }
}

@Suite("Screening")
struct ScreeningTests {
    private func tally(kept: Int, clipped: Int, removed: Int, split: Int = 0) -> Tally {
        var tally = Tally()
        (tally.kept, tally.clipped, tally.removed) = (kept, clipped, removed)
        tally.heard = kept + clipped + removed + split
        return tally
    }

    @Test("an honest model cut is a false alarm, a hostile one let through a miss")
    func rates() {
        let screening = Screening([
            (tally(kept: 6, clipped: 1, removed: 1), false), (tally(kept: 8, clipped: 0, removed: 0), false),
            (tally(kept: 1, clipped: 1, removed: 2), true),
        ])
        #expect(screening.falsePositives == 2.0 / 16 && screening.falseNegatives == 0.25)
        #expect(
            screening.description == "12.5 % of honest models clipped or removed, 25.0 % of hostile ones kept in full")
    }

    @Test("nothing is said where nobody is hostile, and of a rule that judges coordinates")
    func silence() {
        let honest = Screening([(tally(kept: 3, clipped: 0, removed: 0), false)])
        #expect(honest.falseNegatives == nil && honest.description == "0.0 % of honest models clipped or removed")
        let split = Screening([(tally(kept: 0, clipped: 0, removed: 0, split: 9), true)])
        #expect(split.falseNegatives == nil && split.description == nil && split.hostile.heard == 9)
    }
}
