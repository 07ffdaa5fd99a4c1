// The two lists of a node-link file, and the account of what in them is left out or not understood.
import Graphs
import Kernels

/// Collects nodes, then the edges between them.
struct NodeLinkReader {
    let directed: Bool
    private(set) var labels: [String] = []
    private(set) var addresses: [String?] = []
    private(set) var edges: [Edge] = []
    var notes = Notes()

    private var indices: [String: Int] = [:]
    /// Where each pair of ends stands in `edges` and in the file.
    private var known: [Edge: (slot: Int, position: JSONPosition)] = [:]

    init(directed: Bool) { self.directed = directed }

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
            addresses.append(try node["address"]?.text(node.path(of: "address")))
        }
    }

    mutating func readEdges(_ elements: [JSONValue]) throws(ConfigurationFault) {
        var ends: [(edge: JSONObject, source: JSONValue, target: JSONValue)] = []
        for (index, element) in elements.enumerated() {
            let edge = try element.object("edges[\(index)]")
            notes.countOthers(in: edge.members, besides: ["source", "target", "weight", "key"], of: "edges")
            let source = try edge.required("source", expected: "the id of a node")
            ends.append((edge, source, try edge.required("target", expected: "the id of a node")))
        }
        let arePositions = !ends.isEmpty && ends.allSatisfy { isNumberOnly($0.source) && isNumberOnly($0.target) }
        if arePositions { notes.add("edges name their ends by position, as networkx 1 wrote them") }

        for (edge, source, target) in ends {
            let source = try node(source, edge.path(of: "source"), isPosition: arePositions)
            let target = try node(target, edge.path(of: "target"), isPosition: arePositions)
            let weight = try edge["weight"]?.number(edge.path(of: "weight"))
            guard source != target else {
                notes.count("an edge from a node to itself is left out", at: edge.position)
                continue
            }
            let isForward = directed || source < target
            try add(Edge(isForward ? source : target, isForward ? target : source, weight: weight), edge.position)
        }
    }

    private mutating func add(_ edge: Edge, _ position: JSONPosition) throws(ConfigurationFault) {
        let ends = Edge(edge.source, edge.target)
        guard let (slot, earlier) = known[ends] else {
            known[ends] = (edges.count, position)
            edges.append(edge)
            return
        }
        notes.count("an edge that is in the file already counts once", at: position)
        guard let weight = edge.weight else { return }
        guard edges[slot].weight ?? weight == weight else {
            let between = "'\(labels[edge.source.index])' and '\(labels[edge.target.index])'"
            throw ConfigurationFault(
                "a second edge between \(between) has another weight than the one at \(earlier.lineColumn)",
                at: position.description)
        }
        edges[slot] = edge
    }

    private func node(_ value: JSONValue, _ key: String, isPosition: Bool) throws(ConfigurationFault) -> NodeID {
        if isPosition { return NodeID(try value.count(key, in: 0...labels.count - 1)) }
        let label = try Self.label(value, key)
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
    static func label(_ value: JSONValue, _ key: String) throws(ConfigurationFault) -> String {
        switch value.kind {
        case .text(""): throw value.fault("\(key) is empty; expected \(idForms)")
        case .text(let text): text
        case .number, .array: JSONText.canonical(value)
        default: throw value.fault("\(key) is \(value.summary); expected \(idForms)")
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
    mutating func countOthers(in members: [JSONMember], besides known: [String], of owner: String) {
        for member in members where !known.contains(member.key) {
            count("the attribute '\(member.key)' of \(owner) is not used", at: member.keyPosition)
        }
    }

    var sentences: [String] {
        entries.map { sentence, first, count in
            let place = first.description
            return (place.isEmpty ? "" : "\(place): ") + sentence + (count > 1 ? " (\(count) times)" : "")
        }
    }
}
