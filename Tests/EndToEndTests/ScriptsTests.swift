// The scripts that start nodes on clusters, with stand-ins for what they call there.
import Kernels
import Platform
import Scenario
import Testing
import Wire

extension EndToEndTests {
    @Suite("Scripts") struct ScriptsTests {
        private static let root = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }

        /// Three nodes whose ids are not their indices.
        private static let topology = """
            {"nodes": [{"id": "2"}, {"id": "b"}, {"id": "0"}],
             "edges": [{"source": "2", "target": "b"}, {"source": "b", "target": "0"}, {"source": "0", "target": "2"}]}
            """
        private static let experiment = """
            {"topology": "topology.json", "training": {"rounds": 4}, "timing": {"deadlineMilliseconds": 20000},
             "task": {"dataset": {"kind": "synthetic", "features": 6, "classes": 3, "samples": 200}}}
            """
        /// Starts three tasks, as srun does on one host.
        private static let srun = """
            #!/bin/bash
            while [[ $1 == --* ]]; do shift; done
            export SLURM_STEP_ID=0 SLURM_STEP_NUM_TASKS=3
            for rank in 0 1 2; do SLURM_PROCID=$rank "$@" & tasks+=($!); done
            for task in "${tasks[@]}"; do wait "$task" || exit; done

            """

        @Test("every script is whole to its interpreter")
        func syntax() throws {
            func paths(in folder: String) throws -> [String] {
                try Files.names(in: folder).filter {
                    !$0.hasPrefix("_") && !$0.hasSuffix(".md") && !$0.hasSuffix(".txt")
                }.flatMap { name in
                    let path = "\(folder)/\(name)"
                    return Files.isDirectory(path) ? try paths(in: path) : [path]
                }
            }
            let paths = try paths(in: "\(Self.root)/Scripts")
            #expect(paths.count > 10 && paths.contains { $0.hasSuffix("/faultrows/saves.py") })
            for path in paths {
                let python = ["/usr/bin/python3", "/usr/local/bin/python3"].first { Files.exists($0) }
                let start = String(decoding: try Files.read(path).prefix(30), as: UTF8.self)
                let isPython = path.hasSuffix(".py") || start.contains("python3")
                if isPython, python == nil { continue }
                let check =
                    isPython
                    ? [python ?? "", "-c", "import ast, sys; ast.parse(open(sys.argv[1]).read())", path]
                    : path.hasSuffix(".swift") ? ["swiftc", "-parse", path] : ["bash", "-n", path]
                #expect(try ChildProcess(check[0], Array(check.dropFirst())).wait() == .exited(0), "\(path)")
            }
        }

        @Test(
            "who gives the scripts for clusters too few words is told what they take",
            arguments: ["slurm-job", "ssh-run"])
        func usage(name: String) throws {
            let laboratory = try Laboratory()
            let log = "\(laboratory.path)/log"
            let script = try ChildProcess("bash", ["\(Self.root)/Scripts/\(name)", "one"], output: .file(log))
            #expect(try script.wait() == .exited(2))
            #expect(String(decoding: try Files.read(log), as: UTF8.self).contains("\nusage: "))
        }

        @Test("slurm-job takes a task's rank for a node's index, and a folder that is there for another run's")
        func slurm() throws {
            let laboratory = try Laboratory()
            let experiment = try laboratory.write(Self.experiment, to: "experiment.json")
            let topology = try laboratory.write(Self.topology, to: "topology.json")
            let tools = "\(laboratory.path)/tools"
            try Files.makeDirectory(tools)
            for (name, text) in [("srun", Self.srun), ("hostname", "#!/bin/bash\necho 127.0.0.1\n")] {
                let path = try laboratory.write(text, to: "tools/\(name)")
                #expect(try ChildProcess("chmod", ["+x", path]).wait() == .exited(0))
            }
            let run = RunDirectory("\(laboratory.path)/new/run")
            func job() throws -> Platform.ExitStatus {
                try ChildProcess(
                    "/bin/bash", ["\(Self.root)/Scripts/slurm-job", experiment, topology, run.path],
                    environment: [
                        ("PATH", "\(tools):/usr/bin:/bin"), ("GOSSIPNODE", try laboratory.program("gossipnode")),
                        ("SLURM_JOB_ID", "4711"),
                    ], output: .file("\(laboratory.path)/job")
                ).wait()
            }
            #expect(try job() == .exited(0))
            let nonces = try (0..<3).map { node in
                let path = run.node(NodeID(node)).endpoint
                return try Endpoint(Files.read(path), name: path).nonce
            }
            #expect(Set(nonces).count == 1 && nonces[0] != .none)
            let verified = try laboratory.start(["verify", run.path]).ended()
            #expect(verified.status == .exited(0) && verified.output.hasPrefix("verified: all 3"), "\(verified.output)")
            #expect(try job() == .exited(1))
        }
    }
}
