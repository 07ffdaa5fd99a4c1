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
                    complaint: ["mistake.json:1:27", "training.momentum is 'much'; expected a number"]),
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
                    testDescription: "no sweep", arguments: ["sweep"],
                    complaint: ["the sweep is missing", "rules-and-attacks"]),
            ]
        }

        @Test("gets one line that says where, what and what is allowed", arguments: Mistake.all)
        func mistakes(mistake: Mistake) throws {
            let laboratory = try Laboratory()
            _ = try laboratory.write(mistake.text, to: "mistake.json")
            let ended = try laboratory.start(mistake.arguments).ended()
            #expect(ended.status == .exited(2))
            #expect(ended.output.isEmpty)
            #expect(ended.complaints.count == 1, "\(ended.errors)")
            #expect(ended.errors.hasPrefix("gossiplab: ") && ended.errors.hasSuffix("\n"))
            for part in mistake.complaint { #expect(ended.errors.contains(part), "\(ended.errors)") }
            #expect(!Files.exists(laboratory.runs))
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
            let keys = "\(laboratory.path)/keys/1.json"
            for (arguments, complaint) in [
                (known, "--node ID or --rank I"), (known + ["--node", "4"], "'4'"),
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
