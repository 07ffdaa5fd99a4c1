// Small graph files after the specification of each format, which the file of its reader names, and what they say.
import Testing

@testable import Scenario

struct FormatSample: CustomTestStringConvertible, Sendable {
    /// As the note names it; `nil` for our own.
    let format: String?
    let text: String
    let labels: [String]
    /// By the nodes' indices.
    let edges: String
    var weights: [Double] = []
    var directed = false
    var warnings: [String] = []

    var testDescription: String { "\(format ?? "node-link"): \(text.prefix(40))" }

    private static let abc = ["a", "b", "c"]
    private static let numbers = ["0", "1", "2"]

    static let all: [FormatSample] = json + text

    private static let json: [FormatSample] = [
        FormatSample(
            format: nil,
            text:
                #"{"nodes": [{"name": "a", "group": 1}, {"name": "b"}, {"name": "c"}], "links": [{"source": 0, "target": 2, "value": 5}]}"#,
            labels: abc, edges: "0-2",
            warnings: [
                "nodes have no id, as in D3 version 3: their names are their ids, and links name them by position"
            ]),
        FormatSample(
            format: AdjacencyData.title,
            text:
                #"{"directed": false, "multigraph": false, "graph": [["name", "g"]], "nodes": [{"id": "a"}, {"id": "b"}, {"id": "c"}], "adjacency": [[{"id": "b", "weight": 0.5}], [{"id": "a", "weight": 0.5}, {"id": "c"}, {"id": "c"}], [{"id": "b"}, {"id": "c"}]]}"#,
            labels: abc, edges: "0-1 1-2", weights: [0.5],
            warnings: [
                "f:1:204: an edge that is in the file already counts once",
                "f:1:232: an edge from a node to itself is left out",
            ]),
        FormatSample(
            format: JSONGraph.title,
            text:
                #"{"graph": {"label": "g", "nodes": {"a": {"label": "A"}, "b": {}, "c": {"metadata": {"x": 1}}}, "edges": [{"source": "b", "target": "a", "relation": "r", "metadata": {"weight": 0.5}}, {"source": "b", "target": "c"}]}}"#,
            labels: abc, edges: "1-0 1-2", weights: [0.5], directed: true),
        FormatSample(
            format: JSONGraph.title,
            text:
                #"{"graphs": [{"directed": false, "nodes": [{"id": "a"}, {"id": "b"}, {"id": "c"}], "edges": [{"source": "a", "target": "b"}, {"source": "b", "target": "c"}]}]}"#,
            labels: abc, edges: "0-1 1-2"),
        FormatSample(
            format: JSONGraph.title,
            text:
                #"{"graph": {"directed": false, "nodes": {"a": {}, "b": {}, "c": {}}, "edges": [{"source": "a", "target": "b"}, {"source": "b", "target": "c", "directed": true}]}}"#,
            labels: abc, edges: "0-1 1-0 1-2", directed: true,
            warnings: ["f:1:79: an edge without direction in a directed graph goes both ways"]),
        FormatSample(
            format: Cytoscape.title,
            text:
                #"{"elements": {"nodes": [{"data": {"id": "a"}, "position": {"x": 1, "y": 2}}, {"data": {"id": "b"}}, {"data": {"id": "c"}}], "edges": [{"data": {"id": "ab", "source": "a", "target": "b", "weight": 0.5}}]}, "style": []}"#,
            labels: abc, edges: "0-1", weights: [0.5]),
        FormatSample(
            format: Cytoscape.title,
            text:
                #"[{"data": {"id": "a"}}, {"data": {"id": "ab", "source": "a", "target": "b"}}, {"group": "nodes", "data": {"id": "b"}}, {"data": {"id": "c"}}]"#,
            labels: abc, edges: "0-1"),
        FormatSample(
            format: Graphology.title,
            text:
                #"{"attributes": {"name": "g"}, "options": {"type": "mixed", "multi": false, "allowSelfLoops": true}, "nodes": [{"key": "a", "attributes": {"size": 2}}, {"key": "b"}, {"key": "c"}], "edges": [{"key": "ab", "source": "a", "target": "b", "undirected": true, "attributes": {"weight": 0.5}}]}"#,
            labels: abc, edges: "0-1", weights: [0.5]),
        FormatSample(
            format: Graphology.title,
            text: #"{"nodes": [{"key": "a"}, {"key": "b"}, {"key": "c"}], "edges": [{"source": "c", "target": "a"}]}"#,
            labels: abc, edges: "2-0", directed: true),
        FormatSample(
            format: VisJS.title,
            text:
                #"{"nodes": [{"id": 0, "label": "A"}, {"id": 1}, {"id": 2}], "edges": [{"from": 0, "to": 1}, {"from": 2, "to": 1, "width": 3}]}"#,
            labels: numbers, edges: "0-1 1-2", warnings: ["f:1:113: the attribute 'width' of edges is not used"]),
        FormatSample(
            format: VisJS.title,
            text:
                #"{"nodes": [{"id": 0}, {"id": 1}, {"id": 2}], "edges": [{"from": 0, "to": 1, "arrows": "to, from"}, {"from": 0, "to": 2, "arrows": {"from": {"enabled": true}}}]}"#,
            labels: numbers, edges: "0-1 1-0 2-0", directed: true),
        FormatSample(
            format: NVFlareNetwork.title,
            text:
                #"{"extra": {"iterations": 3}, "network": {"nodes": [{"id": "a", "neighbors": [{"id": "b", "weight": 0.1}]}, {"id": "b", "neighbors": [{"id": "a", "weight": 0.1}, {"id": "c", "weight": 0.2}]}, {"id": "c", "neighbors": [{"id": "b", "weight": 0.2}]}]}}"#,
            labels: abc, edges: "0-1 1-2", weights: [0.1, 0.2]),
        FormatSample(
            format: NVFlareNetwork.title,
            text:
                #"{"nodes": [{"id": "a", "neighbors": [{"id": "b", "weight": 0.1}]}, {"id": "b", "neighbors": []}, {"id": "c", "neighbors": [{"id": "a", "weight": 0.3}]}]}"#,
            labels: abc, edges: "0-2 1-0", weights: [0.3, 0.1], directed: true,
            warnings: [
                "the table of neighbours is not symmetric, so the graph is directed: a neighbour sends to the node "
                    + "that lists it"
            ]),
        FormatSample(
            format: MatrixRows.title, text: "[[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0]]",
            labels: ["0", "1", "2", "3"], edges: "0-1 1-2 2-3"),
        FormatSample(
            format: MatrixRows.title, text: "[[0, 1, 1], [1, 0, 1], [1, 1, 0]]", labels: numbers, edges: "0-1 0-2 1-2"),
        FormatSample(
            format: EdgeArray.title, text: #"[["b", "a"], ["a", "c", 0.5]]"#, labels: ["b", "a", "c"], edges: "0-1 1-2",
            weights: [0.5]),
        FormatSample(
            format: EdgeArray.title, text: #"[{"source": 1, "target": 0}, {"source": 2, "target": 1}]"#,
            labels: numbers,
            edges: "0-1 1-2"),
        FormatSample(format: EdgeArray.title, text: "[[0, 1], [1, 2]]", labels: numbers, edges: "0-1 1-2"),
    ]

    private static let text: [FormatSample] = [
        FormatSample(
            format: GraphML.title,
            text: """
                <?xml version='1.0' encoding='utf-8'?>
                <!DOCTYPE graphml>
                <g:graphml xmlns:g="http://graphml.graphdrawing.org/xmlns"><!-- drawn by hand -->
                  <g:key id="d1" for="edge" attr.name="weight" attr.type="double"><g:default>1</g:default></g:key>
                  <g:key id="d2" for="node" attr.name="colour" attr.type="string"/>
                  <g:graph id="G" edgedefault="undirected">
                    <g:node id="a"><g:data key="d2"><y><z>red</z></y></g:data></g:node>
                    <g:node id="b&amp;&#98;"/><g:node id="c"></g:node>
                    <g:edge source="a" target="b&amp;b"><g:data key="d1"> <![CDATA[0.5]]> </g:data></g:edge>
                    <g:edge source="c" target="a"/>
                  </g:graph>
                </g:graphml>
                """,
            labels: ["a", "b&b", "c"], edges: "0-1 0-2", weights: [0.5],
            warnings: ["f:7:20: the attribute 'colour' of nodes is not used"]),
        FormatSample(
            format: GraphML.title,
            text:
                #"<graphml><graph edgedefault="directed"><node id="a"/><node id="b"/><node id="c"/><edge source="b" target="a"/><edge source="b" target="c" directed="false"/></graph></graphml>"#,
            labels: abc, edges: "1-0 1-2 2-1", directed: true),
        FormatSample(
            format: MatrixMarket.title,
            text: "%%MatrixMarket matrix coordinate real symmetric\n% by hand\n3 3 3\n2 1 0.5\n3 2 0.25\n3 3 1\n",
            labels: numbers,
            edges: "0-1 1-2", weights: [0.5, 0.25], warnings: ["f:6:1: what stands on the diagonal is left out"]),
        FormatSample(
            format: MatrixMarket.title, text: "%%MatrixMarket matrix coordinate pattern general\n3 3 2\n1 2\n3 2\n",
            labels: numbers, edges: "0-1 2-1", directed: true),
        FormatSample(
            format: MatrixMarket.title, text: "%%MatrixMarket matrix array integer symmetric\n3 3\n0\n1\n0\n0\n1\n0\n",
            labels: numbers, edges: "0-1 1-2"),
        FormatSample(
            format: GML.title,
            text: """
                Creator "someone"
                graph
                [
                  directed 0
                  node [ id 10 label "a" graphics [ x 1.0 y 2.0 ] ]
                  node [ id 11 label "b" ]
                  node [ id 12 label "&#99;" ]
                  edge [ source 10 target 12 weight .5 ]
                  edge [ source 11 target 12 ]
                ]
                """,
            labels: abc, edges: "0-2 1-2", weights: [0.5],
            warnings: ["f:5:26: the attribute 'graphics' of nodes is not used"]),
        FormatSample(
            format: GML.title,
            text: "graph [ directed 1 node [ id 0 ] node [ id 1 ] node [ id 2 ] edge [ source 2 target 0 ] ]",
            labels: numbers, edges: "2-0", directed: true),
        FormatSample(
            format: DOT.title,
            text: """
                /* by hand */ strict graph "g" {
                  rankdir = LR; node [shape=box, style="filled"];
                  a; b -- a [weight=0.5 color=red]  // and a group
                  subgraph cluster_0 { label = "x"; c:n } -- a
                }
                """,
            labels: ["a", "b", "c"], edges: "0-1 0-2", weights: [0.5]),
        FormatSample(
            format: DOT.title, text: #"digraph { 0 -> 1 -> 2 [label=<<b>x</b>>]; "0" -> 2 }"#, labels: numbers,
            edges: "0-1 0-2 1-2", directed: true),
        FormatSample(
            format: DecentralizepyText.title, text: "3\n0 1\n1 0\n1 2\n2 1\n", labels: numbers, edges: "0-1 1-2"),
        FormatSample(
            format: DecentralizepyText.title, text: "3\n1\n0 2\n1\n", labels: numbers, edges: "0-1 1-2",
            warnings: ["the lines are the neighbours of one node each"]),
        FormatSample(
            format: MatrixText.title, text: "0,1,0,0\r\n1,0,0.5,0\r\n0,0.5,0,1\r\n0,0,1,0\r\n",
            labels: ["0", "1", "2", "3"],
            edges: "0-1 1-2 2-3", weights: [1, 0.5, 1]),
        FormatSample(
            format: MatrixText.title, text: ",a,b,c\na,0,1,0\nb,1,0,1\nc,0,1,0\n", labels: abc, edges: "0-1 1-2"),
        FormatSample(
            format: MatrixText.title, text: "a b c\na 0 1 0\nb 0 0 1\nc 0 0 0\n", labels: abc, edges: "0-1 1-2",
            directed: true),
        FormatSample(
            format: MatrixText.title, text: "0 1 1\n1 0 0\n1 0 0\n", labels: numbers, edges: "0-1 0-2"),
        FormatSample(
            format: EdgeList.title, text: "\u{FEFF}# nodes\n\n  a\tb 0.5\nb c {'weight': 0.25, 'colour': 'red'}\nb a\n",
            labels: abc,
            edges: "0-1 1-2", weights: [0.5, 0.25],
            warnings: [
                "f:4:5: the attribute 'colour' of edges is not used",
                "f:5:1: an edge that is in the file already counts once",
            ]),
        FormatSample(
            format: EdgeList.title, text: "Source;Target;Type;Weight\n\"a\";b;Undirected;0.5\nb;\"c\";Undirected;\n",
            labels: abc,
            edges: "0-1 1-2", weights: [0.5], warnings: ["f:2:1: the column 'Type' is not used (2 times)"]),
        FormatSample(
            format: EdgeList.title, text: "# Directed graph (each pair once)\n# FromNodeId\tToNodeId\n10\t2\n2\t9\n",
            labels: ["2", "9", "10"],
            edges: "0-1 2-0", directed: true),
        FormatSample(
            format: EdgeList.title, text: "a b\nc\nb c\n", labels: abc, edges: "0-1 1-2"),
        FormatSample(
            format: EdgeList.title, text: "1 2\n0 1\n", labels: numbers, edges: "0-1 1-2"),
    ]
}
