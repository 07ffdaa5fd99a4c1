// The report of a real run: there at its end, made again from its files, and never a reason for a run to fail.
import Kernels
import Platform
import Scenario
import Testing

extension EndToEndTests {
    @Suite("Reports") struct ReportTests {
        private static let short = ["--set", "training.rounds=20", "--quiet"]

        private func report(_ run: RunDirectory, in laboratory: borrowing Laboratory) throws -> Ended {
            try laboratory.start(["report", run.path]).ended()
        }

        @Test("a run leaves its report, and 'report' makes the same one, whatever is torn")
        func again() throws {
            let laboratory = try Laboratory()
            #expect(try laboratory.finish("run", Self.short).status == .exited(0))
            let run = try laboratory.onlyRun()
            let page = try Files.read(run.report)
            let summary = try run.readSummary()
            let verdict = try #require(summary.member("verdict")?.text).replacing(" %", with: "\u{A0}%")
            #expect(String(decoding: page, as: UTF8.self).contains("<h1>\(verdict)</h1>"))

            Files.remove(run.report)
            for path in [run.metrics, run.node(NodeID(0)).metrics] {
                try Files.write(Files.read(path) + Array("{\"rounds\":20,\"nod".utf8), to: path)
            }
            let ended = try report(run, in: laboratory)
            #expect(ended.status == .exited(0) && ended.output == "\(run.report)\n" && ended.errors.isEmpty)
            // The same but for what it says of the torn lines.
            let again = String(decoding: try Files.read(run.report), as: UTF8.self)
            let remark = #/<aside>\n<h2>What is missing<\/h2>[\s\S]*?<\/aside>\n/#
            #expect(again.contains("was not read, of metrics.jsonl, nodes/0/metrics.jsonl."))
            #expect(again.replacing(remark, with: "") == String(decoding: page, as: UTF8.self))
        }

        @Test("a run that was cut off has a report, one that cannot be read gets one line")
        func cutOff() throws {
            let laboratory = try Laboratory()
            #expect(try laboratory.finish("simulate", Self.short).status == .exited(0))
            let run = try laboratory.onlyRun()
            let summary = try Files.read(run.summary)

            Files.remove(run.summary)
            #expect(try report(run, in: laboratory).status == .exited(0))
            let unfinished = String(decoding: try Files.read(run.report), as: UTF8.self)
            #expect(unfinished.contains(">Unfinished</span>"))
            // Nothing but the data says it now.
            #expect(unfinished.contains(#/[Cc]hance\D{1,20}10\.\d/#))

            let other = String(decoding: summary, as: UTF8.self).replacing("\"version\":1,", with: "\"version\":99,")
            try Files.write(Array(other.utf8), to: run.summary)
            #expect(try report(run, in: laboratory).status == .exited(0))
            let page = String(decoding: try Files.read(run.report), as: UTF8.self)
            #expect(page.contains("summary.json:1:12: version is 99") && page.contains(">Unfinished</span>"))

            try Files.write(summary, to: run.summary)
            Files.remove(run.topology)
            let missing = try report(run, in: laboratory)
            #expect(missing.status == .exited(2) && missing.complaints.count == 1)
            #expect(missing.errors.contains("topology.json"), "\(missing.errors)")
        }

        @Test("runs that a laboratory watched are set side by side")
        func comparison() throws {
            let laboratory = try Laboratory()
            for seed in ["1", "2"] {
                #expect(
                    try laboratory.finish("simulate", Self.short + ["--set", "seed=\(seed)"]).status == .exited(0))
            }
            let names = try laboratory.runNames().map { "\(laboratory.runs)/\($0)" }
            let ended = try laboratory.finish("report", names)
            #expect(ended.status == .exited(0), "\(ended.errors)")
            let path = String(ended.output.dropLast())
            #expect(path.hasPrefix("\(laboratory.runs)/comparison-") && path.hasSuffix("/report.html"))
            let page = String(decoding: try Files.read(path), as: UTF8.self)
            #expect(page.contains("2 runs side by side") && page.contains("Their seeds are different (1; 2)"))
        }

        @Test("where the report cannot be written, the figures are shown and the command fails")
        func unwritable() throws {
            let laboratory = try Laboratory()
            #expect(try laboratory.finish("simulate", Self.short).status == .exited(0))
            let run = try laboratory.onlyRun()
            Files.remove(run.report)
            Files.remove(run.summary)
            try Files.makeDirectory("\(run.report)/in-its-place")
            let ended = try laboratory.start(["resume", run.path, "--quiet"]).ended()
            #expect(ended.status == .exited(1) && ended.complaints.count == 1, "\(ended.errors)")
            #expect(ended.errors.hasPrefix("gossiplab: cannot write \(run.report): "))
            #expect(Files.exists(run.summary) && ended.row("model digest")?.count == 64)
        }

        /// What a host has that ran only these nodes of `run`.
        private func part(_ name: String, nodes: Range<Int>, of run: RunDirectory, in laboratory: borrowing Laboratory)
            throws -> RunDirectory
        {
            let part = RunDirectory("\(laboratory.path)/\(name)")
            try Files.makeDirectory(part.path)
            try Files.write(Files.read(run.experiment), to: part.experiment)
            try Files.write(Files.read(run.topology), to: part.topology)
            for node in nodes.map({ NodeID($0) }) {
                let (from, to) = (run.node(node), part.node(node))
                try Files.makeDirectory(to.path)
                try Files.write(Files.read(from.metrics), to: to.metrics)
                if let endpoint = try? Files.read(from.endpoint) { try Files.write(endpoint, to: to.endpoint) }
                // A hostile node may have none.
                if let model = try? Files.read(from.model) { try Files.write(model, to: to.model) }
            }
            return part
        }

        @Test("a link in a part of a run brings nothing from elsewhere into the whole")
        func links() throws {
            let laboratory = try Laboratory()
            #expect(try laboratory.finish("run", Self.short).status == .exited(0))
            let run = try laboratory.onlyRun()
            let whole = try part("a", nodes: 0..<8, of: run, in: laboratory)
            let secret = try laboratory.write("{\"trainLoss\": 1}\n", to: "secret")
            for (count, name) in ["nodes/9/metrics.jsonl", "nodes/9", "nodes"].enumerated() {
                let other = try part("b\(count)", nodes: 8..<16, of: run, in: laboratory)
                let linked = "\(other.path)/\(name)"
                let target = name == "nodes/9/metrics.jsonl" ? secret : "\(run.path)/\(name)"
                Files.removeTree(linked)
                Files.remove(linked)
                #expect(try ChildProcess("/bin/ln", ["-s", target, linked]).wait() == .exited(0))
                let ended = try laboratory.finish("report", [whole.path, other.path])
                #expect(ended.status == .exited(2) && ended.complaints.count == 1)
                let isOfBoth = ended.errors.contains("no node in common")
                #expect(isOfBoth || ended.errors.contains("a link to"), "\(ended.errors)")
                #expect(isOfBoth == (name == "nodes"))
                #expect(try laboratory.runNames().count == 1)
            }
        }

        @Test("parts of a run from several hosts come to the whole run's models; others are refused")
        func parts() throws {
            let laboratory = try Laboratory()
            #expect(try laboratory.finish("run", Self.short).status == .exited(0))
            let run = try laboratory.onlyRun()
            let halves = [
                try part("a", nodes: 0..<8, of: run, in: laboratory),
                try part("b", nodes: 8..<16, of: run, in: laboratory),
            ].map(\.path)

            let overlapping = try laboratory.finish("report", [run.path] + halves)
            #expect(overlapping.status == .exited(2) && overlapping.complaints.count == 1)
            #expect(overlapping.errors.contains("no node in common"), "\(overlapping.errors)")
            #expect(try laboratory.runNames().count == 1)

            let aside = try laboratory.start(["report", run.path, "--out", laboratory.runs]).ended()
            #expect(aside.status == .exited(2) && aside.complaints.count == 1)
            #expect(aside.errors.contains("--out is only for a run in parts"), "\(aside.errors)")

            let ended = try laboratory.finish("report", halves)
            #expect(ended.status == .exited(0), "\(ended.errors)")
            let gathered = RunDirectory(String(ended.output.dropLast("/report.html\n".count)))
            #expect(gathered != run)
            for key in ["modelDigest", "verdict", "identity"] {
                #expect(
                    try gathered.readSummary().member(key)?.text == run.readSummary().member(key)?.text)
            }
            #expect(try laboratory.start(["verify", gathered.path]).ended().status == .exited(0))

            // The other half of another run of the same experiment.
            #expect(try laboratory.finish("run", Self.short).status == .exited(0))
            let names = try laboratory.runNames().map { "\(laboratory.runs)/\($0)" }
            let twin = RunDirectory(try #require(names.first { $0 != run.path && $0 != gathered.path }))
            let stray = try part("c", nodes: 8..<16, of: twin, in: laboratory).path
            let mixed = try laboratory.finish("report", [halves[0], stray])
            #expect(mixed.status == .exited(2) && mixed.complaints.count == 1)
            #expect(mixed.errors.contains("\(halves[0])/nodes/0 is of run "), "\(mixed.errors)")
            #expect(mixed.errors.contains(" and \(stray)/nodes/8 of run "), "\(mixed.errors)")
            #expect(try laboratory.runNames().count == 3)

            let other = String(decoding: try Files.read(halves[1] + "/experiment.json"), as: UTF8.self)
                .replacing("\"rounds\": 20", with: "\"rounds\": 21").replacing("\"rounds\":20", with: "\"rounds\":21")
            try Files.write(Array(other.utf8), to: halves[1] + "/experiment.json")
            let refused = try laboratory.finish("report", halves)
            #expect(refused.status == .exited(2) && refused.complaints.count == 1)
            #expect(refused.errors.contains("different identities"), "\(refused.errors)")
        }
    }
}
