// Nodes whose disks are full: they say nothing that they cannot write down, go on when there is room, and give up in the
// end.
import Core
import Kernels
import Scenario
import Simulation
import Testing

@testable import Harness

@Suite("Full disks")
struct FullDiskTests {
    private static func run(
        _ settings: [String], observe: (Observation) -> Void = { _ in }
    ) throws -> (result: SimulationResult, violations: [Violation]) {
        let assembly = try smallAssembly(["checkpoint.every=4", "training.rounds=40"] + settings)
        var invariants = try Invariants(assembly)
        var simulator = try Simulator(assembly, options: .init(isWatched: true))
        let result = simulator.run { observation in
            invariants.observe(observation)
            observe(observation)
        }
        invariants.end(result, deadline: .milliseconds(assembly.experiment.timing.deadlineMilliseconds))
        return (result, invariants.violations)
    }

    @Test("a node that is killed while its disk is full publishes no second model for any round")
    func killed() throws {
        let faults = """
            faults=[{"fault": "fullDisk", "nodes": ["0"], "from": 5, "until": 30},
                    {"fault": "crash", "share": 1, "from": 10, "until": 11}]
            """
        // The newest round of any node, whenever node 0 published something.
        var newest = 0
        var spokeAt: [Int] = []
        let (result, violations) = try Self.run([faults, "adversary=[]"]) { observation in
            switch observation {
            case .mixed(_, let line, _, _): newest = max(newest, line.next.number)
            case .sent(let sender, _, _) where sender == NodeID(0): spokeAt.append(newest)
            default: break
            }
        }
        #expect(violations.isEmpty, "\(violations)")
        #expect(!spokeAt.contains { (8..<30).contains($0) } && spokeAt.contains { $0 >= 30 }, "\(spokeAt)")
        #expect(result.endings.allSatisfy { if case .finished = $0 { true } else { false } })
    }

    @Test("where all disks are full for a while, all stand still, and nothing is lost")
    func everywhere() throws {
        let faults = #"faults=[{"fault": "fullDisk", "share": 1, "from": 5, "until": 7}]"#
        let (full, violations) = try Self.run([faults, "adversary=[]"])
        let (calm, _) = try Self.run(["adversary=[]"])
        #expect(violations.isEmpty && full.endings == calm.endings)
        #expect(full.virtualNanoseconds > calm.virtualNanoseconds + .milliseconds(5_000))
    }

    @Test("a node whose disk stays full gives up after thirty deadlines, and the others finish without it")
    func forGood() throws {
        let faults = #"faults=[{"fault": "fullDisk", "nodes": ["0"], "from": 5}]"#
        let (result, violations) = try Self.run([faults, "timing.deadlineMilliseconds=1000", "adversary=[]"])
        #expect(violations.isEmpty, "\(violations)")
        guard case .traceLost(let round) = result.endings[0] else {
            Issue.record("\(String(describing: result.endings[0]))")
            return
        }
        #expect((5...7).contains(round.number))
        #expect(result.virtualNanoseconds > .milliseconds(30_000) && result.virtualNanoseconds < .milliseconds(60_000))
        #expect(result.endings.dropFirst().allSatisfy { if case .finished = $0 { true } else { false } })
    }

    @Test("a node that stands still meanwhile bears a full disk for longer", arguments: [false, true])
    func paused(isPaused: Bool) throws {
        // Without room for 40 deadlines; 30 are borne. Node 3 goes on, slowly.
        var faults = [#"{"fault": "fullDisk", "nodes": ["0", "1", "2"], "from": 5, "until": 25}"#]
        if isPaused { faults.append(#"{"fault": "pause", "nodes": ["0", "1", "2"], "from": 7, "until": 15}"#) }
        let (result, _) = try Self.run([
            "faults=[\(faults.joined(separator: ","))]", "timing.deadlineMilliseconds=100", "adversary=[]",
            #"topology={"family": "complete", "nodes": 4}"#,
        ])
        for ending in result.endings.prefix(3) {
            switch ending {
            case .finished: #expect(isPaused)
            case .traceLost: #expect(!isPaused)
            default: Issue.record("\(String(describing: ending))")
            }
        }
    }

    @Test("one that has only its last line to write gives up as well")
    func lastLine() throws {
        let faults = #"faults=[{"fault": "fullDisk", "nodes": ["0"], "from": 39}]"#
        let (result, violations) = try Self.run([faults, "timing.deadlineMilliseconds=1000", "adversary=[]"])
        #expect(result.endings[0] == .traceLost(Round(40)))
        // The plan lets it never finish, which breaks no promise.
        #expect(violations.isEmpty)
    }

    @Test("a pause that never ends breaks no promise; whoever else does not finish does")
    func pause() throws {
        let faults = #"faults=[{"fault": "pause", "nodes": ["0"], "from": 5}]"#
        let settings = ["timing.deadlineMilliseconds=1000", "adversary=[]", "training.rounds=10"]
        let assembly = try smallAssembly(settings + [faults])
        var simulator = try Simulator(assembly, options: .init())
        let result = simulator.run()
        var told = try Invariants(assembly)
        told.end(result, deadline: .milliseconds(1_000))
        #expect(told.violations.isEmpty, "\(told.violations)")
        // The same run as if nobody were held.
        var untold = try Invariants(smallAssembly(settings))
        untold.end(result, deadline: .milliseconds(1_000))
        #expect(untold.violations.contains { $0.invariant == .progress && $0.node == NodeID(0) })
        #expect(result.endings.dropFirst().allSatisfy { if case .finished = $0 { true } else { false } })
    }
}
