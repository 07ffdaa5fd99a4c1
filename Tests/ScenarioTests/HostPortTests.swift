// Addresses by their form, and those of the nodes of a topology.
import Kernels
import Registry
import Scenario
import Testing

@Suite("Addresses")
struct HostPortTests {
    @Test(
        "hosts are IPv4 addresses, IPv6 addresses in brackets, and names",
        arguments: [
            "127.0.0.1:7600", "0.0.0.0:0", "255.255.255.255:65535", "[::]:1", "[::1]:7600", "[1::]:1", "[1::8]:1",
            "[1:2:3:4:5:6:7:8]:1", "[1:2:3:4:5:6:1.2.3.4]:1", "[::ffff:10.0.0.1]:80", "[fe80::1%eth0]:1", "localhost:1",
            "node-7.example.org:1", "gpu_3:1", "7up.example:1", "a:1", "xn--nxasmq6b.example:1",
        ])
    func good(text: String) throws {
        #expect(try HostPort(text).description == text)
    }

    @Test("the case of names and of hexadecimal digits makes no other address")
    func equality() throws {
        #expect(try HostPort("Node7:80") == HostPort("node7:080"))
        #expect(try HostPort("[FE80::A]:1") == HostPort("[fe80::a]:1"))
        #expect(try HostPort("node7:80") != HostPort("node7:81"))
    }

    @Test(
        "everything else is refused, and what is allowed is said",
        arguments: [
            "", ":", "7600", ":7600", "localhost", "localhost:", "localhost:x", "localhost:-1", "localhost:+1",
            "localhost:65536", "localhost:99999999999999999999", "localhost: 1", " localhost:1", "::1:80", "[::1]",
            "[::1:80", "[]:1", "[:]:1", "[:1]:1", "[1:]:1", "[1::2::3]:1", "[:::]:1", "[1:2:3:4:5:6:7]:1",
            "[1:2:3:4:5:6:7:8:9]:1", "[1:2:3:4:5:6:7::8]:1x", "[12345::]:1", "[g::]:1", "[::1%]:1", "[::1.2.3]:1",
            "256.1.1.1:1", "1.2.3:1", "1.2.3.4.5:1", "1:1", "a..b:1", ".a:1", "a.:1", "-a:1", "a-:1", "é:1", "a b:1",
            "a/b:1", "a@b:1", "http://a:1",
        ])
    func bad(text: String) {
        let fault = #expect(throws: ConfigurationFault.self) { try HostPort(text, key: "nodes[3].address") }
        #expect(
            fault?.description == "nodes[3].address is '\(text)'; allowed: host:port with a port from 0 to 65535, "
                + "as in 127.0.0.1:7600 or [::1]:7600")
    }

    @Test(
        "a topology is read with them: each of its form, and no two nodes with one",
        arguments: [
            ("h1:70000", "h2:1", "t.json:1:33: nodes[0].address is 'h1:70000'; allowed: host:port with a port from 0"),
            ("h1", "h2:1", "t.json:1:33: nodes[0].address is 'h1'; allowed: host:port"),
            (
                "h1:7600", "H1:7600",
                "t.json:1:67: nodes[1].address is 'H1:7600', where node 'a' listens; allowed: an address of its own"
            ),
            ("h1:0", "h1:0", ""), ("h1:1", "h1:2", ""), ("h1:1", "h2:1", ""),
        ])
    func topologies(one: String, other: String, complaint: String) {
        let text =
            #"{"nodes": [{"id": "a", "address": "\#(one)"}, {"id": "b", "address": "\#(other)"}], "#
            + #""edges": [{"source": "a", "target": "b"}]}"#
        let line = message { () throws(ConfigurationFault) in
            _ = try TopologyFile.read(Array(text.utf8), name: "t.json")
        }
        // The second place depends on the first address.
        let place = complaint.split(separator: " ").first ?? ""
        #expect(complaint.isEmpty ? line.isEmpty : line.contains(complaint.dropFirst(place.count)), "\(line)")
        #expect(complaint.isEmpty || line.hasPrefix("t.json:1:"))
    }
}
