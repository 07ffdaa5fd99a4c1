// Nodes as a cluster's launcher starts them: ranks from its variables, warnings before the end of a job, and what a job
// that is started again goes on from.
import Kernels
import Platform
import Scenario
import Testing

extension EndToEndTests {
    @Suite("Under a launcher") struct LauncherRunTests {
        private static let nodes = 3

        private static func experiment(rounds: Int, checkpointEvery: Int) -> String {
            """
            {"topology": "topology.json", "training": {"rounds": \(rounds)}, "checkpoint": {"every": \(checkpointEvery)},
             "timing": {"deadlineMilliseconds": 20000}, "measure": {"every": 1000},
             "task": {"dataset": {"kind": "synthetic", "features": 6, "classes": 3, "samples": 200}}}
            """
        }

        /// No variable of whatever has started the tests.
        private static let bare: [(name: String, value: String)] = [
            "OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMIX_NAMESPACE", "PMI_SIZE", "MV2_COMM_WORLD_SIZE", "FLUX_JOB_SIZE",
            "FLUX_JOB_ID", "JSM_NAMESPACE_SIZE", "SLURM_JOB_ID", "SLURM_PROCID", "WORLD_SIZE", "JOB_COMPLETION_INDEX",
            "AWS_BATCH_JOB_NUM_NODES", "PBS_JOBID", "LSB_JOBID", "JOB_ID", "TORCHELASTIC_RUN_ID", "GOSSIPNODE_JOB",
            "OMPI_MCA_ess_base_jobid", "SLURM_RESTART_COUNT",
        ].map { ($0, "") }

        /// What a task of a Slurm step is told.
        private static func task(_ rank: Int, restarts: Int = 0) -> [(name: String, value: String)] {
            bare.filter { !$0.name.hasPrefix("SLURM") } + [
                ("SLURM_JOB_ID", "4711"), ("SLURM_STEP_ID", "\(restarts)"), ("SLURM_PROCID", "\(rank)"),
                ("SLURM_STEP_NUM_TASKS", "\(nodes)"), ("SLURM_RESTART_COUNT", "\(restarts)"),
            ]
        }

        /// The folder of a run that lacks only what nodes write.
        private func folder(
            _ laboratory: borrowing Laboratory, rounds: Int, checkpointEvery: Int = 50
        ) throws -> RunDirectory {
            try Files.makeDirectory("\(laboratory.path)/run")
            let experiment = Self.experiment(rounds: rounds, checkpointEvery: checkpointEvery)
            _ = try laboratory.write(experiment, to: "run/experiment.json")
            _ = try laboratory.write(#"{"family": "complete", "nodes": 3}"#, to: "run/topology.json")
            return RunDirectory("\(laboratory.path)/run")
        }

        private func start(
            _ environment: [(name: String, value: String)], _ run: RunDirectory, _ flags: [String] = [],
            in laboratory: borrowing Laboratory
        ) throws -> Running {
            try laboratory.start(
                ["--experiment", run.experiment, "--topology", run.topology, "--rank", "auto", "--run", run.path]
                    + flags, program: "gossipnode", environment: environment)
        }

        private func expectVerified(_ run: RunDirectory, _ laboratory: borrowing Laboratory) throws {
            let verified = try laboratory.start(["verify", run.path]).ended()
            #expect(verified.status == .exited(0) && verified.output.hasPrefix("verified: all 3"), "\(verified.output)")
        }

        @Test("ranks and the run come from the launcher, keys by the rank; the models are the simulator's")
        func ranks() throws {
            let laboratory = try Laboratory()
            let run = try folder(laboratory, rounds: 5)
            let keys = "\(laboratory.path)/keys"
            #expect(try laboratory.start(["keys", run.topology, "--out", keys]).ended().status == .exited(0))
            let nodes = try (0..<Self.nodes).map { rank in
                try start(
                    Self.bare.filter { $0.name != "PMI_SIZE" } + [
                        ("PMI_RANK", "\(rank)"), ("PMI_SIZE", "3"), ("GOSSIPNODE_JOB", "one"),
                    ], run, ["--keys", "\(keys)/{index}.json"], in: laboratory)
            }
            for node in nodes {
                let ended = try node.ended()
                #expect(ended.status == .exited(0) && ended.errors.isEmpty, "\(ended.errors)")
            }
            try expectVerified(run, laboratory)
        }

        @Test(
            "after a warning all nodes leave checkpoints; the job that is started again comes to the same models",
            arguments: [500, 1_000_000])
        func requeue(checkpointEvery: Int) throws {
            let laboratory = try Laboratory()
            let run = try folder(laboratory, rounds: 4_000, checkpointEvery: checkpointEvery)
            let flags = ["--resume", "auto", "--stopped-status", "75"]
            let first = try (0..<Self.nodes).map { try start(Self.task($0), run, flags, in: laboratory) }
            let trace = run.node(NodeID(2)).trace
            #expect(try becomesTrue { Files.size(of: trace) ?? 0 > 20_000 })
            for node in first { try node.process.send(.user1) }
            for node in first {
                let ended = try node.ended()
                #expect(ended.status == .exited(75), "\(ended.errors)")
            }
            // They need not be of one round.
            for node in 0..<Self.nodes {
                let folder = run.node(NodeID(node))
                let names = try Files.names(in: folder.path)
                #expect(!Files.exists(folder.model))
                #expect(names.compactMap(NodeDirectory.stop(ofCheckpoint:)).map(\.number) == [1], "\(names)")
            }

            let again = try (0..<Self.nodes).map { try start(Self.task($0, restarts: 1), run, flags, in: laboratory) }
            for node in again {
                let ended = try node.ended()
                #expect(ended.status == .exited(0) && ended.errors.isEmpty, "\(ended.errors)")
            }
            try expectVerified(run, laboratory)

            // All is done: whoever is started once more has nothing to wait for.
            let late = try start(Self.task(1, restarts: 2), run, flags, in: laboratory).ended()
            #expect(late.status == .exited(0) && late.errors.hasSuffix("nothing is left to do\n"), "\(late.errors)")
        }

        @Test("preempted while it stands still, a node ends when it is told to go on, with the status asked for")
        func preemption() throws {
            let laboratory = try Laboratory()
            let run = try folder(laboratory, rounds: 1_000_000)
            let node = try start(Self.task(0), run, ["--stopped-status", "99"], in: laboratory)
            let endpoint = run.node(NodeID(0)).endpoint
            #expect(try becomesTrue { Files.exists(endpoint) })
            for signal in [Signal.stop, .terminate, .continue] { try node.process.send(signal) }
            #expect(try node.ended().status == .exited(99))
        }

        @Test("who has no launcher, or is the shell of a job, is told so in one line, before anything is written")
        func refused() throws {
            let laboratory = try Laboratory()
            let run = try folder(laboratory, rounds: 5)
            let size = (name: "PMI_SIZE", value: "4")
            let cases: [([(name: String, value: String)], [String], String)] = [
                (Self.bare + [("SLURM_JOB_ID", "7"), ("SLURM_PROCID", "0")], [], "start the nodes with srun"),
                (Self.bare + [("PMI_RANK", "1"), size], [], "the topology has 3 nodes, and PMI says PMI_RANK=1"),
                (Self.task(0), ["--port", "7600"], "--port: it goes with --hosts"),
                (Self.task(0), ["--hosts", "nowhere"], "cannot open nowhere"),
                (Self.task(0), ["--resume", "auto", "--rejoin"], "--resume and --rejoin"),
                (Self.task(0), ["--resume", "soon"], "--resume"),
                (Self.task(0), ["--stopped-status", "256"], "--stopped-status is '256'"),
            ]
            for (environment, flags, sentence) in cases {
                let ended = try start(environment, run, flags, in: laboratory).ended()
                #expect(ended.status == .exited(2) && ended.complaints.count == 1, "\(ended.errors)")
                #expect(ended.errors.contains(sentence), "\(ended.errors)")
            }
            #expect(!Files.exists(run.nodes))
        }
    }
}
