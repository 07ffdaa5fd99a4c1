// Changes that a file lists: edges and nodes that come and go in named rounds.
import Graphs
import JSON
import Kernels
import Registry

/// Edges and nodes that come and go as listed; with a period, again and again.
struct ListedChanges: WrittenSchedule {
    static let name = "changes"
    static let summary = "Edges and nodes come and go in the rounds that a list names; the list alone will do."
    static let keys: KeyValuePairs = [
        "changes": "a list of changes, each with from, and any of drop, add, leave and join",
        "repeat": "after so many rounds all begins again (default: never)",
    ]

    private let changes: [GraphChange]
    private let period: Int?

    init(_ changes: [GraphChange], period: Int?) {
        self.changes = changes
        self.period = period
    }

    init(_ object: JSONObject, _ reader: ScheduleReader) throws(ConfigurationFault) {
        try object.refuseUnknownKeys(known: ["kind", "repeat", "changes"])
        period = try object["repeat"]?.count(object.path(of: "repeat"), in: 1...Int.max)
        let list = try object.required("changes", expected: "an array of changes")
        changes = try Self.changes(list, object.path(of: "changes"), before: period, reader)
    }

    /// Reads the list alone.
    init(_ list: JSONValue, _ key: String, _ reader: ScheduleReader) throws(ConfigurationFault) {
        period = nil
        changes = try Self.changes(list, key, before: nil, reader)
    }

    func links(on graph: Topology, rule: Weighting, samples: [Int]?) throws(ConfigurationFault) -> any LinkSchedule {
        try ChangingLinks(graph, changes: changes, period: period, rule: rule, samples: samples)
    }

    // MARK: - Reading

    /// Each change is tried out on the graph as it then is, so that what does not fit is a fault at its own place.
    private static func changes(
        _ value: JSONValue, _ key: String, before period: Int?, _ reader: ScheduleReader
    ) throws(ConfigurationFault) -> [GraphChange] {
        let elements = try value.array(key)
        guard !elements.isEmpty else { throw value.fault("\(key) is empty; expected at least one change") }
        try reader.checkRoom(forGraphs: elements.count + 1, at: value)
        var state = GraphState(reader.graph)
        var changes: [GraphChange] = []
        for (index, element) in elements.enumerated() {
            let object = try element.object("\(key)[\(index)]")
            try object.refuseUnknownKeys(known: ["from", "drop", "add", "leave", "join"])
            let from = try round(of: object, after: changes.last?.from, before: period)
            changes.append(try change(object, from: from, on: &state, reader))
        }
        return changes
    }

    private static func round(
        of object: JSONObject, after last: Round?, before period: Int?
    ) throws(ConfigurationFault) -> Round {
        let key = object.path(of: "from")
        let value = try object.required("from", expected: "the round in which the change comes")
        let from = try value.count(key)
        if let last, from <= last.number {
            throw ConfigurationFault(
                .notAllowed(
                    key: key, given: "\(from)",
                    allowed: "a round after \(last), that of the change before; what comes in one round is one change"),
                at: value.position.description)
        }
        if let period, from >= period {
            throw ConfigurationFault(
                .notAllowed(key: key, given: "\(from)", allowed: "a round before repeat (\(period))"),
                at: value.position.description)
        }
        return Round(from)
    }

    private static func change(
        _ object: JSONObject, from round: Round, on state: inout GraphState, _ reader: ScheduleReader
    ) throws(ConfigurationFault) -> GraphChange {
        var change = GraphChange(from: round)
        for (value, key) in try elements(of: "drop", in: object) {
            let edge = try reader.edge(value, key, mayWeigh: false)
            try value.position.locating { () throws(ConfigurationFault) in try state.drop(edge) }
            change.dropped.append(edge)
        }
        for (value, key) in try elements(of: "add", in: object) {
            let edge = try reader.edge(value, key, mayWeigh: true)
            try value.position.locating { () throws(ConfigurationFault) in try state.add(edge) }
            change.added.append(edge)
        }
        for (value, key) in try elements(of: "leave", in: object) {
            let node = try reader.node(value, key)
            try value.position.locating { () throws(ConfigurationFault) in try state.leave(node) }
            change.leaving.append(node)
        }
        for (value, key) in try elements(of: "join", in: object) {
            let node = try reader.node(value, key)
            try value.position.locating { () throws(ConfigurationFault) in try state.join(node) }
            change.joining.append(node)
        }
        change.dropped.sort { ($0.source, $0.target) < ($1.source, $1.target) }
        change.added.sort { ($0.source, $0.target) < ($1.source, $1.target) }
        change.leaving.sort()
        change.joining.sort()
        guard change != GraphChange(from: round) else {
            throw ConfigurationFault(
                "\(object.path) changes nothing; expected drop, add, leave or join", at: object.position.description)
        }
        return change
    }

    private static func elements(
        of name: String, in object: JSONObject
    ) throws(ConfigurationFault) -> [(value: JSONValue, key: String)] {
        let key = object.path(of: name)
        guard let list = try object[name]?.array(key) else { return [] }
        return list.enumerated().map { ($1, "\(key)[\($0)]") }
    }

    // MARK: - Writing

    func json(_ label: @escaping NodeWriter) -> JSONValue {
        let list = JSONValue.array(changes.map { Self.json($0, label) })
        guard let period else { return list }
        return .object(["kind": .text(Self.name), "repeat": .number(period), "changes": list])
    }

    private static func json(_ change: GraphChange, _ label: NodeWriter) -> JSONValue {
        func list(_ nodes: [NodeID]) -> JSONValue? { nodes.isEmpty ? nil : .array(nodes.map(label)) }
        func list(_ edges: [Edge]) -> JSONValue? {
            let pairs = edges.map { edge in
                JSONValue.array(
                    [label(edge.source), label(edge.target)] + (edge.weight.map { [.number($0)] } ?? []))
            }
            return pairs.isEmpty ? nil : .array(pairs)
        }
        return .object([
            "from": .number(change.from.number), "drop": list(change.dropped), "add": list(change.added),
            "leave": list(change.leaving), "join": list(change.joining),
        ])
    }
}
