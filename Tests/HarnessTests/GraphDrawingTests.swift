// The drawing of a graph: what its nodes and edges look like, what the key says of them, and where values come from.
import Graphs
import JSON
import Kernels
import Registry
import Scenario
import Testing

@testable import Harness

@Suite("Drawings of graphs")
struct GraphDrawingTests {
    private static let ring = #"{"family": "ring", "nodes": 5}"#

    private static func written(_ count: Int, directed: Bool = false, _ edges: [(Int, Int)]) -> String {
        let nodes = (0..<count).map { "{\"id\": \($0)}" }.joined(separator: ",")
        let edges = edges.map { "{\"source\": \($0), \"target\": \($1)}" }.joined(separator: ",")
        return "{\"directed\": \(directed), \"nodes\": [\(nodes)], \"edges\": [\(edges)]}"
    }

    private func file(_ json: String) throws -> TopologyFile { try .read(Array(json.utf8), name: "graph.json") }

    private func drawing(
        _ json: String, values: [Double?] = [], hostile: Int? = nil, lost: Int? = nil, measure: String = "accuracy"
    ) throws -> GraphDrawing {
        let file = try file(json)
        let nodes = file.topology.labels.enumerated().map { index, label in
            GraphDrawing.Node(
                label: label, isHostile: index == hostile, value: index < values.count ? values[index] : nil,
                lost: index == lost ? "killed" : nil)
        }
        return GraphDrawing(
            file, try #require(PlacedGraph(file.topology)), nodes: nodes, measure: NodeValues.measure(of: measure))
    }

    /// The marks of the nodes, one by one.
    private func marks(_ svg: String) -> [Substring] {
        svg.split(separator: "<g transform=").filter { $0.contains("<title>node ") }
    }

    @Test("hostile nodes have another shape, lost nodes say so, and the worst is ringed")
    func kinds() throws {
        let svg = try drawing(Self.ring, values: [0.9, 0.8, nil, nil, 0.85], hostile: 2, lost: 3).svg.text
        #expect(faults(inMarkup: svg).isEmpty)
        let marks = marks(svg)
        #expect(marks.map { $0.contains("class=\"halo\"") } == [false, true, false, false, false])
        #expect(marks.map { $0.contains("class=\"diamond\"") } == [false, false, true, false, false])
        #expect(marks.map { $0.contains(">lost</text>") } == [false, false, false, true, false])
        #expect(svg.contains("<title>node 1, honest, final accuracy 80.0\u{A0}%</title>"))
        #expect(svg.contains("<title>node 2, hostile</title>"))
        #expect(svg.contains("<title>node 3, honest, lost: killed</title>"))
        #expect(svg.contains("5 nodes and 5 edges; hostile: 2."))
        for word in ["honest", "hostile", "worst", "lost", "edge", "edge of a hostile node"] {
            #expect(svg.contains(">\(word)</text>"), "\(word)")
        }
        #expect(!svg.contains(">no value</text>") && !svg.contains("eavesdropping") && !svg.contains("mixing weight"))
    }

    @Test("colours go from the least value that was seen to the greatest, and the bar says both with the unit")
    func colours() throws {
        let svg = try drawing(Self.ring, values: [0.9, 0.8, 0.85, nil, 0.8]).svg.text
        let kinds = marks(svg).map { $0.firstMatch(of: /circle class="(\w+)"/)?.1 }
        #expect(kinds == ["v8", "v0", "v4", "none", "v0"])
        #expect(svg.contains(">80.0\u{A0}%</text>") && svg.contains(">90.0\u{A0}%</text>"))
        #expect(svg.contains(">final accuracy; more is better</text>") && svg.contains(">no value</text>"))
        #expect(svg.split(separator: "<rect class=\"v").count == 1 + ValueScale.steps)
        // Where all are alike, one colour is enough; where nothing is known, there is no bar.
        let even = try drawing(Self.ring, values: [0.5, 0.5, 0.5, 0.5, 0.5]).svg.text
        #expect(even.split(separator: "<rect class=\"v").count == 2 && !even.contains("halo"))
        let blank = try drawing(Self.ring).svg.text
        #expect(!blank.contains("<rect") && !blank.contains("no value") && !blank.contains("halo"))
    }

    @Test("values of any size have a colour, and what is not finite has none")
    func scale() throws {
        let scale = try #require(ValueScale([-.greatestFiniteMagnitude, 0, .greatestFiniteMagnitude, .nan, .infinity]))
        #expect([-.greatestFiniteMagnitude, 0, .greatestFiniteMagnitude].map(scale.kind) == ["v0", "v4", "v8"])
        #expect(scale.kind(of: .nan) == nil && scale.kind(of: .infinity) == nil)
        #expect(ValueScale([0, Double.leastNonzeroMagnitude])?.kind(of: 0) == "v4")
        // Where values are of very different sizes, equal factors have equal steps.
        let wide = try #require(ValueScale([1e-3, 1e12, 1e300]))
        #expect(wide.isLogarithmic && !scale.isLogarithmic && ValueScale([0, 1e12])?.isLogarithmic == false)
        #expect(wide.kind(of: 1e-3) == "v0" && wide.kind(of: 1e300) == "v8" && wide.kind(of: 1e148) == "v4")
        #expect(wide.kind(of: 1e12) == "v0")
        // Logarithms are no values to take logarithms of.
        let orders = try #require(ValueScale([1e-4, 6.9], isLinear: true))
        #expect(!orders.isLogarithmic && orders.kind(of: 2.3) == "v2")
        #expect(ValueScale([.nan]) == nil && ValueScale([]) == nil)
    }

    @Test("of losses the greatest is the worst, and of what is neither good nor bad none is; two that share it are")
    func worst() throws {
        #expect(
            try drawing(Self.ring, values: [1, 2, 2, 1, 1], measure: "loss").svg.text.split(separator: "halo\" r=\"20")
                .count == 3)
        #expect(try drawing(Self.ring, values: [1, 2, 2, 1, 1], measure: "distance").worst == nil)
    }

    @Test("edges are as wide as their mixing weight, and the key says the least and the greatest")
    func widths() throws {
        let star = try drawing(#"{"family": "star", "nodes": 6}"#).svg.text
        #expect(
            !star.contains("mixing weight")
                && star.split(separator: "<path class=\"edge\" stroke-width=\"1.2\"").count == 3)
        let uneven = try drawing(
            #"{"nodes": [{"id": "a"}, {"id": "b"}, {"id": "c"}], "graph": {"gossipnode": {"version": 1, "weights": "file"}}, "edges": [{"source": "a", "target": "b", "weight": 0.1}, {"source": "b", "target": "c", "weight": 0.4}]}"#
        ).svg.text
        #expect(uneven.contains(">mixing weight 0.100</text>") && uneven.contains(">mixing weight 0.400</text>"))
        let edges = uneven.split(separator: "<path class=\"edge\" stroke-width=").prefix(3).dropFirst()
        #expect(edges.map { $0.prefix(5) } == ["\"0.7\"", "\"3\" d"])
    }

    @Test("edges that the first round has not are another kind of line, and so are taps")
    func lines() throws {
        let changing = try drawing(
            #"{"family": "complete", "nodes": 6, "schedule": {"kind": "baseGraph"}}"#
        ).svg.text
        #expect(changing.contains("class=\"edge later\"") && changing.contains(">edge of other rounds only</text>"))
        let tapped = try drawing(
            #"{"nodes": [{"id": "a"}, {"id": "b"}, {"id": "c"}], "graph": {"gossipnode": {"version": 1, "taps": [["a", "c"]]}}, "edges": [{"source": "a", "target": "b"}, {"source": "b", "target": "c"}]}"#
        ).svg.text
        #expect(tapped.contains("class=\"edge tap\"") && tapped.contains(">eavesdropping link</text>"))
    }

    @Test("one-way edges have arrows, and too many edges are left out")
    func arrows() throws {
        let way = try drawing(Self.written(2, directed: true, [(0, 1)])).svg.text
        let ways = try drawing(Self.written(2, [(0, 1)])).svg.text
        // Once among the links, and once in the key.
        #expect(way.split(separator: "class=\"edge head\"").count == 3 && !ways.contains("edge head"))
        let place = try #require(way.firstMatch(of: /class="edge head" stroke-width="1.2" d="M\d+ \d+L(\d+) (\d+)L/))
        #expect(way.contains("class=\"edge\"") && Int(place.1) != nil && Int(place.2) != nil)
        let dense = try drawing(#"{"family": "complete", "nodes": 160}"#)
        #expect(!dense.hasEdges && !dense.svg.text.contains("class=\"edge"))
        #expect(dense.document(title: "d").contains("12720 edges, too many to be drawn"))
    }

    @Test("edges are lighter where there are many for each node, however many nodes there are")
    func lighter() throws {
        func opacity(_ json: String) throws -> Double {
            let svg = try drawing(json).svg.text
            let found = try #require(svg.firstMatch(of: /<g stroke-opacity="([0-9.]+)"/))
            return try #require(Double(found.1))
        }
        let (dense, sparse) = try (
            opacity(#"{"family": "complete", "nodes": 24}"#),
            opacity(#"{"family": "torus", "rows": 12, "columns": 12}"#)
        )
        #expect(dense < 0.3 && sparse > 0.5)
    }

    @Test("long labels get smaller letters, and very long ones are cut")
    func labels() throws {
        let json =
            #"{"nodes": [{"id": "ab"}, {"id": "12,11"}, {"id": "a-long-name"}], "edges": [{"source": "ab", "target": "12,11"}, {"source": "ab", "target": "a-long-name"}]}"#
        let svg = try drawing(json, values: [0.5, 0.5, 0.5]).svg.text
        #expect(svg.contains("\">ab</text>") && svg.contains("\">a-long…</text>"))
        let sizes = svg.matches(of: /class="label" y="[-0-9.]+" font-size="([0-9.]+)"/).compactMap { Double($0.1) }
        #expect(sizes.count == 2 && sizes.allSatisfy { $0 < 0.66 * 17 })
        #expect(svg.contains("<title>node a-long-name, honest, final accuracy 50.0\u{A0}%</title>"))
    }

    @Test("a file of its own has its title, its style for light and dark, and is the same again")
    func document() throws {
        let drawing = try drawing(Self.ring, values: [0.1, 0.2, 0.3, 0.4, 0.5], hostile: 1)
        let text = drawing.document(title: "a <ring> & \"more\"")
        #expect(text == drawing.document(title: "a <ring> & \"more\""))
        let lines = text.split(separator: "\n")
        #expect(lines.first == #"<?xml version="1.0" encoding="UTF-8"?>"#)
        #expect(faults(inMarkup: lines.dropFirst().joined(separator: "\n")).isEmpty)
        #expect(text.contains(">a &lt;ring&gt; &amp; &quot;more&quot;</text>"))
        #expect(text.contains("prefers-color-scheme:dark") && text.contains(">5 nodes, 1 hostile; 5 edges</text>"))
    }

    // MARK: - Values

    private func values(_ json: String, _ key: String? = nil) throws(ConfigurationFault) -> NodeValues {
        let graph: Topology
        do { graph = try file(Self.ring).topology } catch { throw ConfigurationFault("\(error)") }
        return try NodeValues(try StrictJSON.read(json, name: "v.json"), measure: key, of: graph)
    }

    @Test("values come by label, with a name and a unit if they are given")
    func ownValues() throws {
        let plain = try values(#"{"3": 1.5, "0": -2, "1": null}"#)
        #expect(plain.values == [-2, nil, nil, 1.5, nil] && plain.measure.text(1.5) == "1.50")
        let named = try values(#"{"name": "load", "unit": "MB", "values": {"4": 7}}"#)
        #expect(named.values[4] == 7 && named.measure.name == "load" && named.measure.text(7) == "7.00\u{A0}MB")
    }

    @Test("a run's summary says who was hostile, who was lost, and each of its figures")
    func summaryValues() throws {
        let summary = """
            {"measure": "loss", "hostile": ["2"], "perNode": [
              {"node": "0", "loss": 0.5, "distance": 3}, {"node": "1", "loss": null, "lost": "killed"}]}
            """
        let loss = try values(summary)
        #expect(loss.values == [0.5, nil, nil, nil, nil] && loss.measure.isBetterAbove == false)
        #expect(loss.hostile == [NodeID(2)] && loss.lost[1] == "killed")
        #expect(try values(summary, "distance").values[0] == 3)
    }

    @Test(
        "values that do not fit are refused in one line",
        arguments: [
            (#"{"9": 1}"#, nil, "v.json:1:7: unknown node '9'"), (#"{"0": "x"}"#, nil, "v.json:1:7: 0 is"),
            (#"{"values": {"0": 1}, "nam": "x"}"#, nil, "unknown key 'nam'; did you mean 'name'?"),
            ("[1]", nil, "v.json:1:1"), (#"{"0": 1}"#, "loss", "--measure is for values from a run"),
            (#"{"perNode": [{"node": "0", "loss": 1}]}"#, "speed", "unknown measure 'speed'"),
            (#"{"perNode": [{"node": "0", "loss": 1}]}"#, "accuracy", "the run has no accuracy of any node"),
            (#"{"perNode": [{"node": "8", "loss": 1}]}"#, "loss", "unknown node '8'"),
        ] as [(String, String?, String)])
    func mistakes(json: String, key: String?, line: String) {
        let fault = #expect(throws: ConfigurationFault.self) { try values(json, key) }
        #expect(fault?.description.contains(line) == true, "\(fault?.description ?? "")")
    }
}
