// Graph files of other programs: small ones in each format, all laws of reading and writing, and every refusal.
import Graphs
import JSON
import Kernels
import Registry
import TestSupport
import Testing

@testable import Scenario

@Suite("Graph formats")
struct GraphFormatTests {
    private static func read(_ text: String) throws(ConfigurationFault) -> TopologyFile {
        try TopologyFile.read(Array(text.utf8), name: "f")
    }

    // MARK: - What each tool writes

    @Test("a file of each format is the graph that it says", arguments: FormatSample.all)
    func samples(sample: FormatSample) throws {
        let file = try Self.read(sample.text)
        let graph = file.topology
        #expect(graph.labels == sample.labels)
        #expect(graph.directed == sample.directed)
        #expect(graph.edges.map { "\($0.source)-\($0.target)" } == sample.edges.split(separator: " ").map(String.init))
        #expect(graph.edges.compactMap(\.weight) == sample.weights)
        #expect(sample.format.map { "read as \($0)" }.map(file.warnings.contains) ?? true, "\(file.warnings)")
        for warning in sample.warnings { #expect(file.warnings.contains(warning), "\(file.warnings)") }
    }

    @Test("every format that is read has a sample")
    func coverage() {
        let titles = GraphFormats.json.map { $0.title } + GraphFormats.text.map { $0.title }
        #expect(titles.filter { title in !FormatSample.all.contains { $0.format == title } } == [NodeLink.title])
    }

    @Test("files of all formats that networkx writes are one graph, whatever its version")
    func networkx() throws {
        let digests = try NetworkxFiles.words.map { try Self.read($0).digest }
        #expect(Set(digests).count == 1)
        #expect(try Self.read(NetworkxFiles.words[0]).topology.labels == ["b", "a", "é"])
        #expect(Set(try NetworkxFiles.numbers.map { try Self.read($0).digest }).count == 1)
    }

    @Test("one of several graphs is chosen by its number")
    func choice() throws {
        let graph = { (end: Int) in
            #"{"nodes": {"a": {}, "b": {}, "c": {}}, "edges": [{"source": "a", "target": "\#(end == 1 ? "b" : "c")"}]}"#
        }
        let bytes = Array(#"{"graphs": [\#(graph(1)), \#(graph(2))]}"#.utf8)
        #expect(try TopologyFile.read(bytes, name: "f", number: 2).topology.edges == [Edge(NodeID(0), NodeID(2))])
        let files = { (path: String) throws(ConfigurationFault) -> [UInt8] in
            guard path == "g.json" else { throw ConfigurationFault("no file \(path)") }
            return bytes
        }
        #expect(try TopologyFile.read(path: "g.json#1", reading: files).topology.edges == [Edge(NodeID(0), NodeID(1))])
        for (path, line) in [
            ("g.json", "g.json:1:1: the file has 2 graphs; allowed: one of them, as in g.json#1"),
            ("g.json#3", "g.json:1:1: graph 3 of a file that has 2"), ("h.json#1", "no file h.json"),
            ("h.json#x", "no file h.json#x"),
        ] {
            let fault = #expect(throws: ConfigurationFault.self) { try TopologyFile.read(path: path, reading: files) }
            #expect(fault?.description == line)
        }
    }

    @Test("an experiment takes any JSON form inline, arrays as well")
    func inline() throws {
        for graph in [
            #"[["a", "b"], ["b", "c"]]"#,
            #"{"graph": {"directed": false, "nodes": {"a": {}, "b": {}, "c": {}}, "edges": [{"source": "a", "target": "b"}, {"source": "b", "target": "c"}]}}"#,
        ] {
            let experiment = try Experiment(Array(#"{"topology": \#(graph)}"#.utf8), name: "e")
            let file = try experiment.topologyFile { _ throws(ConfigurationFault) in [] }
            #expect(file.topology.labels == ["a", "b", "c"] && file.topology.edges.count == 2)
        }
    }

    // MARK: - Laws

    /// Reading what was written gives the graph again: all of it that the format has a place for.
    static let roundTrip = Law("what is written reads as it was", brokenBy: WriterSubject(Straying.self)) {
        subject, verdict in
        for seed in 1...12 as ClosedRange<UInt64> {
            let file = try RandomFile.make(seed: seed, lacking: subject.writer.lacks)
            let again = try read(subject.writer.write(file))
            let isSame =
                again.digest == file.digest && again.topology == file.topology && again.taps == file.taps
                && again.marked == file.marked
            verdict.expect(isSame, "seed \(seed): \(subject.writer.write(file).prefix(600))")
        }
    }

    @Test("what is written reads as it was", arguments: GraphFormats.writers.map { WriterSubject($0) })
    func roundTrips(subject: WriterSubject) throws {
        #expect(try Self.roundTrip.violations(of: subject) == [])
    }

    @Test("a format that strays is found out")
    func straying() throws {
        #expect(try !Self.roundTrip.violationsOfCounterexample.isEmpty)
    }

    @Test("what a format has no place for is said", arguments: GraphFormats.writers.map { WriterSubject($0) })
    func losses(subject: WriterSubject) throws {
        let plain = try RandomFile.make(seed: 3, lacking: GraphPart.allCases)
        #expect(try plain.written(as: subject.writer.name).loss == nil)
        let full = try RandomFile.make(seed: 3, lacking: [])
        let loss = try full.written(as: subject.writer.name).loss
        #expect((loss == nil) == subject.writer.lacks.isEmpty)
        for part in subject.writer.lacks { #expect(loss?.contains(part.rawValue) == true, "\(loss ?? "")") }
    }

    @Test("an id that a format cannot hold is refused there")
    func unwritable() throws {
        let graph = try Topology(labels: ["a\\", "b\n"], edges: [Edge(NodeID(0), NodeID(1))])
        let file = try TopologyFile(graph)
        for format in ["edges", "dot"] {
            let fault = #expect(throws: ConfigurationFault.self) { try file.written(as: format) }
            #expect(fault?.description.contains("cannot be written as") == true)
        }
        for format in ["node-link", "jgf", "gml", "graphml"] {
            #expect(try Self.read(file.written(as: format).text).topology.labels == graph.labels)
        }
        #expect(throws: ConfigurationFault.self) { try file.written(as: "gexf") }
    }

    @Test("a graph of very many nodes is not written as a matrix")
    func largeMatrix() throws {
        let file = { (nodes: Int) in try Self.read("{\"family\": \"path\", \"nodes\": \(nodes)}") }
        let fault = #expect(throws: ConfigurationFault.self) { try file(10_001).written(as: "matrix") }
        #expect(
            fault?.description
                == "the graph has 10001 nodes, too many for an adjacency matrix; allowed: up to 10000, or "
                + "a format that lists edges, as --to mtx")
        #expect(try file(10_001).written(as: "mtx").text.utf8.count > 10_000)
        #expect(try file(100).written(as: "matrix").text.utf8.count == 2 * 100 * 100)
    }

    @Test("in DOT, what is said of a node later is said of it, and not of the one before")
    func laterAddress() throws {
        let graph = try Self.read(
            #"graph { a; b [address="h:2"]; a [address="h:1"]; b [address="h:3"]; c [address="h:2"]; a -- b -- c }"#
        ).topology
        #expect(graph.addresses == ["h:1", "h:3", "h:2"])
    }

    @Test("letters with an accent and letters followed by one are two ids")
    func accents() throws {
        let text =
            #"{"nodes": [{"id": "\u00e9"}, {"id": "e\u0301"}], "edges": [{"source": "\u00e9", "target": "e\u0301"}]}"#
        let file = try Self.read(text)
        #expect(file.topology.nodeCount == 2 && file.topology.edges.count == 1)
        #expect(
            file.topology.node(labelled: "e\u{301}") == NodeID(1) && file.topology.node(labelled: "\u{e9}") == NodeID(0)
        )
        let swapped = try Self.read(
            text.split(separator: #"{"id": "\u00e9"}, {"id": "e\u0301"}"#).joined(
                separator: #"{"id": "e\u0301"}, {"id": "\u00e9"}"#))
        #expect(swapped.topology != file.topology)
    }

    @Test("files that were cut or changed are read or refused with a place, never worse", arguments: FormatSample.all)
    func damage(sample: FormatSample) throws {
        let bytes = Array(sample.text.utf8)
        var damaged = (0..<bytes.count).map { Array(bytes.prefix($0)) }
        var random = RandomStream(seed: 7, purpose: .faults)
        for _ in 0..<200 {
            var copy = bytes
            for _ in 0...random.below(3) { copy[random.below(copy.count)] = UInt8(random.below(256)) }
            damaged.append(copy)
            var other = bytes
            let favourites = Array("0919-.,;#<>&\"'[]{}()/= \n".utf8)
            for _ in 0...random.below(3) {
                other[random.below(other.count)] = favourites[random.below(favourites.count)]
            }
            damaged.append(other)
        }
        for bytes in damaged {
            do throws(ConfigurationFault) {
                let file = try TopologyFile.read(bytes, name: "f")
                #expect(try TopologyFile.read(Array(file.write().utf8), name: "f").topology == file.topology)
            } catch {
                #expect(error.place.hasPrefix("f:"), "\(error)")
            }
        }
    }

    @Test("random bytes are refused in one line")
    func noise() {
        var random = RandomStream(seed: 9, purpose: .faults)
        for _ in 0..<300 {
            let bytes = (0..<1 + random.below(200)).map { _ in UInt8(random.below(256)) }
            let fault = #expect(throws: ConfigurationFault.self) { try TopologyFile.read(bytes, name: "f") }
            #expect(fault?.description.contains("\n") == false)
        }
    }

    @Test("what is wrong is refused at its place", arguments: FormatMistakes.all)
    func mistakes(text: String, line: String) {
        let fault = #expect(throws: ConfigurationFault.self) { try Self.read(text) }
        #expect(fault?.description == "f:" + line)
    }
}

/// A format as a law sees it.
struct WriterSubject: CustomTestStringConvertible, Sendable {
    let writer: any GraphWriter.Type

    init(_ writer: any GraphWriter.Type) { self.writer = writer }

    var testDescription: String { writer.name }
}

/// Made to be wrong: it forgets the last edge.
private enum Straying: GraphWriter {
    static let title = "a wrong list"
    static let name = "straying"
    static let lacks = EdgeList.lacks

    static func write(_ file: TopologyFile) -> String {
        EdgeList.write(file).split(separator: "\n").dropLast().map { $0 + "\n" }.joined()
    }
}

/// Small graphs with everything that a topology file may say, drawn from a seed.
enum RandomFile {
    static func make(seed: UInt64, lacking lacks: [GraphPart]) throws -> TopologyFile {
        var random = RandomStream(seed: seed, purpose: .topology)
        let nodes = 5 + random.below(4)
        let odd = [
            "a", "b c", "7", "x,y;z", "\"q\" & <r>", "é", "#{[:", "source", "e\u{301}", "\"\u{301}",
            "&\u{301};<\u{301}",
            "nan", "&amp;\u{301}",
        ]
        let labels = (0..<nodes).map { lacks.contains(.labels) ? "\($0)" : odd[($0 + Int(seed)) % odd.count] }
        let directed = seed % 2 == 0
        let isWeighted = seed % 3 == 0
        var edges: [Edge] = (1..<nodes).map { Edge(NodeID($0 - 1), NodeID($0), weight: isWeighted ? 0.125 : nil) }
        for i in 0..<nodes {
            for j in 0..<nodes where (directed ? i != j : i < j) && abs(i - j) > 1 && random.below(3) == 0 {
                edges.append(Edge(NodeID(i), NodeID(j), weight: isWeighted ? 1 / Double(8 << random.below(3)) : nil))
            }
        }
        let graph = try Topology(
            labels: labels, edges: edges, directed: directed, name: lacks.contains(.name) ? "" : "g \(seed)",
            addresses: (0..<nodes).map { lacks.contains(.addresses) || $0 > 1 ? nil : "h\($0):1" })
        let rule: Weighting = lacks.contains(.weightRule) ? .metropolisHastings : .maxDegree
        var change = GraphChange(from: Round(4))
        change.dropped = [Edge(NodeID(0), NodeID(1))]
        let changes = try TopologySchedule(.written(ListedChanges([change], period: 9)), on: graph, rule: rule)
        return try TopologyFile(
            graph, weighting: rule, schedule: lacks.contains(.schedule) ? nil : changes,
            taps: lacks.contains(.taps) ? [] : [Edge(NodeID(0), NodeID(nodes - 1))],
            marked: lacks.contains(.marks) ? [] : [NodeID(nodes - 1)])
    }
}
