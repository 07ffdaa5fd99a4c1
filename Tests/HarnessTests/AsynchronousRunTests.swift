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
        arguments: [(Carriage.values, UInt64(0x4c09_7251_00df_dbd5)), (.datagrams, 0xb4c0_5584_7fc4_9a2f)], [1, 2, 3])
    func pinned(run: (carriage: Carriage, traceHash: UInt64), threads: Int) throws {
        var simulator = try Simulator(
            smallAssembly(Self.settings), options: .init(threads: threads, carriage: run.carriage))
        #expect(simulator.run().traceHash == run.traceHash)
    }
}
