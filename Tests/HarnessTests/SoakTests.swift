// A slice of the soak; the release program runs many more, and Scripts/planted-bugs shows that it finds bugs.
import Aggregation
import Attacks
import Faults
import Kernels
import Scenario
import Simulation
import Testing

@testable import Harness

@Suite("Soak")
struct SoakTests {
    @Test("random cases with random faults keep every invariant")
    func invariants() {
        let tally = Soak.run(1...100, threads: 2)
        #expect(tally.cases == 100 && tally.refused.isEmpty)
        for failure in tally.failures {
            Issue.record(
                "seed \(failure.soakCase.seed): \(failure.violations); gossiplab soak --seeds \(failure.soakCase.seed)")
        }
        #expect(tally.guaranteesChecked > 3_000)
    }

    @Test("two threads come to the same events as one, and so does a second run")
    func determinism() {
        let hashes = [1, 2, 2].map { Soak.run(501...512, threads: $0).traceHash }
        #expect(Set(hashes).count == 1)
    }

    @Test("cases are of the size that is promised, and draw from all catalogues")
    func draws() {
        let cases = (1...600).map { SoakCase(seed: $0) }
        #expect(cases.allSatisfy { (8...24).contains($0.nodes) && $0.rounds >= 30 && $0.faultKinds.count >= 3 })
        #expect(cases.allSatisfy { Set($0.faultKinds).count == $0.faultKinds.count })
        #expect(Set(cases.flatMap(\.faultKinds)) == Set(FaultCatalog.all.names))
        #expect(Set(cases.map(\.ruleKind)) == Set(RuleCatalog.gossip.names))
        #expect(Set(cases.map(\.attackKind)) == Set(AttackCatalog.all.names + ["none"]))
        #expect(cases.allSatisfy { $0.calmFrom + RunCheck.calmRounds <= $0.rounds })
    }

    @Test("a clock that leaps while its node has no links leaves nobody alone")
    func leap() throws {
        let outcome = try SoakRun.run(SoakCase(seed: 710_062))
        #expect(outcome.violations.isEmpty && outcome.verdict.isAgreementChecked)
    }

    /// What 'gossiplab simulate FILE --check' does with the file of a case.
    private func simulated(
        _ soakCase: SoakCase, longest: Nanoseconds
    ) throws -> (violations: [Violation], hash: UInt64) {
        let file = Array(JSONText.pretty(soakCase.json).utf8)
        func variant(_ changes: [String]) throws -> Assembly {
            let experiment = try Experiment(file, name: "case", overrides: changes)
            let topology = try experiment.topologyFile { path throws(ConfigurationFault) in
                throw ConfigurationFault("there is no file \(path)")
            }
            return try Assembly(experiment, topology: topology, sharesData: true)
        }
        let assembly = try variant([])
        var options = Simulator.Options(
            threads: 2, carriage: soakCase.carriage, latency: .milliseconds(SoakRun.latencyMilliseconds),
            isWatched: true)
        options.longest = longest
        var check = try RunCheck(assembly, options: options, variant: variant)
        var simulator = try Simulator(assembly, options: options)
        let result = simulator.run { check.observe($0) }
        return (try check.judge(result).violations, result.traceHash)
    }

    @Test("the command that a failure prints runs the same events and judges them alike", arguments: 1...8)
    func reproduces(seed: UInt64) throws {
        let soakCase = SoakCase(seed: seed)
        let outcome = try SoakRun.run(soakCase)
        let again = try simulated(soakCase, longest: .max)
        #expect(again.hash == outcome.traceHash && again.violations == outcome.violations)
        let cutOff = try simulated(soakCase, longest: .milliseconds(50))
        #expect(cutOff.violations.first?.invariant == .progress)
    }

    @Test("a violation is shrunk to a case that still has it")
    func shrinking() throws {
        let outcome = try SoakRun.run(SoakCase(seed: 3))
        // Any case will do: a violation that no smaller case shows leaves the case as it is.
        var broken = outcome
        broken.verdict.violations = [Violation(.progress, "planted")]
        let same = SoakRun.shrink(broken, attempts: 8)
        #expect(same.soakCase.rounds == outcome.soakCase.rounds && same.violations == broken.violations)
    }
}
