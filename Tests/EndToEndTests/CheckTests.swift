// What is said before a run: by `check`, by `topology inspect`, and by runs themselves.
import Platform
import Testing

extension EndToEndTests {
    @Suite("Checks") struct CheckTests {
        @Test("check warns of a rule that may keep nodes apart, and ends with 1 where they cannot agree")
        func check() throws {
            let laboratory = try Laboratory()
            let doubtful = try laboratory.start(["check", "quickstart", "--set", "aggregation.rule=trimmedMean"])
                .ended()
            #expect(doubtful.status == .exited(0) && doubtful.output.contains("warning: trimmedMean fails"))
            let cut = try laboratory.start([
                "check", "quickstart", "--set", #"topology={"family": "ring", "nodes": 16}"#,
            ]).ended()
            #expect(cut.status == .exited(1) && cut.output.contains("error: the graph of the honest nodes is in"))
            let wrong = try laboratory.start(["check", "quickstrat"]).ended()
            #expect(wrong.status == .exited(2) && wrong.output.isEmpty)
        }

        @Test("inspect takes hostile nodes by label or number, and refuses what is not there")
        func inspect() throws {
            let laboratory = try Laboratory()
            let ring = try laboratory.write(#"{"family": "ring", "nodes": 8}"#, to: "ring.json")
            let base = ["topology", "inspect", ring, "--rule", "csPlus"]
            let given = try laboratory.start(base + ["--hostile", "1,2"]).ended()
            #expect(given.status == .exited(0) && given.output.contains("hostile     1, 2: 25 % of all nodes"))
            let placed = try laboratory.start(base + ["--hostile", "2", "--json"]).ended()
            #expect(placed.output.contains(#""placement": "worstOfAll""#))
            for (who, words) in [("9,1", "unknown node in --hostile '9'"), ("8", "--hostile is 8; allowed: up to 7")] {
                let refused = try laboratory.start(base + ["--hostile", who]).ended()
                #expect(refused.status == .exited(2) && refused.complaints.count == 1)
                #expect(refused.errors.contains(words), "\(refused.errors)")
            }
        }
    }
}
