// Names with control characters: on a terminal they are shown, whichever command prints them; in JSON they are what
// they were.
import JSON
import Platform
import Scenario
import Testing

extension EndToEndTests {
    @Suite("Control characters") struct ControlCharacterTests {
        /// A ring whose ids break lines, colour what follows, and turn it around.
        private static let odd = #"""
            {"name": "na\u001b[5mme\n|x", "topology": {
               "nodes": [{"id": "a\nb"}, {"id": "\u001b[31mred"}, {"id": "\u202egnp.exe"}, {"id": "d\u009b\u2028"}],
               "edges": [{"source": "a\nb", "target": "\u001b[31mred"},
                         {"source": "\u001b[31mred", "target": "\u202egnp.exe"},
                         {"source": "\u202egnp.exe", "target": "d\u009b\u2028"},
                         {"source": "d\u009b\u2028", "target": "a\nb"}]},
             "task": {"dataset": {"kind": "synthetic", "features": 8, "samples": 200, "testSamples": 40}},
             "training": {"rounds": 6},
             "adversary": [{"nodes": ["\u001b[31mred"], "attack": "gaussian"}]}
            """#
        private static let labels = ["a\nb", "\u{1B}[31mred", "\u{202E}gnp.exe", "d\u{9B}\u{2028}"]
        private static let shown = [#"a\nb"#, #"\u{1B}[31mred"#, #"\u{202E}gnp.exe"#, #"d\u{9B}\u{2028}"#]

        /// A command line, what it must show, its status, and how many lines it complains in.
        struct Printing: CustomTestStringConvertible, Sendable {
            let line: String
            var shows: [String] = []
            var status: Int32 = 0
            var complaints: Int?

            var testDescription: String { line }
        }

        private static let everywhere = [
            Printing(line: "gossiplab simulate odd.json", shows: [#"hostile \u{1B}[31mred"#, #"a\nb: "#]),
            Printing(line: "gossiplab run odd.json", shows: [#"hostile \u{1B}[31mred"#, #"a\nb: "#]),
            Printing(line: "gossiplab run odd.json --keys --transport udp", shows: [#"hostile \u{1B}[31mred"#]),
            Printing(
                line: "gossiplab simulate odd.json --set 'aggregation.tolerates={\"kind\":\"declared\",\"count\":0}'",
                shows: [#"than aggregation.tolerates at a\nb, \u{202E}gnp.exe"#]),
            Printing(line: "gossiplab sweep sweep.json --quiet", shows: [#"x\ny"#, #"\u{1B}[1mz"#]),
            Printing(
                line: "gossiplab sweep sweep.json --quiet --markdown", shows: [#"x\\ny"#, #"\\u{1B}[1mz"#, #"a\|b"#]),
            Printing(
                line: "gossiplab sweep wrong.json", shows: [#"x\ny"#], status: 2, complaints: 1),
            Printing(line: "gossiplab keys odd-topology.json", shows: [#"is for node 'a\nb', and"#]),
            Printing(line: "gossiplab verify damaged", shows: shown.filter { !$0.contains("red") }, status: 1),
            Printing(line: "gossiplab replay damaged", shows: [#"node a\nb: "#], status: 1),
            Printing(line: "gossiplab verify $'no\\e[2Jrun'", shows: [#"no\u{1B}[2Jrun"#], status: 2, complaints: 1),
            Printing(line: "gossiplab report $'od\\nd'", shows: [#"od\nd/report.html"#]),
            Printing(
                line: "gossiplab resume $'od\\nd'", shows: [#"od\nd has finished"#, #"$'od\012d/experiment.json'"#],
                status: 2, complaints: 1),
            Printing(line: "gossiplab $'\\e[31m'", shows: [#"unknown command '\u{1B}[31m'"#], status: 2, complaints: 1),
            Printing(line: "gossiplab run $'--a\\nb'", shows: [#"--a\nb"#], status: 2, complaints: 1),
            Printing(line: "gossiplab list $'\\u202exyz'", shows: [#"\u{202E}xyz"#], status: 2, complaints: 1),
            Printing(line: "gossiplab show $'\\rx'", shows: [#"'\rx'"#], status: 2, complaints: 1),
            Printing(
                line: "gossiplab simulate odd.json --set $'tra\\u2028ining=1'", shows: [#"'tra\u{2028}ining'"#],
                status: 2,
                complaints: 1),
            Printing(
                line: "gossiplab simulate odd.json --set 'adversary.nodes=[\"\\u001b[32m\"]'",
                shows: [#"'\u{1B}[32m'"#],
                status: 2, complaints: 1),
            Printing(
                line: "gossiplab aggregate vectors.json --rule mean", shows: [#"'f\u{1B}\n'"#], status: 2, complaints: 1
            ),
            Printing(line: "gossiplab bench $'\\a'", shows: [#"'\u{7}'"#], status: 2, complaints: 1),
            Printing(line: "gossiplab soak --seeds $'1\\t2'", shows: [#"1\t2"#], status: 2, complaints: 1),
            Printing(
                line: "gossipnode --experiment odd.json --run r --node $'\\e'", shows: [#"node '\u{1B}'"#] + [#"a\nb"#],
                status: 2, complaints: 1),
            Printing(
                line: "gossipnode --experiment odd.json --run r --node $'a\\nb' --keys odd.json",
                shows: ["odd.json: others can read"], status: 2, complaints: 1),
        ]

        private func prepare(_ laboratory: borrowing Laboratory) throws {
            _ = try laboratory.write(Self.odd, to: "odd.json")
            let topology = try #require(StrictJSON.read(Self.odd, name: "odd").member("topology"))
            _ = try laboratory.write(JSONText.pretty(topology), to: "odd-topology.json")
            let grid = #"{"training.rounds": {"x\ny": 2, "\u001b[1mz": 3, "a|b": 4}, "seed": [1]}"#
            _ = try laboratory.write(#"{"name": "tiny", "base": "odd.json", "grid": \#(grid)}"#, to: "sweep.json")
            _ = try laboratory.write(
                #"{"base": "odd.json", "grid": {"training.rounds": {"x\ny": 0}}}"#, to: "wrong.json")
            _ = try laboratory.write(#"{"vectors": [[1]], "parameters": {"f\u001b\n": 1}}"#, to: "vectors.json")
            let made = try laboratory.shell(
                """
                gossiplab run odd.json --quiet --out made && mv made/* damaged && cp -r damaged $'od\\nd' &&
                rm damaged/nodes/*/model.bin
                """)
            #expect(made.status == .exited(0), "\(made.errors)")
        }

        @Test("are shown, on the line on which they were printed")
        func printed() throws {
            let laboratory = try Laboratory()
            try prepare(laboratory)
            for printing in Self.everywhere {
                let ended = try laboratory.shell(printing.line)
                #expect(ended.status == .exited(printing.status), "\(printing.line): \(ended.errors)")
                let text = ended.output + ended.errors
                let isRaw = text.unicodeScalars.contains { $0 != "\n" && printable("\($0)") != "\($0)" }
                #expect(!isRaw, "\(printing.line): \(text)")
                for part in printing.shows { #expect(text.contains(part), "\(printing.line): \(text)") }
                if let complaints = printing.complaints {
                    #expect(ended.complaints.count == complaints && ended.output.isEmpty, "\(printing.line): \(text)")
                }
            }
        }

        @Test("are in JSON what they were, and yet reach no terminal")
        func json() throws {
            let laboratory = try Laboratory()
            try prepare(laboratory)
            for line in ["gossiplab simulate odd.json --quiet --json", "gossiplab run odd.json --quiet --json"] {
                let ended = try laboratory.shell(line)
                #expect(ended.output.unicodeScalars.allSatisfy { $0 == "\n" || printable("\($0)") == "\($0)" })
                let summary = try ended.summary()
                #expect(summary.member("name")?.text == "na\u{1B}[5mme\n|x")
                #expect(summary.member("perNode")?.elements.compactMap { $0.member("node")?.text } == Self.labels)
            }
            let sweep = try laboratory.shell("gossiplab sweep sweep.json --quiet --json")
            let cells = try #require(StrictJSON.read(sweep.output, name: "sweep").member("groups")).elements
            #expect(
                cells.compactMap { $0.member("cell")?.member("training.rounds")?.text } == [
                    "x\ny", "\u{1B}[1mz", "a|b",
                ])
        }
    }
}
