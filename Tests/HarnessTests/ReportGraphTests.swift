// The drawing of the graph: where nodes are drawn, and as what.
import Graphs
import Kernels
import Scenario
import Testing

@testable import Harness

@Suite("Report: graphs")
struct ReportGraphTests {
    private static func written(_ count: Int, directed: Bool = false, _ edges: [(Int, Int)]) -> String {
        let nodes = (0..<count).map { "{\"id\": \($0)}" }.joined(separator: ",")
        let edges = edges.map { "{\"source\": \($0), \"target\": \($1)}" }.joined(separator: ",")
        return "{\"directed\": \(directed), \"nodes\": [\(nodes)], \"edges\": [\(edges)]}"
    }

    private static let graphs = [
        #"{"family": "ring", "nodes": 3}"#, #"{"family": "ring", "nodes": 16}"#, #"{"family": "ring", "nodes": 300}"#,
        #"{"family": "complete", "nodes": 2}"#, #"{"family": "complete", "nodes": 40}"#,
        #"{"family": "complete", "nodes": 150}"#, #"{"family": "twoCastle"}"#,
        #"{"family": "randomRegular", "nodes": 64, "degree": 6, "seed": 7}"#,
        #"{"family": "randomRegular", "nodes": 200, "degree": 3}"#,
        // A star, a path, two parts, a grid, a directed ring with a chord.
        written(30, (1..<30).map { (0, $0) }),
        written(20, (1..<20).map { ($0 - 1, $0) }),
        written(12, [(0, 1), (1, 2), (2, 3), (4, 5), (6, 7), (7, 8), (8, 6), (9, 10), (10, 11)]),
        written(49, (0..<49).flatMap { [($0, $0 % 7 < 6 ? $0 + 1 : $0), ($0, min($0 + 7, 48))] }.filter { $0 != $1 }),
        written(9, directed: true, (0..<9).map { ($0, ($0 + 1) % 9) } + [(0, 4)]),
    ]

    private func file(_ json: String) throws -> TopologyFile { try .read(Array(json.utf8), name: "graph.json") }

    @Test("every node is inside the drawing, and none covers another", arguments: graphs)
    func places(json: String) throws {
        let topology = try file(json).topology
        let layout = try #require(GraphLayout(topology))
        #expect(layout.places.count == topology.nodeCount && layout.radius > 0)
        let reach = 1.2 * layout.radius
        for (index, place) in layout.places.enumerated() {
            #expect(place.x >= reach && place.x <= layout.size.x - reach, "node \(index)")
            #expect(place.y >= reach && place.y <= layout.size.y - reach, "node \(index)")
            for other in layout.places[..<index] {
                let way = place - other
                #expect((way * way).sum().squareRoot() >= 2 * layout.radius, "node \(index)")
            }
        }
    }

    @Test("a graph is always drawn in one way, in whatever order its edges come", arguments: graphs)
    func determinism(json: String) throws {
        let topology = try file(json).topology
        let other = try Topology(
            labels: topology.labels, edges: topology.edges.reversed(), directed: topology.directed)
        let (layout, again) = (try #require(GraphLayout(topology)), try #require(GraphLayout(other)))
        #expect(layout.places == again.places && layout.size == again.size && layout.radius == again.radius)
    }

    @Test("the neighbours on a ring are neighbours on the circle, whatever they are called")
    func ring() throws {
        let order = [3, 0, 4, 1, 6, 2, 5]
        let json = Self.written(7, order.indices.map { (order[$0], order[($0 + 1) % 7]) })
        let layout = try #require(GraphLayout(try file(json).topology))
        func distance(_ a: Int, _ b: Int) -> Double {
            let way = layout.places[a] - layout.places[b]
            return (way * way).sum().squareRoot()
        }
        let sides = order.indices.map { distance(order[$0], order[($0 + 1) % 7]) }
        #expect(sides.allSatisfy { abs($0 - sides[0]) < 1e-6 })
        #expect(sides[0] < distance(order[0], order[2]) - 1)
    }

    @Test("graphs of very many nodes are not drawn")
    func large() throws {
        #expect(GraphLayout(try file(#"{"family": "ring", "nodes": 500}"#).topology) != nil)
        #expect(GraphLayout(try file(#"{"family": "ring", "nodes": 501}"#).topology) == nil)
    }

    private func drawing(_ json: String, accuracies: [Double?], hostile: Int? = nil, lost: Int? = nil) throws
        -> GraphDrawing
    {
        let file = try file(json)
        let nodes = zip(file.topology.labels, accuracies).enumerated().map { index, node in
            RecordedNode(
                label: node.0, isHostile: index == hostile, score: node.1, lost: index == lost ? "killed" : nil)
        }
        return GraphDrawing(
            id: "graph", file: file, layout: try #require(GraphLayout(file.topology)), nodes: nodes,
            measure: .accuracy)
    }

    @Test("edges are lighter where there are many for each node, however many nodes there are")
    func lighter() throws {
        func isLight(_ json: String, nodes: Int) throws -> Bool {
            try drawing(json, accuracies: Array(repeating: nil, count: nodes)).svg.text.contains("edge many")
        }
        #expect(try isLight(#"{"family": "complete", "nodes": 16}"#, nodes: 16))
        #expect(try !isLight(#"{"family": "torus", "rows": 12, "columns": 12}"#, nodes: 144))
    }

    @Test("hostile nodes have another shape, lost nodes say so, and the worst is ringed")
    func kinds() throws {
        let svg = try drawing(
            #"{"family": "ring", "nodes": 5}"#, accuracies: [0.9, 0.8, nil, nil, 0.85], hostile: 2, lost: 3
        ).svg.text
        #expect(faults(inMarkup: svg).isEmpty)
        let nodes = svg.split(separator: "<g class=").dropFirst()
        #expect(nodes.map { $0.contains("class=\"halo\"") } == [false, true, false, false, false])
        #expect(nodes.map { $0.contains("<path d=") } == [false, false, true, false, false])
        #expect(nodes.map { $0.contains(">lost</text>") } == [false, false, false, true, false])
        #expect(svg.contains("<title>node 1, honest, accuracy 80.0 %</title>"))
        #expect(svg.contains("<title>node 2, hostile</title>"))
        #expect(svg.contains("<title>node 3, honest, lost: killed</title>"))
        #expect(svg.contains("5 nodes and 5 edges; hostile: 2."))
    }

    @Test("where all are alike, and where nothing is known, none is the worst")
    func alike() throws {
        let ring = #"{"family": "ring", "nodes": 3}"#
        for accuracies in [[0.5, 0.5, 0.5], [nil, nil, nil]] as [[Double?]] {
            #expect(try !drawing(ring, accuracies: accuracies).svg.text.contains("halo"))
        }
        // Two that share the last place are both marked.
        #expect(try drawing(ring, accuracies: [0.5, 0.4, 0.4]).svg.text.split(separator: "halo").count == 3)
    }

    @Test("one-way edges have arrows, and too many edges are left out")
    func edges() throws {
        let way = try drawing(Self.written(2, directed: true, [(0, 1)]), accuracies: [nil, nil]).svg.text
        let ways = try drawing(Self.written(2, [(0, 1)]), accuracies: [nil, nil]).svg.text
        #expect(way.split(separator: "class=\"edge\"")[1].split(separator: "/>")[0].count { $0 == "L" } == 3)
        #expect(ways.split(separator: "class=\"edge\"")[1].split(separator: "/>")[0].count { $0 == "L" } == 1)
        let dense = try drawing(
            #"{"family": "complete", "nodes": 120}"#, accuracies: Array(repeating: nil, count: 120))
        #expect(!dense.hasEdges && !dense.svg.text.contains("class=\"edge"))
    }

    @Test("long labels get smaller letters, and very long ones are cut")
    func labels() throws {
        let json =
            #"{"nodes": [{"id": "ab"}, {"id": "12,11"}, {"id": "a-long-name"}], "edges": [{"source": "ab", "target": "12,11"}, {"source": "ab", "target": "a-long-name"}]}"#
        let svg = try drawing(json, accuracies: [0.5, 0.5, 0.5]).svg.text
        #expect(
            svg.contains("\">ab</text>") && svg.contains("px\">12,11</text>") && svg.contains("px\">a-long…</text>"))
        #expect(svg.contains("<title>node a-long-name, honest, accuracy 50.0 %</title>"))
    }
}
