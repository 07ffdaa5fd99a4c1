// How a topology changes over time, as its file writes it and as the links that follow from it.
public import Graphs
import JSON
import Kernels
import Registry

/// The schedule of a topology file.
public struct TopologySchedule: Sendable {
    enum Form: Sendable {
        /// Written out round by round.
        case written(any WrittenSchedule)
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
            case .written(let schedule): try schedule.links(on: graph, rule: rule, samples: samples)
            case .named(let kind, let seed):
                try ScheduleCatalog.all.entry(named: kind.kind).init(kind.parameters).links(on: graph, seed: seed ?? 1)
            }
    }

    static let standing = "static"
    /// All that `kind` may be.
    static var kinds: [String] { [standing] + WrittenSchedules.all.map { $0.name } + ScheduleCatalog.all.names }

    /// What it is called in a file.
    public var kind: String {
        switch form {
        case .written(let schedule): type(of: schedule).name
        case .named(let selection, _): selection.kind
        }
    }

    /// Whether the weights are the schedule's own, and not those of the file's rule.
    public var bringsWeights: Bool {
        switch form {
        case .written(let schedule): type(of: schedule).bringsWeights
        case .named: true
        }
    }

    /// Whether the schedule of these options brings the edges, so that the file need not have any.
    static func bringsEdges(in options: JSONObject?) -> Bool {
        let kind = options?["schedule"]?.member("kind")?.text ?? ""
        return WrittenSchedules.kind(named: kind)?.bringsEdges ?? false
    }

    /// As a file writes it.
    func json(_ label: @escaping NodeWriter) -> JSONValue {
        switch form {
        case .written(let schedule): return schedule.json(label)
        case .named(let selection, let seed):
            let drawn = seed.map { JSONMember("seed", JSONValue(.number(Double($0), literal: "\($0)"))) }
            guard case .object(let members) = selection.json.kind else {
                preconditionFailure("a selection is an object")
            }
            return JSONValue(.object(Array(members) + [drawn].compactMap(\.self)))
        }
    }
}
