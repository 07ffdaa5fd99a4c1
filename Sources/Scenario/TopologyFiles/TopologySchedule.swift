// How a topology changes over time, as its file writes it and as the links that follow from it.
public import Graphs
import JSON
import Kernels
import Registry

/// The schedule of a topology file.
public struct TopologySchedule: Sendable {
    enum Form: Sendable {
        /// Edges and nodes that come and go as listed; with a period, again and again.
        case changes([GraphChange], period: Int?)
        /// A rule of the catalogue; the seed where chance decides.
        case named(Selection, seed: UInt64?)
    }

    let form: Form
    public let links: any LinkSchedule

    /// - Parameter graph: what the file writes out: the first state, or the links that there may be.
    init(
        _ form: Form, on graph: Topology, rule: Weighting, samples: [Int]? = nil
    ) throws(ConfigurationFault) {
        self.form = form
        links =
            switch form {
            case .changes(let changes, let period):
                try ChangingLinks(graph, changes: changes, period: period, rule: rule, samples: samples)
            case .named(let kind, let seed):
                try ScheduleCatalog.all.entry(named: kind.kind).init(kind.parameters).links(on: graph, seed: seed ?? 1)
            }
    }

    static let standing = "static"
    static let changing = "changes"
    /// All that `kind` may be.
    static var kinds: [String] { [standing, changing] + ScheduleCatalog.all.names }

    /// What it is called in a file.
    public var kind: String {
        switch form {
        case .changes: TopologySchedule.changing
        case .named(let selection, _): selection.kind
        }
    }

    /// Whether the weights are the schedule's own, and not those of the file's rule.
    public var bringsWeights: Bool { if case .named = form { true } else { false } }

    /// As a file writes it.
    func json(_ label: @Sendable (NodeID) -> JSONValue) -> JSONValue {
        switch form {
        case .named(let selection, let seed):
            let drawn = seed.map { JSONMember("seed", JSONValue(.number(Double($0), literal: "\($0)"))) }
            guard case .object(let members) = selection.json.kind else {
                preconditionFailure("a selection is an object")
            }
            return JSONValue(.object(Array(members) + [drawn].compactMap(\.self)))
        case .changes(let changes, let period):
            let list = JSONValue.array(changes.map { TopologySchedule.json($0, label) })
            guard let period else { return list }
            return .object([
                "kind": .text(TopologySchedule.changing), "repeat": .number(period), "changes": list,
            ])
        }
    }

    private static func json(_ change: GraphChange, _ label: (NodeID) -> JSONValue) -> JSONValue {
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
