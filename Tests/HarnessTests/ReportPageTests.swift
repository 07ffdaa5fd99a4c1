// The report's page: every figure that it claims is that of the summary, and no text breaks it.
import Core
import Kernels
import Metrics
import Platform
import Registry
import Scenario
import Testing

@testable import Harness

@Suite("Report: the page")
struct ReportPageTests {
    /// A ring of nodes whose names a page must escape; the second is hostile.
    private func oddlyNamedAssembly() throws -> Assembly {
        let names = ["<&\\\">", "</svg>", "'quoted'", "a b", "ö⚡", "&amp;"]
        let nodes = names.map { "{\"id\": \"\($0)\"}" }.joined(separator: ",")
        let edges = names.indices.map { index in
            "{\"source\": \"\(names[index])\", \"target\": \"\(names[(index + 1) % names.count])\"}"
        }
        let json = """
            {"name": "<title> & \\"name\\"", "topology": {"nodes": [\(nodes)], "edges": [\(edges.joined(separator: ","))]},
             "task": {"dataset": {"kind": "synthetic", "features": 4, "classes": 3, "samples": 120}, "split": "iid"},
             "training": {"rounds": 20}, "adversary": [{"nodes": ["</svg>"], "attack": "signFlip"}]}
            """
        let experiment = try Experiment(Array(json.utf8), name: "odd.json")
        return try Assembly(experiment, topology: experiment.topologyFile { _ throws(ConfigurationFault) in [] })
    }

    @Test("the page of a run in any state is well formed and stands alone")
    func wellFormed() throws {
        for assembly in [try smallAssembly(), try oddlyNamedAssembly()] {
            let run = try ReportedRun(assembly)
            var pages = [try run.page(), try run.page(isRunning: true)]
            try run.files.append([evaluation(0, distance: 0), evaluation(10)])
            try run.write(#"{"rounds":1,"waitNanoseconds":1000000}"#, ofNode: 0)
            pages += [try run.page(), try run.page(isRunning: true)]
            var outcome = try run.outcome()
            outcome.lost = [LostNode(assembly.honest[1], .killed, reason: "killed: \"<b>\" & so on")]
            for wasStopped in [true, false] {
                outcome.wasStopped = wasStopped
                try run.end(outcome)
                pages.append(try run.page())
            }
            for page in pages {
                #expect(faults(inMarkup: page.text).isEmpty)
                // One script, the same on every page, and the only one that the page's policy lets run.
                let parts = page.text.split(separator: "<script>\(PageScript.text)</script>")
                #expect(parts.count == 2 && page.contains("script-src &#39;\(PageScript.hash)&#39;"))
                let markup = parts.joined()
                for foreign in ["<script", "<link", "src=", "href=", "url(", "@import", "http:", "https:"] {
                    #expect(!markup.contains(foreign), "\(foreign)")
                }
            }
        }
    }

    @Test("names with markup in them are shown as they are")
    func names() throws {
        let run = try ReportedRun(try oddlyNamedAssembly())
        try run.end(try run.outcome())
        let page = try run.page()
        #expect(page.contains("<title>&lt;title&gt; &amp; &quot;name&quot;: finished</title>"))
        #expect(page.contains("<title>node &lt;&amp;&quot;&gt;, honest, final accuracy "))
        #expect(page.contains("<title>node &lt;/svg&gt;, hostile</title>"))
        #expect(page.rows(of: "Nodes").last?.first == "&lt;/svg&gt;")
    }

    @Test("every figure of the page is that of the summary")
    func figures() throws {
        let run = try ReportedRun(try smallAssembly())
        var outcome = try run.outcome { [40, 1, 8, 40][$0] }
        for node in run.assembly.topology.nodes {
            var totals = NodeRecord()
            totals.trainLoss = 0.25
            totals.computeNanoseconds = 1_250_000_000
            totals.waitNanoseconds = 2_500_000_000
            totals.mixNanoseconds = 250_000_000
            totals.bytesSent = 2_000_000
            totals.messagesSent = 11
            totals.bytesReceived = 1_000_000 + 100_000 * node.index
            totals.lateModels = 3
            totals.missedModels = 5
            totals.rejections = [NodeRecord.Count(reason: "notFinite", count: 2)]
            totals.waits = [NodeRecord.Wait(neighbour: NodeID(1), nanoseconds: 20_000_000)]
            outcome.totals[node] = totals
        }
        let summary = try run.end(outcome)
        let final = try #require(summary.final)
        let page = try run.page()

        #expect(page.heading == Substring(summary.verdict.text.replacing(" %", with: "\u{A0}%")))
        #expect(page.contains("6 nodes, 2 hostile\u{A0}· 20 rounds\u{A0}· processes, tcp\u{A0}· 1.25 s"))
        // One measurement makes no line.
        #expect(page.contains("Measured only once.") && !page.contains("class=\"plot\""))
        #expect(page.value(of: "worst accuracy") == Substring(percent(final.test.worst)))
        #expect(page.value(of: "mean accuracy") == Substring(percent(final.test.spread.mean)))
        #expect(page.value(of: "average model") == Substring(percent(final.test.spread.averageModel)))
        let relative = try #require(final.distance.relative)
        let medianRelative = try #require(final.distance.medianRelative)
        #expect(page.value(of: "relative distance") == Substring(significant(relative)))
        #expect(page.value(of: "relative, median node") == Substring(significant(medianRelative)))
        #expect(page.value(of: "messages refused") == "8" && page.value(of: "sent") == "12.0 MB")

        let learning = try #require(summary.learning)
        #expect(page.value(of: "training loss") == "0.250")
        #expect(page.value(of: "learning error") == Substring(significant(learning.gradientNorm)))
        #expect(page.value(of: "generalization gap") == Substring(significant(learning.generalizationGap)))
        #expect(page.value(of: "consensus distance") == Substring(significant(final.distance.rootMeanSquare)))
        #expect(page.value(of: "consensus, median node") == Substring(significant(final.distance.median)))
        #expect(page.value(of: "messages sent") == "66")
        #expect(page.contains("<dt>model digest</dt><dd>\(summary.modelDigest)</dd>"))
        #expect(page.contains("<dt>identity</dt><dd>\(summary.identity)</dd>"))

        // Four honest nodes.
        #expect(page.contains("compute <b>5.00 s</b> 31.3 %") && page.contains("wait <b>10.00 s</b> 62.5 %"))
        #expect(page.contains("mix <b>1.00 s</b> 6.3 %"))
        let refusals = page.rows(of: "Rejections and rules")
        for row in [["refused: notFinite", "8"], ["models late", "12"], ["models missed", "20"]] as [[Substring]] {
            #expect(refusals.contains(row))
        }
        #expect(page.contains("Waited for: 1 (0.08 s)."))
        #expect(
            page.rows(of: "Traffic") == [
                ["sent", "12.0", "100", "100 (0)", "100 (0)"],
                ["received", "7.50", "62.5", "50.0 (0)", "75.0 (5)"],
            ])

        let rows = page.rows(of: "Nodes")
        #expect(rows.map { $0[0] }.prefix(4) == summary.worstFirst.map(\.label).map { Substring($0) }[...])
        #expect(rows.map { $0[2] } == summary.worstFirst.map { Substring(percent($0.score)) } + ["–", "–"])
        #expect(rows.suffix(2).map { $0[0] } == ["1", "4"])
        #expect(rows.suffix(2).map { $0.suffix(2) } == [["100", "55.0"], ["100", "70.0"]])
        let last = try #require(page.rows(of: "Measurements").last)
        #expect(
            last
                == [
                    "20", "4", percent(final.test.worst), percent(final.test.spread.mean),
                    percent(final.test.best),
                    percent(final.test.spread.averageModel), significant(final.test.loss.mean),
                    significant(final.distance.rootMeanSquare), significant(relative),
                    significant(final.distance.median), significant(medianRelative),
                ].map { Substring($0) })
    }

    @Test("every setting of the experiment is on the page")
    func settings() throws {
        let run = try ReportedRun(try smallAssembly(["training.rounds=37", "training.localSteps=3"]))
        let page = try run.page()
        #expect(page.value(of: "training.rounds") == "37" && page.value(of: "training.localSteps") == "3")
        #expect(
            page.contains("<dt>adversary</dt><dd>[{&quot;nodes&quot;: [&quot;1&quot;, &quot;4&quot;], &quot;attack"))
        // What was set comes first.
        let differing = try #require(page.part(from: "<h3>Differs", to: "<h3>As by default"))
        #expect(
            differing.contains("<dt>training.localSteps</dt>") && !differing.contains("<dt>training.batchSize</dt>"))
        #expect(page.value(of: "topology.weights") == "metropolisHastings")
        for member in try run.read().settings.members { #expect(page.contains("<dt>\(member.key)"), "\(member.key)") }
    }

    @Test("a run that has not ended tells how far it is")
    func verdicts() throws {
        let run = try ReportedRun(try smallAssembly())
        #expect(try run.page().heading == "Nothing has been measured yet.")
        try run.files.append([evaluation(5), evaluation(10, nodes: 3)])
        #expect(
            try run.page().heading == "After 10 of 20 rounds the worst of 3 honest nodes was at 10.0\u{A0}%.")
        let running = try run.page(isRunning: true)
        #expect(running.heading == "After 10 of 20 rounds the worst of 3 honest nodes is at 10.0\u{A0}%.")
        #expect(running.contains("http-equiv=\"refresh\"") && running.contains(">Running</span>"))
        #expect(try !run.page().contains("http-equiv=\"refresh\""))

        var outcome = RunOutcome(engine: .processes, transport: "tcp")
        outcome.wasStopped = true
        outcome.lost = run.assembly.topology.nodes.map { LostNode($0, .stopped, reason: LostNode.stopped) }
        try run.end(outcome)
        let stopped = try run.page()
        #expect(stopped.heading == "After 10 of 20 rounds the worst of 3 honest nodes was at 10.0\u{A0}%.")
        #expect(stopped.contains(">Stopped</span>") && stopped.contains("Scores are those after 10 rounds."))
        #expect(stopped.contains("gossiplab resume \(run.directory.path)</code>"))
        #expect(stopped.contains("Nodes keep their checkpoints."))
        #expect(stopped.contains("its honest nodes had closed 0 of 20 rounds"))

        let simulation = try ReportedRun(try smallAssembly(), made: .simulation(SimulationSettings()))
        outcome.engine = .simulation
        outcome.reached = [NodeID(0): 7, NodeID(2): 9, NodeID(3): 8, NodeID(5): 7]
        try simulation.end(outcome)
        let simulated = try simulation.page()
        #expect(simulated.contains("gossiplab resume \(simulation.directory.path)</code>"))
        #expect(simulated.contains("had closed 7 to 9 of 20 rounds") && !simulated.contains("checkpoints"))
    }

    @Test("the commands are those that repeat this run, and quote what a shell would take apart")
    func commands() throws {
        let run = try ReportedRun(try smallAssembly())
        var outcome = try run.outcome()
        try run.end(outcome)
        let path = run.directory.path
        #expect(try run.page().contains("<code>gossiplab run \(path)/experiment.json\ngossiplab verify \(path)</code>"))
        let simulation = try ReportedRun(try smallAssembly(), made: .simulation(SimulationSettings()))
        outcome.engine = .simulation
        try simulation.end(outcome)
        #expect(
            try simulation.page().contains("<code>gossiplab simulate \(simulation.directory.path)/experiment.json\n"))

        let folder = try TemporaryDirectory()
        let odd = RunDirectory("\(folder.path)/it's a $run")
        try Files.makeDirectory(odd.path)
        for (from, to) in [
            (run.directory.experiment, odd.experiment), (run.directory.topology, odd.topology),
            (run.directory.metrics, odd.metrics), (run.directory.summary, odd.summary),
        ] { try Files.write(try Files.read(from), to: to) }
        var reader = try RunReader(odd)
        let page = Page(try reader.read())
        #expect(page.contains("gossiplab verify &#39;\(folder.path)/it&#39;\\&#39;&#39;s a $run&#39;</code>"))
    }

    @Test("a moment that was not measured is a gap in every line, and counted")
    func gaps() throws {
        let run = try ReportedRun(try smallAssembly(["measure.every=5"]))
        try run.files.append([evaluation(0), evaluation(5), evaluation(15), evaluation(20)])
        let page = try run.page()
        for series in 0..<3 {
            // Once in the legend and once in the drawing of each plot that has so many lines.
            let lines = page.text.split(separator: "<path class=\"line s\(series)\" d=\"").dropFirst()
                .compactMap { $0.split(separator: "\"").first }.filter { !$0.hasPrefix("M0 4H24") }
            #expect(lines.count == (series < 2 ? 3 : 1))
            for line in lines { #expect(line.count { $0 == "M" } == 2 && line.count { $0 == "L" } == 2) }
        }
        #expect(page.contains("Gaps: 1 of 5 moments could not be measured."))
        #expect(page.rows(of: "Measurements").map { $0[0] } == ["0", "5", "15", "20"])
        #expect(page.data(of: "accuracy").map { $0[0] } == ["round", "0", "5", "10", "15", "20"])
        #expect(page.data(of: "accuracy")[3].allSatisfy { $0 == "10" || $0.isEmpty })
    }

    @Test("a moment at which nodes were down is drawn, and said")
    func partial() throws {
        let run = try ReportedRun(try smallAssembly(["measure.every=5"]))
        try run.files.append([evaluation(0), evaluation(5, nodes: 3), evaluation(10)])
        let page = try run.page()
        #expect(page.contains("At 1 of 3 some honest nodes were lost, down or behind.") && !page.contains("Gaps:"))
        #expect(page.data(of: "accuracy")[2].prefix(2) == ["5", "0.05"])
    }

    @Test("pages of long runs and of many nodes stay small")
    func size() throws {
        let long = try ReportedRun(try smallAssembly(["training.rounds=20000"]))
        try long.files.append((0...20_000).map { evaluation($0, worst: Double($0 % 97) / 100) })
        #expect(try HTMLReport(long.read()).page.count < 600_000)
        let table = try long.page().rows(of: "Measurements")
        #expect(table.count <= 202 && table.last?.first == "20000")

        let wide = try ReportedRun(
            try smallAssembly([#"topology={"family": "randomRegular", "nodes": 256, "degree": 8}"#]))
        try wide.files.append([evaluation(0, nodes: 254), evaluation(20, nodes: 254)])
        #expect(try HTMLReport(wide.read()).page.count < 150_000)
        let huge = try ReportedRun(try smallAssembly([#"topology={"family": "ring", "nodes": 2000}"#]))
        let page = try huge.page()
        #expect(page.text.utf8.count < 150_000 && page.contains("It has too many nodes for a drawing."))
        #expect(page.rows(of: "Nodes").count == 300 && page.contains("1700 more are in summary.json."))
    }

    @Test("64 nodes over a thousand rounds stay below two megabytes, single nodes and their data included")
    func whole() throws {
        let run = try ReportedRun(
            try smallAssembly([
                #"topology={"family": "randomRegular", "nodes": 64, "degree": 6}"#, "training.rounds=1000",
                "measure.every=1",
            ]))
        try run.files.append(
            (0...1_000).map { rounds in
                var figures = Figures()
                figures.add("nodeAccuracies", (0..<64).map { Double((rounds * 31 + $0 * 17) % 997) / 997 })
                let plain = evaluation(rounds, nodes: 62)
                return EvaluationRecord(
                    rounds: rounds, nodes: 62, test: plain.test, distance: plain.distance, figures: figures)
            })
        let page = try run.page()
        #expect(page.text.utf8.count < 2_000_000 && page.data(of: "nodes").first?.count == 64)
        #expect(page.contains("class=\"thread\"") && page.contains("the worst of up to 6 moments"))
    }

    @Test("who failed is told with hostile neighbours, weight, samples and labels")
    func failures() throws {
        let run = try ReportedRun(try smallAssembly())
        var outcome = try run.outcome { _ in 40 }
        outcome.finalModels[1].model = constantModel(0, of: run.assembly)
        let summary = try run.end(outcome)
        let failed = summary.verdict.failed.map(\.label)
        let rows = try run.page().rows(of: "Who failed")
        try #require(!failed.isEmpty && !rows.isEmpty)
        #expect(Set(rows.map { String($0[0]) }).isSuperset(of: failed))
        // Of five neighbours in a complete graph each weighs a sixth.
        for row in rows { #expect(row[2] == "2 of 5: 1 4" && row[5] == "0.333") }
        #expect(try run.page().contains("the rule was told of up to 1 hostile neighbour."))
        let samples = summary.data.nodes.first { $0.label == rows[0][0] }?.samples
        #expect(rows[0][6] == Substring("\(samples ?? 0)") && rows[0][3].contains(" of 3, most of "))
        let good = try ReportedRun(try smallAssembly())
        try good.end(try good.outcome { _ in 40 })
        #expect(try good.page().rows(of: "Who failed").isEmpty)
    }

    @Test("whose models were clipped and whose messages refused is told, by whom and why; never on a liar's word")
    func refusals() throws {
        let run = try ReportedRun(try oddlyNamedAssembly())
        let line = #"{"rounds":1,"tallies":[[1,10,2,8,0]],"refusals":[[1,"notFinite",3]]}"#
        try run.write(line, ofNode: 0)
        try run.write(#"{"rounds":1,"tallies":[[2,10,0,0,10]],"refusals":[[2,"flood",9]]}"#, ofNode: 1)
        let page = try run.page()
        #expect(
            page.rows(of: "Whose messages") == [
                [
                    "&lt;/svg&gt;", "hostile", "&lt;&amp;&quot;&gt; (80 %)", "notFinite: &lt;&amp;&quot;&gt; (3)",
                    "80.0 %", "3",
                ]
            ])
        #expect(page.contains("<tr class=\"hostile\"><td class=\"text\">&lt;/svg&gt;</td>"))
        // Of the others nothing is known yet.
        #expect(page.contains("Who was cut off is not recorded."))
        for node in run.assembly.honest where node.index > 0 { try run.write(#"{"rounds":1}"#, ofNode: node.index) }
        #expect(try run.page().contains("Nobody was cut off"))
        try run.write(#"{"rounds":2,"missedModels":1}"#, ofNode: 0)
        #expect(try run.page().contains("Who was cut off is not recorded."))
    }

    @Test("who was cut off is told: by whom, for how many rounds, how often given up; never on a liar's word")
    func cutOffs() throws {
        let run = try ReportedRun(try oddlyNamedAssembly())
        try run.write(#"{"rounds":1,"cutOffs":[[1,4,2,0],[2,0,0,3]]}"#, ofNode: 0)
        try run.write(#"{"rounds":2,"cutOffs":[[1,3,1,0]]}"#, ofNode: 0)
        try run.write(#"{"rounds":1,"cutOffs":[[2,9,9,9]]}"#, ofNode: 1)
        let page = try run.page()
        let rows = page.rows(of: "Whose messages")
        #expect(
            rows == [
                ["&lt;/svg&gt;", "hostile", "&lt;&amp;&quot;&gt; (7)", "3", "0"],
                ["&#39;quoted&#39;", "honest", "–", "0", "3"],
            ])
        #expect(page.contains("Given up: ") && !page.contains("Nobody was cut off"))
    }

    @Test("a run whose models ran away says in which round")
    func diverged() throws {
        let run = try ReportedRun(try smallAssembly(["measure.every=5"]))
        try run.files.append([
            evaluation(0), evaluation(5), evaluation(10, distance: .infinity), evaluation(15, distance: .nan),
        ])
        let page = try run.page()
        #expect(page.text.split(separator: ">diverged at round 10</text>").count == 4)
        let distances = page.data(of: "consensus").map { Array($0) }
        #expect(distances.dropFirst().map { $0[1] } == ["0.5", "0.5", "", ""])
    }

    @Test("every drawing has a title and a description, and its data has the rounds of the run")
    func drawings() throws {
        let run = try ReportedRun(try oddlyNamedAssembly())
        try run.files.append([evaluation(0, distance: 0.1), evaluation(10), evaluation(20)])
        let page = try run.page()
        let figures = page.text.split(separator: "<figure class=\"drawn\" id=\"").dropFirst().map {
            String($0.prefix { $0 != "\"" })
        }
        #expect(figures == ["accuracy", "consensus", "relative", "nodes", "graph"])
        for id in figures {
            #expect(page.contains("<title id=\"\(id)-title\">") && page.contains("<desc id=\"\(id)-text\">"), "\(id)")
            if id != "graph" { #expect(page.data(of: id).dropFirst().map { $0[0] } == ["0", "10", "20"], "\(id)") }
        }
        #expect(page.data(of: "accuracy")[0].suffix(2) == ["10th percentile", "90th percentile"])
        #expect(page.data(of: "nodes")[0].contains("a b") && page.data(of: "nodes")[1].contains("0.9"))
        #expect(page.data(of: "graph").count == 7)
    }

    @Test("three significant digits, in powers of ten where they are far from one")
    func significance() {
        for (value, text) in [
            (0, "0"), (0.123_45, "0.123"), (0.012_345, "0.0123"), (0.001_234_5, "0.00123"), (1.234_5, "1.23"),
            (12.345, "12.3"), (123.45, "123"), (1234.5, "1235"), (-0.004_66, "-0.00466"), (123_456, "1.23e5"),
            (1.57e-7, "1.57e-7"), (0.999_6, "1.00"), (9.996, "10.0"), (99.97, "100"), (0.099_96, "0.100"),
            (0.009_996, "0.0100"),
        ] as [(Double, String)] { #expect(significant(value) == text) }
    }
}
