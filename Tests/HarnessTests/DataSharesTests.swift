// What each node learned from, in the summary, the table, the report and as CSV.
import JSON
import Kernels
import Learning
import Scenario
import Testing

@testable import Harness

@Suite("Shares of the data")
struct DataSharesTests {
    private static let settings = ["task.split.kind=shards", "task.split.shardsPerNode=1", "task.dataset.samples=119"]

    @Test("are counted by node and by class")
    func counts() throws {
        let shares = DataShares(of: try smallAssembly(Self.settings))
        #expect(shares.classNames == ["0", "1", "2"])
        #expect(shares.nodes.map(\.samples) == [20, 20, 20, 20, 20, 19])
        #expect(
            shares.nodes.map(\.ofClass) == [
                [20, 0, 0], [20, 0, 0], [0, 20, 0], [0, 20, 0], [0, 0, 20], [0, 0, 19],
            ])
        #expect(shares.nodes.map(\.isHostile) == [false, true, false, false, true, false])
        #expect(shares.inWords == "19 to 20 (fewest: 5), 1 of 3 classes")
        #expect(shares.table.csv.hasPrefix("node,kind,samples,0,1,2\n0,honest,20,20,0,0\n1,hostile,20,20,0,0\n"))
        #expect(shares.table.csv.hasSuffix("5,honest,19,0,0,19\n"))
    }

    @Test("a node without any is among them")
    func empty() throws {
        let shares = DataShares(of: try smallAssembly(["task.split.over=honest", "task.dataset.samples=5"]))
        #expect(shares.nodes.map(\.samples) == [2, 0, 1, 1, 0, 1])
        #expect(shares.inWords == "1 to 2 (fewest: 2), 1 to 2 of 3 classes")
    }

    @Test("stand in the summary, the table of a terminal, a file and the report")
    func written() throws {
        let run = try ReportedRun(smallAssembly(Self.settings))
        let summary = try run.end(run.outcome())
        #expect(
            summary.table(runDirectory: nil).contains("\nsamples a node        19 to 20 (fewest: 5), 1 of 3 classes\n"))
        let json = try StrictJSON.read(summary.json, name: "summary.json")
        #expect(json.member("classes")?.elements.map(\.text) == ["0", "1", "2"])
        let last = try #require(json.member("perNode")?.elements.last)
        #expect(last.count(at: "samples") == 19)
        #expect(last.member("ofClass")?.elements.map(\.count) == [0, 0, 19])
        let rows = try run.page().rows(of: "Data")
        #expect(rows.count == 6 && rows[5] == ["5", "honest", "19", "1", "0", "0", "19"])
        #expect(rows[1] == ["1", "hostile", "20", "1", "20", "0", "0"])
        #expect(try run.page(isRunning: true).rows(of: "Data").isEmpty)
    }
}
