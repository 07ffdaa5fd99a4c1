// Files that networkx has written of two graphs, with json.dump of its data or its generators of lines; node-link as
// versions 2.8 and 3.6 write it, the rest as 2.8, 3.2 and 3.6 alike. Scripts/check-networkx makes such files anew.

enum NetworkxFiles {
    /// Weighted, of the nodes b, a and é.
    static let words = [
        #"{"directed": false, "multigraph": false, "graph": {"name": "g"}, "nodes": [{"id": "b"}, {"id": "a"}, {"id": "\u00e9"}], "links": [{"weight": 0.25, "source": "b", "target": "a"}, {"weight": 0.5, "source": "a", "target": "\u00e9"}]}"#,
        #"{"directed": false, "multigraph": false, "graph": {"name": "g"}, "nodes": [{"id": "b"}, {"id": "a"}, {"id": "\u00e9"}], "edges": [{"weight": 0.25, "source": "b", "target": "a"}, {"weight": 0.5, "source": "a", "target": "\u00e9"}]}"#,
        #"{"directed": false, "multigraph": false, "graph": [["name", "g"]], "nodes": [{"id": "b"}, {"id": "a"}, {"id": "\u00e9"}], "adjacency": [[{"weight": 0.25, "id": "a"}], [{"weight": 0.25, "id": "b"}, {"weight": 0.5, "id": "\u00e9"}], [{"weight": 0.5, "id": "a"}]]}"#,
        #"{"data": [["name", "g"]], "directed": false, "multigraph": false, "elements": {"nodes": [{"data": {"id": "b", "value": "b", "name": "b"}}, {"data": {"id": "a", "value": "a", "name": "a"}}, {"data": {"id": "\u00e9", "value": "\u00e9", "name": "\u00e9"}}], "edges": [{"data": {"weight": 0.25, "source": "b", "target": "a"}}, {"data": {"weight": 0.5, "source": "a", "target": "\u00e9"}}]}}"#,
        #"""
        graph [
          name "g"
          node [
            id 0
            label "b"
          ]
          node [
            id 1
            label "a"
          ]
          node [
            id 2
            label "&#233;"
          ]
          edge [
            source 0
            target 1
            weight 0.25
          ]
          edge [
            source 1
            target 2
            weight 0.5
          ]
        ]
        """#,
        #"""
        <graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">
          <key id="d1" for="edge" attr.name="weight" attr.type="double" />
          <key id="d0" for="graph" attr.name="name" attr.type="string" />
          <graph edgedefault="undirected">
            <node id="b" />
            <node id="a" />
            <node id="&#233;" />
            <edge source="b" target="a">
              <data key="d1">0.25</data>
            </edge>
            <edge source="a" target="&#233;">
              <data key="d1">0.5</data>
            </edge>
            <data key="d0">g</data>
          </graph>
        </graphml>
        """#,
        #"""
        b a {'weight': 0.25}
        a é {'weight': 0.5}
        """#,
    ]

    /// Directed, of the nodes 0, 1 and 2; a list of edges has no place for that.
    static let numbers = [
        #"{"directed": true, "multigraph": false, "graph": {}, "nodes": [{"id": 0}, {"id": 1}, {"id": 2}], "links": [{"source": 0, "target": 1}, {"source": 0, "target": 2}, {"source": 1, "target": 2}, {"source": 2, "target": 0}]}"#,
        #"{"directed": true, "multigraph": false, "graph": {}, "nodes": [{"id": 0}, {"id": 1}, {"id": 2}], "edges": [{"source": 0, "target": 1}, {"source": 0, "target": 2}, {"source": 1, "target": 2}, {"source": 2, "target": 0}]}"#,
        #"{"directed": true, "multigraph": false, "graph": [], "nodes": [{"id": 0}, {"id": 1}, {"id": 2}], "adjacency": [[{"id": 1}, {"id": 2}], [{"id": 2}], [{"id": 0}]]}"#,
        #"{"data": [], "directed": true, "multigraph": false, "elements": {"nodes": [{"data": {"id": "0", "value": 0, "name": "0"}}, {"data": {"id": "1", "value": 1, "name": "1"}}, {"data": {"id": "2", "value": 2, "name": "2"}}], "edges": [{"data": {"source": 0, "target": 1}}, {"data": {"source": 0, "target": 2}}, {"data": {"source": 1, "target": 2}}, {"data": {"source": 2, "target": 0}}]}}"#,
        #"""
        graph [
          directed 1
          node [
            id 0
            label "0"
          ]
          node [
            id 1
            label "1"
          ]
          node [
            id 2
            label "2"
          ]
          edge [
            source 0
            target 1
          ]
          edge [
            source 0
            target 2
          ]
          edge [
            source 1
            target 2
          ]
          edge [
            source 2
            target 0
          ]
        ]
        """#,
        #"""
        <graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">
          <graph edgedefault="directed">
            <node id="0" />
            <node id="1" />
            <node id="2" />
            <edge source="0" target="1" />
            <edge source="0" target="2" />
            <edge source="1" target="2" />
            <edge source="2" target="0" />
          </graph>
        </graphml>
        """#,
    ]
}
