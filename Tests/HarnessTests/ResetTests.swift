// Connections that end in the middle, in the simulator: both ends try again, and where there are no connections nothing
// but a datagram is lost.
import Kernels
import Scenario
import Simulation
import Testing

@testable import Harness

@Suite("Resets")
struct ResetTests {
    private static func run(
        _ faults: String, carriage: Carriage
    ) throws -> (result: SimulationResult, violations: [Violation]) {
        let assembly = try smallAssembly(["adversary=[]", "faults=\(faults)"])
        var invariants = try Invariants(assembly)
        var simulator = try Simulator(assembly, options: .init(carriage: carriage, isWatched: true))
        let result = simulator.run { invariants.observe($0) }
        invariants.end(result, deadline: .milliseconds(assembly.experiment.timing.deadlineMilliseconds))
        return (result, invariants.violations)
    }

    @Test(
        "all nodes finish, whoever is told of the end", arguments: ["reset", "halfClose"],
        [Carriage.values, .bytes, .sealed])
    func streams(how: String, carriage: Carriage) throws {
        let (result, violations) = try Self.run(
            #"[{"fault": {"kind": "reset", "rate": 0.05, "how": "\#(how)"}, "from": 2}]"#, carriage: carriage)
        #expect(violations.isEmpty, "\(violations)")
        #expect(result.strikes.map(\.kind) == ["reset"] && result.strikes[0].count > 5, "\(result.strikes)")
        #expect(result.endings.allSatisfy { if case .finished = $0 { true } else { false } })
        #expect(try result.endings != Self.run("[]", carriage: carriage).result.endings, "models were lost")
    }

    @Test("datagrams have no connections: one is lost, and comes again")
    func datagrams() throws {
        let faults = #"[{"fault": {"kind": "reset", "rate": 0.05}, "from": 2}]"#
        let (result, violations) = try Self.run(faults, carriage: .datagrams)
        #expect(violations.isEmpty && result.strikes[0].count > 5)
        #expect(try result.endings == Self.run("[]", carriage: .datagrams).result.endings)
    }
}
