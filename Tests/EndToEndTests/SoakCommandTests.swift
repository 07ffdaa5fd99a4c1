// The soak as a program: what it prints of the points it reached, and when that is a failure.
import JSON
import Testing

extension EndToEndTests {
    @Suite("Soak command") struct SoakCommandTests {
        @Test("one seed reaches few points, which is a failure only where all are asked for")
        func allReached() throws {
            let laboratory = try Laboratory()
            let usual = try laboratory.shell("gossiplab soak --seeds 1 --quiet")
            #expect(usual.status == .exited(0), "\(usual.errors)")
            #expect(usual.output.contains("\nnever reached: ") && usual.output.contains("\nfault: "))
            let asked = try laboratory.shell("gossiplab soak --seeds 1 --quiet --all-reached")
            #expect(asked.status == .exited(1) && asked.errors.isEmpty)
        }

        @Test("a branch that is no branch is refused in one line, and one that is one runs")
        func branch() throws {
            let laboratory = try Laboratory()
            let refused = try laboratory.shell("gossiplab simulate quickstart --quiet --branch 0@5")
            #expect(refused.status == .exited(2) && refused.complaints.count == 1)
            #expect(refused.errors.contains("--branch is 0@5; allowed: N@NANOSECONDS"), "\(refused.errors)")
            let run = try laboratory.shell(
                "gossiplab simulate quickstart --quiet --set training.rounds=4 --check --branch 1@2000000")
            #expect(run.status == .exited(0), "\(run.errors)")
        }
    }
}
