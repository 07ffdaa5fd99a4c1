// Reads a topology's schedule. Each change is tried out on the graph as it then is, so that what does not fit is a
// fault at its own place.
import Graphs
import JSON
import Kernels
import Registry

struct ScheduleReader {
    /// What the file writes out beside the schedule.
    let graph: Topology
    let rule: Weighting
    /// What there is for the graphs of all rounds.
    let room: MemoryRoom

    /// - Returns: `nil` where the file says that the graph stays as it is.
    func read(_ value: JSONValue, _ key: String) throws(ConfigurationFault) -> TopologySchedule? {
        if case .array = value.kind { return try schedule(try changes(value, key, before: nil), value) }
        var object = JSONObject(path: key, members: [JSONMember("kind", value)], position: value.position)
        if value.isObject {
            object = try value.object(key)
        } else if value.text == nil {
            throw value.fault("\(key) is \(value.summary); expected an array of changes, or an object with its kind")
        }
        let name = try object.required("kind", expected: TopologySchedule.kinds.joined(separator: ", "))
        let kind = try name.text(object.path(of: "kind"))
        switch kind {
        case TopologySchedule.standing:
            try object.refuseUnknownKeys(known: ["kind"])
            return nil
        case TopologySchedule.changing: return try schedule(try periodicChanges(object), value)
        default: return try schedule(try named(kind, at: name.position, object), value)
        }
    }

    private func schedule(
        _ form: TopologySchedule.Form, _ value: JSONValue
    ) throws(ConfigurationFault) -> TopologySchedule {
        try value.position.locating { () throws(ConfigurationFault) in
            try TopologySchedule(form, on: graph, rule: rule)
        }
    }

    private func named(
        _ name: String, at position: JSONPosition, _ object: JSONObject
    ) throws(ConfigurationFault) -> TopologySchedule.Form {
        guard let kind = try? ScheduleCatalog.all.entry(named: name) else {
            throw ConfigurationFault(
                .unknown(noun: "schedule", given: name, known: TopologySchedule.kinds), at: position.description)
        }
        let parameters = try object.parameters(kind.parameters, besides: ["kind"] + (kind.isRandom ? ["seed"] : []))
        let seed = kind.isRandom ? try object["seed"]?.seed(object.path(of: "seed")) ?? 1 : nil
        return .named(Selection(kind, Array(zip(parameters.names, parameters.values))), seed: seed)
    }

    // MARK: - Changes

    private func periodicChanges(_ object: JSONObject) throws(ConfigurationFault) -> TopologySchedule.Form {
        try object.refuseUnknownKeys(known: ["kind", "repeat", "changes"])
        let period = try object["repeat"]?.count(object.path(of: "repeat"), in: 1...Int.max)
        let list = try object.required("changes", expected: "an array of changes")
        return try changes(list, object.path(of: "changes"), before: period)
    }

    private func changes(
        _ value: JSONValue, _ key: String, before period: Int?
    ) throws(ConfigurationFault) -> TopologySchedule.Form {
        let elements = try value.array(key)
        guard !elements.isEmpty else { throw value.fault("\(key) is empty; expected at least one change") }
        let phases = elements.count + 1
        try value.position.locating { () throws(ConfigurationFault) in
            try MemoryNeed(
                ofGraph: GraphSize(
                    nodes: graph.nodeCount.clampedTimes(phases), links: graph.edges.count.clampedTimes(phases))
            ).check(room)
        }
        var state = GraphState(graph)
        var changes: [GraphChange] = []
        for (index, element) in elements.enumerated() {
            let object = try element.object("\(key)[\(index)]")
            try object.refuseUnknownKeys(known: ["from", "drop", "add", "leave", "join"])
            let from = try round(of: object, after: changes.last?.from, before: period)
            changes.append(try change(object, from: from, on: &state))
        }
        return .changes(changes, period: period)
    }

    private func round(
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

    private func change(
        _ object: JSONObject, from round: Round, on state: inout GraphState
    ) throws(ConfigurationFault) -> GraphChange {
        var change = GraphChange(from: round)
        for (value, key) in try elements(of: "drop", in: object) {
            change.dropped.append(
                try edge(value, key, mayWeigh: false, { (edge) throws(ConfigurationFault) in try state.drop(edge) }))
        }
        for (value, key) in try elements(of: "add", in: object) {
            change.added.append(
                try edge(value, key, mayWeigh: true, { (edge) throws(ConfigurationFault) in try state.add(edge) }))
        }
        for (value, key) in try elements(of: "leave", in: object) {
            let node = try node(value, key)
            try value.position.locating { () throws(ConfigurationFault) in try state.leave(node) }
            change.leaving.append(node)
        }
        for (value, key) in try elements(of: "join", in: object) {
            let node = try node(value, key)
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

    private func elements(
        of name: String, in object: JSONObject
    ) throws(ConfigurationFault) -> [(value: JSONValue, key: String)] {
        let key = object.path(of: name)
        guard let list = try object[name]?.array(key) else { return [] }
        return list.enumerated().map { ($1, "\(key)[\($0)]") }
    }

    private func node(_ value: JSONValue, _ key: String) throws(ConfigurationFault) -> NodeID {
        let label = try value.nodeLabel(key)
        guard let node = graph.node(labelled: label) else {
            throw ConfigurationFault(
                .unknown(noun: "node in \(key)", given: label, known: graph.labels), at: value.position.description)
        }
        return node
    }

    /// A pair of ids, and for an edge that comes its weight where the file's rule asks for one.
    private func edge(
        _ value: JSONValue, _ key: String, mayWeigh: Bool, _ apply: (Edge) throws(ConfigurationFault) -> Void
    ) throws(ConfigurationFault) -> Edge {
        let parts = Array(try value.array(key))
        let weighs = mayWeigh && rule.kind.readsEdges && parts.count == 3
        guard parts.count == 2 || weighs else {
            let expected = mayWeigh && rule.kind.readsEdges ? "two ids and a weight" : "two ids"
            throw value.fault("\(key) has \(parts.count) parts; expected \(expected)")
        }
        let (source, target) = (try node(parts[0], key), try node(parts[1], key))
        let isForward = graph.directed || source < target
        let edge = Edge(
            isForward ? source : target, isForward ? target : source, weight: weighs ? try parts[2].number(key) : nil)
        try value.position.locating { () throws(ConfigurationFault) in try apply(edge) }
        return edge
    }
}
