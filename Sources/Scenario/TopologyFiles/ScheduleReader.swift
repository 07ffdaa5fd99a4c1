// Reads a topology's schedule: which kind it is, and the nodes and edges that it names.
import Graphs
import JSON
import Kernels
import Registry

/// Reads files that a topology file names, by a path that may begin beside it.
typealias FileReader = (String) throws(ConfigurationFault) -> [UInt8]

struct ScheduleReader {
    /// What the file writes out beside the schedule.
    let graph: Topology
    let rule: Weighting
    /// What there is for the graphs of all rounds.
    let room: MemoryRoom
    let files: FileReader

    /// - Returns: `nil` where the file says that the graph stays as it is.
    func read(_ value: JSONValue, _ key: String) throws(ConfigurationFault) -> TopologySchedule? {
        if case .array = value.kind { return try schedule(.written(try ListedChanges(value, key, self)), value) }
        var object = JSONObject(path: key, members: [JSONMember("kind", value)], position: value.position)
        if value.isObject {
            object = try value.object(key)
        } else if value.text == nil {
            throw value.fault("\(key) is \(value.summary); expected an array of changes, or an object with its kind")
        }
        let name = try object.required("kind", expected: TopologySchedule.kinds.joined(separator: ", "))
        let kind = try name.text(object.path(of: "kind"))
        guard kind != TopologySchedule.standing else {
            try object.refuseUnknownKeys(known: ["kind"])
            return nil
        }
        if let written = WrittenSchedules.kind(named: kind) {
            return try schedule(.written(try written.init(object, self)), value)
        }
        return try schedule(try named(kind, at: name.position, object), value)
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

    // MARK: - What written schedules name

    /// Refuses so many graphs of the size of the file's one, if there is no room for them.
    func checkRoom(forGraphs count: Int, at value: JSONValue) throws(ConfigurationFault) {
        try value.position.locating { () throws(ConfigurationFault) in
            try MemoryNeed(
                ofGraph: GraphSize(
                    nodes: graph.nodeCount.clampedTimes(count), links: graph.edges.count.clampedTimes(count))
            ).check(room)
        }
    }

    /// - Parameter key: made only for a fault.
    func node(_ value: JSONValue, _ key: @autoclosure () -> String) throws(ConfigurationFault) -> NodeID {
        let label = try value.nodeLabel(key())
        guard let node = graph.node(labelled: label) else {
            throw ConfigurationFault(
                .unknown(noun: "node in \(key())", given: label, known: graph.labels), at: value.position.description)
        }
        return node
    }

    /// A pair of ids, and for an edge that comes its weight where the file's rule asks for one; as the graph has its
    /// ends.
    func edge(_ value: JSONValue, _ key: String, mayWeigh: Bool) throws(ConfigurationFault) -> Edge {
        let parts = Array(try value.array(key))
        let weighs = mayWeigh && rule.kind.readsEdges && parts.count == 3
        guard parts.count == 2 || weighs else {
            let expected = mayWeigh && rule.kind.readsEdges ? "two ids and a weight" : "two ids"
            throw value.fault("\(key) has \(parts.count) parts; expected \(expected)")
        }
        let (source, target) = (try node(parts[0], key), try node(parts[1], key))
        let isForward = graph.directed || source < target
        return Edge(
            isForward ? source : target, isForward ? target : source, weight: weighs ? try parts[2].number(key) : nil)
    }
}
