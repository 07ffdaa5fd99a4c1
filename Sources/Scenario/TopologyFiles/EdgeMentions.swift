// EdgeMentions: edges of a file that lists no nodes before them, in any format: nodes are what they name.
import Graphs
import JSON
import Kernels
import Registry

/// The edges in the order of the file, and the nodes in that of their first mention, until all are known.
struct EdgeMentions {
    var graph = GraphCollector()
    /// Whether nodes stand in lines of their own, which settles their order.
    var namesNodes = false
    private var labels: [String] = []
    private var index = LabelIndex()
    private var edges: [(source: NodeID, target: NodeID, weight: Double?, position: JSONPosition)] = []

    /// The node of this label, a new one where there is none.
    mutating func node(_ label: String) -> NodeID {
        if let node = index[label] { return node }
        let node = NodeID(labels.count)
        _ = index.add(label, for: node)
        labels.append(label)
        return node
    }

    mutating func connect(_ source: NodeID, _ target: NodeID, weight: Double?, at position: JSONPosition) {
        edges.append((source, target, weight, position))
    }

    /// The graph, whose nodes begin at `start`.
    mutating func finish(at start: JSONPosition) throws(ConfigurationFault) -> GraphCollector {
        let order = namesNodes ? Array(labels.indices) : Self.order(of: labels)
        var places = [Int](repeating: 0, count: labels.count)
        for (place, node) in order.enumerated() {
            places[node] = place
            try graph.addNode(labels[node], at: start)
        }
        for edge in edges {
            try graph.connect(
                NodeID(places[edge.source.index]), NodeID(places[edge.target.index]), weight: edge.weight,
                at: edge.position)
        }
        return graph
    }

    /// The nodes in their order: by number where all ids are whole numbers, else as they are first mentioned.
    static func order(of labels: [String]) -> [Int] {
        let numbers = labels.compactMap { TextWord(text: $0, offset: 0).index }
        guard numbers.count == labels.count else { return Array(labels.indices) }
        return labels.indices.sorted { numbers[$0] < numbers[$1] }
    }
}
