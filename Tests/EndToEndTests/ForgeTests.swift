// The command that forges: what it reads, what it prints, and one line for every mistake.
import JSON
import Platform
import Scenario
import Testing

extension EndToEndTests {
    @Suite("Forging vectors") struct ForgeTests {
        private static let points = "[[1, 0], [1.2, 0.1], [0.9, -0.2], [1.1, 0.3], [0.8, 0.15]]"

        private func forged(_ arguments: [String], _ text: String) throws -> Ended {
            let laboratory = try Laboratory()
            _ = try laboratory.write(text, to: "input.json")
            return try laboratory.start(["forge", "input.json"] + arguments).ended()
        }

        @Test(
            "prints what a hostile node would send",
            arguments: [
                (["--attack", "SignFlipping"], "", [-1, -0.07]),
                (["--attack", "IPM"], #", "parameters": {"around": "zero"}"#, [-2, -0.14]),
                (["--attack", "alie"], #", "parameters": {"tau": 1.5}"#, [1.237_170_8, 0.348_612_6]),
                (["--attack", "ipm"], #", "victim": 0, "parameters": {"tau": 1}"#, [1, -0.07]),
                // Σ (x_j − x_0)/6 is (0, 0.35/6), and f = 1 node of weight 1/6 takes it all back.
                (["--attack", "dissensus"], #", "victim": 0, "parameters": {"epsilon": 1}"#, [1, -0.35]),
                // Of the twenty factors that are tried, the best against a mean of vectors clipped at 2.
                (
                    ["--attack", "optIPM", "--rule", "mean", "--before", "clipping"],
                    #", "parameters": {"around": "zero"}, "ruleParameters": {"length": 2}"#, [-10, -0.7]
                ),
            ] as [([String], String, [Double])])
        func answers(arguments: [String], members: String, output: [Double]) throws {
            let ended = try forged(
                arguments.map { $0 == "IPM" ? "InnerProductManipulation" : $0 },
                "{\"vectors\": \(Self.points)\(members)}")
            #expect(ended.status == .exited(0) && ended.errors.isEmpty, "\(ended.errors)")
            let answer = try StrictJSON.read(ended.output, name: "answer").object("")
            let numbers = try #require(answer["output"]).array("output").map { try $0.number("") }
            #expect(numbers.count == output.count)
            if arguments[1] == "optIPM" {
                // Any factor of 10 or more does the same, up to rounding; the direction is that of the mean.
                #expect(numbers[0] <= -10 + 1e-6 && abs(numbers[1] / numbers[0] - 0.07) < 1e-6, "\(numbers)")
            } else {
                #expect(zip(numbers, output).allSatisfy { ($0 - $1).magnitude < 1e-6 }, "\(numbers)")
            }
            #expect(try #require(answer["kind"]).text("kind") == "model")
        }

        @Test("says what is no number in words, and what is no model")
        func others() throws {
            let text = "{\"vectors\": \(Self.points)}"
            func answer(_ attack: String, _ text: String = text) throws -> JSONObject {
                try StrictJSON.read(forged(["--attack", attack], text).output, name: "answer").object("")
            }
            let infinite = try answer(
                "notFinite", "{\"vectors\": \(Self.points), \"parameters\": {\"elements\": \"infinity\"}}")
            #expect(try infinite["kind"]?.text("kind") == "model")
            #expect(try infinite["output"]?.array("output").map { try $0.text("") } == ["inf", "inf"])
            let silent = try answer("silence")
            #expect(try silent["kind"]?.text("kind") == "silence" && silent["output"] == nil)
            let garbage = try answer("garbage")
            #expect(try garbage["kind"]?.text("kind") == "bytes")
            #expect(try #require(garbage["output"]).text("output").utf8.count >= 2)
        }

        @Test(
            "gets one line for a mistake",
            arguments: [
                ([], "{}", "--attack is missing"),
                (["--attack", "allie"], "{}", "did you mean 'alie'?"),
                (["--attack", "labelFlip"], "{\"vectors\": [[1]]}", "labelFlip poisons data and forges no message"),
                (["--attack", "optALIE"], "{\"vectors\": [[1]]}", "--rule is missing; expected the victim's rule"),
                (["--attack", "alie"], "{\"vector\": [[1]]}", "did you mean 'vectors'?"),
                (["--attack", "alie"], "{\"vectors\": [[1], [2]], \"own\": [1, 2]}", "own has 2 numbers; expected 1"),
                (["--attack", "alie"], "{\"vectors\": [[1]], \"parameters\": {\"y\": 1}}", "unknown key"),
                (["--attack", "alie"], "{\"vectors\": [[1]], \"victim\": 1}", "victim is 1"),
                (["--attack", "alie"], "{\"vectors\": [[1]], \"f\": 10001}", "f is 10001"),
                (
                    ["--attack", "constant"], "{\"vectors\": [[1]], \"parameters\": {\"target\": \"1,2\"}}",
                    "target is 2 numbers; allowed: 1, or one for each of 1"
                ),
                (
                    ["--attack", "optALIE", "--rule", "krum"], "{\"vectors\": [[1], [2]], \"f\": 2}",
                    "f is 2; allowed: a whole number from 0 to 1 for krum of 4 vectors"
                ),
            ] as [([String], String, String)])
        func mistakes(arguments: [String], text: String, complaint: String) throws {
            let ended = try forged(arguments, text)
            #expect(ended.status == .exited(2) && ended.output.isEmpty)
            #expect(ended.complaints.count == 1 && ended.errors.contains(complaint), "\(ended.errors)")
        }
    }
}
