// What the linter finds: conditions against closed forms, rules that it must warn of, and what programs read.
import Aggregation
import Graphs
import JSON
import Kernels
import Registry
import Scenario
import Testing

@testable import Linter

@Suite("Linter")
struct LinterTests {
    private func file(_ json: String) throws -> TopologyFile { try TopologyFile.read(Array(json.utf8), name: "g.json") }

    private func subject(
        _ json: String, _ rule: String? = nil, hostile: [Int] = [], told: Int? = nil
    ) throws -> LintSubject {
        LintSubject(
            try file(json).graphs, placement: hostile.isEmpty ? .nobody : .given(hostile.map { NodeID($0) }),
            tolerance: told.map { .count($0) }, rules: try rule.map { [try NamedRule(named: $0)] } ?? NamedRule.all)
    }

    private func quickstart(_ settings: [String]) throws -> Assembly {
        let builtIn = try BuiltInExperiments.named("quickstart")
        let experiment = try Experiment(Array(builtIn.json.utf8), name: "quickstart", overrides: settings)
        return try Assembly(experiment, topology: experiment.topologyFile(reading: builtIn.read))
    }

    @Test("finds by itself that the trimmed mean with f = 2 may keep quickstart's nodes apart, and warns")
    func trimmedMeanOnQuickstart() throws {
        let doubts = Lint.doubts(of: LintSubject(try quickstart(["aggregation.rule=trimmedMean"])))
        #expect(doubts.map(\.severity) == [.warning] && doubts.first?.verdict == .fails)
        #expect(doubts.first?.sentence.contains("keep groups apart for ever") ?? false)
        let parts = try #require(doubts.first?.parts)
        #expect(parts.first { $0.code == "robust" }?.verdict == .fails)
        #expect(parts.first { $0.code == "capacity" }?.verdict == .holds)
    }

    @Test("has no doubt about quickstart as it is, nor about trimming one")
    func quickstartItself() throws {
        #expect(Lint.doubts(of: LintSubject(try quickstart([]))).isEmpty)
        let one = [
            "aggregation.rule=trimmedMean", "aggregation.tolerates.count=1", #"adversary.nodes=["3"]"#,
        ]
        #expect(Lint.doubts(of: LintSubject(try quickstart(one))).isEmpty)
    }

    @Test("warns of a rule that withstands nobody where somebody lies")
    func plainGossip() throws {
        let doubts = Lint.doubts(of: LintSubject(try quickstart(["aggregation.rule=weightedMean"])))
        #expect(doubts.first?.sentence.contains("controls the outcome") ?? false)
    }

    @Test(
        "2ρb < μ2 of two worlds of h with k links across, weights 1/(h + k): 2ρf against 2k",
        arguments: [("csPlus", 2.0), ("gts", 4.0)], [(13, 8), (5, 2), (10, 3), (8, 8)])
    func summation(rule: (name: String, rho: Double), worlds: (half: Int, across: Int)) throws {
        let json = #"{"family": "twoWorlds", "half": \#(worlds.half), "across": \#(worlds.across)}"#
        let promise = Lint.promise(of: try subject(json, rule.name, told: 1))
        let summation = try #require(promise.parts.first { $0.code == "summation" })
        let unit = 1 / Double(worlds.half + worlds.across)
        #expect(abs(try #require(summation.number("need")) - 2 * rule.rho * unit) < 1e-9)
        #expect(abs(try #require(summation.number("mu2")) - 2 * Double(worlds.across) * unit) < 1e-9)
        let holds = rule.rho < Double(worlds.across)
        #expect(summation.verdict == .fails ? !holds : holds)
    }

    @Test("CS+ on a complete graph of 16 with one liar: 4b = 0.25 < μ2 = 15/16: holds, and μ2 is of the honest part")
    func complete() throws {
        let promise = Lint.promise(of: try subject(#"{"family": "complete", "nodes": 16}"#, "csPlus", hostile: [3]))
        #expect(promise.verdict == .holds)
        let summation = try #require(promise.parts.first { $0.code == "summation" })
        #expect(abs((summation.number("mu2") ?? 0) - 15.0 / 16) < 1e-9)
        #expect(abs((summation.number("alpha") ?? 0) - (1 - 15.0 / 16 + 0.25)) < 1e-9)
    }

    @Test("NNA on a complete graph: n ≥ 11f", arguments: [(21, 1, true), (21, 2, false), (22, 2, true)])
    func nna(nodes: Int, told: Int, holds: Bool) throws {
        let promise = Lint.promise(
            of: try subject(#"{"family": "complete", "nodes": \#(nodes)}"#, "nna", told: told))
        #expect((promise.parts.first { $0.code == "complete" }?.verdict == .holds) == holds)
    }

    @Test("a rule that keeps its own model at thin places says where: the trimmed mean of one neighbour")
    func ownModel() throws {
        let lollipop =
            #"{"nodes": [{"id": "a"}, {"id": "b"}, {"id": "c"}, {"id": "d"}], "edges": ["#
            + #"{"source": "a", "target": "b"}, {"source": "b", "target": "c"}, {"source": "a", "target": "c"}, "#
            + #"{"source": "c", "target": "d"}]}"#
        let promise = Lint.promise(of: try subject(lollipop, "trimmedNeighbourMean", told: 1))
        #expect(promise.verdict == .fails)
        #expect(promise.parts.first { $0.code == "capacity" }?.nodes.contains("d") ?? false)
    }

    @Test("capacity is deg + 1 > 2f for rules of sets", arguments: ["trimmedMean", "krum", "coordinateMedian"])
    func capacity(rule: String) throws {
        for told in 0...4 {
            let promise = Lint.promise(
                of: try subject(#"{"family": "torus", "rows": 4, "columns": 4}"#, rule, told: told))
            #expect((promise.parts.first { $0.code == "capacity" }?.verdict == .holds) == (4 + 1 > 2 * told))
        }
    }

    @Test("hostile nodes that cut the honest graph are an error; a ring without two nodes that are not next is cut")
    func cut() throws {
        let findings = Lint.findings(of: try subject(#"{"family": "ring", "nodes": 8}"#, "csPlus", hostile: [0, 4]))
        #expect(findings.first { $0.code == "parts" }?.severity == .error)
        let whole = Lint.findings(of: try subject(#"{"family": "ring", "nodes": 8}"#, "csPlus", hostile: [0, 1]))
        #expect(whole.allSatisfy { $0.severity < .error })
    }

    @Test("groups that hear nobody else are no connected graph, though links join them")
    func closedGroups() throws {
        let json =
            #"{"directed": true, "nodes": [{"id": "a"}, {"id": "b"}, {"id": "c"}], "edges": ["#
            + #"{"source": "a", "target": "c"}, {"source": "b", "target": "c"}]}"#
        let promise = Lint.promise(of: try subject(json, "weightedMean"))
        let connected = try #require(promise.parts.first { $0.code == "connected" })
        #expect(connected.verdict == .fails && connected.number("closedGroups") == 2)
    }

    /// The most that any `count` of these weigh together: every choice looked at.
    private static func heaviest(_ count: Int, of weights: [Double]) -> Double {
        let choices = (0..<1 << weights.count).filter { $0.nonzeroBitCount == count }
        let sums = choices.map { choice -> Double in
            let chosen = weights.indices.filter { choice >> $0 & 1 == 1 }
            return chosen.map { weights[$0] }.reduce(0, +)
        }
        return sums.max() ?? weights.reduce(0, +)
    }

    @Test("a rule that cuts f of its neighbours may cut the heaviest, whichever they are", arguments: 1...5)
    func cutWeight(seed: Int) throws {
        let graph = #"{"family": "erdosRenyi", "nodes": 9, "probability": 0.5, "seed": \#(seed)}"#
        for told in 1...2 {
            let subject = try subject(graph, "ios", told: told)
            let promise = Lint.promise(of: subject)
            let check = try #require(promise.parts.first { $0.code == "cutWeight" })
            let worst = subject.honest.map { Self.heaviest(told, of: subject.weights.weights(at: $0)) }
            #expect(abs(try #require(check.number("weight")) - (worst.max() ?? 0)) < 1e-12)
            let heavy = zip(subject.honest, worst).filter { $0.1 >= 1.0 / 3 - 1e-9 }.map(\.0)
            #expect(check.nodes == subject.labels(heavy) && (check.verdict == .holds) == heavy.isEmpty)
        }
    }

    @Test("a rule that goes by weight leaves out more of its light neighbours than of its heavy ones")
    func lightNeighbours() throws {
        let weights = [Double](repeating: 0.05, count: 6) + [0.4]
        var ignored = IgnoredNeighbours(try NamedRule(named: "csPlus").rule)
        let budget = Budget(count: 1, weight: 0.15)
        let heaviest = ignored.of(weights, budget)
        let lightest = ignored.of(weights, budget, lightest: true)
        #expect(try #require(heaviest) < #require(lightest))
    }

    @Test("the worst placement of one node on a star is the middle, on a dumbbell an end of its link")
    func worstPlacement() throws {
        let star = try subject(#"{"family": "star", "nodes": 9}"#, "csPlus").placingWorst(1)
        #expect(star.placement == .worst([NodeID(0)], ofAll: true))
        let dumbbell = try subject(#"{"family": "dumbbell", "half": 5}"#).placingWorst(1)
        let facts = GraphFacts(dumbbell)
        #expect(facts.parts.count == 2)
    }

    @Test("large graphs are searched greedily, and it is said", arguments: [1, 5])
    func greedy(count: Int) throws {
        let large = try subject(#"{"family": "randomRegular", "nodes": 700, "degree": 4}"#, "csPlus").placingWorst(
            count)
        #expect(large.placement.nodes.count == count && Set(large.placement.nodes).count == count)
        if case .worst(_, let ofAll) = large.placement { #expect(!ofAll) } else { Issue.record("placed") }
    }

    @Test("every rule has a verdict and a sentence on every kind of graph, and lines are no wider than a terminal")
    func everyRule() throws {
        let graphs = [
            #"{"family": "ring", "nodes": 6}"#, #"{"family": "exponential", "nodes": 8}"#,
            #"{"family": "exponential", "nodes": 8, "schedule": "onePeerExponential"}"#,
            #"{"family": "erdosRenyi", "nodes": 20, "probability": 0.4}"#,
        ]
        for graph in graphs {
            let findings = Lint.findings(of: try subject(graph, hostile: [1]))
            let rules = findings.filter { $0.code == "rule" }
            #expect(rules.map(\.rule) == NamedRule.all.map(\.name))
            #expect(NamedRule.all.map(\.name) == RuleCatalog.gossip.names)
            #expect(rules.allSatisfy { $0.verdict != nil && !$0.sentence.isEmpty })
            #expect(FindingText(findings).lines.allSatisfy { $0.count <= FindingText.columns })
        }
    }

    @Test("what a rule is found to leave out, it leaves out: one more, and it moves")
    func ignored() throws {
        let weights = [Double](repeating: 1.0 / 7, count: 6)
        func of(_ rule: String, _ count: Int) throws -> Int? {
            var ignored = IgnoredNeighbours(try NamedRule(named: rule).rule)
            return ignored.of(weights, Budget(count: count, among: weights))
        }
        #expect(try of("weightedMean", 0) == 0 && of("noCommunication", 0) == 6)
        for count in 0...2 {
            for rule in ["trimmedMean", "trimmedNeighbourMean", "multiKrum", "nna", "gts", "phocas"] {
                #expect(try of(rule, count) == count, "\(rule) \(count)")
            }
        }
        #expect(try of("coordinateMedian", 0) == 3 && of("csPlus", 2) == 3 && of("csPlus", 0) == 0)
    }

    @Test("findings have stable codes and fields")
    func json() throws {
        let subject = try subject(#"{"family": "ring", "nodes": 6}"#, "csPlus", hostile: [2])
        let findings = Lint.findings(of: subject)
        #expect(
            findings.map(\.code) == [
                "size", "parts", "cuts", "diameter", "gap", "laplacian", "average", "robustness", "contamination",
                "influence", "rule",
            ])
        let object = try subject.json(findings).object("")
        #expect(object.members.map(\.key) == ["version", "graph", "hostile", "placement", "findings"])
        let list = Array(try #require(object["findings"]).array("findings"))
        let rule = try #require(list.last).object("")
        #expect(
            rule.members.map(\.key) == [
                "code", "severity", "rule", "verdict", "numbers", "nodes", "sentence", "parts",
            ])
    }

    @Test(
        "numbers have three digits",
        arguments: [
            (0.2857, "0.286"), (12, "12"), (0, "0"), (0.00001234, "1.2e-5"),
            (123_456, "123456"), (1.5, "1.5"), (-0.25, "-0.25"), (9.99e-5, "1.0e-4"),
            (0.000123, "0.000123"), (99.96, "100"),
        ])
    func digits(value: Double, text: String) { #expect(brief(value) == text) }

    @Test("a graph that changes is judged by the mean of its weights, and little is promised")
    func schedules() throws {
        let json = #"{"family": "ring", "nodes": 8, "schedule": {"kind": "randomMatching", "seed": 7}}"#
        let subject = try subject(json, "csPlus", hostile: [1])
        let findings = Lint.findings(of: subject)
        #expect(findings.first { $0.code == "rounds" }?.number("rounds") == Double(LintSubject.mostRounds))
        #expect(try #require(findings.first { $0.code == "rule" }).verdict != .holds)
        let onePeer = try self.subject(#"{"family": "exponential", "nodes": 8, "schedule": "onePeerExponential"}"#)
        // Steps of 1 alone reach everyone, and they come once in three rounds.
        let rounds = Lint.findings(of: onePeer).first { $0.code == "rounds" }
        #expect(rounds?.number("jointlyConnected") == 3 && rounds?.number("mostRoundsAlone") == 0)
        let mean = onePeer.weights
        #expect(mean.weights(at: NodeID(3)).allSatisfy { abs($0 - 1.0 / 6) < 1e-12 })
    }
}
