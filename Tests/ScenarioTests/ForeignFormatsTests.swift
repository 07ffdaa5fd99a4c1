// Files of others and files in the wrong place: what they are is said in one line, with what is allowed instead.
import JSON
import Registry
import Testing

@testable import Scenario

@Suite("Foreign and mistaken files")
struct ForeignFormatsTests {
    private func ofTopology(_ text: String) -> String {
        message { () throws(ConfigurationFault) in _ = try TopologyFile.read(Array(text.utf8), name: "f") }
    }

    private func ofExperiment(_ text: String) -> String {
        message { () throws(ConfigurationFault) in _ = try Experiment(Array(text.utf8), name: "f") }
    }

    static let foreign: [(String, String)] = [
        (
            #"{"graph": {"nodes": {"a": {}, "b": {}}, "edges": [{"source": "a", "target": "b"}]}}"#, "JSON Graph Format"
        ),
        (#"{"graph": {"directed": false, "nodes": [{"id": "0"}]}}"#, "JSON Graph Format"),
        (#"{"graphs": [{"nodes": []}]}"#, "JSON Graph Format"),
        (#"{"network": {"nodes": [{"id": "site-1", "neighbors": [{"id": "site-2"}]}]}}"#, "NVFlare"),
        (#"{"nodes": [{"id": "site-1", "neighbors": [{"id": "site-2", "weight": 0.1}]}]}"#, "NVFlare"),
        (#"{"elements": {"nodes": [{"data": {"id": "a"}}], "edges": []}}"#, "Cytoscape"),
        (#"{"format_version": "1.0", "elements": [{"data": {"id": "a"}}]}"#, "Cytoscape"),
        (#"[{"data": {"id": "a"}}, {"data": {"source": "a", "target": "b"}}]"#, "Cytoscape"),
        (#"{"nodes": [{"data": {"id": "a"}}], "edges": []}"#, "Cytoscape"),
        (#"{"attributes": {}, "nodes": [{"key": "a"}], "edges": [{"source": "a", "target": "b"}]}"#, "graphology"),
        (#"{"nodes": [{"id": 1}, {"id": 2}], "edges": [{"from": 1, "to": 2}]}"#, "vis.js"),
        (#"{"nodes": [{"name": "a"}, {"name": "b"}], "links": [{"source": 0, "target": 1, "value": 5}]}"#, "D3"),
        (#"{"adjacency": []}"#, "networkx's adjacency data"), (#"{"id": 0, "children": []}"#, "networkx's tree data"),
        (#"[["a", "b"], ["b", "c", 0.5]]"#, "a list of edges"), (#"[{"source": 0, "target": 1}]"#, "a list of edges"),
        ("[[0,1,1,0],[1,0,1,1],[1,1,0,1],[0,1,1,0]]", "an adjacency matrix"),
        ("<?xml version=\"1.0\"?><graphml/>", "GraphML"), ("0 1\n1 2\n", "a list of edges in plain text"),
        ("\u{FEFF}# nodes\n\n  a\tb 0.5\n", "a list of edges in plain text"),
        ("source,target\r\na,b\r\n", "a list of edges in plain text"), ("digraph { a -> b }", "DOT"),
        ("strict graph g {}", "DOT"), ("graph [\n node [ id 1 ] ]", "GML"), ("Creator \"x\"\ngraph [", "GML"),
        ("*Vertices 3", "Pajek"), ("%%MatrixMarket matrix coordinate", "Matrix Market"),
    ]

    @Test("a graph of another program is named, and what is read instead", arguments: foreign)
    func named(text: String, format: String) {
        let line = ofTopology(text)
        #expect(line.hasPrefix("f:1:1: this looks like ") && line.contains(format), "\(line)")
        #expect(line.contains("not possible yet; allowed: what networkx.node_link_data writes, or a family as in {"))
        #expect(!line.contains("\n"))
    }

    @Test("and is named where an experiment is expected as well", arguments: foreign)
    func namedAsExperiment(text: String, format: String) {
        let line = ofExperiment(text)
        #expect(line.contains(format) && line.contains("not an experiment"), "\(line)")
    }

    @Test(
        "graphs of networkx and D3 version 4 are not foreign",
        arguments: [
            #"{"nodes": [{"id": "a"}, {"id": "b"}], "links": [{"source": "a", "target": "b", "value": 3}]}"#,
            #"{"nodes": [{"id": "a"}, {"id": "b"}], "links": [{"source": 0, "target": 1}]}"#,
            #"{"graph": {"name": "g"}, "nodes": [{"id": "a"}, {"id": "b"}], "edges": [{"source": "a", "target": "b"}]}"#,
        ])
    func ours(text: String) {
        #expect(ofTopology(text).isEmpty)
    }

    @Test("one of our own files in the place of another is named with what to do")
    func mistaken() {
        let (graph, sweep) = (#"{"family": "ring", "nodes": 4}"#, #"{"base": "quickstart", "grid": {"seed": [1]}}"#)
        #expect(
            ofExperiment(graph)
                == "f:1:1: this is a graph, not an experiment; 'gossiplab run quickstart --set topology=f' runs one on it"
        )
        #expect(ofExperiment(sweep) == "f:1:1: this is a sweep, not an experiment; 'gossiplab sweep f' runs it")
        #expect(ofExperiment(#"{"version": 1, "node": "a", "keys": {}}"#).contains("the key file of a node"))
        #expect(ofTopology(#"{"training": {"rounds": 3}}"#).hasPrefix("f:1:1: this is an experiment, not a graph"))
        #expect(ofTopology(sweep).hasPrefix("f:1:1: this is a sweep, not a graph"))
        let text = Array(#"{"training": {"rounds": 3}}"#.utf8)
        let fault = #expect(throws: ConfigurationFault.self) {
            try FileKind.sweep.refuseOthers(StrictJSON.read(text, name: "e.json"))
        }
        #expect(
            fault?.description == "e.json:1:1: this is an experiment, not a sweep; 'gossiplab run e.json' runs it, "
                + #"{"base": "e.json", "grid": {"seed": [1, 2, 3]}} is a sweep of it"#)
    }

    @Test("what is nothing of all that is judged as what was expected", arguments: ["{}", #"{"name": "x"}"#, "3"])
    func unknown(text: String) throws {
        #expect(FileKind(try StrictJSON.read(text, name: "f")) == nil)
    }
}
