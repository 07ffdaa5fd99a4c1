// Asynchronous runs: nodes at their own pace in the simulator, some of them killed and paused: one trace, whoever steps
// them.
import Simulation
import Testing

@testable import Harness

@Suite("Asynchronous runs")
struct AsynchronousRunTests {
    private static let settings = [
        "timing.kind=asynchronous", "checkpoint.every=2",
        #"faults=[{"fault": "crash", "from": 5, "until": 8}, {"fault": "pause", "from": 6, "until": 12}]"#,
    ]

    @Test(
        "the pinned runs, with any number of threads",
        arguments: [(Carriage.values, UInt64(0x5bfb_b8bb_4514_c4dc)), (.datagrams, 0x4879_a51b_fc35_b5c6)], [1, 2, 3])
    func pinned(run: (carriage: Carriage, traceHash: UInt64), threads: Int) throws {
        var simulator = try Simulator(
            smallAssembly(Self.settings), options: .init(threads: threads, carriage: run.carriage))
        #expect(simulator.run().traceHash == run.traceHash)
    }
}
