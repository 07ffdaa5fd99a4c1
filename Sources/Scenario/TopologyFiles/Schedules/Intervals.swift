// Intervals: in which rounds an edge or a node is there; what is not named is always there.
import Graphs
import JSON
import Kernels
import Registry

/// Edges and nodes that are there in their intervals and nowhere else.
struct Intervals: WrittenSchedule {
    static let name = "intervals"
    static let summary = "Edges and nodes that are there in named intervals only; all others always are."
    static let keys: KeyValuePairs = [
        "intervals": "a list of intervals, each with edge (two ids) or node, from, and until, the first round after it "
            + "(default: for ever)",
        "repeat": "after so many rounds all begins again (default: never)",
    ]

    private enum Subject: Hashable {
        case edge(NodeID, NodeID)
        case node(NodeID)
    }

    private struct Interval {
        /// Its number in the file.
        let place: Int
        let subject: Subject
        let from: Int
        let until: Int?
    }

    /// In the order of the file.
    private let intervals: [Interval]
    private let period: Int?

    // MARK: - Reading

    init(_ object: JSONObject, _ reader: ScheduleReader) throws(ConfigurationFault) {
        try object.refuseUnknownKeys(known: ["kind", "repeat", "intervals"])
        period = try object["repeat"]?.count(object.path(of: "repeat"), in: 1...Int.max)
        let (key, list) = (
            object.path(of: "intervals"), try object.required("intervals", expected: "an array of intervals")
        )
        let elements = Array(try list.array(key))
        guard !elements.isEmpty else { throw list.fault("\(key) is empty; expected at least one interval") }
        // Each may change the graph when it begins and when it ends.
        try reader.checkRoom(forGraphs: elements.count.clampedTimes(2).clampedPlus(1), at: list)
        var intervals: [Interval] = []
        for (index, element) in elements.enumerated() {
            intervals.append(try Self.interval(element.object("\(key)[\(index)]"), index, before: period, reader))
        }
        self.intervals = intervals
        for spans in bySubject {
            for (span, next) in zip(spans, spans.dropFirst()) where Self.overlap(span, next) {
                let (other, late) = span.place < next.place ? (span, next) : (next, span)
                throw elements[late.place].fault(
                    "\(key)[\(late.place)] overlaps the interval at \(elements[other.place].position.lineColumn), "
                        + "which is of the same \(Self.noun(other.subject)) and \(Self.words(other))")
            }
        }
    }

    private static func interval(
        _ object: JSONObject, _ place: Int, before period: Int?, _ reader: ScheduleReader
    ) throws(ConfigurationFault) -> Interval {
        try object.refuseUnknownKeys(known: ["edge", "node", "from", "until"])
        let subject = try subject(object, reader)
        let from = try object.required("from", expected: "the first round of the interval")
            .count(object.path(of: "from"), in: 0...(period.map { $0 - 1 } ?? Int.max))
        guard let value = object["until"] else {
            return Interval(place: place, subject: subject, from: from, until: nil)
        }
        let until = try value.count(object.path(of: "until"))
        guard until > from, until <= period ?? Int.max else {
            let limit = period.map { " to \($0), that of repeat" } ?? ""
            throw ConfigurationFault(
                .notAllowed(
                    key: object.path(of: "until"), given: "\(until)",
                    allowed: "a round after from (\(from))\(limit)"), at: value.position.description)
        }
        return Interval(place: place, subject: subject, from: from, until: until)
    }

    private static func subject(
        _ object: JSONObject, _ reader: ScheduleReader
    ) throws(ConfigurationFault) -> Subject {
        guard let value = object["edge"] else {
            let value = try object.required("node", expected: "the id of a node, or edge with the ids of two")
            return .node(try reader.node(value, object.path(of: "node")))
        }
        guard object["node"] == nil else {
            throw ConfigurationFault(
                "\(object.path) has an edge and a node; expected one of them", at: object.position.description)
        }
        let edge = try reader.edge(value, object.path(of: "edge"), mayWeigh: false)
        guard reader.graph.hasLink(from: edge.source, to: edge.target) else {
            let labels = [edge.source, edge.target].map { reader.graph.labels[$0.index] }
            throw value.fault("the file has no edge '\(labels[0])' - '\(labels[1])'; allowed: one of its edges")
        }
        return .edge(edge.source, edge.target)
    }

    private static func noun(_ subject: Subject) -> String { if case .edge = subject { "edge" } else { "node" } }

    private static func overlap(_ a: Interval, _ b: Interval) -> Bool {
        a.from < b.until ?? Int.max && b.from < a.until ?? Int.max
    }

    private static func words(_ interval: Interval) -> String {
        interval.until.map { "lasts from round \(interval.from) to \($0 - 1)" }
            ?? "lasts from round \(interval.from) on"
    }

    // MARK: - Links

    func links(on graph: Topology, rule: Weighting, samples: [Int]?) throws(ConfigurationFault) -> any LinkSchedule {
        var changes: [Int: GraphChange] = [:]
        func change(_ round: Int, _ apply: (inout GraphChange) -> Void) {
            apply(&changes[round, default: GraphChange(from: Round(round))])
        }
        // As the file has them, with their weights.
        let edges = Dictionary(uniqueKeysWithValues: graph.edges.map { (Edge($0.source, $0.target), $0) })
        func begin(_ subject: Subject, _ round: Int) {
            change(round) { change in
                switch subject {
                case .edge(let source, let target):
                    let edge = Edge(source, target)
                    change.added.append(edges[edge] ?? edge)
                case .node(let node): change.joining.append(node)
                }
            }
        }
        func end(_ subject: Subject, _ round: Int) {
            change(round) { change in
                switch subject {
                case .edge(let source, let target): change.dropped.append(Edge(source, target))
                case .node(let node): change.leaving.append(node)
                }
            }
        }
        for spans in bySubject {
            // All are there at first, as the file has them.
            if spans[0].from > 0 { end(spans[0].subject, 0) }
            for (index, span) in spans.enumerated() {
                let follows = index > 0 && spans[index - 1].until == span.from
                if span.from > 0, !follows { begin(span.subject, span.from) }
                let isFollowed = index + 1 < spans.count && spans[index + 1].from == span.until
                if let until = span.until, until < period ?? Int.max, !isFollowed { end(span.subject, until) }
            }
        }
        return try ChangingLinks(
            graph, changes: changes.sorted { $0.key < $1.key }.map(\.value), period: period, rule: rule,
            samples: samples)
    }

    /// The intervals of each edge and node, ascending, in the order of the first of each in the file.
    private var bySubject: [[Interval]] {
        var slots: [Subject: Int] = [:]
        var lists: [[Interval]] = []
        for interval in intervals {
            if let slot = slots[interval.subject] {
                lists[slot].append(interval)
            } else {
                slots[interval.subject] = lists.count
                lists.append([interval])
            }
        }
        return lists.map { $0.sorted { $0.from < $1.from } }
    }

    // MARK: - Writing

    func json(_ label: @escaping NodeWriter) -> JSONValue {
        let list = intervals.map { interval -> JSONValue in
            let (from, until) = (JSONValue.number(interval.from), interval.until.map { JSONValue.number($0) })
            return switch interval.subject {
            case .edge(let source, let target):
                .object(["edge": .array([label(source), label(target)]), "from": from, "until": until])
            case .node(let node): .object(["node": label(node), "from": from, "until": until])
            }
        }
        return .object([
            "kind": .text(Self.name), "repeat": period.map { .number($0) }, "intervals": .array(list),
        ])
    }
}
