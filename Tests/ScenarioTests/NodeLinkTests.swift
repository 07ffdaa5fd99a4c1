// Topology files: both forms, what networkx writes, every refusal with its place, and the way back.
import Foundation
import Graphs
import Kernels
import Registry
import Scenario
import Testing

@Suite("Topology files")
struct NodeLinkTests {
    private func read(_ text: String) throws(ConfigurationFault) -> TopologyFile {
        try TopologyFile.read(Array(text.utf8), name: "t.json")
    }

    private func pairs(_ topology: Topology) -> [[String]] {
        topology.edges.map { [topology.labels[$0.source.index], topology.labels[$0.target.index]] }
    }

    @Test("edges of networkx 3.4 and later and links of earlier versions are read alike")
    func bothNames() throws {
        let text =
            #"{"directed": false, "multigraph": false, "graph": {}, "#
            + #""nodes": [{"id": 0}, {"id": 1}, {"id": 2}], "#
        let edges = #"[{"source": 0, "target": 1}, {"source": 2, "target": 1}]"#
        let new = try read(text + #""edges": \#(edges)}"#)
        let old = try read(text + #""links": \#(edges)}"#)
        let both = try read(text + #""links": \#(edges), "edges": \#(edges)}"#)
        #expect(new.topology == old.topology && new.topology == both.topology)
        #expect(new.topology.labels == ["0", "1", "2"])
        #expect(pairs(new.topology) == [["0", "1"], ["1", "2"]])
        #expect(new.weighting == .metropolisHastings)
        #expect(new.warnings.isEmpty)
    }

    @Test("ids may be texts, numbers and arrays, and the order of nodes gives their indices")
    func labels() throws {
        let file = try read(
            #"{"nodes": [{"id": "b"}, {"id": 1.5}, {"id": [0, 1]}], "#
                + #""edges": [{"source": [0, 1], "target": "b"}, {"source": 1.5, "target": "b"}]}"#)
        #expect(file.topology.labels == ["b", "1.5", "[0,1]"])
        #expect(pairs(file.topology) == [["b", "1.5"], ["b", "[0,1]"]])
    }

    @Test("a directed graph keeps its directions")
    func directed() throws {
        let file = try read(
            #"{"directed": true, "nodes": [{"id": "a"}, {"id": "b"}], "#
                + #""edges": [{"source": "b", "target": "a"}, {"source": "a", "target": "b"}]}"#)
        #expect(file.topology.directed)
        #expect(pairs(file.topology) == [["a", "b"], ["b", "a"]])
    }

    @Test("what is left out, unused or odd is a warning with its place and number")
    func warnings() throws {
        let file = try read(
            """
            {"multigraph": true, "graph": {"colour": 1},
             "nodes": [{"id": "a", "x": 1}, {"id": "b", "x": 2}, {"id": "c"}, {"id": "d"}],
             "edges": [{"source": "a", "target": "b", "key": 0, "weight": 0.5}, {"source": "b", "target": "a", "key": 1},
                       {"source": "c", "target": "c", "tag": "t"}, {"source": "c", "target": "d"}]}
            """)
        #expect(
            file.warnings == [
                "t.json:1:32: the attribute 'colour' of the graph is not used",
                "t.json:2:24: the attribute 'x' of nodes is not used (2 times)",
                "t.json:3:69: an edge that is in the file already counts once",
                "t.json:4:43: the attribute 'tag' of edges is not used",
                "t.json:4:12: an edge from a node to itself is left out",
                "the graph is in parts that no edge joins",
                "the weights of edges are not used, since graph.gossipnode.weights is not \"file\"",
            ])
        #expect(pairs(file.topology) == [["a", "b"], ["c", "d"]])
        #expect(file.topology.edges[0].weight == 0.5)
    }

    @Test("ends that are no ids but numbers are positions, as networkx 1 wrote them")
    func positions() throws {
        let text = #"{"nodes": [{"id": "a"}, {"id": "b"}, {"id": "c"}], "links": [{"source": 2, "target": 0}]}"#
        let file = try read(text)
        #expect(pairs(file.topology) == [["a", "c"]])
        #expect(file.warnings.first == "edges name their ends by position, as networkx 1 wrote them")
    }

    @Test("the file's weights are used if it says so")
    func fileWeights() throws {
        let file = try read(
            #"{"graph": {"gossipnode": {"version": 1, "weights": "file"}}, "nodes": [{"id": "a"}, {"id": "b"}], "#
                + #""edges": [{"source": "a", "target": "b", "weight": 0.25}]}"#)
        #expect(file.weighting == .file)
        #expect(file.weights.weights(at: NodeID(1)) == [0.25])
        #expect(file.warnings.isEmpty)
    }

    @Test("a graph without edges is read if the file asks for it")
    func noEdges() throws {
        let file = try read(
            #"{"graph": {"gossipnode": {"version": 1, "allowNoEdges": true}}, "nodes": [{"id": "a"}], "edges": []}"#)
        #expect(file.topology.nodeCount == 1)
        #expect(try read(file.write()).topology == file.topology)
    }

    @Test(
        "a family and a seed make a graph",
        arguments: [
            (#"{"family": "ring", "nodes": 16}"#, 16, 16),
            (#"{"family": "complete", "nodes": 5, "name": "k5"}"#, 5, 10),
            (#"{"family": "two-castle"}"#, 12, 60),
            (#"{"family": "randomRegular", "nodes": 64, "degree": 6, "seed": 7, "weights": "uniform"}"#, 64, 192),
        ])
    func generated(text: String, nodes: Int, edges: Int) throws {
        let file = try read(text)
        #expect(file.topology.nodeCount == nodes)
        #expect(file.topology.edges.count == edges)
        #expect(try read(text).digest == file.digest)
        let written = try read(file.write())
        #expect(written.topology == file.topology)
        #expect(written.digest == file.digest)
        #expect(written.warnings.isEmpty)
    }

    @Test("the digest knows labels, edges and weights, not names, addresses or layout")
    func digest() throws {
        func digest(
            nodes: String = #"[{"id": "a"}, {"id": "b"}, {"id": "c"}]"#,
            edges: String = #"[{"source": "a", "target": "b"}, {"source": "b", "target": "c"}]"#,
            graph: String = #"{}"#, directed: Bool = false
        ) throws -> String {
            try read(#"{"directed": \#(directed), "graph": \#(graph), "nodes": \#(nodes), "edges": \#(edges)}"#).digest
        }
        let reference = try digest()
        #expect(reference == "284c3089c559008b68d9205407c702f1ba9fcba00ae1a7f846e744f200af83cc")
        #expect(try digest(graph: #"{"name": "x"}"#) == reference)
        #expect(try digest(nodes: #"[{"id": "a", "address": "h:1"}, {"id": "b"}, {"id": "c"}]"#) == reference)
        #expect(try digest(edges: #"[{"target": "b", "source": "c"},   {"source": "b", "target": "a"}]"#) == reference)
        #expect(
            try digest(edges: #"[{"source": "a", "target": "b", "weight": 2}, {"source": "b", "target": "c"}]"#)
                == reference)
        #expect(try digest(nodes: #"[{"id": "a"}, {"id": "c"}, {"id": "b"}]"#) != reference)
        #expect(try digest(edges: #"[{"source": "a", "target": "c"}, {"source": "b", "target": "c"}]"#) != reference)
        #expect(try digest(graph: #"{"gossipnode": {"version": 1, "weights": "uniform"}}"#) != reference)
        #expect(try digest(directed: true) != reference)
    }

    @Test(
        "the files of Topologies are read without a warning and survive being written out",
        arguments: ["quickstart-16", "ring-16", "complete-16", "random-regular-64", "two-castle", "one-way-8"])
    func shippedFiles(name: String) throws {
        let file = try shipped(name)
        #expect(file.warnings.isEmpty)
        #expect(file.topology.isConnected)
        #expect(try read(file.write()).digest == file.digest)
    }

    @Test("quickstart-16 stands its three hostile nodes")
    func quickstart() throws {
        let file = try shipped("quickstart-16")
        let topology = file.topology
        let hostile = ["3", "7", "11"].compactMap(topology.node(labelled:))
        let honest = topology.nodes.filter { !hostile.contains($0) }
        #expect(topology.nodes.allSatisfy { topology.degree(of: $0) == 6 })
        #expect(hostile.allSatisfy { node in !topology.neighbours(of: node).contains(where: hostile.contains) })
        #expect(honest.allSatisfy { topology.neighbours(of: $0).filter(hostile.contains).count <= 2 })
        #expect(abs(SpectralGap(of: file.weights).gamma - 0.5252473547052464) < 1e-12)
        #expect(abs(SpectralGap(of: file.weights, among: honest).gamma - 0.4223896452031539) < 1e-12)
        #expect(abs(LaplacianSpectrum(of: topology, among: honest).connectivity - 2.9567275164220757) < 1e-12)
    }

    private func shipped(_ name: String) throws -> TopologyFile {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../..")
        let data = try Data(contentsOf: root.appending(path: "Topologies/\(name).json"))
        return try TopologyFile.read(Array(data), name: name)
    }

    @Test("mutated files are read or refused, never worse", arguments: 1...50 as ClosedRange<UInt64>)
    func mutations(seed: UInt64) throws {
        var random = RandomStream(seed: seed, purpose: .faults)
        let original =
            Array(
                #"{"directed":true,"graph":{"gossipnode":{"version":1,"weights":"file"}},"nodes":[{"id":0},{"id":1},{"id":"2"}],"#
                    .utf8)
            + Array(#""edges":[{"source":0,"target":1,"weight":1},{"source":1,"target":"2","weight":0.2}]}"#.utf8)
        let favourites = Array(#"0123-e.,:[]{}""#.utf8)
        for _ in 0..<100 {
            var bytes = original
            for _ in 0...random.below(2) {
                let slot = random.below(bytes.count)
                if random.below(3) == 0 {
                    bytes.remove(at: slot)
                } else {
                    bytes[slot] = favourites[random.below(favourites.count)]
                }
            }
            do throws(ConfigurationFault) {
                let file = try TopologyFile.read(bytes, name: "t.json")
                #expect(try read(file.write()).topology == file.topology)
            } catch {
                #expect(error.place.hasPrefix("t.json:"))
            }
        }
    }

    @Test("what is wrong is refused at its place", arguments: topologyMistakes)
    func refusals(text: String, expected: String) {
        let fault = #expect(throws: ConfigurationFault.self) { try read(text) }
        #expect(fault?.description == "t.json:" + expected)
    }
}
