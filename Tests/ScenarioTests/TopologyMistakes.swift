// Wrong topology files, each with the place and the sentence that refuses it.

private let nodes = #""nodes": [{"id": "a"}, {"id": "b"}]"#
private let edge = #"{"source": "a", "target": "b"}"#

let topologyMistakes: [(String, String)] = [
    (
        "[]",
        "1:1: this array is no graph that is read; allowed: an array of edges, each two ids and perhaps a weight or an "
            + "object with source and target, or an array of the rows of a square matrix"
    ),
    ("{", "1:2: the end of the file in the object of 1:1; expected a key in double quotes"),
    (#"{"nodes": [{"id": 1}]"#, "1:22: the end of the file in the object of 1:1; expected a comma or }"),
    (
        #"{"node": []}"#,
        "1:2: unknown key 'node'; did you mean 'nodes'? (known: directed, multigraph, graph, nodes, edges, links)"
    ),
    (#"{"edges": []}"#, "1:1: nodes is missing; expected an array"),
    (#"{"nodes": {}}"#, "1:11: nodes is an object; expected an array"),
    (
        #"{"nodes": [], "edges": [{"source": 0, "target": 1}]}"#,
        "1:11: nodes is empty; expected at least one node"
    ),
    (#"{"nodes": [1]}"#, "1:12: nodes[0] is 1; expected an object"),
    (#"{"nodes": [{"name": 1}]}"#, "1:12: nodes[0].id is missing; expected a text, a number or an array"),
    (#"{"nodes": [{"id": null}]}"#, "1:19: nodes[0].id is null; expected a text, a number or an array"),
    (#"{"nodes": [{"id": ""}]}"#, "1:19: nodes[0].id is empty; expected a text, a number or an array"),
    (#"{"nodes": [{"id": 1}, {"id": "1"}]}"#, "1:30: a second node is called '1'; expected different ids"),
    (#"{"nodes": [{"id": "a", "address": 1}]}"#, "1:35: nodes[0].address is 1; expected a text"),
    (#"{"directed": 0, \#(nodes)}"#, "1:14: directed is 0; expected true or false"),
    (#"{"multigraph": 0, \#(nodes)}"#, "1:16: multigraph is 0; expected true or false"),
    (#"{"graph": [], \#(nodes)}"#, "1:11: graph is an array; expected an object"),
    (#"{"graph": {"name": 1}, \#(nodes), "edges": [\#(edge)]}"#, "1:20: graph.name is 1; expected a text"),
    (#"{"graph": {"gossipnode": {}}, \#(nodes)}"#, "1:26: graph.gossipnode.version is missing; expected 1"),
    (
        #"{"graph": {"gossipnode": {"version": 2}}, \#(nodes)}"#,
        "1:38: graph.gossipnode.version is 2; allowed: a whole number from 1 to 1"
    ),
    (
        #"{"graph": {"gossipnode": {"version": 1, "wieghts": "file"}}, \#(nodes)}"#,
        "1:41: unknown key in graph.gossipnode 'wieghts'; did you mean 'weights'? (known: version, weights, schedule, allowNoEdges, taps, hostile, address)"
    ),
    (
        #"{"graph": {"gossipnode": {"version": 1, "weights": "metropolisHasting"}}, \#(nodes), "edges": [\#(edge)]}"#,
        "1:52: unknown graph.gossipnode.weights 'metropolisHasting'; did you mean 'metropolisHastings'? (known: metropolisHastings, maxDegree, hostileMetropolis, laplacian, uniform, sampleCount, file)"
    ),
    (
        #"{"graph": {"gossipnode": {"version": 1, "weights": "file"}}, \#(nodes), "edges": [\#(edge)]}"#,
        "1:52: the edge 'a' - 'b' has no weight"
    ),
    (#"{\#(nodes), "edges": {}}"#, "1:48: edges is an object; expected an array"),
    (#"{\#(nodes), "edges": [["a", "b"]]}"#, "1:49: edges[0] is an array; expected an object"),
    (#"{\#(nodes), "edges": [{"source": "a"}]}"#, "1:49: edges[0].target is missing; expected the id of a node"),
    (
        #"{\#(nodes), "edges": [{"source": "a", "target": "A1"}]}"#,
        "1:75: unknown node 'A1'; did you mean 'a'? (known: a, b)"
    ),
    (
        #"{\#(nodes), "edges": [{"source": "a", "target": {}}]}"#,
        "1:75: edges[0].target is an object; expected a text, a number or an array"
    ),
    (
        #"{\#(nodes), "edges": [{"source": 0, "target": 2}]}"#,
        "1:73: edges[0].target is 2; allowed: a whole number from 0 to 1"
    ),
    (
        #"{\#(nodes), "edges": [{"source": "a", "target": "b", "weight": "1"}]}"#,
        "1:90: edges[0].weight is '1'; expected a number"
    ),
    (
        #"{\#(nodes), "edges": [{"source": "a", "target": "b", "weight": 1}, {"source": "b", "target": "a", "weight": 2}]}"#,
        "1:94: a second edge between 'a' and 'b' has another weight than the one at 1:49"
    ),
    (
        #"{\#(nodes), "edges": [\#(edge)], "links": []}"#,
        "1:91: links says something else than edges at 1:48; keep one of them"
    ),
    (
        #"{\#(nodes), "edges": []}"#,
        #"1:1: the graph has no edge, in a node-link file nearly always an accident with the names edges and links; "#
            + #"if it is meant, say "graph": {"gossipnode": {"version": 1, "allowNoEdges": true}} there"#
    ),
    (
        #"{"family": "rings", "nodes": 4}"#,
        "1:12: unknown family 'rings'; did you mean 'ring'?"
    ),
    (#"{"family": "ring"}"#, "1:1: nodes is missing; expected a whole number from 3 to 100000"),
    (#"{"family": "ring", "nodes": 2}"#, "1:29: nodes is 2; allowed: a whole number from 3 to 100000"),
    (#"{"family": "ring", "nodes": [2]}"#, "1:29: nodes is an array; expected a number, a text, true or false"),
    (
        #"{"family": "ring", "nodes": 4, "degree": 2}"#,
        "1:32: unknown key 'degree' (known: family, name, seed, weights, schedule, hostile, address, nodes)"
    ),
    (
        #"{"family": "ring", "nodes": 4, "seed": -1}"#,
        "1:40: seed is -1; expected a whole number from 0 to 18446744073709551615"
    ),
    (#"{"family": "ring", "nodes": 4, "weights": "file"}"#, "1:43: the edge '0' - '1' has no weight"),
    (
        #"{"family": "star", "nodes": 6, "weights": {"kind": "laplacian", "step": 0.25}}"#,
        "1:43: the laplacian step 0.25 leaves '0', which has 5 neighbours, a negative weight for itself; allowed: at most 1/5 = 0.2"
    ),
    (
        #"{"family": "ring", "nodes": 4, "weights": {"kind": "laplacian"}}"#,
        "1:43: weights.step is missing; expected a number from 1e-06 to 1"
    ),
    (
        #"{"family": "ring", "nodes": 4, "weights": {"kind": "uniform", "lazy": 1}}"#,
        "1:71: weights.lazy is 1; allowed: a number from 0 to 0.999"
    ),
    (
        #"{"family": "ring", "nodes": 4, "weights": {"kind": "uniform", "lasy": 0.5}}"#,
        "1:63: unknown key in weights 'lasy'; did you mean 'lazy'? (known: kind, lazy)"
    ),
    (#"{"family": "ring", "nodes": 4, "weights": 1}"#, "1:43: weights is 1; expected a text"),
    (
        #"{"family": "exponential", "nodes": 4, "schedule": "onePeerExponential", "weights": "sampleCount"}"#,
        "1:84: weights does not go with the schedule onePeerExponential, which brings weights of its own; leave it out"
    ),
    (
        #"{"family": "randomRegular", "nodes": 5, "degree": 3}"#,
        "1:1: nodes (5) times degree (3) is odd; no such graph exists"
    ),
]
