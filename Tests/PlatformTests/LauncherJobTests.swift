// Launchers' jobs: which run a node belongs to, where only its launcher can tell.
import Testing
import Wire

@testable import Platform

@Suite("Launcher's job")
struct LauncherJobTests {
    private static func nonce(_ variables: [String: String]) -> RunNonce? { LauncherJob.nonce { variables[$0] } }

    @Test(
        "all ranks of a job have one nonce, and no other job has it",
        arguments: LauncherJob.known.map { $0.needed + $0.further })
    func jobs(names: [String]) {
        func job(_ values: [String], rank: String) -> RunNonce? {
            Self.nonce(
                Dictionary(uniqueKeysWithValues: zip(names, values) + [("SLURM_PROCID", rank), ("PMI_RANK", rank)]))
        }
        let values = names.map { _ in "7" }
        let own = job(values, rank: "0")
        #expect(own != nil && own == job(values, rank: "1"))
        for index in values.indices {
            var others = values
            others[index] = "8"
            #expect(job(others, rank: "0") != own)
        }
    }

    @Test("jobs of one number but different launchers are different jobs")
    func launchers() {
        let nonces = LauncherJob.known.map { variables in
            Self.nonce(Dictionary(uniqueKeysWithValues: variables.needed.map { ($0, "7") }))
        }
        #expect(Set(nonces).count == LauncherJob.known.count && !nonces.contains(nil))
    }

    @Test("what starts the processes counts before what lends the machines")
    func order() {
        let both = ["SLURM_JOB_ID": "5", "PMIX_NAMESPACE": "prterun-a-71@1"]
        #expect(Self.nonce(both) == Self.nonce(["PMIX_NAMESPACE": "prterun-a-71@1"]))
    }

    @Test("the parts of a job over several nodes are one run, and a job that starts again is the same one")
    func parts() {
        #expect(Self.nonce(["AWS_BATCH_JOB_ID": "a-7#0"]) == Self.nonce(["AWS_BATCH_JOB_ID": "a-7#5"]))
        #expect(Self.nonce(["AWS_BATCH_JOB_ID": "a-7:1"]) != Self.nonce(["AWS_BATCH_JOB_ID": "a-7:2"]))
        let again = ["SLURM_JOB_ID": "7", "SLURM_RESTART_COUNT": "1"]
        #expect(Self.nonce(again) == Self.nonce(["SLURM_JOB_ID": "7"]))
    }

    @Test("there is none without a launcher, nor by half of what one says, nor for a job without a name")
    func none() {
        for variables in [[:], ["JOB_ID": "7"], ["SLURM_JOB_ID": ""], ["TORCHELASTIC_RUN_ID": "none"], ["HOME": "/"]] {
            #expect(Self.nonce(variables) == nil, "\(variables)")
        }
        #expect(Self.nonce(["TORCHELASTIC_RUN_ID": "none", "PBS_JOBID": "7"]) == Self.nonce(["PBS_JOBID": "7"]))
    }
}
