// Launchers: which node a process is by what its environment says, whoever started it, and what is said where that is
// not clear.
import Registry
import Testing

@testable import Platform

@Suite("Launchers")
struct LaunchersTests {
    private static func environment(_ variables: [String: String], host: String = "login") -> LaunchEnvironment {
        LaunchEnvironment(hostName: host) { variables[$0] }
    }

    private static func rank(_ variables: [String: String], of nodes: Int, host: String = "login") throws -> Int {
        try environment(variables, host: host).rank(among: nodes)
    }

    private static func refusal(_ variables: [String: String], of nodes: Int, host: String = "login") -> String {
        do {
            return "rank \(try rank(variables, of: nodes, host: host))"
        } catch {
            let line = "\(error)"
            #expect(line.hasPrefix("--rank auto: ") && !line.contains("\n"))
            return line
        }
    }

    /// What each launcher sets in process 3 of 16.
    private static let ofSixteen: [(launcher: String, variables: [String: String])] = [
        ("Open MPI", ["OMPI_COMM_WORLD_RANK": "3", "OMPI_COMM_WORLD_SIZE": "16", "PMIX_RANK": "3"]),
        ("PRRTE", ["PMIX_RANK": "3"]),
        ("MPICH", ["PMI_RANK": "3", "PMI_SIZE": "16"]),
        ("MVAPICH", ["MV2_COMM_WORLD_RANK": "3", "MV2_COMM_WORLD_SIZE": "16"]),
        ("Flux", ["FLUX_TASK_RANK": "3", "FLUX_JOB_SIZE": "16"]),
        ("jsrun", ["JSM_NAMESPACE_RANK": "3", "JSM_NAMESPACE_SIZE": "16"]),
        (
            "srun",
            [
                "SLURM_JOB_ID": "7", "SLURM_STEP_ID": "0", "SLURM_PROCID": "3", "SLURM_NTASKS": "16",
                "SLURM_STEP_NUM_TASKS": "16",
            ]
        ),
        ("torchrun", ["RANK": "3", "WORLD_SIZE": "16"]),
        ("Kubernetes", ["JOB_COMPLETION_INDEX": "3"]),
        ("AWS Batch", ["AWS_BATCH_JOB_NODE_INDEX": "3", "AWS_BATCH_JOB_NUM_NODES": "16"]),
    ]

    @Test("every launcher's rank is the node's index, and its number of processes that of the nodes")
    func ranks() throws {
        for (launcher, variables) in Self.ofSixteen {
            #expect(try Self.rank(variables, of: 16) == 3, "\(launcher)")
            guard variables.keys.contains(where: { $0.hasSuffix("SIZE") || $0.contains("NUM") }) else { continue }
            let line = Self.refusal(variables, of: 17)
            #expect(line.contains("the topology has 17 nodes, and") && line.contains("=16"), "\(launcher): \(line)")
        }
    }

    @Test("the files beside the catalogue are what it lists")
    func catalogue() throws {
        let folder = #filePath.replacing("Tests/PlatformTests/LaunchersTests.swift", with: "Sources/Platform/Launchers")
        let others: Set = ["JobLauncher", "LauncherCatalog", "LaunchEnvironment", "HostList", "SlurmNodeList"]
        let files = try Files.names(in: folder).map { String($0.dropLast(".swift".count)) }
        #expect(files.filter { !others.contains($0) } == LauncherCatalog.all.map { "\($0)" }.sorted())
    }

    @Test("where launchers disagree, the one whose processes are as many as the nodes counts")
    func disagreement() throws {
        // MPICH's proxies are tasks of a step of Slurm's, and mpirun of Open MPI runs in the shell of a job.
        let step = ["SLURM_JOB_ID": "7", "SLURM_STEP_ID": "1", "SLURM_PROCID": "1", "SLURM_STEP_NUM_TASKS": "2"]
        let hydra = step.merging(["PMI_RANK": "3", "PMI_SIZE": "16"]) { $1 }
        #expect(try Self.rank(hydra, of: 16) == 3)
        #expect(try Self.rank(hydra, of: 2) == 1)
        #expect(
            Self.refusal(hydra, of: 4)
                == "--rank auto: the topology has 4 nodes, and PMI says PMI_RANK=3 PMI_SIZE=16, Slurm says "
                + "SLURM_PROCID=1 SLURM_STEP_NUM_TASKS=2; expected a process for each node")
        let shell = [
            "SLURM_JOB_ID": "7", "SLURM_PROCID": "0", "OMPI_COMM_WORLD_RANK": "3", "OMPI_COMM_WORLD_SIZE": "4",
        ]
        #expect(try Self.rank(shell, of: 4) == 3)
        #expect(Self.refusal(shell, of: 8).contains("Open MPI says OMPI_COMM_WORLD_RANK=3 OMPI_COMM_WORLD_SIZE=4;"))
    }

    @Test("two that fit with different ranks are both named, and neither is taken")
    func twoFit() throws {
        let both = ["PMI_RANK": "3", "PMI_SIZE": "4", "RANK": "2", "WORLD_SIZE": "4"]
        #expect(
            Self.refusal(both, of: 4)
                == "--rank auto: PMI says PMI_RANK=3 PMI_SIZE=4, torchrun says RANK=2 WORLD_SIZE=4, and both fit the "
                + "topology's 4 nodes; allowed: --rank with one of the two")
        #expect(try Self.rank(both.merging(["RANK": "3"]) { $1 }, of: 4) == 3)
    }

    @Test("the shell of a Slurm job has rank 0 as well, and is sent to srun")
    func batchShell() {
        let batch = ["SLURM_JOB_ID": "7", "SLURM_PROCID": "0", "SLURM_NTASKS": "16", "SLURM_NNODES": "2"]
        let sentence =
            "--rank auto: this is the shell of a Slurm job, not a task of a step; start the nodes with srun"
        for variables in [batch, batch.merging(["SLURM_STEP_ID": "4294967290"]) { $1 }, ["SLURM_JOB_ID": "7"]] {
            #expect(Self.refusal(variables, of: 16, host: "node-3") == sentence)
        }
    }

    @Test("half of what a launcher says, and common names with something else in them, are no launcher")
    func halves() {
        for variables in [["RANK": "3"], ["PMI_RANK": "3"], ["WORLD_SIZE": "4"], ["PMI_RANK": "", "PMI_SIZE": "4"]] {
            #expect(Self.refusal(variables, of: 4).hasPrefix("--rank auto: no launcher is there ("))
        }
        for value in ["x", "-1", "4", "99999999999999999999"] {
            #expect(Self.refusal(["PMI_RANK": value, "PMI_SIZE": "4"], of: 4).contains("PMI: PMI_RANK=\(value)"))
        }
    }

    @Test("the number at the end of a host's name counts where nobody says anything else")
    func ordinal() throws {
        #expect(try Self.rank([:], of: 16, host: "run-3.mesh.default.svc") == 3)
        #expect(try Self.rank(["PMI_RANK": "1", "PMI_SIZE": "16"], of: 16, host: "node-3") == 1)
        #expect(try Self.rank(["JOB_COMPLETION_INDEX": "5"], of: 16, host: "run-5-x7x") == 5)
        #expect(Self.refusal([:], of: 3, host: "run-3").hasSuffix("allowed: ranks from 0 to 2"))
        #expect(Self.refusal(["JOB_COMPLETION_INDEX": "16"], of: 16).hasSuffix("allowed: ranks from 0 to 15"))
        for host in ["run3", "run-", "-3", "run-3a", ""] {
            #expect(Self.refusal([:], of: 16, host: host).contains("does not end in -NUMBER"), "\(host)")
        }
    }

    @Test("two that do not say how many there are, and differ, are both named")
    func twoUnsized() {
        let line = Self.refusal(["JOB_COMPLETION_INDEX": "3", "PMIX_RANK": "2"], of: 4)
        #expect(line.contains("PMIX_RANK=2") && line.contains("JOB_COMPLETION_INDEX=3"))
    }

    @Test("a job that its launcher has started again is known by that")
    func restarts() {
        #expect(Self.environment(["SLURM_RESTART_COUNT": "1"]).isRestart)
        #expect(Self.environment(["AWS_BATCH_JOB_ATTEMPT": "2"]).isRestart)
        let first = [["SLURM_RESTART_COUNT": "0"], ["AWS_BATCH_JOB_ATTEMPT": "1"], ["SLURM_RESTART_COUNT": "x"], [:]]
        for variables in first { #expect(!Self.environment(variables).isRestart) }
    }

    // MARK: - Job arrays

    @Test("a job's place in an array is its part, whatever numbers the array has")
    func arrays() throws {
        let slurm = [
            "SLURM_ARRAY_TASK_ID": "12", "SLURM_ARRAY_TASK_MIN": "10", "SLURM_ARRAY_TASK_MAX": "17",
            "SLURM_ARRAY_TASK_STEP": "1", "SLURM_ARRAY_TASK_COUNT": "8",
        ]
        let given: [([String: String], Int?, ArrayPart)] = [
            (slurm, nil, ArrayPart(index: 3, count: 8)),
            (
                slurm.merging(["SLURM_ARRAY_TASK_STEP": "2", "SLURM_ARRAY_TASK_COUNT": "4"]) { $1 }, nil,
                ArrayPart(index: 2, count: 4)
            ),
            (
                ["AWS_BATCH_JOB_ARRAY_INDEX": "0", "AWS_BATCH_JOB_ARRAY_SIZE": "5"], nil,
                ArrayPart(index: 1, count: 5)
            ),
            (["JOB_COMPLETION_INDEX": "7"], 8, ArrayPart(index: 8, count: 8)),
            (
                ["SGE_TASK_ID": "3", "SGE_TASK_FIRST": "1", "SGE_TASK_LAST": "9", "SGE_TASK_STEPSIZE": "2"], nil,
                ArrayPart(index: 2, count: 5)
            ),
            (["LSB_JOBINDEX": "2", "LSB_JOBINDEX_END": "4"], nil, ArrayPart(index: 2, count: 4)),
        ]
        for (variables, count, part) in given { #expect(try Self.environment(variables).arrayPart(of: count) == part) }
    }

    @Test("all jobs of an array have all parts between them, each one")
    func wholeArray() throws {
        for (first, step) in [(0, 1), (1, 1), (10, 3)] {
            let parts = try (0..<6).map { job in
                try Self.environment([
                    "SLURM_ARRAY_TASK_ID": "\(first + step * job)", "SLURM_ARRAY_TASK_MIN": "\(first)",
                    "SLURM_ARRAY_TASK_MAX": "\(first + step * 5)", "SLURM_ARRAY_TASK_STEP": "\(step)",
                    "SLURM_ARRAY_TASK_COUNT": "6",
                ]).arrayPart()
            }
            #expect(parts.map(\.index) == Array(1...6) && parts.allSatisfy { $0.count == 6 })
        }
    }

    @Test("an array with gaps, one whose size nobody knows, and none at all are refused in one line")
    func noArray() {
        func refusal(_ variables: [String: String], of count: Int? = nil) -> String {
            do { return "\(try Self.environment(variables).arrayPart(of: count))" } catch { return "\(error)" }
        }
        let gaps = [
            "SLURM_ARRAY_TASK_ID": "7", "SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_MAX": "7",
            "SLURM_ARRAY_TASK_COUNT": "3",
        ]
        #expect(refusal(gaps).contains("has gaps (3 jobs from 1 to 7)"))
        #expect(refusal(["JOB_COMPLETION_INDEX": "7"]).hasSuffix("allowed: --shard auto/N"))
        #expect(refusal(["JOB_COMPLETION_INDEX": "7"], of: 7).contains("is none of 7 jobs"))
        #expect(refusal(["JOB_COMPLETION_INDEX": "x"], of: 7).contains("is no number"))
        for none in [[:], ["SGE_TASK_ID": "undefined"], ["LSB_JOBINDEX": "0"]] {
            #expect(refusal(none).contains("belongs to no job array"))
        }
    }
}
