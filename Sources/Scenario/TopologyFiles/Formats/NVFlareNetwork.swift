// NVFlare's network of a peer-to-peer job (nvflare.app_opt.p2p): nodes with their neighbours and what each gives to
// them.
import Graphs
import JSON
import Kernels
import Registry

enum NVFlareNetwork: JSONGraphFormat {
    static let title = "NVFlare's network"

    static func fits(_ file: JSONValue) -> Bool {
        if let network = file.member("network"), !file.has("nodes") { return network.has("nodes") }
        return file.first(of: "nodes").has("neighbors")
    }

    static func graphs(in file: JSONValue) throws(ConfigurationFault) -> [JSONValue] {
        [file.member("network") ?? file]
    }

    static func read(_ value: JSONValue) throws(ConfigurationFault) -> GraphCollector {
        let network = try value.object("network")
        var graph = GraphCollector()
        graph.notes.countOthers(in: network.members, besides: ["nodes"], of: "the network")
        let nodes = try network.required("nodes", expected: "an array").array("network.nodes")
        for (index, element) in nodes.enumerated() {
            let node = try element.object("network.nodes[\(index)]")
            let (label, position) = try node.nodeLabel("id")
            graph.notes.countOthers(in: node.members, besides: ["id", "neighbors"], of: "nodes")
            try graph.addNode(label, at: position)
        }
        let positions = nodes.map(\.position)
        var table = LinkTable(of: graph.labels) { positions[$0] }
        for (index, element) in nodes.enumerated() {
            guard let neighbours = element.member("neighbors") else { continue }
            let key = "network.nodes[\(index)].neighbors"
            for (slot, entry) in try neighbours.array(key).enumerated() {
                let neighbour = try entry.object("\(key)[\(slot)]")
                graph.notes.countOthers(in: neighbour.members, besides: ["id", "weight"], of: "neighbours")
                let id = try neighbour.required("id", expected: JSONValue.idForms)
                let other = try graph.node(id, neighbour.path(of: "id"))
                // The node hears its neighbour and gives it the weight.
                try table.add(other.index, index, weight: try neighbour.number("weight") ?? 1, at: index)
            }
        }
        try table.fill(
            &graph,
            word: "the table of neighbours", direction: "a neighbour sends to the node that lists it",
            loops: "an edge from a node to itself")
        return graph
    }
}
