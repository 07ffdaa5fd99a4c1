// graphology's exports (https://graphology.github.io/serialization.html).
import Graphs
import JSON
import Kernels
import Registry

enum Graphology: JSONGraphFormat {
    static let title = "graphology's export"

    static func fits(_ file: JSONValue) -> Bool {
        file.first(of: "nodes").has("key") && !file.first(of: "nodes").has("id")
    }

    static func read(_ value: JSONValue) throws(ConfigurationFault) -> GraphCollector {
        let file = try value.object("")
        try file.refuseUnknownKeys(known: ["attributes", "options", "nodes", "edges"])
        let options = try file["options"]?.object("options")
        let isUndirected = options?["type"]?.text == "undirected"
        let edges = try file["edges"]?.array("edges") ?? JSONElements([])
        // An edge has a direction unless it says that it has none.
        let oneWay = { (edge: JSONValue) in !isUndirected && edge.member("undirected")?.quickFlag != true }
        var graph = GraphCollector(directed: edges.contains(where: oneWay))
        try graph.readAttributes(try file["attributes"]?.object("attributes"))
        for (index, element) in try file.required("nodes", expected: "an array").array("nodes").enumerated() {
            let node = try element.object("nodes[\(index)]")
            let (label, position) = try node.nodeLabel("key")
            try graph.addNode(label, at: position)
            guard let attributes = try node["attributes"]?.object(node.path(of: "attributes")) else { continue }
            graph.notes.countOthers(in: attributes.members, besides: ["address"], of: "nodes")
            try graph.setAddress(of: attributes)
        }
        for (index, element) in edges.enumerated() {
            let edge = try element.object("edges[\(index)]")
            let source = try graph.node(
                try edge.required("source", expected: JSONValue.idForms), edge.path(of: "source"))
            let target = try graph.node(
                try edge.required("target", expected: JSONValue.idForms), edge.path(of: "target"))
            let attributes = try edge["attributes"]?.object(edge.path(of: "attributes"))
            if let attributes { graph.notes.countOthers(in: attributes.members, besides: ["weight"], of: "edges") }
            let weight = try attributes?.number("weight")
            try graph.connect(source, target, weight: weight, oneWay: oneWay(element), at: element.position)
        }
        return graph
    }
}
