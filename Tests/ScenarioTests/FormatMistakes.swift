// Wrong graph files of other programs, each with the place and the sentence that refuses it.

enum FormatMistakes {
    static let all: [(String, String)] = [
        // Adjacency data.
        (
            #"{"nodes": [{"id": 0}], "adjacency": []}"#, "1:37: adjacency has 0 lists; expected 1, one a node"
        ),
        (
            #"{"nodes": [{"id": 0}], "adjacency": [[{"id": 1}]]}"#,
            "1:46: unknown node '1'; did you mean '0'? (known: 0)"
        ),
        // JSON Graph Format.
        (#"{"graphs": []}"#, "1:12: graphs is empty; expected at least one graph"),
        (
            #"{"graph": {"nodes": {"a": {}}, "edges": [{"source": "a", "target": "z"}]}}"#,
            "1:68: unknown node 'z'; did you mean 'a'? (known: a)"
        ),
        (
            #"{"graph": {"nodes": {"a": {}}, "hyperedges": [{"nodes": ["a"]}]}}"#,
            "1:46: the graph has hyperedges; allowed: edges between two nodes"
        ),
        (
            #"{"graph": {"nodes": {"a": {}, "b": {}}, "edges": [{"source": "a", "target": "b", "directed": 1}]}}"#,
            "1:94: graph.edges[0].directed is 1; expected true or false"
        ),
        // Matrices.
        (
            "[[0, 1, 0, 0], [1, 0, 1], [0, 1, 0, 1], [0, 0, 1, 0]]",
            "1:16: row 2 of the matrix has 3 numbers; expected 4, as many as rows"
        ),
        (
            "0 1 0 0\n1 0 1 0\n0 1 0 1\n", "1:1: the matrix has 3 rows and 4 columns; expected as many"
        ),
        (
            "0 1 0 0\n1 0 1\n", "2:1: row 2 of the matrix has 3 numbers; expected 4 of each of as many"
        ),
        (
            "0 1 0 0\n1 0 x 0\n", "2:5: 'x' is no number"
        ),
        (
            ",a,b\nb,0,1\na,1,0\n", "2:1: row 1 is called 'b' and its column 'a'; expected one order"
        ),
        (
            "%%MatrixMarket matrix coordinate real general\n3 2 1\n1 2 1\n",
            "2:1: the matrix has 3 rows and 2 columns; expected as many"
        ),
        (
            "%%MatrixMarket matrix coordinate real general\n3 3 2\n1 4 1\n",
            "3:1: entry 1 is not a row and a column from 1 to 3 and a number"
        ),
        (
            "%%MatrixMarket matrix coordinate real general\n3 3 2\n1 2 1\n",
            "4:1: there are 1 entries; expected 2, as the size says"
        ),
        (
            "%%MatrixMarket matrix coordinate complex general\n3 3 2\n",
            "1:1: the first line is not that of a real, integer or pattern matrix, general or symmetric; allowed: "
                + "%%MatrixMarket matrix coordinate real general, and so on"
        ),
        (
            "%%MatrixMarket matrix coordinate pattern general\n999999999 999999999 0\n",
            "2:1: the matrix has 999999999 rows, more than the file has bytes"
        ),
        (
            "%%MatrixMarket matrix coordinate real general\n0 0 1\n1 1 1\n",
            "3:1: entry 1 is not a row and a column from 1 to 0 and a number"
        ),
        (
            "%%MatrixMarket matrix coordinate real general\n2 2 2\n1 2 1\n1 2 2\n",
            "4:1: the link from '0' to '1' has another weight than at 3:1"
        ),
        ("0,1,1\n1,0,1\n1,1\n", "3:1: row 3 of the matrix has 2 numbers; expected 3 of each of as many"),
        ("[[0, 1, 1], [1, 0, 1], [1, 1]]", "1:24: row 3 of the matrix has 2 numbers; expected 3, as many as rows"),
        ("0 1 0 nan\n1 0 1 0\n0 1 0 1\nnan 0 1 0\n", "1:7: 'nan' is no number"),
        (
            #"{"nodes": [{"id": "a", "neighbors": [{"id": "b"}, {"id": "b", "weight": 2}]}, {"id": "b"}]}"#,
            "1:12: the link from 'b' to 'a' has another weight than at 1:12"
        ),
        // Lists of edges.
        ("a b\nb NaN\n", "2:3: an id is NaN, which stands for a missing number; an id is in quotes"),
        ("0,nan\nnan,0\n", "1:3: an id is nan, which stands for a missing number; an id is in quotes"),
        ("a b\na b c d\n", "2:1: the line has 4 words; expected two ids and perhaps a weight"),
        ("a b\na b c\n", "2:5: the weight is 'c'; expected a number"),
        ("a b\na b inf\n", "2:5: the weight is 'inf'; expected a number"),
        ("a b {'weight': x}\n", "1:5: the weight is 'x'; expected a number"),
        ("source,target,weight\na,b\n", "2:1: the line has 2 words; expected 3, as in the heading"),
        ("source,target\n,b\n", "2:1: an id is empty"),
        ("a b\n\"a b\n", "2:1: a quote that is not closed in its line"),
        ("a a\n", "1:1: " + noEdge),
        ("a b 1\nb a 2\n", "2:1: a second edge between 'a' and 'b' has another weight than the one at 1:1"),
        (#"[["a", "b", 1, 2], ["a", "b"]]"#, "1:1: " + noGraph),
        ("[1, 2]", "1:1: " + noGraph),
        (#"[["a", "b"], ["a"]]"#, "1:14: edge 2 has 1 elements; expected two ids and perhaps a weight"),
        // decentralizepy.
        ("3\n0 1\n1 3\n", "3:3: '3' is no node; allowed: 0 to 2"),
        (
            "4\n0 1 2\n1 0\n",
            "2:1: the line has 3 numbers; expected the two ends of an edge, or a line of neighbours for each of the 4 nodes"
        ),
        ("999999\n0 1\n", "1:1: the number of nodes is not from 1 to the bytes of the file"),
        // GML.
        ("graph [ node [ id 0 ] node [ id 0 ] ]", "1:23: a second node has the id 0; expected different ids"),
        ("graph [ node [ id 0 ] edge [ source 0 target 7 ] ]", "1:23: an edge ends at node 7, which is not there"),
        ("graph [ node [ label \"a\" ] ]", "1:9: a node has no id"),
        ("graph [ node [ id x ] ]", "1:19: id is 'x'; expected a whole number"),
        ("graph [ node [ id 0 ]", "1:22: the end of the file in a list; expected ]"),
        ("graph [ node [ id \"0 ] ]", "1:19: a text without its closing quote"),
        ("graph [ directed 2 ]", "1:9: directed is 2.0; allowed: 0, 1"),
        // GraphML.
        ("<graphml><graph edgedefault=\"x\"/></graphml>", "1:10: edgedefault is 'x'; allowed: directed, undirected"),
        ("<graphml></graphml>", "1:20: there is no <graph>"),
        (
            "<graphml><graph edgedefault=\"directed\"><node id=\"a\"/><edge source=\"a\" target=\"b\"/></graph></graphml>",
            "1:54: unknown node 'b'; did you mean 'a'? (known: a)"
        ),
        ("<graphml><graph edgedefault=\"directed\"><node/></graph></graphml>", "1:40: a <node> has no id"),
        ("<graphml><graph edgedefault=\"directed\"></graphml>", "1:40: </graphml> where </graph> was expected"),
        ("<graphml a=\"&b;\"/>", "1:13: an & that is none of &amp; &lt; &gt; &quot; &apos; and numbered characters"),
        (
            "<!DOCTYPE graphml [ <!ENTITY a \"b\"> ]><graphml/>",
            "1:1: a document type with rules of its own; allowed: none"
        ),
        ("<?xml version=\"1.0\" encoding=\"UTF-16\"?><graphml/>", "1:1: the file is in utf-16; expected UTF-8"),
        (
            "<graphml><graph edgedefault=\"directed\"><hyperedge/></graph></graphml>",
            "1:40: <hyperedge> in <graph>; allowed: node, edge, data, desc"
        ),
        // DOT.
        ("graph { a -> b }", "1:11: -> in a graph"),
        ("digraph { a -> }", "1:16: } where an id was expected"),
        ("graph { a -- b [weight=x] }", "1:17: the weight is 'x'; expected a number"),
        ("graph { a -- b", "1:15: the end of the file where an id was expected"),
        ("graph { a -- b } graph { c }", "1:18: 'graph' after the graph; allowed: one graph"),
        ("graph { \"a -- b }", "1:9: a text without its closing quote"),
    ]

    private static let noGraph =
        "this array is no graph that is read; allowed: an array of edges, each two ids and perhaps a weight or an object "
        + "with source and target, or an array of the rows of a square matrix"

    private static let noEdge =
        "the graph has no edge, in a node-link file nearly always an accident with the names edges and links; if it is "
        + #"meant, say "graph": {"gossipnode": {"version": 1, "allowNoEdges": true}} there"#
}
