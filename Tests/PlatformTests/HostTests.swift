// The host: faults in words, limits, clocks, entropy, the processor.
import Registry
import Testing

@testable import Platform

extension PlatformTests {
    @Suite("Host") struct HostTests {
        @Test("a fault about too many open files names the limit")
        func openFilesFault() {
            let limit = HostLimits.openFiles().soft
            #expect(
                SystemFault("open", "model.bin", errno: 24).description
                    == "cannot open model.bin: Too many open files (EMFILE); the limit is \(limit) (ulimit -n)")
        }

        @Test("a limit that is too low is named before anything starts")
        func limits() throws {
            let fault = #expect(throws: ConfigurationFault.self) {
                try HostLimits.check(openFiles: 1040, for: "a node with 1,024 neighbours", limit: 256)
            }
            #expect(
                fault?.description
                    == "a node with 1,024 neighbours needs 1,040 open files, the limit is 256 (ulimit -n)")
            try HostLimits.check(openFiles: 256, for: "a node", limit: 256)
            let processes = #expect(throws: ConfigurationFault.self) {
                try HostLimits.check(processes: 1_000_000, for: "the run", limit: 999)
            }
            #expect(
                processes?.description == "the run needs 1,000,000 processes, the limit is 999 (ulimit -u)")
        }

        @Test("processors are those that a process may use")
        func processors() {
            let status = "Name:\tnode\nCpus_allowed:\t3,00000010\nCpus_allowed_list:\t4,32-33\n"
            #expect(HostLimits.allowedProcessors(in: Array(status.utf8)) == 3)
            #expect(HostLimits.allowedProcessors(in: Array("Name:\tnode\n".utf8)) == 0 && HostLimits.processors > 0)
        }

        @Test("a control group leaves its limit but for what is its own, and none where it has none")
        func groupMemory() {
            let use = Array("anon 300\nfile 5000\nanon_thp 7\n".utf8)
            #expect(HostLimits.memory(leftOf: Array("1000\n".utf8), use: use, own: "anon") == 700)
            #expect(HostLimits.memory(leftOf: Array("200\n".utf8), use: use, own: "anon") == 0)
            #expect(HostLimits.memory(leftOf: Array("1000\n".utf8), use: [], own: "anon") == 1000)
            #expect(HostLimits.memory(leftOf: Array("max\n".utf8), use: use, own: "anon") == nil)
            #expect(HostLimits.memory(leftOf: [], use: use, own: "anon") == nil)
            #expect(HostLimits.freeMemory() > 1_000_000)
        }

        @Test("the limit of open files can be raised to the hard one")
        func raising() {
            let raised = HostLimits.raiseOpenFiles()
            #expect(raised.soft == raised.hard && raised == HostLimits.openFiles())
            #expect(HostLimits.processes().soft > 0)
        }

        @Test(
            "the calendar is written in coordinated universal time",
            arguments: [(0, "19700101-000000"), (951_782_400, "20000229-000000"), (1_795_233_906, "20261121-040506")])
        func calendar(seconds: Int, text: String) {
            #expect(WallClock.stamp(secondsSince1970: seconds) == text)
        }

        @Test("the monotonic clock does not go back")
        func clock() {
            let moments = (0..<1000).map { _ in MonotonicClock().now() }
            #expect(zip(moments, moments.dropFirst()).allSatisfy { $0 <= $1 })
        }

        @Test("the clock of a thread goes on while the thread computes")
        func threadClock() {
            let start = ThreadClock().now()
            var moments = [start]
            while moments.last == start { moments.append(ThreadClock().now()) }
            #expect(zip(moments, moments.dropFirst()).allSatisfy { $0 <= $1 })
        }

        @Test("memory is read as the kernel writes it, and only of processes that are there")
        func memory() throws {
            let status = "Name:\tnode\nVmPeak:\t   99999 kB\nVmHWM:\t    8120 kB\nVmRSS:\t    7000 kB\n"
            #expect(ProcessMemory.peakBytes(status: status) == 8_120 * 1024)
            #expect(ProcessMemory.peakBytes(status: "Name:\tended\n") == nil)
            #expect(ProcessMemory.peakBytes(of: -1) == nil)
            let before = try #require(ProcessMemory.peakBytes())
            let values = [UInt8](repeating: 1, count: before)
            #expect(try #require(ProcessMemory.peakBytes()) > before && values.last == 1)
        }

        @Test("entropy differs from call to call")
        func entropy() {
            #expect(Entropy.bytes(32).count == 32)
            #expect(Set((0..<100).map { _ in Entropy.bytes(8) }).count == 100)
        }

        @Test("a processor without AVX2 is refused")
        func processor() throws {
            try Processor.check()
            try Processor.check(description: "flags\t\t: fpu avx avx2 bmi2\n")
            let fault = #expect(throws: ConfigurationFault.self) {
                try Processor.check(description: "flags : fpu avx avx2_not\n")
            }
            #expect(fault?.description.contains("GOSSIPNODE_PORTABLE=1") == true)
        }
    }
}
