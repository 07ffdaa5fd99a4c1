// Personalised learning in the simulator: what is measured of own models, who is refused, and what is left on the disk.
import Core
import Kernels
import Learning
import Metrics
import Platform
import Scenario
import Simulation
import Testing

@testable import Harness

@Suite("Personalised learning, run")
struct PersonalRunTests {
    private static func settings(_ exchange: String) -> [String] {
        [
            #"training.exchange={"kind":"personal",\#(exchange)}"#, "training.momentum=0", "training.weightDecay=0.01",
            #"training.stepSize={"kind":"constant","value":0.2}"#, "aggregation.rule=mean",
            "aggregation.tolerates.count=0", "task.split=oneLabel",
        ]
    }

    private static func run(_ settings: [String]) throws -> (outcome: RunOutcome, summary: RunSummary) {
        let assembly = try smallAssembly(settings)
        var (outcome, _) = try SimulatedRun(assembly, options: .init()).run(evaluated: { _ in }, shouldStop: { false })
        outcome.references = try ReferenceRun.all(of: assembly, options: .init())
        return (outcome, try RunSummary(outcome, of: assembly))
    }

    @Test("own models differ by what nodes have, common ones do not, and both are measured at every moment")
    func figures() throws {
        let (outcome, summary) = try Self.run(
            Self.settings(#""coupling":"l2""#) + ["adversary=[]", "measure.every=10", "training.rounds=40"])
        let figures = summary.figures
        #expect((figures["consensusDistance"] ?? 1) < 1e-5)
        #expect((figures["ownDistanceMean"] ?? 0) > 0.1)
        // Of three classes a node has one: by itself it is right on that.
        #expect(figures["ownAccuracyMean"] ?? 1 < figures["accuracyMean"] ?? 0, "\(figures)")
        #expect(outcome.evaluations.map(\.rounds) == [0, 10, 20, 30, 40])
        #expect(outcome.evaluations.allSatisfy { $0.figures["ownLossMean"] != nil })
        #expect(outcome.evaluations[0].figures["ownDistanceGreatest"] == 0)
        #expect(summary.json.contains(#""plausibility":"exact: all common models are the same here""#))
        #expect(summary.table(runDirectory: nil).contains("own models, worst"))
    }

    @Test("who sends what is no gradient is refused in every round, and the others learn as if it were away")
    func refused() throws {
        let attack = #"adversary=[{"nodes":["1"],"attack":{"kind":"constant","target":"50"}}]"#
        let (_, summary) = try Self.run(
            Self.settings(#""coupling":"l2""#) + [attack, "measure.reference=noAttack", "measure.every=10"])
        #expect(summary.totals.rejections == [.init(reason: "implausible", count: 5 * 20)])
        let figures = summary.figures
        #expect((figures["honestDrift"] ?? 9) < 2 && (figures["ownDrift"] ?? 9) < 2)
        #expect((figures["targetDistanceMean"] ?? 0) > 100)
        let free = try Self.run(Self.settings(#""coupling":"squaredL2""#) + [attack, "measure.reference=noAttack"])
        #expect(free.summary.totals.rejections.isEmpty)
        #expect((free.summary.figures["honestDrift"] ?? 0) > 10)
        #expect(free.summary.json.contains(#""plausibility":"none: any vector is a gradient of squaredL2""#))
    }

    @Test("own models are left beside the common ones, and gathered with them")
    func files() throws {
        let temporary = try TemporaryDirectory()
        let assembly = try smallAssembly(Self.settings(#""coupling":"l1","lambda0":0.01"#) + ["training.rounds=3"])
        let files = try RunFiles(for: assembly, in: temporary.path)
        let (outcome, _) = try SimulatedRun(assembly, options: .init()).run(evaluated: { _ in }, shouldStop: { false })
        try files.write(outcome.finalModels, outcome.ownModels, rounds: 3)
        for node in assembly.honest {
            let own = files.directory.node(node).ownModel(rounds: 3, of: assembly)
            #expect(own != nil && own == outcome.ownModels[node])
            #expect(own != outcome.finalModels.first { $0.node == node }?.model)
        }
    }
}
