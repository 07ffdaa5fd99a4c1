// The life of an experiment as a user sees it: files to start from, a look at the machine, a run that is watched, and
// its figures for other tools.
import JSON
import Platform
import Scenario
import Testing

extension EndToEndTests {
    @Suite("Life of an experiment") struct LifeTests {
        private static let short = ["--set", "training.rounds=20", "--quiet"]

        @Test("files to start from run as what they were made from, and are never overwritten")
        func start() throws {
            let laboratory = try Laboratory()
            let made = try laboratory.start(["init", "studies/mine"]).ended()
            #expect(made.status == .exited(0) && made.output == "studies/mine.json\nstudies/mine-topology.json\n")
            let mine = try laboratory.start(["simulate", "studies/mine.json", "--json", "--out", "a"] + Self.short)
                .ended()
            let builtIn = try laboratory.start(["simulate", "--json", "--out", "b"] + Self.short).ended()
            let (own, given) = (try mine.summary(), try builtIn.summary())
            for key in ["modelDigest", "identity"] {
                #expect(own.member(key)?.text == given.member(key)?.text && own.member(key)?.text?.count == 64)
            }
            #expect(own.member("name")?.text == "mine")

            let files = ["mine.json", "mine-topology.json"].map { "\(laboratory.path)/studies/\($0)" }
            let before = try files.map { try Files.read($0) }
            let again = try laboratory.start(["init", "studies/mine", "--from", "ring-16"]).ended()
            #expect(again.status == .exited(2) && again.complaints.count == 1 && again.output.isEmpty)
            #expect(try files.map { try Files.read($0) } == before)
            Files.remove(files[0])
            #expect(try laboratory.start(["init", "studies/mine", "--from", "ring-16"]).ended().status == .exited(2))
            #expect(try Files.names(in: "\(laboratory.path)/studies") == ["mine-topology.json"])
            #expect(try Files.read(files[1]) == before[1])
        }

        @Test("every built-in experiment, and a file, can be started from and shown")
        func everyStart() throws {
            let laboratory = try Laboratory()
            let names = try laboratory.start(["list", "experiments", "--json"]).ended()
            let builtIn = try names.summary().elements.compactMap { $0.member("name")?.text }
            #expect(builtIn.count > 3)
            for name in builtIn {
                #expect(
                    try laboratory.start(["init", "of-\(name)", "--from", name]).ended().status == .exited(0), "\(name)"
                )
                let shown = try laboratory.start(["show", "of-\(name).json", "--resolved"]).ended()
                let checked = try laboratory.write(shown.output, to: "resolved.json")
                #expect(
                    try laboratory.start(["init", "again-\(name)", "--from", checked]).ended().status == .exited(0))
                #expect(try laboratory.start(["show", "of-\(name).json", "--topology"]).ended().status == .exited(0))
            }
            let file = try laboratory.start(["show", "of-quickstart.json"]).ended()
            let written = String(decoding: try Files.read("\(laboratory.path)/of-quickstart.json"), as: UTF8.self)
            #expect(file.output == written)
        }

        @Test("what names files beside it is not copied to where they are not")
        func besides() throws {
            let laboratory = try Laboratory()
            try Files.makeDirectory("\(laboratory.path)/data")
            let rows = (0..<60).map { "\($0),\($0 % 7),\($0 % 2)\n" }.joined()
            _ = try laboratory.write("a,b,label\n\(rows)", to: "data/table.csv")
            _ = try laboratory.write(
                """
                {"topology": {"family": "ring", "nodes": 4},
                 "task": {"dataset": {"kind": "csv", "file": "table.csv"}}}
                """,
                to: "data/it.json")
            let refused = try laboratory.start(["init", "copy", "--from", "data/it.json"]).ended()
            #expect(refused.status == .exited(2) && refused.errors.contains("beside"), "\(refused.errors)")
            #expect(try laboratory.start(["init", "data/copy", "--from", "data/it.json"]).ended().status == .exited(0))
        }

        @Test("the doctor knows the experiment that is meant, and its findings are JSON too")
        func doctor() throws {
            let laboratory = try Laboratory()
            let ended = try laboratory.start(["doctor", "--json"]).ended()
            let findings = try ended.summary()
            let problems = try #require(findings.member("problems")?.count)
            #expect(ended.status == .exited(problems == 0 ? 0 : 1) && ended.errors.isEmpty)
            #expect(findings.member("subject")?.text?.hasPrefix("16 nodes") == true)
            #expect((findings.member("examinations")?.elements.count ?? 0) >= 10)
            let many = try laboratory.start(["doctor", "30"]).ended()
            #expect(many.output.contains("30 nodes of up to 6 links") && many.output.contains("open files"))
            // A machine without descriptors for so many.
            let poor = try laboratory.start(["doctor", "60"], limits: "ulimit -n 40;").ended()
            #expect(poor.status == .exited(1) && poor.output.contains("problem  open files"), "\(poor.output)")
            #expect(try Files.names(in: laboratory.path).allSatisfy { !$0.contains("doctor") })
        }

        @Test("a run says at its start where it can be looked at, and its summary where it is")
        func announced() throws {
            let laboratory = try Laboratory()
            let ended = try laboratory.finish("run", ["--json", "--set", "training.rounds=20"])
            let run = try laboratory.onlyRun()
            #expect(ended.complaints.contains { $0.hasPrefix("report  \(run.report)") })
            #expect(try ended.summary().member("folder")?.text == run.path)
            #expect(try run.readSummary().member("folder")?.text == run.path)
        }

        @Test("a run that has ended is shown as it ended, one that was cut off is told, and one that is gone too")
        func watched() throws {
            let laboratory = try Laboratory()
            #expect(try laboratory.finish("run", Self.short).status == .exited(0))
            let run = try laboratory.onlyRun()
            let ended = try laboratory.start(["watch", run.path]).ended()
            #expect(ended.status == .exited(0) && ended.errors.isEmpty)
            #expect(ended.output.contains("round 20/20; accuracy worst") && ended.output.contains("finished"))

            Files.remove(run.summary)
            let cutOff = try laboratory.start(["watch", run.path]).ended()
            #expect(cutOff.status == .exited(1) && cutOff.output.contains("cut off"))
            #expect(cutOff.output.contains("gossiplab resume"))
            let resumed = try laboratory.start(["resume", run.path, "--quiet"]).ended()
            #expect(resumed.status == .exited(0), "\(resumed.errors)")
            #expect(try laboratory.start(["watch", run.path, "--once"]).ended().status == .exited(0))
        }

        @Test("a run is watched to its end, and Ctrl-C ends only the watching")
        func live() throws {
            let laboratory = try Laboratory()
            let running = try laboratory.launch(
                "run", ["--set", "training.rounds=100000", "--set", "measure.every=20", "--quiet"])
            let run = try laboratory.onlyRun()
            try laboratory.waitForRecord(ofNode: 0, in: run)
            let watching = try laboratory.start(["watch", run.path])
            let other = try laboratory.start(["watch", run.path])
            #expect(try becomesTrue { try Files.read(watching.output).contains(UInt8(ascii: "\n")) })
            #expect(try becomesTrue { try Files.read(other.output).contains(UInt8(ascii: "\n")) })
            try watching.process.send(.interrupt)
            #expect(try watching.ended().status == .exited(130))
            try running.process.send(.interrupt)
            #expect(try running.ended().status == .exited(130))
            let seen = try other.ended()
            #expect(seen.status == .exited(1) && seen.output.contains("stopped before its end"), "\(seen.output)")
            // A report of what there is, made anew.
            #expect(try laboratory.start(["report", run.path]).ended().output == "\(run.report)\n")
        }

        @Test("on a terminal the page is redrawn in its width, in colour unless NO_COLOR is set")
        func terminal() throws {
            let laboratory = try Laboratory()
            #expect(try laboratory.finish("run", Self.short).status == .exited(0))
            let run = try laboratory.onlyRun()
            func seen(_ columns: Int, _ environment: String = "NO_COLOR= TERM=xterm") throws -> String {
                let ended = try laboratory.shell(
                    """
                    \(environment) script -qec 'stty cols \(columns) rows 20; gossiplab watch \(run.path)' /dev/null \
                    </dev/null
                    """
                )
                #expect(ended.status == .exited(0))
                // A terminal ends its lines with two characters, which Swift takes for one.
                return String(String.UnicodeScalarView(ended.output.unicodeScalars.filter { $0 != "\r" }))
            }
            for columns in [20, 80] {
                let page = try seen(columns)
                #expect(page.contains("\u{1B}[3"), "\(page)")
                #expect(page.contains("worst") && page.contains("▁"))
                let plain = try seen(columns, "NO_COLOR=1 TERM=xterm")
                #expect(plain.contains("worst") && !plain.contains("\u{1B}"))
                #expect(plain.split(separator: "\n").allSatisfy { $0.count <= columns })
            }
        }

        @Test("figures go out as CSV and as event files, of a run that was cut off and of a simulation as well")
        func exported() throws {
            let laboratory = try Laboratory()
            #expect(try laboratory.finish("run", Self.short).status == .exited(0))
            let run = try laboratory.onlyRun()
            let csv = try laboratory.start(["export", run.path, "--format", "csv"]).ended()
            let files = ["metrics", "nodes", "node-rounds"].map { "\(run.path)/tables/\($0).csv" }
            #expect(csv.status == .exited(0) && csv.output.split(separator: "\n").map(String.init) == files)
            let tables = try files.map { String(decoding: try Files.read($0), as: UTF8.self).split(separator: "\n") }
            #expect(tables[0][0].hasPrefix("rounds,accuracyWorst,accuracyMean,accuracyBest"))
            #expect(tables[0].map { $0.prefix { $0 != "," } } == ["rounds", "0", "10", "20"])
            #expect(tables[1].count == 17 && tables[1][4].hasPrefix("3,1,,"))
            #expect(tables[2][0].hasPrefix("node,hostile,rounds,trainLoss,computeNanoseconds"))
            #expect(tables[2].count > 16)
            let worst = try #require(run.readSummary().member("accuracy")?.member("worst")?.number)
            #expect(Double(tables[0][3].split(separator: ",")[1]) == worst)

            let events = try laboratory.start(["export", run.path, "--format", "tensorboard"]).ended()
            let paths = events.output.split(separator: "\n").map(String.init)
            #expect(paths.count == 17 && paths[0] == "\(run.path)/tensorboard/honest/events.out.tfevents.0.gossiplab")
            let first = try Files.read(paths[0])
            Files.remove(run.summary)
            #expect(try laboratory.start(["export", run.path, "--format", "tensorboard"]).ended().status == .exited(0))
            #expect(try Files.read(paths[0]) == first)

            let other = try laboratory.start(["export", run.path, "--format", "csv", "--node", "1"]).ended()
            #expect(other.status == .exited(2) && other.complaints.count == 1)
            #expect(try laboratory.start(["simulate", "--out", "s"] + Self.short).ended().status == .exited(0))
            let simulated = "s/\(try Files.names(in: "\(laboratory.path)/s")[0])"
            let shown = try laboratory.start(["export", simulated, "--format", "csv"]).ended()
            #expect(shown.output == "\(simulated)/tables/metrics.csv\n\(simulated)/tables/nodes.csv\n")
        }
    }
}
