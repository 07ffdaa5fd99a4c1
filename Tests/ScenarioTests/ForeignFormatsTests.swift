// Files that are not read and files in the wrong place: what they are is said in one line, with what is allowed
// instead.
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

    static let unread = [
        (#"{"id": 0, "children": []}"#, "networkx's tree data"), ("<gexf version=\"1.3\"/>", "GEXF"),
        ("<?xml version=\"1.0\"?><svg/>", "XML other than GraphML"), ("*Vertices 3", "a Pajek file"),
    ]

    @Test("a graph in a format that is not read is named, and what is read instead", arguments: unread)
    func named(text: String, format: String) {
        let line = ofTopology(text)
        #expect(line.hasPrefix("f:1:1: this looks like \(format), which is not read; allowed: "), "\(line)")
        #expect(line.contains("GraphML, ") && line.hasSuffix(#"or a family as in {"family": "ring", "nodes": 16}"#))
    }

    @Test(
        "a graph of any format is named where an experiment is expected",
        arguments: unread + FormatSample.all.compactMap { sample in sample.format.map { (sample.text, $0) } })
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
