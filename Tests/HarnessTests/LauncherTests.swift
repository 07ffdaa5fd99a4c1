// A launcher whose processes do not hear that they are to stop: it kills them at the second time; or that do not know yet
// what it means.
import Kernels
import Scenario
import Testing

@testable import Harness
@testable import Platform

@Suite("Launcher")
struct LauncherTests {
    /// Says that it has begun, and then hears no request.
    private static let program = """
        #!/bin/sh
        trap '' TERM
        echo deaf
        exec sleep 600
        """

    @Test("who asks twice is not kept waiting: no clock is read before the processes are killed")
    func askedTwice() throws {
        let folder = try TemporaryDirectory()
        let (program, directory) = try standIn(Self.program, in: folder)
        var launcher = try Launcher(
            try smallAssembly(), in: directory, program: program, hasKeys: false, hasFaultyLinks: false)
        defer { launcher.endAll() }
        try launcher.launch(from: .afresh)
        var loop = PollLoop()
        for node in launcher.nodes {
            while try Files.read(node.folder.log).isEmpty, try node.process.poll() == nil {
                try loop.wait(until: MonotonicClock().now() + .milliseconds(2))
            }
        }
        try launcher.askToStop()
        #expect(launcher.wasStopped && launcher.isAwaited)
        for node in launcher.nodes { #expect(try node.process.poll() == nil, "it is deaf to the first request") }
        try launcher.askToStop()
        #expect(!launcher.isAwaited)
        #expect(launcher.nodes.map(\.status) == launcher.nodes.map { _ in .signalled(.kill) })
    }

    @Test("a process that is only starting when all are to stop is one that was stopped, else one that was killed")
    func stoppedEarly() throws {
        let folder = try TemporaryDirectory()
        let (program, directory) = try standIn("#!/bin/sh\nexec sleep 600\n", in: folder)
        var launcher = try Launcher(
            try smallAssembly(), in: directory, program: program, hasKeys: false, hasFaultyLinks: false)
        defer { launcher.endAll() }
        try launcher.launch(from: .afresh)
        try launcher.askToStop()
        for index in launcher.nodes.indices {
            launcher.nodes[index].status = try launcher.nodes[index].process.wait()
            #expect(launcher.nodes[index].status == .signalled(.terminate))
            #expect(launcher.nodes[index].lost(wasStopped: true).kind == .stopped)
            #expect(launcher.nodes[index].lost(wasStopped: false).kind == .killed)
        }
    }
}
