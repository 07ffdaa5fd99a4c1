// Parts of a pack, and how long its runs are said to take.
import Platform
import Registry
import Scenario
import TestSupport
import Testing

@testable import Harness

@Suite("Parts of a pack")
struct PackPartTests {
    private static let base = """
        {"topology": {"family": "complete", "nodes": 4}, "training": {"rounds": 40, "weightDecay": 1},
         "task": {"dataset": {"kind": "synthetic", "features": 4, "classes": 3, "samples": 120}}}
        """

    /// - Parameter steps: sizes of local steps; one of a thousand runs out of all bounds.
    private static func sweep(_ steps: String) throws -> Sweep {
        let text = """
            {"name": "part", "base": \(base), "grid": {"training.stepSize": \(steps), "seed": [1, 2]}}
            """
        return try Sweep(Array(text.utf8), name: "part")
    }

    @Test("a part says which of its own cells have failed", arguments: [(1000.0, 1), (0.1, 0)])
    func failed(step: Double, count: Int) throws {
        let folder = try TemporaryDirectory()
        let sweep = try Self.sweep("[\(step), 0.2]")
        let pack = PaperPack(name: "slice", summary: "", papers: []) { _ in
            PackStudy(setting: [], sweeps: [sweep], calculations: [], claims: [], figures: [])
        }
        let run = try PackRun(pack, .slice, in: folder.path, shard: Shard("1/2"), threads: 1)
        let outcome = try run.run(threads: 1, say: { _ in }, progress: { _, _ in })
        guard case .partDone(let left, let failures) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(left == 2 && failures.count == count, "\(failures)")
    }

    @Test("what runs are compared with is counted as runs")
    func references() throws {
        func steps(_ more: [String]) throws -> Double {
            let plan = try SweepPlan(Self.sweep("[0.1]"), in: "part", overrides: more)
            return try TimeEstimate(plan, [0, 1]).nodeSteps
        }
        let alone = try steps([])
        #expect(alone == 2 * 40 * 4)
        #expect(try steps(["measure.reference=noCommunication"]) == 2 * alone)
    }
}
