// Topology: the graph, that is who sends to whom. Weights are in MixingWeights, files in the Scenario module, graphs
// that change in LinkSchedule.
import Kernels
import Registry

/// A link between two nodes: `source` sends to `target`, and in an undirected topology `target` to `source` as well.
public struct Edge: Hashable, Sendable {
    public let source: NodeID
    public let target: NodeID
    /// What a file says that one end gives to the other's model; only the weights `file` read it.
    public let weight: Double?

    public init(_ source: NodeID, _ target: NodeID, weight: Double? = nil) {
        self.source = source
        self.target = target
        self.weight = weight
    }

    /// Both ends as one number, whatever the weight.
    public var key: UInt64 { UInt64(source.index) << 32 | UInt64(target.index) }
}

/// A graph of nodes: no loops, no parallel edges. A node's identity is its position in `labels`.
public struct Topology: Sendable, Equatable {
    public var name: String
    public let directed: Bool
    /// What the operator calls the nodes; all different, that is of different bytes.
    public let labels: [String]
    /// `host:port` of each node where the operator gave one.
    public let addresses: [String?]
    /// Ascending by (source, target); in an undirected topology the source is the smaller end.
    public let edges: [Edge]

    private let indices: LabelIndex
    private let incoming: [[NodeID]]
    private let outgoing: [[NodeID]]

    /// - Parameters:
    ///   - edges: in any order and, if undirected, with their ends in any order.
    ///   - addresses: one for each label, or none at all.
    public init(
        labels: [String], edges: [Edge], directed: Bool = false, name: String = "", addresses: [String?] = []
    ) throws(ConfigurationFault) {
        guard !labels.isEmpty else { throw ConfigurationFault("a topology has at least one node") }
        precondition(addresses.isEmpty || addresses.count == labels.count, "an address for each label, or none")
        var indices = LabelIndex()
        for (index, label) in labels.enumerated() {
            guard indices.add(label, for: NodeID(index)) == nil else {
                throw ConfigurationFault("two nodes are called '\(label)'")
            }
        }
        var edges = edges
        for (slot, edge) in edges.enumerated() {
            guard labels.indices.contains(edge.source.index), labels.indices.contains(edge.target.index) else {
                let end = labels.indices.contains(edge.source.index) ? edge.target : edge.source
                throw ConfigurationFault("an edge ends at node \(end), but there are only \(labels.count) nodes")
            }
            guard edge.source != edge.target else {
                throw ConfigurationFault("node '\(labels[edge.source.index])' has an edge to itself")
            }
            if !directed, edge.target < edge.source {
                edges[slot] = Edge(edge.target, edge.source, weight: edge.weight)
            }
        }
        edges.sort { ($0.source, $0.target) < ($1.source, $1.target) }
        for (edge, next) in zip(edges, edges.dropFirst())
        where edge.source == next.source && edge.target == next.target {
            let ends = "'\(labels[edge.source.index])' and '\(labels[edge.target.index])'"
            throw ConfigurationFault("there are two edges between \(ends)")
        }

        self.init(
            labels: labels, edges: edges, directed: directed, name: name,
            addresses: addresses.isEmpty ? [String?](repeating: nil, count: labels.count) : addresses, indices: indices)
    }

    /// - Parameter edges: as `self.edges` has them.
    private init(
        labels: [String], edges: [Edge], directed: Bool, name: String, addresses: [String?], indices: LabelIndex
    ) {
        var incoming = [[NodeID]](repeating: [], count: labels.count)
        var outgoing = incoming
        for edge in edges {
            incoming[edge.target.index].append(edge.source)
            outgoing[edge.source.index].append(edge.target)
        }
        if !directed {
            // Edges are ascending, so every smaller neighbour comes in before any larger one.
            for node in labels.indices { incoming[node] += outgoing[node] }
            outgoing = incoming
        }
        self.name = name
        self.directed = directed
        self.labels = labels
        self.addresses = addresses
        self.edges = edges
        self.indices = indices
        self.incoming = incoming
        self.outgoing = outgoing
    }

    /// The same nodes with other edges, which are known to be right: no loops, once each, in any order, and with the
    /// smaller end first in an undirected graph.
    func with(_ edges: [Edge], directed: Bool) -> Topology {
        Topology(
            labels: labels, edges: edges.sorted { ($0.source, $0.target) < ($1.source, $1.target) }, directed: directed,
            name: name, addresses: addresses, indices: indices)
    }

    public var nodeCount: Int { labels.count }

    /// All nodes, ascending.
    public var nodes: [NodeID] { labels.indices.map { NodeID($0) } }

    /// The node of this label.
    public func node(labelled label: String) -> NodeID? { indices[label] }

    /// The nodes whose models `node` mixes: those that send to it, ascending.
    public func neighbours(of node: NodeID) -> [NodeID] { incoming[node.index] }

    /// The nodes that send to `node`, ascending.
    public func senders(of node: NodeID) -> [NodeID] { incoming[node.index] }

    /// The nodes that `node` sends to, ascending.
    public func receivers(of node: NodeID) -> [NodeID] { outgoing[node.index] }

    /// The number of neighbours of `node`; in a directed topology its in-degree.
    public func degree(of node: NodeID) -> Int { incoming[node.index].count }

    /// The connected parts of the graph that `nodes` and the edges between them make, whatever the edges' direction.
    ///
    /// Each part is ascending; parts are in the order of their smallest node.
    public func components(of nodes: [NodeID]) -> [[NodeID]] {
        var isWaiting = [Bool](repeating: false, count: nodeCount)
        for node in nodes { isWaiting[node.index] = true }
        var components: [[NodeID]] = []
        for first in nodes.sorted() where isWaiting[first.index] {
            isWaiting[first.index] = false
            var component = [first]
            var visited = 0
            while visited < component.count {
                let node = component[visited].index
                visited += 1
                for neighbour in incoming[node] + (directed ? outgoing[node] : []) where isWaiting[neighbour.index] {
                    isWaiting[neighbour.index] = false
                    component.append(neighbour)
                }
            }
            components.append(component.sorted())
        }
        return components
    }

    /// Whether every node can be reached from every other, whatever the edges' direction.
    public var isConnected: Bool { components(of: nodes).count == 1 }

    /// Whether `source` sends to `target`.
    public func hasLink(from source: NodeID, to target: NodeID) -> Bool {
        outgoing[source.index].slot(of: target, by: \.self) != nil
    }
}
