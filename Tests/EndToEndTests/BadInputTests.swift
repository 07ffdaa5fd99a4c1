// Mistakes of the operator: one clear line on standard error, nothing on standard output, status 2.
import Kernels
import Platform
import Testing

extension EndToEndTests {
    @Suite("Bad input") struct BadInputTests {
        /// A command line and what its complaint must name. `text` is what stands in mistake.json.
        struct Mistake: CustomTestStringConvertible, Sendable {
            let testDescription: String
            let arguments: [String]
            var text = ""
            let complaint: [String]

            static let all = [
                Mistake(
                    testDescription: "unknown key", arguments: ["run", "mistake.json"], text: "{\n  \"trainin\": {}\n}",
                    complaint: ["mistake.json:2:3", "'trainin'", "did you mean 'training'?"]),
                Mistake(
                    testDescription: "unknown key of --set", arguments: ["run", "--set", "training.round=3"],
                    complaint: ["'training.round'", "did you mean 'training.rounds'?"]),
                Mistake(
                    testDescription: "unknown rule", arguments: ["run", "--set", "aggregation.rule=csPlos"],
                    complaint: ["rule 'csPlos'", "did you mean 'csPlus'?"]),
                Mistake(
                    testDescription: "value of another type", arguments: ["run", "mistake.json"],
                    text: #"{"training": {"momentum": "much"}}"#,
                    complaint: ["mistake.json:1:27", "unknown momentum 'much'"]),
                Mistake(
                    testDescription: "duplicate key", arguments: ["run", "mistake.json"],
                    text: #"{"name": "a", "name": "b"}"#, complaint: ["mistake.json:1:15", "'name'", "1:2"]),
                Mistake(
                    testDescription: "torn JSON", arguments: ["simulate", "mistake.json"],
                    text: "{\"seed\": 1,\n \"name\": \"a",
                    complaint: ["mistake.json:2:"]),
                Mistake(
                    testDescription: "a topology without edges", arguments: ["run", "mistake.json"],
                    text: #"{"topology": {"nodes": [{"id": 0}, {"id": 1}], "edges": []}}"#,
                    complaint: ["the graph has no edge"]),
                Mistake(
                    testDescription: "unknown node in adversary", arguments: ["run", "mistake.json"],
                    text: #"{"topology": {"family": "ring", "nodes": 8}, "adversary": [{"nodes": ["17"]}]}"#,
                    complaint: ["mistake.json:1:", "'17'", "adversary"]),
                Mistake(
                    testDescription: "zero rounds", arguments: ["run", "--set", "training.rounds=0"],
                    complaint: ["training.rounds is 0", "from 1"]),
                Mistake(
                    testDescription: "a run directory that cannot be written",
                    arguments: ["run", "--out", "/proc/nowhere"],
                    complaint: ["the run directory cannot be written", "/proc/nowhere"]),
                Mistake(
                    testDescription: "a missing file", arguments: ["run", "nowhere/experiment.json"],
                    complaint: ["nowhere/experiment.json", "No such file"]),
                Mistake(
                    testDescription: "a missing topology", arguments: ["run", "--set", "topology=nowhere.json"],
                    complaint: ["nowhere.json", "No such file"]),
                Mistake(
                    testDescription: "nothing to draw", arguments: ["topology", "draw"],
                    complaint: ["draw FILE is missing", "as in draw ring nodes=16"]),
                Mistake(
                    testDescription: "unknown layout",
                    arguments: ["topology", "draw", "ring", "nodes=5", "--layout", "sprign"],
                    complaint: ["unknown layout 'sprign'"]),
                Mistake(
                    testDescription: "a graph too large to be drawn",
                    arguments: ["topology", "draw", "ring", "nodes=2001"],
                    complaint: ["the graph has 2001 nodes; a drawing takes up to 2000"]),
                Mistake(
                    testDescription: "a word that is no parameter", arguments: ["topology", "draw", "ring", "16"],
                    complaint: ["'16' is no parameter; expected name=value, as in nodes=16"]),
                Mistake(
                    testDescription: "unknown parameter of a family",
                    arguments: ["topology", "draw", "ring", "node=16"], complaint: ["'node'", "did you mean 'nodes'?"]),
                Mistake(
                    testDescription: "unknown hostile node",
                    arguments: ["topology", "draw", "ring", "nodes=5", "--hostile", "7"],
                    complaint: ["unknown node in --hostile '7'"]),
                Mistake(
                    testDescription: "a measure of no run",
                    arguments: ["topology", "draw", "ring", "nodes=5", "--measure", "loss"],
                    complaint: ["--values is missing"]),
                Mistake(
                    testDescription: "unknown benchmark", arguments: ["bench", "kernel"],
                    complaint: ["benchmark 'kernel'", "did you mean 'kernels'?"]),
                Mistake(
                    testDescription: "a flag of another benchmark",
                    arguments: ["bench", "kernels", "--rule", "csPlus"],
                    complaint: ["--rule", "bench kernels"]),
                Mistake(
                    testDescription: "unknown experiment", arguments: ["run", "quikstart"],
                    complaint: ["'quikstart'", "did you mean 'quickstart'?"]),
                Mistake(
                    testDescription: "unknown command", arguments: ["rum"],
                    complaint: ["command 'rum'", "did you mean 'run'?"]),
                Mistake(
                    testDescription: "unknown flag", arguments: ["run", "--quit"],
                    complaint: ["'--quit'", "did you mean '--quiet'?"]),
                Mistake(
                    testDescription: "a flag without its value", arguments: ["run", "--set"],
                    complaint: ["--set", "KEY=VALUE"]),
                Mistake(
                    testDescription: "two experiments", arguments: ["run", "ring-16", "two-castle"],
                    complaint: ["ring-16 two-castle"]),
                Mistake(
                    testDescription: "a run that is not there", arguments: ["verify", "nowhere"],
                    complaint: ["nowhere"]),
                Mistake(
                    testDescription: "unknown key of a grid", arguments: ["sweep", "mistake.json"],
                    text: #"{"base": "quickstart", "grid": {"training.round": [1]}}"#,
                    complaint: ["mistake.json:1:33", "cell 1", "did you mean 'training.rounds'?"]),
                Mistake(
                    testDescription: "empty grid", arguments: ["sweep", "mistake.json"],
                    text: #"{"base": "quickstart", "grid": {}}"#, complaint: ["mistake.json:1:32", "grid is empty"]),
                Mistake(
                    testDescription: "a sweep given to run", arguments: ["run", "mistake.json"],
                    text: #"{"base": "quickstart", "grid": {"seed": [1]}}"#,
                    complaint: ["mistake.json:1:1: this is a sweep", "'gossiplab sweep mistake.json' runs it"]),
                Mistake(
                    testDescription: "a built-in sweep given to simulate",
                    arguments: ["simulate", "rules-and-attacks"],
                    complaint: ["rules-and-attacks is a sweep", "'gossiplab sweep rules-and-attacks' runs it"]),
                Mistake(
                    testDescription: "an experiment given to sweep", arguments: ["sweep", "mistake.json"],
                    text: #"{"training": {"rounds": 2}}"#, complaint: ["this is an experiment", #"{"base": "#]),
                Mistake(
                    testDescription: "a built-in experiment given to sweep", arguments: ["sweep", "quickstart"],
                    complaint: ["quickstart is an experiment", "'gossiplab run quickstart'"]),
                Mistake(
                    testDescription: "a graph given to run", arguments: ["run", "mistake.json"],
                    text: #"{"family": "ring", "nodes": 8}"#,
                    complaint: ["this is a graph", "gossiplab run quickstart --set topology=mistake.json"]),
                Mistake(
                    testDescription: "a graph of another program",
                    arguments: ["simulate", "--set", "topology=mistake.json"],
                    text: #"<gexf xmlns="http://www.gexf.net/1.2draft"></gexf>"#,
                    complaint: [
                        "mistake.json:1:1: this looks like GEXF, which is not read", "GraphML", "node_link_data",
                    ]),
                Mistake(
                    testDescription: "a file without a slash in its name", arguments: ["run", "edges.txt"],
                    complaint: ["edges.txt:1:1: this looks like a list of edges, not an experiment"]),
                Mistake(
                    testDescription: "a key as a flag", arguments: ["simulate", "--seed", "3"],
                    complaint: ["no flag --seed", "--set seed=3"]),
                Mistake(
                    testDescription: "two nodes of one address, in a simulation",
                    arguments: ["simulate", "mistake.json"],
                    text: #"{"topology": {"nodes": [{"id": 0, "address": "h:1"}, {"id": 1, "address": "h:1"}], "#
                        + #""edges": [{"source": 0, "target": 1}]}}"#,
                    complaint: ["mistake.json:1:75", "'h:1', where node '0' listens"]),
                Mistake(
                    testDescription: "a device", arguments: ["run", "/dev/zero"],
                    complaint: ["cannot read /dev/zero: it is a device", "a regular file"]),
                Mistake(
                    testDescription: "a file above the limit",
                    arguments: ["run", "edges.txt", "--max-file-bytes", "7"],
                    complaint: ["edges.txt: has more than 7 bytes", "--max-file-bytes"]),
                Mistake(
                    testDescription: "more data than any machine has", arguments: ["simulate", "mistake.json"],
                    text: #"{"task": {"dataset": {"kind": "synthetic", "samples": 10000000, "features": 1000000}}}"#,
                    complaint: ["at least 40.0 TB of memory are needed", "are free"]),
                Mistake(
                    testDescription: "no sweep", arguments: ["sweep"],
                    complaint: ["the sweep is missing", "rules-and-attacks"]),
                Mistake(
                    testDescription: "an unknown pack", arguments: ["reproduce", "ios-tables"],
                    complaint: ["pack 'ios-tables'", "did you mean 'ios-table'?"]),
                Mistake(
                    testDescription: "a part that is none",
                    arguments: ["sweep", "rules-and-attacks", "--shard", "3/2"],
                    complaint: ["--shard is '3/2'", "I/N"]),
                Mistake(
                    testDescription: "a folder without the data",
                    arguments: ["reproduce", "ios-table", "--data", "mnist=/"],
                    complaint: ["--data mnist=/", "there is no train-images-idx3-ubyte"]),
            ]
        }

        @Test("gets one line that says where, what and what is allowed", arguments: Mistake.all)
        func mistakes(mistake: Mistake) throws {
            let laboratory = try Laboratory()
            _ = try laboratory.write(mistake.text, to: "mistake.json")
            _ = try laboratory.write("0 1\n1 2\n", to: "edges.txt")
            let ended = try laboratory.start(mistake.arguments).ended()
            #expect(ended.status == .exited(2))
            #expect(ended.output.isEmpty)
            #expect(ended.complaints.count == 1, "\(ended.errors)")
            #expect(ended.errors.hasPrefix("gossiplab: ") && ended.errors.hasSuffix("\n"))
            for part in mistake.complaint { #expect(ended.errors.contains(part), "\(ended.errors)") }
            #expect(!Files.exists(laboratory.runs))
        }

        @Test("too few open files are refused before anything is opened", arguments: [10, 12, 14])
        func fewDescriptors(limit: Int) throws {
            let laboratory = try Laboratory()
            let file = try laboratory.write(#"{"topology": {"family": "ring", "nodes": 4}}"#, to: "experiment.json")
            for (program, arguments) in [
                ("gossiplab", ["run", file]), ("gossiplab", ["simulate", file]),
                ("gossipnode", ["--experiment", file, "--run", laboratory.runs, "--node", "0"]),
            ] {
                let ended = try laboratory.start(arguments, program: program, limits: "ulimit -n \(limit);").ended()
                #expect(ended.status == .exited(2) && ended.output.isEmpty)
                let needed = try #require(ended.openFilesNeeded)
                #expect(needed >= 16)
                #expect(
                    ended.errors
                        == "\(program): \(program) needs \(needed) open files, the limit is \(limit) (ulimit -n)\n")
            }
            #expect(!Files.exists(laboratory.runs))
        }

        @Test(
            "as many open files as are asked for are enough, and one less is refused", arguments: ["simulate", "run"])
        func enoughDescriptors(command: String) throws {
            let laboratory = try Laboratory()
            let arguments = [command, "ring-16", "--quiet", "--set", "training.rounds=3", "--out", laboratory.runs]
            var limit = 10
            // What a process needs is told first, then what a node of two links needs, then what a laboratory does.
            for _ in 0..<(command == "run" ? 3 : 1) {
                let refused = try laboratory.start(arguments, limits: "ulimit -n \(limit);").ended()
                limit = try #require(refused.openFilesNeeded, "\(refused.errors)")
            }
            let refused = try laboratory.start(arguments, limits: "ulimit -n \(limit - 1);").ended()
            #expect(refused.status == .exited(2) && refused.openFilesNeeded == limit, "\(refused.errors)")
            #expect(!Files.exists(laboratory.runs))
            let ended = try laboratory.start(arguments, limits: "ulimit -n \(limit);").ended()
            #expect(ended.status == .exited(0), "\(ended.errors)")
        }

        @Test("standard input and the pipes of a shell are read; a named pipe without a writer is not waited for")
        func pipes() throws {
            let laboratory = try Laboratory()
            let vectors = #"{"vectors": [[1], [3]]}"#
            for (limits, arguments) in [
                ("printf '\(vectors)' |", ["aggregate", "--rule", "mean"]),
                ("printf '\(vectors)' |", ["aggregate", "--rule", "mean", "-"]),
                ("printf '\(vectors)' |", ["aggregate", "--rule", "mean", "/dev/fd/0"]),
            ] {
                let ended = try laboratory.start(arguments, limits: limits).ended()
                #expect(ended.status == .exited(0) && ended.output.contains(#""output": [2]"#), "\(ended.errors)")
            }
            let ended = try laboratory.start(["run", "./pipe"], limits: "mkfifo pipe;").ended()
            #expect(ended.status == .exited(2))
            #expect(ended.errors == "gossiplab: cannot read ./pipe: it is a named pipe; allowed: a regular file\n")
        }

        @Test("gossipnode complains in the same way")
        func node() throws {
            let laboratory = try Laboratory()
            let file = try laboratory.write(#"{"topology": {"family": "ring", "nodes": 4}}"#, to: "experiment.json")
            let known = ["--experiment", file, "--run", laboratory.runs]
            let topology = try laboratory.write(#"{"family": "ring", "nodes": 4}"#, to: "topology.json")
            let keyFiles = ["keys", topology, "--out", "\(laboratory.path)/keys"]
            #expect(try laboratory.start(keyFiles).ended().status == .exited(0))
            #expect(try laboratory.start(keyFiles).ended().errors.contains("is already there"))
            let overheard = ["keys", "--experiment", "quickstart", "--out", "\(laboratory.path)/more"]
            let links = try laboratory.start(overheard + ["--set", "adversary.0.taps=none"]).ended().keys
            Files.removeTree("\(laboratory.path)/more")
            let taps = try laboratory.start(overheard).ended().keys
            #expect(try #require(links) < #require(taps))
            for words in [[], [topology, "--experiment", "quickstart"]] {
                let ended = try laboratory.start(["keys"] + words).ended()
                #expect(ended.status == .exited(2) && ended.errors.contains("the graph is missing"), "\(ended.errors)")
            }
            let keys = "\(laboratory.path)/keys/1.json"
            for (arguments, complaint) in [
                (known, "--node ID, --rank I or --rank auto says"), (known + ["--node", "4"], "'4'"),
                (known + ["--node", "0", "--rank", "0"], "expected is one of them"),
                (known + ["--rank", "4"], "--rank is '4'; allowed: a whole number from 0 to 3"),
                (known + ["--rank", "-1"], "--rank is '-1'"),
                (known + ["--node", "0", "--nonce", "12AB"], "--nonce is '12AB'; allowed: 32 hexadecimal digits"),
                (known + ["--node", "0", "--resume", "7"], "ENOENT"),
                (known + ["--node", "0", "--listen", "nowhere"], "nowhere"), (["--nod", "0"], "'--node'"),
                (known + ["--node", "0", "--keys", "\(laboratory.path)/none.json"], "ENOENT"),
                (known + ["--node", "0", "--keys", file], "others can read these keys; allowed is mode 600"),
                (known + ["--node", "0", "--keys", keys], "the keys of node '1', not '0'"),
            ] {
                let ended = try laboratory.start(arguments, program: "gossipnode").ended()
                #expect(ended.status == .exited(2) && ended.output.isEmpty)
                #expect(ended.complaints.count == 1 && ended.errors.contains(complaint), "\(ended.errors)")
            }
        }
    }
}

extension Ended {
    /// The number in "32 keys in 16 files".
    fileprivate var keys: Int? { output.split(separator: " ").first.flatMap { Int($0) } }

    /// The number in "needs 18 open files".
    fileprivate var openFilesNeeded: Int? {
        let words = errors.split(separator: " ")
        return words.firstIndex(of: "needs").flatMap { Int(words[$0 + 1]) }
    }
}
