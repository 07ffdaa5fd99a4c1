// Address patterns: one text in a topology for the addresses of all nodes.
import Registry
import Testing

@testable import Scenario

@Suite("Address pattern")
struct AddressPatternTests {
    private static func read(_ json: String) throws(ConfigurationFault) -> TopologyFile {
        try TopologyFile.read(Array(json.utf8), name: "t.json")
    }

    private static func written(_ pattern: String, nodes: String = #"{"id": "a"}, {"id": "b"}"#) -> String {
        #"{"graph": {"gossipnode": {"version": 1, "address": "\#(pattern)"}}, "nodes": [\#(nodes)], "#
            + #""edges": [{"source": "a", "target": "b"}]}"#
    }

    @Test("every node without an address of its own gets the one of its index")
    func addresses() throws {
        #expect(
            try Self.read(Self.written("run-{index}.mesh:7600")).topology.addresses
                == ["run-0.mesh:7600", "run-1.mesh:7600"])
        #expect(
            try Self.read(Self.written("[::1]:{7600+index}", nodes: #"{"id": "a", "address": "h:1"}, {"id": "b"}"#))
                .topology.addresses == ["h:1", "[::1]:7601"])
        let ring = try Self.read(#"{"family": "ring", "nodes": 3, "address": "10.0.{index}.1:{1+index}"}"#)
        #expect(ring.topology.addresses == ["10.0.0.1:1", "10.0.1.1:2", "10.0.2.1:3"])
    }

    @Test("addresses change no digest, and are written out for each node")
    func digest() throws {
        let plain = try Self.read(#"{"family": "ring", "nodes": 3}"#)
        let ring = try Self.read(#"{"family": "ring", "nodes": 3, "address": "h{index}:1"}"#)
        #expect(ring.digest == plain.digest)
        #expect(try Self.read(ring.write()).topology.addresses == ["h0:1", "h1:1", "h2:1"])
        let later = try plain.addressed(by: AddressPattern("h{index}:1", key: "k"), key: "k")
        #expect(later.topology.addresses == ring.topology.addresses && later.digest == plain.digest)
    }

    @Test("a graph that changes keeps its schedule")
    func schedule() throws {
        let file = try Self.read(
            #"{"family": "ring", "nodes": 6, "schedule": {"kind": "randomMatching", "seed": 7}}"#)
        let later = try file.addressed(by: AddressPattern("h{index}:1", key: "k"), key: "k")
        #expect(later.digest == file.digest && later.topology.addresses[5] == "h5:1")
    }

    @Test(
        "what is no pattern is refused with its place",
        arguments: [
            "mesh:7600", "run-{id}.mesh:7600", "run-{index.mesh:7600", "{}:1", "h:{x+index}", "h:{65536+index}",
            "h:{-1+index}", "run-{index}", "-{index}:1", "h:{65535+index}", "h:{0+index}x",
        ])
    func mistakes(pattern: String) {
        let fault = #expect(throws: ConfigurationFault.self) { _ = try Self.read(Self.written(pattern)) }
        #expect(fault?.description.hasPrefix("t.json:1:") == true, "\(fault?.description ?? "")")
        #expect(fault?.description.contains("graph.gossipnode.address") == true, "\(fault?.description ?? "")")
    }

    @Test("a pattern that puts a node where another listens is refused")
    func shared() {
        let fault = #expect(throws: ConfigurationFault.self) {
            _ = try Self.read(Self.written("h:{1+index}", nodes: #"{"id": "a", "address": "h:2"}, {"id": "b"}"#))
        }
        #expect(fault?.description.contains("node 'b' at h:2, where another one listens") == true)
    }
}
