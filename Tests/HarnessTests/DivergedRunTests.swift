// A step size that no model survives, in the simulator: each node that diverged is named with its round.
import Core
import Kernels
import Scenario
import Simulation
import Testing

@testable import Harness

@Suite("Diverged runs")
struct DivergedRunTests {
    private static let settings = [
        #"training.stepSize={"kind": "constant", "value": 1000}"#, "training.weightDecay=1", "training.rounds=40",
        "measure.every=1",
    ]

    @Test("every honest node says in which round it diverged; nothing of it is evaluated")
    func named() throws {
        let assembly = try smallAssembly(Self.settings)
        let (outcome, result) = try SimulatedRun(assembly, options: .init()).run { _ in
        } shouldStop: {
            false
        }
        let honest = outcome.lost.filter { assembly.honest.contains($0.node) }
        #expect(honest.map(\.node) == assembly.honest)
        for lost in honest {
            guard case .diverged(let round) = result.endings[lost.node.index] else {
                Issue.record("node \(lost.node): \(lost.reason)")
                continue
            }
            #expect(lost.reason == "diverged at round \(round); a smaller step size may help")
        }
        #expect(!outcome.evaluations.isEmpty && outcome.evaluations.allSatisfy { $0.distance.rootMeanSquare.isFinite })
    }

    @Test("the invariants call it what it is")
    func invariant() throws {
        let assembly = try smallAssembly(Self.settings)
        var invariants = try Invariants(assembly)
        var simulator = try Simulator(assembly, options: .init(isWatched: true))
        invariants.end(simulator.run { invariants.observe($0) }, deadline: .milliseconds(5_000))
        #expect(invariants.violations.map(\.invariant) == assembly.honest.map { _ in .finite })
    }
}
