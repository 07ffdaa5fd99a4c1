// GraphCollector: what every reader of a graph file fills: nodes, the edges between them, and what is to be said of
// them.
import Graphs
import JSON
import Kernels
import Registry

/// Collects nodes, then the edges between them.
struct GraphCollector {
    /// Settled before the first edge.
    var directed: Bool
    var name = ""
    /// The object `gossipnode` of formats that have a place for it.
    private(set) var options: JSONObject?
    var notes = Notes()
    private(set) var labels: [String] = []
    private(set) var edges: [Edge] = []
    /// Nodes that are marked as hostile, ascending.
    private(set) var marked: [NodeID] = []

    private var nodes = LabelIndex()
    private var addresses: [String?] = []
    /// Which node has an address already.
    private var listeners: [HostPort: Int] = [:]
    /// Where in `edges` a pair of ends stands.
    private var slots: [UInt64: Int] = [:]
    /// Of each of `edges`, where it stands in the file.
    private var positions: [JSONPosition] = []

    init(directed: Bool = false) { self.directed = directed }

    // MARK: - Nodes

    /// Adds a node, whose label must be new.
    mutating func addNode(_ label: String, at position: JSONPosition) throws(ConfigurationFault) {
        guard !label.isEmpty else { throw ConfigurationFault("a node's id is empty", at: position.description) }
        guard nodes.add(label, for: NodeID(labels.count)) == nil else {
            throw ConfigurationFault(
                "a second node is called '\(excerpt(of: label))'; expected different ids", at: position.description)
        }
        labels.append(label)
        addresses.append(nil)
    }

    /// So many nodes, called by their positions.
    mutating func addNodes(_ count: Int, at position: JSONPosition) throws(ConfigurationFault) {
        for index in 0..<count { try addNode("\(index)", at: position) }
    }

    /// Gives a node its address; the last one said holds.
    mutating func setAddress(
        _ text: String, of node: NodeID, key: String, at position: JSONPosition
    ) throws(ConfigurationFault) {
        let address = try position.locating { () throws(ConfigurationFault) in try HostPort(text, key: key) }
        if let former = addresses[node.index].flatMap({ try? HostPort($0, key: key) }) { listeners[former] = nil }
        if address.port != 0, let other = listeners.updateValue(node.index, forKey: address) {
            throw ConfigurationFault(
                "\(key) is '\(text)', where node '\(labels[other])' listens; "
                    + "allowed: an address of its own, or port 0 for any free port", at: position.description)
        }
        addresses[node.index] = text
    }

    /// The address of the node that was added last, if it has one.
    mutating func setAddress(of node: JSONObject) throws(ConfigurationFault) {
        guard let value = node["address"] else { return }
        let key = node.path(of: "address")
        try setAddress(try value.text(key), of: NodeID(labels.count - 1), key: key, at: value.position)
    }

    /// Reads the attributes of the node that was added last: its address, and whether it is marked as hostile. All
    /// others are counted, but for those that are `known`.
    mutating func readAttributes(
        of node: JSONObject, besides known: [String]
    ) throws(ConfigurationFault) {
        let mark = HostileMark(in: node.members)
        notes.countOthers(in: node.members, besides: known + ["address"] + mark.keys, of: "nodes")
        if mark.isHostile { marked.append(NodeID(labels.count - 1)) }
        try setAddress(of: node)
    }

    /// The node of this label, or `nil`.
    func node(_ label: String) -> NodeID? { nodes[label] }

    /// The node of this label.
    func node(_ label: String, at position: JSONPosition) throws(ConfigurationFault) -> NodeID {
        guard let node = nodes[label] else {
            throw ConfigurationFault(.unknown(noun: "node", given: label, known: labels), at: position.description)
        }
        return node
    }

    /// The node that an edge of a JSON file names.
    ///
    /// - Parameter key: made only for a fault; a million edges have two million.
    func node(_ value: JSONValue, _ key: @autoclosure () -> String) throws(ConfigurationFault) -> NodeID {
        let label = try value.nodeLabel(key())
        guard let node = nodes[label] else {
            throw ConfigurationFault(
                .unknown(noun: "node", given: label, known: labels), at: value.position.description)
        }
        return node
    }

    // MARK: - Edges

    /// Adds an edge; one that leads nowhere or is there already is counted.
    mutating func connect(
        _ source: NodeID, _ target: NodeID, weight: Double? = nil, at position: JSONPosition
    ) throws(ConfigurationFault) {
        guard source != target else {
            return notes.count("an edge from a node to itself is left out", at: position)
        }
        let isForward = directed || source < target
        let edge = Edge(isForward ? source : target, isForward ? target : source, weight: weight)
        guard let slot = slots[edge.key] else {
            slots[edge.key] = edges.count
            edges.append(edge)
            positions.append(position)
            return
        }
        notes.count("an edge that is in the file already counts once", at: position)
        try agree(edge, with: slot, at: position)
    }

    /// Adds an edge of a file in which each says for itself whether it has a direction: in a directed graph one without
    /// goes both ways.
    mutating func connect(
        _ source: NodeID, _ target: NodeID, weight: Double?, oneWay: Bool, at position: JSONPosition
    ) throws(ConfigurationFault) {
        try connect(source, target, weight: weight, at: position)
        guard directed, !oneWay, source != target else { return }
        notes.count("an edge without direction in a directed graph goes both ways", at: position)
        try connect(target, source, weight: weight, at: position)
    }

    /// Takes an edge that is there already and that the file has to name once more, from its other end.
    mutating func confirm(
        _ source: NodeID, _ target: NodeID, weight: Double?, at position: JSONPosition
    ) throws(ConfigurationFault) {
        let edge = Edge(min(source, target), max(source, target), weight: weight)
        guard let slot = slots[edge.key] else {
            preconditionFailure("only an edge that is there is confirmed")
        }
        try agree(edge, with: slot, at: position)
    }

    private mutating func agree(
        _ edge: Edge, with slot: Int, at position: JSONPosition
    ) throws(ConfigurationFault) {
        guard let weight = edge.weight else { return }
        guard edges[slot].weight ?? weight == weight else {
            let between = "'\(labels[edge.source.index])' and '\(labels[edge.target.index])'"
            throw ConfigurationFault(
                "a second edge between \(between) has another weight than the one at \(positions[slot].lineColumn)",
                at: position.description)
        }
        edges[slot] = edge
    }

    // MARK: - The whole

    /// Reads what a format keeps of the whole graph: its name, and our own object.
    mutating func readAttributes(_ graph: JSONObject?) throws(ConfigurationFault) {
        guard let graph else { return }
        notes.countOthers(in: graph.members, besides: ["name", "gossipnode"], of: "the graph")
        if let text = graph["name"]?.text { name = text }
        options = try graph["gossipnode"]?.object(graph.path(of: "gossipnode"))
    }

    /// The graph of what was read.
    func topology(at position: JSONPosition) throws(ConfigurationFault) -> Topology {
        guard !labels.isEmpty else {
            throw ConfigurationFault("there is no node; expected at least one", at: position.description)
        }
        let topology = try position.locating { () throws(ConfigurationFault) in
            try Topology(labels: labels, edges: edges, directed: directed, name: name, addresses: addresses)
        }
        return try options.map { options throws(ConfigurationFault) in try options.addressing(topology) } ?? topology
    }
}

extension JSONValue {
    /// What an id may be, in words.
    static let idForms = "a text, a number or an array"

    /// The label that this id makes: ids are kept as texts; arrays, which networkx writes for tuples, as their
    /// canonical JSON.
    func nodeLabel(_ key: @autoclosure () -> String) throws(ConfigurationFault) -> String {
        switch kind {
        case .text(""): throw fault("\(key()) is empty; expected \(Self.idForms)")
        case .text(let text): text
        case .number, .array: JSONText.canonical(self)
        default: throw fault("\(key()) is \(summary); expected \(Self.idForms)")
        }
    }
}

extension JSONObject {
    /// The graph with the addresses that the pattern under `address` gives, if there is one.
    func addressing(_ topology: Topology) throws(ConfigurationFault) -> Topology {
        guard let value = self["address"] else { return topology }
        let key = path(of: "address")
        let text = try value.text(key)
        return try value.position.locating { () throws(ConfigurationFault) in
            try topology.addressed(by: AddressPattern(text, key: key), key: key)
        }
    }

    /// The label under a key that must be there.
    func nodeLabel(_ key: String) throws(ConfigurationFault) -> (label: String, position: JSONPosition) {
        let id = try required(key, expected: JSONValue.idForms)
        return (try id.nodeLabel(path(of: key)), id.position)
    }

    /// The number under a key, if it is there.
    func number(_ key: String) throws(ConfigurationFault) -> Double? { try self[key]?.number(path(of: key)) }
}
