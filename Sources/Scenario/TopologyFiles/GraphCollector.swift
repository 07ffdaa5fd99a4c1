// The two lists of a node-link file, and the account of what in them is left out or not understood.
import Graphs
import JSON
import Kernels
import Registry

/// Collects nodes, then the edges between them.
struct NodeLinkReader {
    let directed: Bool
    private(set) var edges: [Edge] = []
    var notes = Notes()

    private var labels: [String] = []
    private var addresses: [String?] = []
    private var indices: [String: Int] = [:]
    /// Which node has an address already.
    private var listeners: [HostPort: Int] = [:]
    /// Where in `edges` a pair of ends stands.
    private var slots: [UInt64: Int] = [:]
    /// Of each of `edges`, where it stands in the file.
    private var positions: [JSONPosition] = []

    init(directed: Bool) { self.directed = directed }

    /// The graph of what was read.
    func topology(named name: String) throws(ConfigurationFault) -> Topology {
        try Topology(labels: labels, edges: edges, directed: directed, name: name, addresses: addresses)
    }

    // MARK: - Nodes

    mutating func readNodes(_ value: JSONValue) throws(ConfigurationFault) {
        let elements = try value.array("nodes")
        guard !elements.isEmpty else { throw value.fault("nodes is empty; expected at least one node") }
        for (index, element) in elements.enumerated() {
            let node = try element.object("nodes[\(index)]")
            notes.countOthers(in: node.members, besides: ["id", "address"], of: "nodes")
            let id = try node.required("id", expected: Self.idForms)
            let label = try Self.label(id, node.path(of: "id"))
            guard indices.updateValue(labels.count, forKey: label) == nil else {
                throw id.fault("a second node is called '\(label)'; expected different ids")
            }
            labels.append(label)
            try readAddress(node["address"], key: node.path(of: "address"))
        }
    }

    /// The address of the node that was read last.
    private mutating func readAddress(_ value: JSONValue?, key: String) throws(ConfigurationFault) {
        guard let value else { return addresses.append(nil) }
        let text = try value.text(key)
        let address = try value.position.locating { () throws(ConfigurationFault) in try HostPort(text, key: key) }
        if address.port != 0, let other = listeners.updateValue(labels.count - 1, forKey: address) {
            throw value.fault(
                "\(key) is '\(text)', where node '\(labels[other])' listens; "
                    + "allowed: an address of its own, or port 0 for any free port")
        }
        addresses.append(text)
    }

    // MARK: - Edges

    private typealias Ends = (members: JSONMembers, source: JSONValue, target: JSONValue)

    mutating func readEdges(_ elements: JSONElements) throws(ConfigurationFault) {
        let arePositions = try arePositions(elements)
        if arePositions { notes.add("edges name their ends by position, as networkx 1 wrote them") }
        for (index, element) in elements.enumerated() {
            let ends = try Self.ends(of: element, index)
            notes.countOthers(in: ends.members, besides: ["source", "target", "weight", "key"], of: "edges")
            let source = try node(ends.source, "edges[\(index)].source", isPosition: arePositions)
            let target = try node(ends.target, "edges[\(index)].target", isPosition: arePositions)
            let weight = try ends.members["weight"]?.number("edges[\(index)].weight")
            guard source != target else {
                notes.count("an edge from a node to itself is left out", at: element.position)
                continue
            }
            let isForward = directed || source < target
            try add(Edge(isForward ? source : target, isForward ? target : source, weight: weight), element.position)
        }
    }

    /// Whether all ends are numbers that no node has as its id.
    private func arePositions(_ elements: JSONElements) throws(ConfigurationFault) -> Bool {
        for (index, element) in elements.enumerated() {
            let ends = try Self.ends(of: element, index)
            guard isNumberOnly(ends.source), isNumberOnly(ends.target) else { return false }
        }
        return !elements.isEmpty
    }

    private static func ends(of element: JSONValue, _ index: Int) throws(ConfigurationFault) -> Ends {
        if case .object(let members) = element.kind, let source = members["source"], let target = members["target"] {
            return (members, source, target)
        }
        let edge = try element.object("edges[\(index)]")
        let source = try edge.required("source", expected: "the id of a node")
        return (edge.members, source, try edge.required("target", expected: "the id of a node"))
    }

    private mutating func add(_ edge: Edge, _ position: JSONPosition) throws(ConfigurationFault) {
        let ends = UInt64(edge.source.index) << 32 | UInt64(edge.target.index)
        guard let slot = slots[ends] else {
            slots[ends] = edges.count
            edges.append(edge)
            positions.append(position)
            return
        }
        notes.count("an edge that is in the file already counts once", at: position)
        guard let weight = edge.weight else { return }
        guard edges[slot].weight ?? weight == weight else {
            let between = "'\(labels[edge.source.index])' and '\(labels[edge.target.index])'"
            let earlier = positions[slot].lineColumn
            throw ConfigurationFault(
                "a second edge between \(between) has another weight than the one at \(earlier)",
                at: position.description)
        }
        edges[slot] = edge
    }

    /// - Parameter key: made only for a fault; a million edges have two million.
    private func node(
        _ value: JSONValue, _ key: @autoclosure () -> String, isPosition: Bool
    ) throws(ConfigurationFault) -> NodeID {
        if isPosition { return NodeID(try value.count(key(), in: 0...labels.count - 1)) }
        let label = try Self.label(value, key())
        guard let index = indices[label] else {
            throw ConfigurationFault(
                .unknown(noun: "node", given: label, known: labels), at: value.position.description)
        }
        return NodeID(index)
    }

    /// Whether the value is a number that no node has as its id.
    private func isNumberOnly(_ value: JSONValue) -> Bool {
        guard case .number = value.kind else { return false }
        return indices[JSONText.canonical(value)] == nil
    }

    private static let idForms = "a text, a number or an array"

    /// Ids are kept as texts; arrays, which networkx writes for tuples, as their canonical JSON.
    static func label(_ value: JSONValue, _ key: @autoclosure () -> String) throws(ConfigurationFault) -> String {
        switch value.kind {
        case .text(""): throw value.fault("\(key()) is empty; expected \(idForms)")
        case .text(let text): text
        case .number, .array: JSONText.canonical(value)
        default: throw value.fault("\(key()) is \(value.summary); expected \(idForms)")
        }
    }
}

/// Warnings in the order of their first occasion; the same thing many times is one warning with a count.
struct Notes {
    private var entries: [(sentence: String, first: JSONPosition, count: Int)] = []
    private var slots: [String: Int] = [:]

    mutating func add(_ sentence: String) { count(sentence, at: .none) }

    mutating func count(_ sentence: String, at position: JSONPosition) {
        if let slot = slots[sentence] {
            entries[slot].count += 1
        } else {
            slots[sentence] = entries.count
            entries.append((sentence, position, 1))
        }
    }

    /// Counts the members that nothing here reads.
    mutating func countOthers(in members: JSONMembers, besides known: [String], of owner: String) {
        for member in members.others(besides: known) {
            count("the attribute '\(member.key)' of \(owner) is not used", at: member.keyPosition)
        }
    }

    /// More kinds of doubt would only hide each other.
    private static let mostShown = 20

    var sentences: [String] {
        let shown = entries.prefix(Self.mostShown).map { sentence, first, count in
            let place = first.description
            return (place.isEmpty ? "" : "\(place): ") + sentence + (count > 1 ? " (\(count) times)" : "")
        }
        let others = entries.count - shown.count
        return others > 0 ? shown + ["\(others) other things in the file are not used or left out"] : shown
    }
}
