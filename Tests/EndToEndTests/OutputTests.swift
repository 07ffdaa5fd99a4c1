// Results that cannot be written are a failure of the command, whichever it is; a reader who has seen enough is not.
import JSON
import Platform
import Scenario
import Testing

@testable import Harness

extension EndToEndTests {
    @Suite("Output") struct OutputTests {
        private static let small = """
            {"name": "small", "topology": {"family": "complete", "nodes": 4},
             "task": {"dataset": {"kind": "synthetic", "features": 8, "samples": 200, "testSamples": 40}},
             "training": {"rounds": 8}}
            """

        /// A line for every command, and for every way in which some of them print.
        private static let commands = [
            "gossiplab", "gossiplab --help", "gossiplab run --help", "gossipnode --help", "gossiplab list rules",
            "gossiplab list keys --json", "gossiplab show quickstart", "gossiplab show quickstart --topology",
            "gossiplab show quickstart --resolved", "gossiplab show rules-and-attacks",
            "gossiplab simulate small.json --quiet", "gossiplab simulate small.json --quiet --json",
            "gossiplab simulate small.json --quiet --check --trace", "gossiplab run small.json --quiet",
            "gossiplab run small.json --quiet --json", "gossiplab sweep sweep.json --quiet",
            "gossiplab sweep sweep.json --quiet --json", "gossiplab sweep sweep.json --quiet --markdown",
            "gossiplab soak --seeds 1 --quiet", "gossiplab soak --seeds 1 --quiet --json",
            "gossiplab keys topology.json --out keys", "gossiplab aggregate vectors.json --rule mean",
            "gossiplab aggregate vectors.json --rule weightedMean",
            "gossiplab bench rules --rule krum --dimension 100 --repetitions 1 --quiet",
            "gossiplab verify run", "gossiplab replay run", "gossiplab report run",
            "gossiplab resume simulation --quiet", "gossiplab --version", "gossiplab manual", "gossipnode --manual",
            "gossiplab completions bash", "gossiplab --complete run --", "gossiplab doctor", "gossiplab watch run",
            "gossiplab export run --format csv",
        ]

        private func prepare(_ laboratory: borrowing Laboratory) throws {
            _ = try laboratory.write(Self.small, to: "small.json")
            _ = try laboratory.write(
                #"{"name": "tiny", "base": "small.json", "grid": {"seed": [1, 2]}}"#, to: "sweep.json")
            _ = try laboratory.write(#"{"family": "ring", "nodes": 4}"#, to: "topology.json")
            _ = try laboratory.write(#"{"vectors": [[1], [2], [3]], "self": 0}"#, to: "vectors.json")
            let made = try laboratory.shell(
                """
                gossiplab run small.json --quiet --out a && mv a/* run &&
                gossiplab simulate small.json --quiet --out b && mv b/* simulation && rm simulation/summary.json
                """)
            #expect(made.status == .exited(0), "\(made.errors)")
        }

        @Test("what does not fit on the disk is a failure in one line")
        func full() throws {
            let laboratory = try Laboratory()
            try prepare(laboratory)
            for line in Self.commands {
                let ended = try laboratory.shell("\(line) >/dev/full")
                #expect(ended.status == .exited(1), "\(line)")
                let program = line.prefix { $0 != " " }
                #expect(
                    ended.errors
                        == "\(program): cannot write to standard output: No space left on device (ENOSPC)\n", "\(line)")
            }
        }

        @Test("a pipe whose reader has gone ends every command quietly, with the status of SIGPIPE")
        func closedPipe() throws {
            let laboratory = try Laboratory()
            try prepare(laboratory)
            // A pipe that had a reader and has none.
            let pipe = "mkfifo pipe && exec 5<>pipe 6>pipe 5<&- && rm pipe"
            for line in [
                "gossiplab list rules", "gossipnode --help", "gossiplab simulate small.json", "gossiplab verify run",
            ] {
                let ended = try laboratory.shell("\(pipe) && \(line) >&6")
                #expect(ended.status == .exited(141) && ended.errors.isEmpty, "\(line): \(ended.errors)")
            }
        }

        @Test("a stream that the caller has closed is a failure, and no file is written in its place")
        func closed() throws {
            let laboratory = try Laboratory()
            try prepare(laboratory)
            let ended = try laboratory.shell("gossiplab simulate small.json --quiet >&-")
            #expect(ended.status == .exited(1))
            #expect(ended.errors == "gossiplab: cannot write to standard output: Bad file descriptor (EBADF)\n")
            #expect(try laboratory.shell("gossiplab simulate small.json >&- 2>&- <&-").status == .exited(1))
            for name in try laboratory.runNames() {
                let run = RunDirectory("\(laboratory.runs)/\(name)")
                let lines = try Files.read(run.metrics).split(separator: UInt8(ascii: "\n"))
                #expect(try lines.map { try StrictJSON.read(Array($0), name: "line").count(at: "rounds") } == [0, 8])
            }
        }

        @Test("files that do not fit on the disk are a failure in one line, and nothing is left half written")
        func fullDisk() throws {
            let laboratory = try Laboratory()
            try prepare(laboratory)
            // Files end at so many KiB; the signal that goes with it is ignored, as a full disk sends none.
            func limited(_ line: String, to size: Int) throws -> Ended {
                // What it complains of goes through a pipe, which has no size.
                try laboratory.shell(
                    "exec 3>&1; set -o pipefail; (trap '' XFSZ; ulimit -f \(size); \(line) 2>&1 >&3) | cat >&2")
            }
            let nothing = try limited("gossiplab simulate small.json --quiet --out full", to: 0)
            #expect(nothing.status == .exited(1) && nothing.output.isEmpty && nothing.complaints.count == 1)
            #expect(nothing.errors.contains("experiment.json: File too large (EFBIG)"), "\(nothing.errors)")
            #expect(try Files.names(in: "\(laboratory.path)/full").isEmpty)

            let keys = try limited("gossiplab keys topology.json --out keys", to: 0)
            #expect(keys.status == .exited(1) && keys.complaints.count == 1 && keys.output.isEmpty)
            #expect(!Files.exists("\(laboratory.path)/keys"))

            // The page does not fit, the rest does.
            let page = try limited("gossiplab simulate small.json --quiet --out most", to: 8)
            #expect(page.status == .exited(1) && page.complaints.count == 1)
            #expect(page.errors.contains("report.html: File too large (EFBIG)"), "\(page.errors)")
            #expect(page.row("model digest")?.count == 64)
            let run = "\(laboratory.path)/most/\(try Files.names(in: "\(laboratory.path)/most")[0])"
            #expect(Files.exists(RunDirectory(run).summary))
            #expect(try Files.names(in: run).allSatisfy { $0 != "report.html" && !$0.hasSuffix(".part") })

            for name in ["results.csv", "table.csv"] {
                let folder = "\(laboratory.path)/sweeps-\(name)/tiny-sweep"
                try Files.makeDirectory("\(folder)/\(name)/in-its-place")
                let sweep = try laboratory.shell("gossiplab sweep sweep.json --quiet --out sweeps-\(name)")
                #expect(sweep.status == .exited(1) && sweep.complaints.count == 1 && sweep.errors.contains(name))
                #expect(try Files.names(in: folder).allSatisfy { !$0.hasSuffix(".part") })
            }
        }
    }
}
