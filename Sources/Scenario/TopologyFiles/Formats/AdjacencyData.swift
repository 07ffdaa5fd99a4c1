// networkx's adjacency data: the neighbours of each node, in the order of the nodes
// (networkx.readwrite.json_graph.adjacency_data).
import Graphs
import JSON
import Kernels
import Registry

enum AdjacencyData: JSONGraphFormat {
    static let title = "networkx's adjacency data"

    static func fits(_ file: JSONValue) -> Bool { file.has("adjacency") }

    static func read(_ file: JSONValue) throws(ConfigurationFault) -> GraphCollector {
        let file = try file.object("")
        try file.refuseUnknownKeys(known: ["directed", "multigraph", "graph", "nodes", "adjacency"])
        var graph = GraphCollector(directed: try file["directed"]?.flag("directed") ?? false)
        _ = try file["multigraph"]?.flag("multigraph")
        try graph.readAttributes(try pairs(file["graph"], "graph"))
        let nodes = try file.required("nodes", expected: "an array")
        for (index, element) in try nodes.array("nodes").enumerated() {
            let node = try element.object("nodes[\(index)]")
            let (label, position) = try node.nodeLabel("id")
            try graph.addNode(label, at: position)
            try graph.readAttributes(of: node, besides: ["id"])
        }
        let lists = try file.required("adjacency", expected: "an array")
        try readLists(lists, into: &graph)
        return graph
    }

    private static func readLists(_ lists: JSONValue, into graph: inout GraphCollector) throws(ConfigurationFault) {
        let rows = try lists.array("adjacency")
        guard rows.count == graph.labels.count else {
            throw lists.fault("adjacency has \(rows.count) lists; expected \(graph.labels.count), one a node")
        }
        // In an undirected graph each edge stands in the lists of both of its ends.
        var halves: Set<UInt64> = []
        for (index, row) in rows.enumerated() {
            for (slot, element) in try row.array("adjacency[\(index)]").enumerated() {
                let link = try element.object("adjacency[\(index)][\(slot)]")
                graph.notes.countOthers(in: link.members, besides: ["id", "weight", "key"], of: "edges")
                let id = try link.required("id", expected: JSONValue.idForms)
                let (source, target) = (NodeID(index), try graph.node(id, link.path(of: "id")))
                let weight = try link.number("weight")
                let half = Edge(source, target).key
                let isCounterpart =
                    !graph.directed && source != target && halves.contains(Edge(target, source).key)
                    && halves.insert(half).inserted
                if isCounterpart {
                    try graph.confirm(source, target, weight: weight, at: element.position)
                } else {
                    halves.insert(half)
                    try graph.connect(source, target, weight: weight, at: element.position)
                }
            }
        }
    }

    /// An object that networkx writes as a list of its keys and values.
    static func pairs(_ value: JSONValue?, _ key: String) throws(ConfigurationFault) -> JSONObject? {
        guard let value else { return nil }
        if value.isObject { return try value.object(key) }
        var members: [JSONMember] = []
        for (index, element) in try value.array(key).enumerated() {
            let pair = try element.array("\(key)[\(index)]")
            guard let first = pair.first, let name = first.text, pair.count == 2, let second = pair.dropFirst().first
            else {
                throw element.fault("\(key)[\(index)] is no pair of a text and a value")
            }
            members.append(JSONMember(name, second, keyPosition: element.position))
        }
        return JSONObject(path: key, members: members, position: value.position)
    }
}
