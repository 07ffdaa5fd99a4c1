// ε in the figures of a run, its summary and its report: the node that spends most first.
import JSON
import Kernels
import Learning
import Metrics
import Platform
import Scenario
import Testing

@testable import Harness

@Suite("Privacy of a run")
struct PrivacyReportTests {
    private static let noise = #"training.privacy={"clip":1,"noiseMultiplier":2}"#

    private static func assembly(_ settings: [String] = []) throws -> Assembly {
        try smallAssembly(
            [Self.noise, "training.batchSize=4", #"task.split={"kind":"dirichlet","alpha":0.5}"#] + settings)
    }

    private static func outcome(_ assembly: Assembly) throws -> RunOutcome {
        try SimulatedRun(assembly, options: .init()).run { _ in
        } shouldStop: {
            false
        }.outcome
    }

    @Test("its summary has every honest node, the largest ε first, with both conversions")
    func summary() throws {
        let assembly = try Self.assembly()
        let summary = try RunSummary(Self.outcome(assembly), of: assembly)
        let report = try #require(summary.privacy)
        #expect(Set(report.worstFirst.map(\.label)) == ["0", "2", "3", "5"])
        let epsilons = report.worstFirst.map(\.epsilon)
        #expect(epsilons == epsilons.sorted(by: >) && Set(epsilons).count > 1)
        for node in report.worstFirst {
            let rate = PrivateGradient.rate(batchSize: 4, of: node.privacy.samples)
            let known = RenyiAccountant(rate: rate, noise: 2).epsilon(steps: 20, delta: 1e-5)
            #expect(node.epsilon == known && node.improved < known)
        }
        let json = try #require(try StrictJSON.read(summary.json, name: "summary.json").member("privacy"))
        #expect(json.member("epsilonWorst")?.number == epsilons[0] && json.member("clip")?.number == 1)
        #expect(json.member("nodes")?.elements.compactMap { $0.member("epsilon")?.number } == epsilons)
        #expect(json.member("sampling")?.text == "poisson" && json.member("estimate")?.number == 0)
        let table = summary.table(runDirectory: nil)
        let worst = report.worstFirst[0]
        #expect(table.contains("privacy, worst ε      \(significant(worst.epsilon))   (\(worst.label): "))
        #expect(summary.figures["epsilonWorst"] == epsilons[0])
    }

    @Test("ε is measured as rounds go by, and is infinite without noise and not there without privacy")
    func moments() throws {
        let assembly = try Self.assembly(["measure.every=5"])
        let spent = try Self.outcome(assembly).evaluations.map { $0.figures["epsilonWorst"] }
        #expect(spent.count == 5 && spent[0] == 0)
        #expect(zip(spent, spent.dropFirst()).allSatisfy { $0! < $1! })
        let silent = try Self.assembly([#"training.privacy={"noiseMultiplier":0}"#])
        let summary = try RunSummary(Self.outcome(silent), of: silent)
        #expect(summary.table(runDirectory: nil).contains("privacy, worst ε      ∞   ("))
        #expect(MeasureCatalog.figure(named: "epsilonWorst")?.text(.infinity) == "∞")
        let none = try smallAssembly()
        let plain = try RunSummary(Self.outcome(none), of: none)
        #expect(plain.privacy == nil && plain.figures.value("epsilonWorst") == nil)
        #expect(!plain.table(runDirectory: nil).contains("privacy"))
    }

    @Test("shuffled batches are an estimate, and a stopped run counts what was sent")
    func estimate() throws {
        let shuffled = try Self.assembly(["training.privacy.sampling=shuffled"])
        let summary = try RunSummary(Self.outcome(shuffled), of: shuffled)
        #expect(summary.table(runDirectory: nil).contains(", estimate   ("))
        let assembly = try Self.assembly()
        var stopped = try Self.outcome(assembly)
        stopped.wasStopped = true
        for node in assembly.honest { stopped.reached[node] = 7 }
        let report = try #require(try RunSummary(stopped, of: assembly).privacy)
        #expect(report.rounds == 8)
    }

    @Test("the report's table of nodes has a column for it")
    func page() throws {
        for (settings, isThere) in [([Self.noise], true), ([], false)] {
            let run = try ReportedRun(smallAssembly(settings))
            let summary = try run.end(run.outcome())
            let nodes = try run.read().nodes
            #expect(nodes[0].epsilon == summary.privacy?.worstFirst.first { $0.label == "0" }?.epsilon)
            #expect((nodes[0].epsilon != nil) == isThere && nodes[1].epsilon == nil)
            let page = String(decoding: try HTMLReport(run.read()).page, as: UTF8.self)
            #expect(page.contains(">ε<") == isThere && page.contains("differential privacy of each") == isThere)
        }
    }
}
