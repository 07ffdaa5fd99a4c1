// The run's summary, from made-up outcomes.
import JSON
import Kernels
import Metrics
import Scenario
import Testing

@testable import Harness

@Suite("Run summary")
struct RunSummaryTests {
    /// The honest nodes after so many steps each; nobody was lost.
    private func outcome(_ assembly: Assembly, steps: [Int] = [30, 30, 30, 30]) throws -> RunOutcome {
        var outcome = RunOutcome(engine: .simulation, transport: "values")
        outcome.finalModels = try zip(assembly.honest, steps).map { ($0, try trainedModel($1, of: assembly)) }
        outcome.wallSeconds = 1.5
        return outcome
    }

    @Test("the worst node comes first")
    func worstFirst() throws {
        let assembly = try smallAssembly()
        let summary = try RunSummary(outcome(assembly, steps: [40, 0, 2, 40]), of: assembly)
        let accuracies = summary.worstFirst.map(\.score)
        #expect(accuracies == accuracies.sorted() && accuracies.count == 4)
        let final = try #require(summary.final)
        #expect(accuracies.first == final.test.worst && accuracies.last == final.test.best)
        #expect(final.test.worst < final.test.best)
        let table = summary.table(runDirectory: "runs/small")
        #expect(table.hasPrefix(summary.verdict.text))
        #expect(table.contains("accuracy, worst       \(rounded(final.test.worst, 4))"))
        #expect(table.hasSuffix("results               runs/small"))
    }

    @Test("final models that the run has judged are not judged again, unless they are of other nodes")
    func judgedOnce() throws {
        let assembly = try smallAssembly()
        var outcome = try outcome(assembly)
        // No model is right so often as these are said to be.
        let made = Judgement(
            record: evaluation(20, worst: 0.123),
            nodes: assembly.honest.map { .init(node: $0, accuracy: 0.123, loss: 1, distance: 7) },
            scale: 14, average: outcome.finalModels[0].model, bar: .chance(Chance(classes: [1, 99])))
        outcome.final = made
        let summary = try RunSummary(outcome, of: assembly)
        #expect(summary.final == made.record && summary.worstFirst.allSatisfy { $0.score == 0.123 })
        #expect(summary.verdict.bar == made.bar && summary.verdict.survivors[0].relativeDistance == 0.5)
        outcome.finalModels.removeLast()
        let other = try RunSummary(outcome, of: assembly)
        #expect(other.final?.nodes == 3 && other.worstFirst.allSatisfy { $0.score != 0.123 })
    }

    @Test("a hostile node that ends early is warned of, since the run withstood less than was planned")
    func weakerAttack() throws {
        let assembly = try smallAssembly()
        var outcome = try outcome(assembly)
        outcome.lost = [LostNode(NodeID(4), .killed, reason: "killed by SIGKILL")]
        let summary = try RunSummary(outcome, of: assembly)
        let sentence = "hostile node 4 ended early (killed by SIGKILL): the attack went on without"
        #expect(summary.warnings.contains(sentence) && !summary.verdict.hasFailed)
        outcome.lost = [LostNode(NodeID(4), .stopped, reason: LostNode.stopped)]
        #expect(try !RunSummary(outcome, of: assembly).warnings.contains { $0.hasPrefix("hostile") })
    }

    @Test("moments that could not be measured are counted, and otherwise not spoken of")
    func missedEvaluations() throws {
        let assembly = try smallAssembly()
        var outcome = try outcome(assembly)
        outcome.moments = (planned: 20, missed: 3)
        let summary = try RunSummary(outcome, of: assembly)
        #expect(summary.table(runDirectory: nil).contains("evaluation points     3 of 20 missing: "))
        let counts = try StrictJSON.read(summary.json, name: "summary.json").member("evaluations")
        #expect(counts?.count(at: "planned") == 20 && counts?.count(at: "missing") == 3)
        outcome.moments.missed = 0
        #expect(try !RunSummary(outcome, of: assembly).table(runDirectory: nil).contains("evaluation points"))
    }

    @Test("hostile nodes enter no figure, whatever they hold")
    func hostileModels() throws {
        let assembly = try smallAssembly()
        var forged = try outcome(assembly)
        forged.finalModels.insert((NodeID(1), constantModel(1e6, of: assembly)), at: 1)
        let (clean, summary) = (try RunSummary(outcome(assembly), of: assembly), try RunSummary(forged, of: assembly))
        #expect(summary.modelDigest == clean.modelDigest && summary.final == clean.final)
        #expect(summary.hostile == ["1", "4"] && summary.worstFirst.count == 4)
    }

    @Test("agreement and learning are judged apart")
    func verdicts() throws {
        let assembly = try smallAssembly()
        func verdict(_ steps: [Int]) throws -> Verdict {
            try RunSummary(outcome(assembly, steps: steps), of: assembly).verdict
        }
        let agreed = try verdict([30, 30, 30, 30])
        #expect(agreed.hasLearned && agreed.agrees && agreed.failed.isEmpty && agreed.far.isEmpty)
        // The data have three classes, and 1000 test samples: 334 of them are of the first.
        let worst = percent(agreed.survivors[0].score)
        #expect(agreed.text == "The honest nodes learned (worst \(worst), chance 33.4 %) and agree.")
        let apart = try verdict([1, 5, 25, 125])
        #expect(apart.hasLearned && !apart.agrees && apart.text.contains("but do not agree (median relative distance "))
        // One idle node is named, and does not hide that the others agree.
        let one = try verdict([40, 40, 40, 0])
        #expect(one.failed.map(\.label) == ["5"] && one.agrees)
        #expect(one.text.hasPrefix("1 of 4 honest nodes failed (5: "))
        #expect(one.text.contains("hostile neighbours, rule told ") && one.text.contains(" or more and agree"))
        // All at the same start: of one mind, and none the wiser.
        let idle = try verdict([0, 0, 0, 0])
        #expect(!idle.hasLearned && idle.agrees && !idle.hasFailed)
        #expect(idle.text.hasPrefix("The honest nodes did not learn (best ") && idle.text.hasSuffix(", but agree."))
    }

    @Test("a run without survivors says so, stopped or not", arguments: [false, true])
    func nobody(wasStopped: Bool) throws {
        let assembly = try smallAssembly()
        var outcome = RunOutcome(engine: .processes, transport: "tcp")
        outcome.wasStopped = wasStopped
        outcome.lost = assembly.topology.nodes.map { LostNode($0, .killed, reason: "killed by SIGKILL") }
        let summary = try RunSummary(outcome, of: assembly)
        #expect(
            summary.verdict.text
                == (wasStopped
                    ? "Stopped before the end."
                    : "No honest node finished: all 4 honest nodes were lost (0, 2, 3, 5 killed)."))
        #expect(summary.verdict.hasFailed == !wasStopped)
        #expect(summary.modelDigest.isEmpty && summary.final == nil && summary.worstFirst.isEmpty)
        let json = try StrictJSON.read(summary.json, name: "summary.json")
        #expect(json.member("accuracy")?.members.allSatisfy { $0.value.number == nil } == true)
    }

    @Test("lost nodes are named with their kind and their reason")
    func lost() throws {
        let assembly = try smallAssembly()
        var outcome = try outcome(assembly)
        outcome.finalModels.removeAll { $0.node == NodeID(3) }
        outcome.lost = [
            LostNode(NodeID(3), .killed, reason: "killed by SIGKILL"), LostNode(NodeID(4), .stopped, reason: "stopped"),
        ]
        let summary = try RunSummary(outcome, of: assembly)
        let table = summary.table(runDirectory: nil)
        #expect(table.contains("honest node 3: killed by SIGKILL") && table.contains("hostile node 4: stopped"))
        #expect(summary.final?.nodes == 3)
        #expect(summary.verdict.text.hasPrefix("1 of 4 honest nodes was lost (3 killed); the others learned (worst "))
        #expect(!summary.verdict.hasFailed)
        let json = try StrictJSON.read(summary.json, name: "summary.json")
        let perNode = try #require(json.member("perNode")).elements
        #expect(perNode.map { $0.member("lostAs")?.text } == [nil, nil, nil, "killed", "stopped", nil])
        #expect(try RunSummary(self.outcome(assembly), of: assembly).modelDigest != summary.modelDigest)
    }

    @Test("traffic is everybody's, the rest is that of honest nodes")
    func totals() throws {
        let assembly = try smallAssembly()
        var outcome = try outcome(assembly)
        for node in assembly.topology.nodes {
            var totals = NodeRecord()
            totals.bytesSent = 100
            totals.messagesSent = 1
            totals.lateModels = 10
            totals.trainLoss = Double(node.index)
            totals.rejections = [NodeRecord.Count(reason: "notFinite", count: 2)]
            outcome.totals[node] = totals
        }
        let summary = try RunSummary(outcome, of: assembly)
        #expect(summary.totals.bytesSent == 600 && summary.totals.messagesSent == 6)
        #expect(summary.totals.lateModels == 40 && summary.totals.trainLoss == 2.5)
        #expect(summary.totals.rejections == [NodeRecord.Count(reason: "notFinite", count: 8)])
    }

    @Test("the JSON reads back, with every key that others rely on")
    func json() throws {
        let assembly = try smallAssembly(["aggregation.tolerates=oracle", #"name="a \"quoted\" name""#])
        let summary = try RunSummary(outcome(assembly), of: assembly)
        let json = try StrictJSON.read(summary.json, name: "summary.json")
        let keys = json.members.map(\.key)
        for key in [
            "identity", "name", "engine", "transport", "nodes", "hostile", "lost", "rounds", "wallSeconds",
            "modelDigest", "accuracy", "trainLoss", "consensusDistance", "learningError", "generalizationGap",
            "bytesSent", "rejections", "lateMessages", "verdict",
        ] { #expect(keys.contains(key), "\(key)") }
        #expect(json.member("accuracy")?.members.map(\.key) == ["worst", "mean", "best", "averageModel"])
        #expect(
            json.member("consensusDistance")?.members.map(\.key) == ["rms", "relative", "median", "medianRelative"])
        #expect(json.member("chance")?.member("share")?.number == 0.334)
        #expect(json.member("name")?.text == #"a "quoted" name"#)
        #expect(json.member("engine")?.text == "simulation" && json.count(at: "nodes") == 6)
        #expect(json.member("modelDigest")?.text == summary.modelDigest && summary.modelDigest.count == 64)
        #expect(json.member("accuracy")?.member("worst")?.number == summary.final?.test.worst)
        #expect(json.count(at: "oracle") == 1)
        #expect(
            json.member("screening")?.member("honest")?.members.map(\.key) == ["heard", "kept", "clipped", "removed"])
    }
}
