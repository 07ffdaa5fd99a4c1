// Branches of a soak: a simulation is a value, so a case can go on from a rare state in several ways, and each of them
// can be made again from the beginning.
import Core
import JSON
import Kernels
import Registry
import Scenario
import Simulation
import Testing

@testable import Harness

@Suite("Branches")
struct SoakBranchTests {
    private static let disturbed = [
        "faults=lossy", "training.rounds=30", #"topology={"family": "randomRegular", "nodes": 12, "degree": 4}"#,
        #"adversary=[{"nodes": ["1"], "attack": "gaussian"}]"#,
    ]

    private func simulator(threads: Int = 1, branch: Branch? = nil) throws -> Simulator {
        var options = Simulator.Options(threads: threads, latency: .milliseconds(20), isWatched: true)
        options.branch = branch
        return try Simulator(smallAssembly(Self.disturbed), options: options)
    }

    /// Runs so many instants.
    private func halfway(_ simulator: inout Simulator, instants: Int = 40) {
        var left = instants
        _ = simulator.run(shouldStop: {
            left -= 1
            return left < 0
        })
    }

    @Test("a run that was stopped goes on to the same events, and so does its copy", arguments: [1, 3])
    func copies(threads: Int) throws {
        var whole = try simulator(threads: threads)
        let hash = whole.run().traceHash
        var stopped = try simulator(threads: threads)
        halfway(&stopped)
        let moment = stopped.nextInstant
        var copy = stopped
        #expect(copy.run().traceHash == hash)
        // What the copy came to has not touched the one that waits.
        #expect(stopped.nextInstant == moment && moment > Instant(nanoseconds: 0))
        var again = stopped
        #expect(stopped.run().traceHash == hash && again.run().traceHash == hash)
    }

    @Test("a branch takes another course, each number its own, and a run from the beginning takes the same")
    func branches() throws {
        var trunk = try simulator()
        halfway(&trunk)
        let hash = {
            var copy = trunk
            return copy.run().traceHash
        }()
        var hashes: Set = [hash]
        for number in 1...3 {
            var copy = trunk
            let branch = copy.branch(number)
            let result = copy.run()
            var whole = try simulator(threads: 2, branch: branch)
            #expect(whole.run().traceHash == result.traceHash)
            hashes.insert(result.traceHash)
        }
        #expect(hashes.count == 4)
        #expect(trunk.run().traceHash == hash)
    }

    @Test("without any fault only attacks can take another course, and they do")
    func attacks() throws {
        let settings = ["faults=[]", "training.rounds=10", #"adversary=[{"nodes": ["1"], "attack": "gaussian"}]"#]
        func hash(_ settings: [String], branch: Branch?) throws -> UInt64 {
            var options = Simulator.Options()
            options.branch = branch
            var simulator = try Simulator(smallAssembly(settings), options: options)
            return simulator.run().traceHash
        }
        let branch = Branch(at: Instant(nanoseconds: 3_000_000), number: 1)
        #expect(try hash(settings, branch: branch) != hash(settings, branch: nil))
        let honest = settings + ["adversary=[]"]
        #expect(try hash(honest, branch: branch) == hash(honest, branch: nil))
    }

    /// Every case comes to these.
    private static let common: Set<Int> = Set(
        [Milestone.modelEarly, .missedModel, .neighbourGivenUp].compactMap {
            SoakPoints.all.place(.milestone, $0.name)
        })

    @Test("a case goes on from a rare point in as many ways as asked for, and each is a case of its own")
    func cases() throws {
        let plain = try SoakRun.run(SoakCase(seed: 7))
        let outcome = try SoakRun.run(SoakCase(seed: 7), reaching: .all, branches: 2, at: Self.common)
        #expect(outcome.traceHash == plain.traceHash && plain.branches.isEmpty)
        #expect(outcome.branches.count == 2 && outcome.rarity.map { Self.common.contains($0) } ?? false)
        for branch in outcome.branches {
            let again = try SoakRun.run(branch.soakCase)
            #expect(again.traceHash == branch.traceHash && again.violations == branch.violations)
            #expect(branch.traceHash != plain.traceHash)
        }
        let none = try SoakRun.run(SoakCase(seed: 7), reaching: .all, branches: 2, at: [])
        #expect(none.branches.isEmpty && none.rarity == nil)
    }

    @Test("the command line of a branch names it, and the file of the run keeps it")
    func command() throws {
        var soakCase = SoakCase(seed: 7)
        soakCase.branch = Branch(at: Instant(nanoseconds: 1_340_000_000), number: 2)
        let record = SoakRun.record(of: soakCase)
        #expect("\(LaboratoryCommand(repeating: record, of: "a.json"))".contains(" --branch 2@1340000000"))
        #expect(try RunRecord(record.json, name: "run.json") == record)
    }

    @Test("what is no branch is refused", arguments: ["", "2", "2@", "@5", "0@5", "2@-5", "2@5@6", "x@5"])
    func refused(text: String) {
        #expect(throws: ConfigurationFault.self) { try Branch(text, key: "--branch") }
    }

    /// An outcome that breaks an invariant if `fails`.
    private func outcome(_ soakCase: SoakCase, fails: Bool) -> SoakOutcome {
        SoakOutcome(
            soakCase: soakCase,
            verdict: RunCheck.Verdict(
                violations: fails ? [Violation(.progress, "planted")] : [], guaranteesChecked: 0),
            reached: [], steps: 0, traceHash: 0)
    }

    @Test("a failing branch shrinks to a case without one where that fails alike, and keeps it where it does not")
    func shrinking() {
        var soakCase = SoakCase(seed: 7)
        soakCase.branch = Branch(at: Instant(nanoseconds: 5), number: 1)
        let failing = outcome(soakCase, fails: true)
        let plain = SoakRun.shrink(failing) { outcome($0, fails: true) }
        #expect(plain.soakCase.branch == nil && plain.soakCase.nodes == 3)
        let kept = SoakRun.shrink(failing) { outcome($0, fails: $0.branch != nil) }
        #expect(kept.soakCase.branch == soakCase.branch && kept.soakCase.nodes == 3)
    }

    @Test("a branch that fails is a failure of the soak")
    func failures() throws {
        var whole = outcome(SoakCase(seed: 7), fails: false)
        whole.branches = [outcome(SoakCase(seed: 7), fails: true)]
        var tally = SoakTally(.all)
        tally.add(whole)
        #expect(tally.failures.count == 1 && tally.branches == 1 && !tally.holds)
    }
}
