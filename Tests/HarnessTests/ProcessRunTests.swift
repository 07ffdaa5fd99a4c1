// Process runs with programs that are no nodes: what the laboratory makes of children that start and do nothing.
import Kernels
import Scenario
import Testing

@testable import Harness
@testable import Platform

@Suite("Process run")
struct ProcessRunTests {
    /// Node 0 ends at once, node 1 is stopped by a signal, and the others stand still.
    private static let program = """
        #!/bin/sh
        case "$*" in
        *"--node 0 "*) exit 0 ;;
        *"--node 1 "*) kill -STOP $$ ;;
        esac
        exec sleep 600
        """

    @Test("nodes whose addresses only this host reaches are told from those that are open to strangers")
    func loopback() {
        let local = [nil, "127.0.0.1:0", "127.1.2.3:7600", "localhost:7600", "[::1]:7600"]
        #expect(ChildProcess.areOnLoopback(local) && ChildProcess.areOnLoopback([]))
        for other in ["0.0.0.0:7600", "10.0.0.1:7600", "127.example:7600", "[::]:7600", "host:0"] {
            #expect(!ChildProcess.areOnLoopback(local + [other]), "\(other)")
        }
    }

    @Test("nodes whose loops do not stir are ended and named, as stopped by a signal where they are")
    func hung() throws {
        let folder = try TemporaryDirectory()
        let (program, directory) = try standIn(Self.program, in: folder)
        let assembly = try smallAssembly()
        // Each seems to have stirred once; else it would be given the time that a start may take.
        for node in assembly.topology.nodes {
            try Files.makeDirectory(directory.node(node).path)
            try Files.write(Heartbeat(beats: 1, round: 0).encoded, to: directory.node(node).heartbeat)
        }
        var run = try ProcessRun(assembly, in: directory, program: program, longestSilence: .milliseconds(200))
        let reasons = try run.run { _ in }.lost.map(\.reason)
        #expect(reasons[0] == "ended with status 0")
        #expect(reasons[1] == "hung: its loop had not stirred for 0 s (a signal had stopped it), and was killed")
        #expect(reasons[2...].allSatisfy { $0 == "hung: its loop had not stirred for 0 s, and was killed" })
    }
}

/// A script in the place of the node program, and the directory of a run for it to be started in.
func standIn(_ script: String, in folder: borrowing TemporaryDirectory) throws -> (program: String, RunDirectory) {
    let program = "\(folder.path)/program"
    try Files.write(Array(script.utf8), to: program)
    #expect(try ChildProcess("chmod", ["+x", program]).wait() == .exited(0))
    let directory = RunDirectory("\(folder.path)/run")
    try Files.makeDirectory(directory.path)
    try Files.write([], to: directory.experiment)
    return (program, directory)
}
