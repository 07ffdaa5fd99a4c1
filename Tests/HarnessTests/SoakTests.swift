// A slice of the soak; the release program runs many more, and Scripts/planted-bugs shows that it finds bugs.
import Aggregation
import Attacks
import Core
import Faults
import Graphs
import JSON
import Kernels
import Learning
import Metrics
import Registry
import Scenario
import Simulation
import Testing

@testable import Harness

@Suite("Soak")
struct SoakTests {
    @Test("random cases with random faults keep every invariant")
    func invariants() {
        let tally = Soak.run(1...100, threads: 2)
        #expect(tally.cases == 100 && tally.refused.isEmpty)
        for failure in tally.failures {
            Issue.record(
                "seed \(failure.soakCase.seed): \(failure.violations); gossiplab soak --seeds \(failure.soakCase.seed)")
        }
        #expect(tally.guaranteesChecked > 3_000)
    }

    @Test("seeds that follow each other go through all pairs of an attack and a rule, and soon through each of them")
    func pairs() {
        let (rules, attacks) = (RuleCatalog.gossip.names.count, SoakCase.attacks.count)
        for start in [0, 12_345, UInt64.max - UInt64(rules * attacks)] {
            let pairs = (start..<start + UInt64(rules * attacks)).map { SoakCase.pair(of: $0) }
            #expect(Set(pairs.map { "\($0.rule.name) \($0.attack.name)" }).count == rules * attacks)
            let first = pairs.prefix(3 * max(rules, attacks))
            #expect(Set(first.map { $0.rule.name }).count > rules * 2 / 3)
            #expect(Set(first.map { $0.attack.name }).count > attacks * 2 / 3)
        }
    }

    @Test("attacks that play their victims' mixes meet the rule that goes by what a victim had before, where they may")
    func played() {
        let count = UInt64(RuleCatalog.gossip.names.count * SoakCase.attacks.count)
        for attack in [OptimisedALIE.name, OptimisedIPM.name, SpectralHeterogeneity.name] {
            let seed = (0..<count).first {
                let pair = SoakCase.pair(of: $0)
                return pair.rule.name == LFighter.name && pair.attack.name == attack
            }
            let cases = (0..<8).map { SoakCase(seed: (seed ?? 0) + $0 * count) }.filter { $0.attackKind == attack }
            #expect(!cases.isEmpty && cases.allSatisfy { $0.exchangeKind != ModelExchange.name }, "\(attack)")
        }
    }

    @Test("two threads come to the same events as one, and so does a second run")
    func determinism() {
        let hashes = [1, 2, 2].map { Soak.run(501...512, threads: $0).traceHash }
        #expect(Set(hashes).count == 1)
    }

    @Test("links that end at one moment do so in one order, on any number of threads")
    func threads() throws {
        let settings = [
            "faults=lossy", "training.rounds=40", "adversary=[]",
            #"topology={"family": "randomRegular", "nodes": 16, "degree": 6}"#,
        ]
        let hashes = try (1...3).map { threads in
            let options = Simulator.Options(threads: threads, latency: .milliseconds(20))
            var simulator = try Simulator(smallAssembly(settings), options: options)
            return simulator.run().traceHash
        }
        #expect(Set(hashes).count == 1)
    }

    @Test("connections open however long the way is", arguments: [Carriage.bytes, .datagrams, .sealed])
    func longWay(carriage: Carriage) throws {
        let settings = [
            #"faults=[{"fault": {"kind": "delay", "milliseconds": 150}}]"#, "training.rounds=20", "adversary=[]",
            "measure.every=1",
        ]
        var simulator = try Simulator(smallAssembly(settings), options: Simulator.Options(carriage: carriage))
        var total = NodeRecord()
        _ = simulator.run { if case .record(_, let record) = $0 { total.add(record) } }
        #expect(total.mixedModels > 2 * total.missedModels)
    }

    @Test("a case that does not end is told of when as many ticks have passed, and not at the first")
    func alarm() async {
        let (rings, told) = AsyncStream.makeStream(of: String.self)
        let patient = CaseAlarm(after: 200, every: .milliseconds(1)) { told.yield("patient") }
        let hasty = CaseAlarm(after: 1, every: .milliseconds(20)) { told.yield("hasty") }
        var heard = rings.makeAsyncIterator()
        #expect(await heard.next() == "hasty")
        #expect(await heard.next() == "patient")
        patient.cancel()
        hasty.cancel()
    }

    @Test("cases are of the size that is promised, and draw from all catalogues")
    func draws() {
        let cases = (1...600).map { SoakCase(seed: $0) }
        #expect(cases.allSatisfy { (8...24).contains($0.nodes) && $0.rounds >= 30 && $0.faultKinds.count >= 3 })
        // But for a disk that fills while others stand still for theirs.
        let once = cases.map { $0.faultKinds.filter { $0 != FullDisk.name } }
        #expect(once.allSatisfy { Set($0).count == $0.count })
        #expect(cases.allSatisfy { $0.faultKinds.count { $0 == FullDisk.name } <= 2 })
        #expect(Set(cases.flatMap(\.faultKinds)) == Set(FaultCatalog.all.names))
        #expect(Set(cases.map(\.ruleKind)) == Set(RuleCatalog.gossip.names))
        #expect(Set(cases.map(\.attackKind)) == Set(AttackCatalog.all.names).union(["none"]))
        #expect(Set(cases.flatMap(\.beforeKinds)) == Set(RuleCatalog.preAggregations.names))
        #expect(cases.contains { $0.faults.first?.from == 0 })
        // No sample of generated data belongs to anyone.
        #expect(Set(cases.map(\.splitKind)) == Set(SplitCatalog.all.names).subtracting([GroupSplit.name]))
        #expect(Set(cases.map(\.exchangeKind)) == Set(ExchangeCatalog.all.names))
        #expect(
            Set(cases.map(\.scheduleKind))
                == Set(ScheduleCatalog.all.names + ["none", "changes", "intervals", "contacts"]))
        #expect(Set(cases.map(\.weightsKind)) == Set(WeightCatalog.all.names))
        #expect(cases.contains { $0.isDirected && $0.exchangeKind == PushSumExchange.name })
        #expect(cases.contains { $0.isDirected && $0.exchangeKind == ModelExchange.name })
        #expect(Set(cases.map(\.placementKind)) == Set(PlacementCatalog.all.names + ["none"]))
        #expect(cases.contains { $0.training("gossipSteps")?.count == 3 })
        let late = cases.filter { ($0.faults.compactMap(\.until).max() ?? 0) + RunCheck.calmRounds > $0.rounds }
        #expect(!late.isEmpty && late.count < 40 && late.allSatisfy { $0.faultKinds.last == Crash.name })
    }

    @Test("a clock that leaps while its node has no links leaves nobody alone")
    func leap() throws {
        let verdict = try judged(Self.leaping, .sealedDatagrams).verdict
        #expect(verdict.violations.isEmpty && verdict.isAgreementChecked)
    }

    /// The clock of a node leaps eighteen seconds ahead while its links come and go.
    private static let leaping = """
        {"aggregation": {"rule": "trimmedNeighbourMean", "tolerates": {"kind": "declared", "count": 2}},
         "checkpoint": {"every": 9}, "measure": {"every": 10}, "seed": 710062,
         "faults": [
           {"fault": {"kind": "loss", "rate": 0.115}, "from": 19, "until": 28},
           {"fault": {"kind": "fullDisk"}, "from": 15, "until": 24},
           {"fault": {"kind": "reordering", "rate": 0.289}, "from": 25, "until": 34},
           {"fault": {"kind": "duplication"}, "from": 30, "until": 32},
           {"fault": {"kind": "swizzleClog"}, "from": 1, "until": 8},
           {"fault": {"kind": "clockJump", "milliseconds": 18166}, "from": 2, "until": 10}],
         "task": {"dataset": {"kind": "synthetic", "samples": 160, "testSamples": 10, "features": 6, "classes": 2,
                              "seed": 467}, "split": "dirichlet"},
         "timing": {"deadlineMilliseconds": 905}, "topology": {"family": "twoCastle", "half": 4},
         "training": {"batchSize": 6, "mixEvery": 2, "momentum": 0, "rounds": 50,
                      "stepSize": {"kind": "constant", "value": 0.12}}}
        """

    @Test(
        "streams that were cut are made anew within seconds, and nodes are judged when they are", arguments: [41, 44])
    func cutStreams(rounds: Int) throws {
        let text = """
            {"aggregation": {"rule": "wmsr", "tolerates": {"kind": "declared", "count": 0}}, "checkpoint": {"every": 5},
             "measure": {"every": 10}, "seed": 40465,
             "faults": [{"fault": {"kind": "swizzleClog"}, "from": 0, "until": 19},
                        {"fault": {"kind": "partition", "shape": "halves"}, "from": 15, "until": 26}],
             "task": {"dataset": {"kind": "synthetic", "samples": 320, "testSamples": 10, "features": 5, "classes": 4,
                                  "seed": 445}, "split": {"kind": "dumbbell", "p": 0.963}},
             "timing": {"deadlineMilliseconds": 1161},
             "topology": {"family": "octopus", "heads": 8, "weights": {"kind": "hostileMetropolis"}},
             "training": {"batchSize": 1, "mixEvery": 2, "momentum": 0.9, "rounds": \(rounds),
                          "stepSize": {"kind": "inverseSqrt"}}}
            """
        let verdict = try judged(text, .sealed).verdict
        #expect(verdict.violations.isEmpty && verdict.isAgreementChecked)
    }

    /// The hub of a star is away for so long that the others run to the end alone; the pull between models is so strong
    /// that they grow by themselves, to 1e27; trackers miss what a stream loses.
    @Test(
        "nodes that ran alone, whose models grow without end, or whose trackers missed something, need not agree",
        arguments: [
            (
                """
                {"aggregation": {"rule": {"kind": "faba", "neighbourhood": "closed", "protectSelf": false},
                                 "tolerates": {"kind": "declared", "count": 0}, "before": [{"kind": "arc"}]},
                 "checkpoint": {"every": 8}, "measure": {"every": 10}, "seed": 110291,
                 "faults": [{"fault": {"kind": "crash"}, "nodes": ["0", "10", "13", "14", "15"], "from": 2, "until": 11}],
                 "task": {"dataset": {"kind": "synthetic", "samples": 380, "testSamples": 10, "features": 6,
                                      "classes": 4, "seed": 621}, "split": {"kind": "dumbbell"}},
                 "timing": {"deadlineMilliseconds": 391}, "topology": {"family": "star", "nodes": 19},
                 "training": {"batchSize": 7, "momentum": 0, "rounds": 46, "gossipSteps": 2, "participation": 0.7,
                              "stepSize": {"kind": "constant"}}}
                """, Carriage.sealed
            ),
            (
                """
                {"aggregation": {"rule": {"kind": "geometricMedian", "neighbourhood": "open"},
                                 "tolerates": {"kind": "declared", "count": 0}},
                 "checkpoint": {"every": 8}, "measure": {"every": 10}, "seed": 140579,
                 "faults": [{"fault": {"kind": "corruption", "rate": 0.015}, "from": 2, "until": 8}],
                 "task": {"dataset": {"kind": "linear", "samples": 320, "testSamples": 10, "features": 5, "seed": 181},
                          "split": "iid", "model": "linear"},
                 "timing": {"deadlineMilliseconds": 2153}, "topology": {"family": "ring", "nodes": 15},
                 "training": {"batchSize": 6, "momentum": 0, "rounds": 23, "initialisation": "different",
                              "exchange": {"kind": "personal", "lambda": 1.598, "local": "step", "tolerance": 5e-07,
                                           "ownRate": 1.652, "disagreement": 0},
                              "stepSize": {"kind": "cosine", "value": 0.136}}}
                """, .datagrams
            ),
            (
                """
                {"aggregation": {"rule": {"kind": "multiKrum", "neighbours": "n-f-2", "selected": "n-f-2",
                                          "neighbourhood": "open"}, "tolerates": {"kind": "declared", "count": 0}},
                 "checkpoint": {"every": 8}, "measure": {"every": 10}, "seed": 360806,
                 "faults": [{"fault": {"kind": "reset", "rate": 0.012, "how": "halfClose"}, "from": 13, "until": 19}],
                 "task": {"dataset": {"kind": "linear", "samples": 200, "testSamples": 10, "features": 8, "seed": 977},
                          "split": "iid", "model": "linear"},
                 "timing": {"deadlineMilliseconds": 1880}, "topology": {"family": "ring", "nodes": 4},
                 "training": {"batchSize": 3, "momentum": 0, "rounds": 34, "exchange": {"kind": "tracking"},
                              "stepSize": {"kind": "cosine", "value": 0.134, "rounds": 272}}}
                """, .values
            ),
        ])
    func notComparable(text: String, carriage: Carriage) throws {
        let verdict = try judged(text, carriage).verdict
        #expect(verdict.violations.isEmpty && !verdict.isAgreementChecked)
    }

    /// Without anybody hostile: in one the steps are too long; the other is told that models are nearer to each other
    /// than they are.
    @Test("nodes that diverge by themselves break nothing; who is refused for a bound that does not hold does")
    func ownDoing() throws {
        let steep = """
            {"aggregation": {"rule": "neighbourhoodMedian", "tolerates": {"kind": "declared", "count": 0}},
             "seed": 63852, "faults": [{"fault": {"kind": "delay"}, "from": 1, "until": 2}],
             "task": {"dataset": {"kind": "synthetic", "samples": 420, "testSamples": 10, "features": 5, "classes": 3,
                                  "seed": 890}, "split": {"kind": "gammaSimilarity"}},
             "topology": {"family": "ring", "nodes": 3},
             "training": {"batchSize": 6, "momentum": 0, "rounds": 20, "stepSize": {"kind": "inverse"},
                          "exchange": {"kind": "personal", "coupling": "lp", "p": 3.82, "local": "step",
                                       "ownRate": 1.291}}}
            """
        #expect(try judged(steep, .values).verdict.violations.isEmpty)
        let near = """
            {"aggregation": {"rule": {"kind": "drsa", "lambda": 0.004}, "tolerates": {"kind": "declared", "count": 0}},
             "seed": 60322, "topology": {"family": "ring", "nodes": 3},
             "task": {"dataset": {"kind": "synthetic", "samples": 200, "testSamples": 10, "features": 7, "classes": 2,
                                  "seed": 800}, "split": "oneLabel"},
             "training": {"batchSize": 7, "momentum": 0, "rounds": 23, "stepSize": {"kind": "inverseSqrt"},
                          "exchange": {"kind": "personal", "coupling": "smoothL2", "lambda": 1.9,
                                       "disagreement": 1.961}}}
            """
        let accused = try judged(near, .values).verdict.violations
        #expect(!accused.isEmpty && accused.allSatisfy { $0.invariant == .penalties })
    }

    /// A model that is held up comes after newer ones, in a round before which its sender had nothing to send.
    @Test("an asynchronous node in a graph that changes never goes back to an older model")
    func overtaken() throws {
        let text = """
            {"aggregation": {"rule": {"kind": "krum", "neighbourhood": "open"}, "tolerates": {"kind": "declared", "count": 1}},
             "checkpoint": {"every": 8}, "measure": {"every": 10}, "seed": 762,
             "faults": [{"fault": {"kind": "delay"}, "from": 23, "until": 24}],
             "task": {"dataset": {"kind": "synthetic", "samples": 280, "testSamples": 10, "features": 6, "classes": 4,
                                  "seed": 399}, "split": "dumbbell"},
             "timing": {"deadlineMilliseconds": 1851, "kind": "asynchronous", "staleness": 7},
             "topology": {"family": "randomGeometric", "nodes": 14, "radius": 0.516,
                          "schedule": {"kind": "pull", "count": 2}},
             "training": {"batchSize": 3, "momentum": 0, "participation": 0.7, "rounds": 39,
                          "stepSize": {"kind": "inverseSqrt", "offset": 0.673}}}
            """
        #expect(try judged(text, .values).verdict.violations.isEmpty)
    }

    /// Each of the gossip steps of a round may take as long as a round of one step.
    @Test("several gossip steps a round have as many deadlines")
    func procrastinatedSteps() throws {
        let text = """
            {"adversary": [{"nodes": {"placement": "betweenness", "count": 2},
                            "attack": {"kind": "procrastinate", "share": 0.982}}],
             "aggregation": {"rule": {"kind": "mean", "neighbourhood": "closed", "rate": 0.639}, "tolerates": "oracle"},
             "checkpoint": {"every": 5}, "measure": {"every": 10}, "seed": 825,
             "faults": [{"fault": {"kind": "delay"}, "from": 9, "until": 21}],
             "task": {"dataset": {"kind": "synthetic", "samples": 360, "testSamples": 10, "features": 6, "classes": 3,
                                  "seed": 797}, "split": {"kind": "dirichlet", "alpha": 0.955}},
             "timing": {"deadlineMilliseconds": 516}, "topology": {"family": "ring", "nodes": 4},
             "training": {"batchSize": 4, "gossipSteps": 3, "momentum": 0, "rounds": 36,
                          "stepSize": {"kind": "inverseSqrt", "value": 0.197}}}
            """
        #expect(try judged(text, .values).verdict.violations.isEmpty)
    }

    /// A node with two hostile neighbours is left behind where all others sit a round out, and asks for parameters.
    @Test("neighbours that do not answer keep a node that was left behind from nothing")
    func silence() throws {
        let text = """
            {"adversary": [{"nodes": ["5", "6"], "attack": {"kind": "procrastinate", "turns": 1}, "taps": "victims"}],
             "aggregation": {"rule": {"kind": "lfighter", "features": 0, "neighbourhood": "open", "rate": 0.765},
                             "tolerates": {"kind": "declared", "count": 2}},
             "checkpoint": {"every": 3}, "measure": {"every": 10}, "seed": 21265, "faults": [],
             "task": {"dataset": {"kind": "synthetic", "samples": 260, "testSamples": 10, "features": 6, "classes": 4,
                                  "seed": 299}, "split": {"kind": "dirichletPerNode", "alpha": 1.666}},
             "timing": {"deadlineMilliseconds": 2530},
             "topology": {"family": "scaleFree", "nodes": 13, "links": 6,
                          "weights": {"kind": "laplacian", "step": 0.09}},
             "training": {"batchSize": 4, "momentum": 0, "rounds": 28, "participation": 0.7,
                          "exchange": {"kind": "update"}, "stepSize": {"kind": "constant", "value": 0.063}}}
            """
        let verdict = try judged(text, .values).verdict
        #expect(verdict.violations.isEmpty && verdict.isPaceChecked)
    }

    /// Two hostile of four neighbours, and two of three once the others have left: rules that promise nothing then, and
    /// a push that grows with what it has come to. And leaves of a tree whose only neighbour learns from poisoned data,
    /// with personal models whose pull grows with a power of the distance.
    @Test(
        "nodes may diverge where more lie than a rule withstands, and what they are driven by grows with the distance",
        arguments: [
            """
            {"adversary": [{"nodes": ["0", "4"], "attack": {"kind": "dissensus", "epsilon": 2.019}, "taps": "none"}],
             "aggregation": {"rule": {"kind": "faba", "neighbourhood": "open", "rate": 0.894}, "tolerates": "oracle"},
             "checkpoint": {"every": 8}, "measure": {"every": 10}, "seed": 21568, "faults": [],
             "task": {"dataset": {"kind": "synthetic", "samples": 240, "testSamples": 10, "features": 8, "classes": 2,
                                  "seed": 220}, "split": {"kind": "dirichlet", "alpha": 1.766}},
             "timing": {"deadlineMilliseconds": 1640}, "topology": {"family": "lollipop", "head": 5, "tail": 7},
             "training": {"batchSize": 7, "momentum": 0, "rounds": 24, "gossipSteps": 3,
                          "initialisation": "different", "stepSize": {"kind": "inverseSqrt", "value": 0.103}}}
            """,
            """
            {"adversary": [{"nodes": ["0", "1"], "attack": "optIPM"}],
             "aggregation": {"rule": {"kind": "meamed", "neighbourhood": "open"},
                             "tolerates": {"kind": "declared", "count": 2}},
             "measure": {"every": 10}, "seed": 5, "faults": [],
             "task": {"dataset": {"kind": "synthetic", "samples": 160, "testSamples": 10, "features": 6, "classes": 2,
                                  "seed": 5}, "split": "iid"},
             "topology": {"family": "complete", "nodes": 8,
                          "schedule": {"kind": "changes", "changes": [{"from": 3, "leave": ["4", "5", "6", "7"]}]}},
             "training": {"batchSize": 4, "momentum": 0, "rounds": 40, "initialisation": "different"}}
            """,
            """
            {"adversary": [{"nodes": ["1"], "attack": {"kind": "softLabels"}}],
             "aggregation": {"rule": {"kind": "mda", "rate": 0.56}, "tolerates": {"kind": "declared", "count": 2}},
             "checkpoint": {"every": 4}, "measure": {"every": 10}, "seed": 373243, "faults": [],
             "task": {"dataset": {"kind": "synthetic", "samples": 220, "testSamples": 10, "features": 6, "classes": 2,
                                  "seed": 852}, "split": {"kind": "dirichlet", "alpha": 1.627}},
             "timing": {"deadlineMilliseconds": 2865},
             "topology": {"family": "tree", "nodes": 11, "branches": 4,
                          "weights": {"kind": "uniform", "lazy": 0.496}},
             "training": {"batchSize": 8, "momentum": 0, "rounds": 10,
                          "exchange": {"kind": "personal", "coupling": "lp", "p": 2.753, "local": "step",
                                       "tolerance": 5e-07},
                          "stepSize": {"kind": "cosine", "value": 0.123, "rounds": 399, "end": 0.018}}}
            """,
        ])
    func overwhelmed(text: String) throws {
        #expect(try judged(text, .values).verdict.violations.isEmpty)
    }

    @Test("nodes that come out with an earlier model than their last mix keep every invariant")
    func leastNorm() throws {
        let text = #"{"topology": {"family": "ring", "nodes": 6}, "training": {"rounds": 6, "output": "leastNorm"}}"#
        #expect(try judged(text, .values).verdict.violations.isEmpty)
    }

    /// What 'gossiplab simulate FILE --check' does with the file of a case.
    private func simulated(
        _ soakCase: SoakCase, longest: Nanoseconds
    ) throws -> (violations: [Violation], hash: UInt64) {
        let (verdict, hash) = try judged(JSONText.pretty(soakCase.json), soakCase.carriage, longest: longest)
        return (verdict.violations, hash)
    }

    /// The same of an experiment's text.
    private func judged(
        _ text: String, _ carriage: Carriage, longest: Nanoseconds = .max
    ) throws -> (verdict: RunCheck.Verdict, hash: UInt64) {
        let file = Array(text.utf8)
        func variant(_ changes: [String]) throws -> Assembly {
            let experiment = try Experiment(file, name: "case", overrides: changes)
            let topology = try experiment.topologyFile { path throws(ConfigurationFault) in
                throw ConfigurationFault("there is no file \(path)")
            }
            return try Assembly(experiment, topology: topology, sharesData: true)
        }
        let assembly = try variant([])
        var options = Simulator.Options(
            threads: 2, carriage: carriage, latency: .milliseconds(SoakRun.latencyMilliseconds),
            isWatched: true)
        options.longest = longest
        var check = try RunCheck(assembly, options: options, variant: variant)
        var simulator = try Simulator(assembly, options: options)
        let result = simulator.run { check.observe($0) }
        return (try check.judge(result), result.traceHash)
    }

    @Test("the command that a failure prints runs the same events and judges them alike", arguments: 1...8)
    func reproduces(seed: UInt64) throws {
        let soakCase = SoakCase(seed: seed)
        let outcome = try SoakRun.run(soakCase)
        let again = try simulated(soakCase, longest: .max)
        #expect(again.hash == outcome.traceHash && again.violations == outcome.violations)
        let cutOff = try simulated(soakCase, longest: .milliseconds(50))
        #expect(cutOff.violations.first?.invariant == .progress)
    }

    @Test("what is said to repeat a case comes to the same events")
    func repetition() throws {
        for seed in UInt64(1)...8 {
            let soakCase = SoakCase(seed: seed)
            guard case .simulation(let settings) = SoakRun.record(of: soakCase) else {
                Issue.record("a case is simulated")
                continue
            }
            let experiment = try Experiment(Array(JSONText.pretty(soakCase.json).utf8), name: "soak.json")
            let assembly = try Assembly(
                experiment, topology: experiment.topologyFile { _ throws(ConfigurationFault) in [] })
            let (_, result) = try SimulatedRun(assembly, options: settings.options).run { _ in
            } shouldStop: {
                false
            }
            #expect(try result.traceHash == SoakRun.run(soakCase).traceHash, "seed \(seed)")
        }
    }

    /// The outcome of a case that breaks these invariants.
    private func outcome(_ soakCase: SoakCase, _ broken: [Violation.Invariant]) -> SoakOutcome {
        SoakOutcome(
            soakCase: soakCase,
            verdict: RunCheck.Verdict(violations: broken.map { Violation($0, "planted") }, guaranteesChecked: 0),
            reached: [], steps: 0, traceHash: 0)
    }

    @Test("a violation is shrunk to the fault that makes it, on a few nodes without hostile nodes", arguments: 1...6)
    func shrinking(seed: UInt64) throws {
        let large = SoakCase(seed: seed)
        let culprit = try #require(large.faultKinds.last)
        let until = try #require(large.faults.last?.until)
        var tried = 0
        let small = SoakRun.shrink(outcome(large, [.progress])) { candidate in
            tried += 1
            // What a candidate would be run as.
            _ = try candidate.assembly()
            return outcome(candidate, candidate.faultKinds.contains(culprit) ? [.bounds, .progress] : [.bounds])
        }.soakCase
        #expect(small.faultKinds == [culprit] && small.adversary.isEmpty && small.nodes == 3)
        #expect(small.rounds == until + RunCheck.calmRounds && tried <= 150)
        #expect(large.faultKinds.count > 1 && large.nodes > 3)
    }

    @Test("a violation that no smaller case has leaves the case as it is, and so does one without any attempt")
    func irreducible() throws {
        let whole = outcome(SoakCase(seed: 3), [.progress])
        let same = SoakRun.shrink(whole) { outcome($0, [.consensus]) }
        #expect(same.soakCase.rounds == whole.soakCase.rounds && same.soakCase.faultKinds == whole.soakCase.faultKinds)
        #expect(same.soakCase.nodes == whole.soakCase.nodes && same.violations == whole.violations)
        let untried = SoakRun.shrink(whole, attempts: 0) { outcome($0, [.progress]) }
        #expect(untried.soakCase.nodes == whole.soakCase.nodes)
    }

    @Test("nodes that end farther apart than they may are a violation, and so are some that are no numbers")
    func disagreement() {
        let apart = Consensus([[0, 0], [2, 0]]).distance.rootMeanSquare
        #expect(RunCheck.disagreement(apart, allowed: 1.5).isEmpty)
        #expect(RunCheck.disagreement(apart, allowed: 0.5).map(\.invariant) == [.consensus])
        let lost = Consensus([[.nan], [1]]).distance.rootMeanSquare
        #expect(RunCheck.disagreement(lost, allowed: 1).map(\.invariant) == [.consensus])
    }
}
