// NodeValues: a value for each node of a drawing, from the summary of a run or from a file of one's own.
public import Graphs
public import JSON
import Kernels
import Registry

/// What a drawing shows of each node.
public struct NodeValues: Sendable {
    public let measure: NodeMeasure
    /// By node; `nil` where nothing is known.
    public private(set) var values: [Double?]
    /// As a run has found out; none in a file of one's own.
    public private(set) var hostile: Set<NodeID> = []
    /// Why a node of a run was lost.
    public private(set) var lost: [String?]

    /// What the summary of a run says of its nodes, by its key there.
    private static let ofSummary: [(key: String, measure: NodeMeasure)] = [
        ("accuracy", NodeMeasure("final accuracy", unit: "%", isBetterAbove: true) { rounded(100 * $0, 1) }),
        ("loss", NodeMeasure("final loss", isBetterAbove: false)),
        ("distance", NodeMeasure("distance from the median honest model")),
        ("excessLoss", NodeMeasure("training loss above the least", isBetterAbove: false)),
        ("optimumDistance", NodeMeasure("distance from the optimum", isBetterAbove: false)),
        ("awaitedSeconds", NodeMeasure("time that others waited for it", unit: "s")),
        ("samples", NodeMeasure("training samples")),
    ]

    public static let measures = ofSummary.map { $0.key }

    /// The measure that a task is judged by.
    static func measure(of key: String) -> NodeMeasure? { ofSummary.first { $0.key == key }?.measure }

    /// - Parameters:
    ///   - file: a run's summary; or `{"3": 0.5, …}` by label, also as `{"name": …, "unit": …, "values": {…}}`.
    ///   - key: one of `measures`, for a summary; if not given, what the run is judged by.
    public init(_ file: JSONValue, measure key: String?, of graph: Topology) throws(ConfigurationFault) {
        values = [Double?](repeating: nil, count: graph.nodeCount)
        lost = [String?](repeating: nil, count: graph.nodeCount)
        if let nodes = file.member("perNode") {
            let key = key ?? file.member("measure")?.text ?? Self.measures[0]
            guard let measure = Self.measure(of: key) else {
                throw ConfigurationFault(.unknown(noun: "measure", given: key, known: Self.measures))
            }
            self.measure = measure
            try read(run: file, nodes, key, graph)
        } else {
            guard key == nil else {
                throw ConfigurationFault("--measure is for values from a run; a file of values has one measure")
            }
            let object = try file.object("")
            var (entries, name, unit) = (object, "value", "")
            if let values = object["values"] {
                try object.refuseUnknownKeys(known: ["name", "unit", "values"])
                entries = try values.object("values")
                name = try object["name"]?.text("name") ?? name
                unit = try object["unit"]?.text("unit") ?? unit
            }
            measure = NodeMeasure(name, unit: unit)
            for entry in entries.members {
                let node = try Self.node(entry.key, graph, at: entry.value)
                if case .null = entry.value.kind { continue }
                values[node.index] = try entry.value.number(entries.path(of: entry.key))
            }
        }
    }

    private mutating func read(
        run: JSONValue, _ nodes: JSONValue, _ key: String, _ graph: Topology
    ) throws(ConfigurationFault) {
        for element in try nodes.array("perNode") {
            guard let label = element.member("node")?.text else { continue }
            let node = try Self.node(label, graph, at: element)
            values[node.index] = element.member(key)?.number
            lost[node.index] = element.member("lost")?.text
        }
        if let labels = run.member("hostile") {
            for element in try labels.array("hostile") {
                hostile.insert(try Self.node(try element.text("hostile"), graph, at: element))
            }
        }
        guard values.contains(where: { $0 != nil }) else {
            throw run.fault(
                "the run has no \(key) of any node; allowed: another of \(Self.measures.joined(separator: ", "))")
        }
    }

    private static func node(
        _ label: String, _ graph: Topology, at value: JSONValue
    ) throws(ConfigurationFault) -> NodeID {
        guard let node = graph.node(labelled: label) else {
            throw ConfigurationFault(
                .unknown(noun: "node", given: label, known: graph.labels), at: value.position.description)
        }
        return node
    }
}
