// Key files: both ends of an edge get its key and nobody else does; mistakes are named without telling a secret.
import Graphs
import Kernels
import Registry
import Testing
import Wire

@testable import Scenario

@Suite("Key files")
struct KeyFileTests {
    private static let topology = Array(
        """
        {"nodes": [{"id": "a"}, {"id": "b"}, {"id": "c"}, {"id": "d"}],
         "edges": [{"source": "a", "target": "b"}, {"source": "c", "target": "a"}, {"source": "c", "target": "d"}]}
        """.utf8)

    private static func file(tap: Edge? = nil) throws -> TopologyFile {
        let file = try TopologyFile.read(topology, name: "topology.json")
        return try tap.map { try file.tapped(by: [$0]) } ?? file
    }

    /// The files of all nodes, of keys that count up.
    private static func generated(_ file: TopologyFile) throws -> [KeyFile] {
        var next: UInt8 = 0
        let files = KeyFile.generate(for: file) { count in
            next += 1
            return [UInt8](repeating: next, count: count)
        }
        return try files.map { try KeyFile($0.json, name: "key.json") }
    }

    @Test("both ends of each edge hold its key, and no two edges have one key")
    func edges() throws {
        let file = try Self.file()
        let files = try Self.generated(file)
        let rings = try zip(file.topology.nodes, files).map { try $1.ring(of: $0, in: file, name: "key.json") }
        var seen: [EdgeKey] = []
        for a in file.topology.nodes {
            for b in file.topology.nodes {
                let areLinked = file.topology.neighbours(of: a).contains(b)
                #expect((rings[a.index][b] != nil) == areLinked)
                #expect(rings[a.index][b] == rings[b.index][a])
                if a < b, let key = rings[a.index][b] {
                    #expect(!seen.contains(key))
                    seen.append(key)
                }
            }
        }
        #expect(seen.count == 3)
    }

    @Test("an eavesdropping link has a key as well")
    func taps() throws {
        let file = try Self.file(tap: Edge(NodeID(1), NodeID(3)))
        let files = try Self.generated(file)
        let overheard = try files[1].ring(of: NodeID(1), in: file, name: "")[NodeID(3)]
        #expect(overheard != nil)
        #expect(try files[3].ring(of: NodeID(3), in: file, name: "")[NodeID(1)] == overheard)
    }

    private static let digits = String(repeating: "5e", count: 32)
    private static let others = String(repeating: "5f", count: 32)
    private static let thirds = String(repeating: "6e", count: 32)

    @Test(
        "a file that does not fit is refused in one sentence, which quotes no key",
        arguments: [
            (#"{"version": 1, "node": "b", "keys": {"a": "\#(digits)"}}"#, "the keys of node 'b', not 'a'"),
            (#"{"version": 1, "node": "a", "keys": {"b": "\#(digits)"}}"#, "no key of the edge to 'c'"),
            (
                #"{"version": 1, "node": "a", "keys": {"b": "\#(digits)", "c": "\#(others)", "d": "\#(thirds)"}}"#,
                "unknown neighbour 'd'"
            ),
            (
                #"{"version": 1, "node": "a", "keys": {"b": "\#(digits)", "c": "\#(digits)"}}"#,
                "the edges to 'b' and 'c' have the same key; allowed: a key of its own for each"
            ),
            (#"{"family": "ring", "nodes": 4}"#, "k.json:1:1: this is a graph, not the key file of a node"),
            (#"{"version": 1, "node": "a", "keys": {"b": "\#(digits)5"}}"#, "k.json:1:43: keys.b is no key"),
            (#"{"version": 1, "node": "a", "keys": {"b": "\#(digits.uppercased())"}}"#, "keys.b is no key"),
            (#"{"version": 1, "node": "a", "keys": {"b": 7}}"#, "keys.b is no key"),
            (#"{"version": 2, "node": "a", "keys": {}}"#, "version is 2"),
            (#"{"version": 1, "node": "a", "keys": {}, "kys": 1}"#, "did you mean 'keys'?"),
            (#"{"version": 1, "node": "a"}"#, "keys is missing"),
        ])
    func mistakes(text: String, complaint: String) throws {
        let file = try Self.file()
        let fault = try #require(throws: ConfigurationFault.self) {
            _ = try KeyFile(Array(text.utf8), name: "k.json").ring(of: NodeID(0), in: file, name: "k.json")
        }
        #expect(fault.description.contains(complaint), "\(fault)")
        #expect(!fault.description.contains("5e5e") && !fault.description.contains("5E5E"))
    }
}
