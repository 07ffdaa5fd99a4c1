// A node that shares no code with this project, written from Sources/Wire/PROTOCOL.md alone, as a neighbour of real
// ones.
import Kernels
import Metrics
import Platform
import Scenario
import Testing

extension EndToEndTests {
    @Suite("Second client") struct SecondClientTests {
        private static let rounds = 6
        private static let experiment = """
            {"topology": {"family": "complete", "nodes": 4},
             "task": {"dataset": {"kind": "synthetic", "features": 6, "classes": 3, "samples": 200, "testSamples": 20}},
             "training": {"rounds": \(rounds)}, "timing": {"deadlineMilliseconds": 20000}}
            """
        /// Beside the folder of this file.
        private static let script =
            "\(#filePath.split(separator: "/").dropLast(2).reduce("") { "\($0)/\($1)" })/second-client.py"
        private static let python = ["/usr/bin/python3", "/usr/local/bin/python3"].first { Files.exists($0) }

        @Test(
            "joins a run in another language, and every model of it is used",
            .enabled(if: python != nil, "needs python3 in /usr/bin or /usr/local/bin"), arguments: Transport.allCases,
            [false, true])
        func joins(transport: Transport, isSealed: Bool) throws {
            let laboratory = try Laboratory()
            let experiment = try laboratory.write(Self.experiment, to: "experiment.json")
            let topology = try laboratory.write(#"{"family": "complete", "nodes": 4}"#, to: "topology.json")
            let keys = "\(laboratory.path)/keys"
            #expect(try laboratory.start(["keys", topology, "--out", keys]).ended().status == .exited(0))
            func keyFile(_ node: Int) -> [String] { isSealed ? ["\(keys)/\(node).json"] : [] }

            let run = RunDirectory("\(laboratory.path)/run")
            let nonce = "00112233445566778899aabbccddeeff"
            let nodes = try (0..<3).map { node in
                try laboratory.start(
                    [
                        "--experiment", experiment, "--node", "\(node)", "--run", run.path, "--nonce", nonce,
                        "--transport", transport.rawValue,
                    ]
                        + keyFile(node).flatMap { ["--keys", $0] },
                    program: "gossipnode")
            }
            let client = try ChildProcess(
                try #require(Self.python),
                [Self.script, run.path, "3", "3", "\(Self.rounds)", nonce, transport.rawValue] + keyFile(3),
                output: .file("\(laboratory.path)/client"))
            for node in nodes {
                let ended = try node.ended()
                #expect(ended.status == .exited(0) && !ended.errors.contains("refused"), "\(ended.errors)")
            }
            #expect(try client.wait() == .exited(0))
            let output = String(decoding: try Files.read("\(laboratory.path)/client"), as: UTF8.self)
            #expect(output == "\(Self.rounds) rounds with [0, 1, 2]\n")
            for node in 0..<3 {
                let path = run.node(NodeID(node)).trace
                let senders = try TraceFile(Files.read(path)).lines.map { $0.inputs.map(\.sender) }
                #expect(senders.count == Self.rounds && senders.allSatisfy { $0.contains(NodeID(3)) }, "\(senders)")
            }
        }
    }
}
