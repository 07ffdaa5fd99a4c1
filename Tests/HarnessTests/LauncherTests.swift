// A launcher whose processes do not hear that they are to stop: at the second time it kills them.
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
}
