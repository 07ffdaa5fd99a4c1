// The command that aggregates: what it reads, what it prints, and one line for every mistake.
import JSON
import Platform
import Scenario
import Testing

extension EndToEndTests {
    @Suite("Aggregating vectors") struct AggregateTests {
        private static let points = "[[1, 0], [1.2, 0.1], [0.9, -0.2], [1.1, 0.3], [0.8, 0.15], [5, 5], [-4, 3]]"
        private static let example = "[[0, 0], [1, 0], [0, 2], [3, 0], [0, -10]]"

        private func aggregated(_ arguments: [String], _ text: String) throws -> Ended {
            let laboratory = try Laboratory()
            _ = try laboratory.write(text, to: "input.json")
            return try laboratory.start(["aggregate", "input.json"] + arguments).ended()
        }

        @Test(
            "prints what a rule makes of them and whom it kept",
            arguments: [
                (["--rule", "Krum"], "{\"vectors\": \(points), \"parameters\": {\"f\": 2}}", [1, 0], [0]),
                (
                    ["--rule", "trimmedMean", "--before", "nnm"],
                    "{\"vectors\": \(points), \"parameters\": {\"f\": 2}}", [1, 0.07], [0, 1, 2, 3, 4, 5, 6]
                ),
                (
                    ["--rule", "MoNNA", "--compat", "byzfl"],
                    "{\"vectors\": \(points), \"parameters\": {\"f\": 2, \"idx\": 5}}", [1.82, 1.11], [0, 1, 3, 4, 5]
                ),
                (
                    ["--rule", "GeometricMedian", "--compat", "byzfl", "--precision", "double"],
                    "{\"vectors\": \(points), \"parameters\": {\"f\": 2, \"nu\": 0.1, \"T\": 3}}",
                    [0.991_690_013_1, 0.162_144_918_1], [0, 1, 2, 3, 4, 5, 6]
                ),
                (
                    ["--rule", "multiKrum"], "{\"vectors\": \(points), \"self\": 5, \"parameters\": {\"f\": 2}}",
                    [1.82, 1.11], [0, 1, 3, 4, 5]
                ),
                (
                    ["--rule", "csPlus"],
                    "{\"vectors\": \(example), \"self\": 0, \"weights\": [0.2, 0.2, 0.2, 0.2, 0.2], "
                        + "\"parameters\": {\"f\": 1}}", [0.8, -0.2], [0, 1, 2, 3, 4]
                ),
                (
                    ["--rule", "bridge-k"], "{\"vectors\": \(points), \"parameters\": {\"f\": 2}}", [1, 0], [0]
                ),
                (
                    ["--rule", "geometricMedian"], "{\"vectors\": [[0, 0], [-1, -10], [10, 1]]}",
                    [1.324_573_5, -1.324_573_5], [0, 1, 2]
                ),
                (
                    ["--rule", "geometricMedian", "--precision", "double"],
                    "{\"vectors\": [[0, 0], [-1, -10], [10, 1]]}", [1.324_573_5, -1.324_573_5], [0, 1, 2]
                ),
            ])
        func answers(arguments: [String], text: String, output: [Double], kept: [Int]) throws {
            let ended = try aggregated(arguments, text)
            #expect(ended.status == .exited(0) && ended.errors.isEmpty, "\(ended.errors)")
            let answer = try StrictJSON.read(ended.output, name: "answer").object("")
            let numbers = try #require(answer["output"]).array("output").map { try $0.number("") }
            #expect(zip(numbers, output).allSatisfy { ($0 - $1).magnitude < 2e-5 }, "\(numbers)")
            #expect(try #require(answer["kept"]).array("kept").map { try $0.count("") } == kept)
            #expect(answer["diagnostics"] != nil)
        }

        @Test("says where an iteration was stopped by its limit, and only there")
        func limit() throws {
            func output(_ mode: String, _ vectors: String) throws -> String {
                try aggregated(
                    ["--rule", "geometricMedian"], #"{"vectors": \#(vectors), "parameters": {"mode": "\#(mode)"}}"#
                ).output
            }
            let wide = "[[0, 0], [1000, 0], [0, 1000], [-3000, 1], [5000, 2000], [1, -7000]]"
            #expect(try output("byrdlab", wide).contains(#""reachedLimit": true"#))
            let near = try output("converged", "[[0, 0], [-1, -10], [10, 1]]")
            #expect(!near.contains("reachedLimit") && near.contains("output"))
        }

        @Test(
            "gets one line for a mistake",
            arguments: [
                ([], "{}", "--rule is missing"),
                (["--rule", "krumm"], "{}", "did you mean 'krum'?"),
                (["--rule", "krum", "--before", "nnn"], "{}", "did you mean 'nnm'?"),
                (["--rule", "krum", "--compat", "byzpy"], "{}", "--compat 'byzpy'"),
                (["--rule", "krum"], "[]", "expected an object"),
                (["--rule", "krum"], "{\"vectors\": [[1, 2", "input.json:1:"),
                (["--rule", "krum"], "{\"vector\": [[1]]}", "did you mean 'vectors'?"),
                (["--rule", "krum"], "{}", "vectors is missing"),
                (["--rule", "krum"], "{\"vectors\": []}", "vectors is empty"),
                (["--rule", "krum"], "{\"vectors\": [[]]}", "vectors.0 is empty"),
                (["--rule", "krum"], "{\"vectors\": [[1, 2], [3]]}", "vectors.1 has 1 numbers; expected 2"),
                (["--rule", "mean", "--compat", "byzfl"], "{\"vectors\": [[1], [\"nan\"]]}", "vectors.1.0 is 'nan'"),
                (["--rule", "mean", "--compat", "byzfl"], "{\"vectors\": [[1], [NaN]]}", "input.json:1:"),
                (["--rule", "mean"], "{\"vectors\": [[1], [1e39]]}", "vectors.1.0 is 1e39; allowed: numbers up to"),
                (
                    ["--rule", "krum"], "{\"vectors\": [[1], [2], [3], [4]], \"parameters\": {\"f\": 2}}",
                    "f is 2; allowed: a whole number from 0 to 1 for krum of 4 vectors (n > 2f)"
                ),
                (["--rule", "krum"], "{\"vectors\": [[1]], \"parameters\": {\"f\": -1}}", "parameters.f is -1"),
                (["--rule", "krum"], "{\"vectors\": [[1]], \"parameters\": {\"g\": 1}}", "unknown key"),
                (["--rule", "krum"], "{\"vectors\": [[1]], \"self\": 1}", "self is 1"),
                (["--rule", "krum"], "{\"vectors\": [[1]], \"weights\": [1]}", "krum uses none"),
                (["--rule", "mean"], "{\"vectors\": [[1]], \"weights\": [-1]}", "weights.0 is -1"),
                (
                    ["--rule", "csPlus"], "{\"vectors\": [[1], [2]], \"self\": 0, \"weights\": [0.7, 0.7]}",
                    "weights add up to 1.4"
                ),
                (["--rule", "csPlus"], "{\"vectors\": [[1], [2]]}", "self is missing"),
                (["--rule", "csPlus", "--before", "nnm"], "{\"vectors\": [[1]], \"self\": 0}", "--before"),
                (
                    ["--rule", "MDA"],
                    "{\"vectors\": [\((0..<40).map { "[\($0)]" }.joined(separator: ","))], \"parameters\": {\"f\": 9}}",
                    "no more than 200000 subsets"
                ),
                (
                    ["--rule", "trimmedMean", "--before", "bucketing"],
                    "{\"vectors\": [[1], [2], [3], [4], [5]], \"parameters\": {\"f\": 2, \"s\": 2}}",
                    "from 0 to 1 for bucketing then trimmedMean of 5 vectors"
                ),
                (["--rule", "monna"], "{\"vectors\": [[1], [2]], \"parameters\": {\"idx\": 2}}", "pivot is 2"),
                (
                    ["--rule", "centredClipping"], "{\"vectors\": [[1]], \"parameters\": {\"radius\": 3, \"tau\": 5}}",
                    "parameters.radius is given twice, as radius and as tau; allowed: once, by any of its names"
                ),
                (
                    ["--rule", "centredClipping"],
                    "{\"vectors\": [[1]], \"parameters\": {\"centre\": \"zero\", \"m\": [1]}}", "not both"
                ),
            ] as [([String], String, String)])
        func mistakes(arguments: [String], text: String, complaint: String) throws {
            let ended = try aggregated(arguments, text)
            #expect(ended.status == .exited(2) && ended.output.isEmpty)
            #expect(ended.complaints.count == 1 && ended.errors.contains(complaint), "\(ended.errors)")
        }
    }
}
