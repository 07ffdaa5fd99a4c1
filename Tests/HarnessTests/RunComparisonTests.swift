// Several runs on one page: what is the same is not said, what differs is, and what does not compare is told first.
import Kernels
import Metrics
import Platform
import Registry
import Scenario
import Testing

@testable import Harness

@Suite("Report: several runs")
struct RunComparisonTests {
    private func recorded(_ settings: [String] = [], worst: Double = 0.5) throws -> RecordedRun {
        let run = try ReportedRun(try smallAssembly(["measure.every=10"] + settings))
        try run.files.append([0, 10, 20].map { evaluation($0, worst: $0 == 0 ? 0.3 : worst) })
        return try run.read()
    }

    private func page(_ comparison: RunComparison) -> Page { Page(String(decoding: comparison.page, as: UTF8.self)) }

    @Test("runs are called by what differs, and only that is in the table of settings")
    func differences() throws {
        let runs = [
            try recorded(), try recorded(["seed=7", "aggregation.rule=trimmedMean"], worst: 0.7),
        ]
        let comparison = try RunComparison(runs)
        #expect(comparison.labels == ["1: seed 1, csPlus", "2: seed 7, trimmedMean"])
        #expect(
            comparison.verdict
                == "The worst node is best in 2: seed 7, trimmedMean, with 70.0 %; the other has 50.0 %")
        let page = page(comparison)
        #expect(faults(inMarkup: page.text).isEmpty)
        let rows = page.rows(of: "Differences of configuration")
        #expect(rows.map { $0[0] } == ["seed", "aggregation.rule"] && rows[0] == ["seed", "1", "7"])
        #expect(
            page.data(of: "worst") == [
                ["round", "\"1: seed 1", " csPlus\"", "\"2: seed 7", " trimmedMean\""].map {
                    Substring($0.replacing("\"", with: "&quot;"))
                },
                ["0", "0.3", "0.3"], ["10", "0.5", "0.7"], ["20", "0.5", "0.7"],
            ])
        #expect(page.rows(of: "Figures").map { $0[3] } == ["50.0 %", "70.0 %"])
        #expect(page.contains("Their seeds are different (1; 7)"))
        #expect(page.contains("gossiplab run \(runs[0].directory.path)/experiment.json\n"))
    }

    @Test("runs of different data are not ranked")
    func data() throws {
        let other = #"task.dataset={"kind":"synthetic","features":5,"classes":3,"samples":120}"#
        let comparison = try RunComparison([try recorded(), try recorded([other])])
        #expect(comparison.verdict == "Runs of different tasks, whose figures do not compare")
        #expect(comparison.incomparabilities.first?.hasPrefix("Their data are different (") == true)
        let same = try RunComparison([try recorded(), try recorded()])
        #expect(same.incomparabilities.isEmpty && page(same).contains("All settings of the runs are the same."))
    }

    @Test("a comparison stands by what there is to consider before it")
    func standing() throws {
        func finished(_ settings: [String]) throws -> RecordedRun {
            let run = try ReportedRun(try smallAssembly(settings))
            try run.end(try run.outcome())
            return try run.read()
        }
        let other = #"task.dataset={"kind":"synthetic","features":5,"classes":3,"samples":120}"#
        let comparisons = [
            try RunComparison([finished([]), finished(["aggregation.rule=trimmedMean"])]),
            try RunComparison([finished([]), finished(["seed=7"])]),
            try RunComparison([finished([]), recorded()]), try RunComparison([finished([]), finished([other])]),
        ]
        #expect(comparisons.map(\.standing) == [.good, .doubtful, .doubtful, .bad])
        #expect(page(comparisons[3]).contains("<p class=\"standing\">Bad: the figures do not compare</p>"))
    }

    @Test("where a run was measured more seldom its line goes straight, but over no missing moment, nor beyond its end")
    func moments() throws {
        let often = try ReportedRun(try smallAssembly(["measure.every=5"]))
        try often.files.append([0, 5, 10, 20].map { evaluation($0, worst: 0.8) })
        let seldom = try ReportedRun(try smallAssembly(["measure.every=20"]))
        try seldom.files.append([evaluation(0, worst: 0.2), evaluation(20, worst: 0.6)])
        let runs = [try often.read(), try seldom.read()]
        let table = page(try RunComparison(runs)).data(of: "worst")
        #expect(table.map { $0[0] } == ["round", "0", "5", "10", "20"])
        #expect(table.dropFirst().map { $0.last } == ["0.2", "0.3", "0.4", "0.6"])
        // The moment 15 is missing from the first, and no other run has it.
        #expect(table.dropFirst().map { $0[$0.count - 2] } == ["0.8", "0.8", "0.8", "0.8"])

        let longer = try ReportedRun(try smallAssembly(["measure.every=5", "training.rounds=25"]))
        try longer.files.append([0, 5, 10, 15, 20, 25].map { evaluation($0, worst: 0.7) })
        let rows = page(try RunComparison(runs + [try longer.read()])).data(of: "worst").dropFirst()
        #expect(rows.map { $0[0] } == ["0", "5", "10", "15", "20", "25"])
        #expect(rows.map { $0[1] } == ["0.8", "0.8", "0.8", "", "0.8", ""])
        #expect(rows.map { $0[2] } == ["0.2", "0.3", "0.4", "0.5", "0.6", ""])
        #expect(rows.map { $0[3] } == ["0.7", "0.7", "0.7", "0.7", "0.7", "0.7"])
    }

    @Test("one run, or more than there are lines for, get one line")
    func count() throws {
        let run = try recorded()
        for count in [1, 9] {
            let fault = #expect(throws: ConfigurationFault.self) {
                try RunComparison(Array(repeating: run, count: count))
            }
            #expect("\(try #require(fault))" == "\(count) runs cannot stand side by side; allowed: 2 to 8")
        }
    }
}
