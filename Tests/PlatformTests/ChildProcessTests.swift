// Children: how they end, what they inherit, and that they notice when their launcher is gone.
import Platform
import Testing

extension PlatformTests {
    @Suite("Child processes", .timeLimit(.minutes(1))) struct ChildProcessTests {
        @Test("the exit status is seen, and seen again", arguments: [0, 3, 255] as [Int32])
        func exitStatus(code: Int32) throws {
            let child = try ChildProcess("/bin/sh", ["-c", "exit \(code)"])
            #expect(try child.wait() == .exited(code))
            #expect(try child.poll() == .exited(code))
            #expect(child.status?.description == "ended with status \(code)")
            try child.send(.terminate)
        }

        @Test("a signal that ends a child is named", arguments: [Signal.terminate, .kill, .interrupt])
        func signalled(signal: Signal) throws {
            let lifeline = try Lifeline()
            let child = try WatchedChild("/bin/cat", ["/dev/fd/3"], lifeline: lifeline)
            #expect(try child.process.poll() == nil)
            try child.process.send(signal)
            #expect(try child.ending() == .signalled(signal))
            #expect(child.process.status?.description == "killed by \(signal)")
        }

        @Test("a program that is not there is named")
        func missing() {
            let fault = #expect(throws: SystemFault.self) { try ChildProcess("/nonexistent/gossipnode") }
            #expect(
                fault?.description == "cannot start /nonexistent/gossipnode: No such file or directory (ENOENT)")
        }

        @Test("both outputs, the environment and the arguments reach the child")
        func output() throws {
            let folder = try TemporaryDirectory()
            let log = "\(folder.path)/log.txt"
            let script = "echo \"$1 $GOSSIP $GOSSIPNODE_LIFELINE\"; echo trouble >&2; cat"
            let child = try ChildProcess(
                "/bin/sh", ["-c", script, "sh", "an argument"], environment: [("GOSSIP", "a=b")], output: .file(log),
                lifeline: Lifeline())
            #expect(try child.wait() == .exited(0))
            #expect(try Files.read(log) == Array("an argument a=b 3\ntrouble\n".utf8))
        }

        @Test("one of many is put where the others are, and whoever is started after them is not")
        func addresses() throws {
            let folder = try TemporaryDirectory()
            func said(by file: String, isOneOfMany: Bool) throws -> String {
                let log = "\(folder.path)/log-\(file)-\(isOneOfMany)-\(try Files.names(in: folder.path).count)"
                let child = try ChildProcess(
                    "/bin/cat", ["/proc/self/\(file)"], output: .file(log), isOneOfMany: isOneOfMany)
                #expect(try child.wait() == .exited(0))
                return String(decoding: try Files.read(log), as: UTF8.self)
            }
            let usual = try said(by: "personality", isOneOfMany: false)
            // A container may not allow it.
            if try said(by: "personality", isOneOfMany: true).dropFirst(3).first == "4" {
                #expect(try said(by: "maps", isOneOfMany: true) == said(by: "maps", isOneOfMany: true))
            }
            #expect(try said(by: "personality", isOneOfMany: false) == usual)
            let isRandom = try Files.read("/proc/sys/kernel/randomize_va_space").first == UInt8(ascii: "2")
            guard isRandom, usual.dropFirst(3).first == "0" else { return }
            #expect(try said(by: "maps", isOneOfMany: false) != said(by: "maps", isOneOfMany: false))
        }

        @Test("a child leads its own process group and inherits none of this process's descriptors")
        func isolation() throws {
            let folder = try TemporaryDirectory()
            let log = "\(folder.path)/log.txt"
            let pipe = try FileDescriptor.pipe()
            let (listener, _) = try Socket.listen(on: SocketAddress("127.0.0.1:0"))
            let script = "cut -d' ' -f5 /proc/$$/stat; for n in $*; do [ -e /proc/$$/fd/$n ] && echo $n; done; exit 0"
            // One of them may have the number that the child finds its lifeline on.
            let numbers = [pipe.reading, pipe.writing, listener].map { "\($0.number)" }.filter { $0 != "3" }
            let child = try ChildProcess(
                "/bin/sh", ["-c", script, "sh", "3"] + numbers, output: .file(log), lifeline: Lifeline())
            #expect(try child.wait() == .exited(0))
            #expect(try Files.read(log) == Array("\(child.processIdentifier)\n3\n".utf8))
            withExtendedLifetime((pipe, listener)) {}
        }

        @Test("children end when the lifeline's holder lets go")
        func lifeline() throws {
            var lifeline: Lifeline? = try Lifeline()
            let children = try (0..<3).map { _ in
                try WatchedChild("/bin/sh", ["-c", "cat <&3; exit 7"], lifeline: lifeline)
            }
            #expect(try children.allSatisfy { try $0.process.poll() == nil })
            lifeline = nil
            for child in children { #expect(try child.ending() == .exited(7)) }
        }

        @Test("a process started by hand has no lifeline")
        func noLifeline() { #expect(Lifeline.inherited() == nil) }

        @Test("signals arrive as input, the end of a child among them")
        func signals() throws {
            let signals = try Signals([.child, Signal(10)])
            let child = try ChildProcess("/bin/sh", ["-c", "kill -USR1 $PPID"])
            var received: Set<Signal> = []
            while received.count < 2, try becomesReady(signals.descriptor) { received.formUnion(try signals.take()) }
            #expect(Set(received.map(\.description)) == ["SIGUSR1", "SIGCHLD"])
            #expect(try child.wait() == .exited(0))
            // Children of suites that run at the same time end too.
            #expect(try signals.take().allSatisfy { $0 == .child })
        }
    }
}
