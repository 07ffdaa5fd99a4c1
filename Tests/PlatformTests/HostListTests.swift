// Host lists: files of hosts and slots, the short forms of Slurm, and which node is where by them.
import Registry
import Testing

@testable import Platform

@Suite("Host lists")
struct HostListTests {
    private static func environment(_ variables: [String: String], host: String) -> LaunchEnvironment {
        LaunchEnvironment(hostName: host) { variables[$0] }
    }

    private static func line(_ body: () throws -> Void) -> String {
        do {
            try body()
            return ""
        } catch { return "\(error)" }
    }

    @Test("a file gives each node its host and a port of its own, slot after slot")
    func file() throws {
        let text = """
            # two machines
            alpha 2
            beta.cluster slots=1   # the small one

            fd00::7
            10.0.0.9 1 all.q <NULL>

            """
        let hosts = try HostList(text, name: "hosts")
        #expect(
            try hosts.addresses(of: 5, port: 7600)
                == ["alpha:7600", "alpha:7601", "beta.cluster:7602", "[fd00::7]:7603", "10.0.0.9:7604"])
        #expect(Self.line { _ = try hosts.addresses(of: 6, port: 1) }.contains("5 slots for the topology's 6 nodes"))
        #expect(Self.line { _ = try hosts.addresses(of: 5, port: 65_534) }.contains("allowed: up to 65531"))
    }

    @Test("what is no host is refused with its line", arguments: ["a x", "a 0", "a -1", "a slots=", "-a", "a_b:7 1"])
    func mistakes(text: String) {
        #expect(Self.line { _ = try HostList("alpha\n\(text)\n", name: "hosts") }.hasPrefix("hosts:2: "), "\(text)")
    }

    @Test("hosts in Slurm's short form are written out")
    func slurmHosts() throws {
        let given: [(String, [String])] = [
            ("a", ["a"]), ("a,b", ["a", "b"]), ("n[1-3]", ["n1", "n2", "n3"]),
            ("gpu[08-10,12],login", ["gpu08", "gpu09", "gpu10", "gpu12", "login"]),
            ("r[1-2]n[01-02]-ib", ["r1n01-ib", "r1n02-ib", "r2n01-ib", "r2n02-ib"]),
            ("n[099-101]", ["n099", "n100", "n101"]), ("[a,b][1-2]x", ["a1x", "a2x", "b1x", "b2x"]),
            (String(repeating: "[1]", count: 16), [String(repeating: "1", count: 16)]),
        ]
        let brackets = [String(repeating: "[1]", count: 17), String(repeating: "[0-9]", count: 6)]
        for (text, hosts) in given { #expect(try SlurmNodeList.hosts(text, variable: "LIST") == hosts) }
        for text in ["", "a,", "n[1-3", "n1-3]", "n[3-1]", "n[]", "n[a-b]", "n[1-9999999]", "n[[1]]", "n[1-]"]
            + brackets
        {
            #expect(Self.line { _ = try SlurmNodeList.hosts(text, variable: "LIST") }.contains("no list of Slurm's"))
        }
        #expect(try SlurmNodeList.counts("2(x3),1", variable: "COUNTS") == [2, 2, 2, 1])
        for text in ["", "2(x0)", "2(x)", "x", "2,,1", "-1", "1(x9999999)"] {
            #expect(!Self.line { _ = try SlurmNodeList.counts(text, variable: "COUNTS") }.isEmpty, "\(text)")
        }
    }

    @Test("a Slurm step says which node is where, in blocks or dealt in turn; the host itself must agree")
    func slurmStep() throws {
        let step = ["SLURM_STEP_NODELIST": "n[1-2]", "SLURM_STEP_TASKS_PER_NODE": "3,1", "SLURMD_NODENAME": "n1"]
        let block = try Self.environment(step, host: "x").hosts()
        #expect(block.hosts == ["n1", "n1", "n1", "n2"])
        let turns = step.merging(["SLURM_DISTRIBUTION": "cyclic"]) { $1 }
        #expect(try Self.environment(turns, host: "x").hosts().hosts == ["n1", "n2", "n1", "n1"])
        try block.check(rank: 2, isOn: Self.environment(step, host: "x"))
        #expect(
            Self.line { try block.check(rank: 3, isOn: Self.environment(step, host: "x")) }
                .hasPrefix("--hosts: node 3 is on n2 by the list, and this process is on n1;"))
        // A list of addresses says nothing of names.
        try HostList("10.0.0.1 4", name: "").check(rank: 3, isOn: Self.environment([:], host: "n1"))
        let plane = step.merging(["SLURM_DISTRIBUTION": "plane=2"]) { $1 }
        #expect(Self.line { _ = try Self.environment(plane, host: "x").hosts() }.contains("block or cyclic"))
        #expect(Self.line { _ = try Self.environment([:], host: "x").hosts() }.contains("no launcher says"))
    }

    @Test("short names of hosts are compared, addresses whole")
    func short() {
        #expect(HostList.short("N1.cluster.example") == "n1" && HostList.short("10.0.0.1") == "10.0.0.1")
        #expect(HostList.short("fd00::7") == "fd00::7")
    }
}
