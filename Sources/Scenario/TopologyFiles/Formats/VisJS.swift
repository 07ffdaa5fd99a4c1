// The data of a vis.js network (https://visjs.github.io/vis-network/docs/network/).
import Graphs
import JSON
import Kernels
import Registry

enum VisJS: JSONGraphFormat {
    static let title = "vis.js data"

    static func fits(_ file: JSONValue) -> Bool {
        file.has("nodes") && file.first(of: "edges").has("from") && file.first(of: "edges").has("to")
    }

    static func read(_ value: JSONValue) throws(ConfigurationFault) -> GraphCollector {
        let file = try value.object("")
        let edges = try file.required("edges", expected: "an array").array("edges")
        var graph = GraphCollector(directed: edges.contains { !Arrows($0).isPlain })
        graph.notes.countOthers(in: file.members, besides: ["nodes", "edges"], of: "the graph")
        for (index, element) in try file.required("nodes", expected: "an array").array("nodes").enumerated() {
            let node = try element.object("nodes[\(index)]")
            let (label, position) = try node.nodeLabel("id")
            graph.notes.countOthers(in: node.members, besides: ["id", "label", "address"], of: "nodes")
            try graph.addNode(label, at: position)
            try graph.setAddress(of: node)
        }
        for (index, element) in edges.enumerated() {
            let edge = try element.object("edges[\(index)]")
            graph.notes.countOthers(
                in: edge.members, besides: ["id", "from", "to", "arrows", "label", "weight"], of: "edges")
            let from = try graph.node(try edge.required("from", expected: JSONValue.idForms), edge.path(of: "from"))
            let to = try graph.node(try edge.required("to", expected: JSONValue.idForms), edge.path(of: "to"))
            let (weight, arrows) = (try edge.number("weight"), Arrows(element))
            let (source, target) = arrows.isBackward ? (to, from) : (from, to)
            try graph.connect(source, target, weight: weight, oneWay: !arrows.isPlain, at: element.position)
            if arrows.isBoth { try graph.connect(target, source, weight: weight, at: element.position) }
        }
        return graph
    }

    /// At which ends of an edge there are arrows.
    private struct Arrows {
        private var to = false
        private var from = false

        init(_ edge: JSONValue) {
            guard let arrows = edge.member("arrows") else { return }
            let words = arrows.text?.split { ", ;".contains($0) } ?? []
            func has(_ end: String) -> Bool {
                if words.contains(where: { $0 == end }) { return true }
                guard let value = arrows.member(end) else { return false }
                return value.quickFlag ?? (value.isObject && value.member("enabled")?.quickFlag != false)
            }
            (to, from) = (has("to"), has("from"))
        }

        var isPlain: Bool { !to && !from }
        var isBoth: Bool { to && from }
        var isBackward: Bool { from && !to }
    }
}
