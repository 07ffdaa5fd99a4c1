// GraphFormat: a way to write a graph down. What can be read and written is in GraphFormats, one file a format in
// Formats/.
import Graphs
import JSON
import Registry

/// A way to write a graph down.
protocol GraphFormat: Sendable {
    /// As messages name it.
    static var title: String { get }
}

/// A format that is JSON.
protocol JSONGraphFormat: GraphFormat {
    /// Whether a file looks like it; only its beginning is looked at.
    static func fits(_ file: JSONValue) -> Bool

    /// The graphs that the file has.
    static func graphs(in file: JSONValue) throws(ConfigurationFault) -> [JSONValue]

    /// - Parameter graph: one of `graphs(in:)`.
    static func read(_ graph: JSONValue) throws(ConfigurationFault) -> GraphCollector
}

extension JSONGraphFormat {
    static func graphs(in file: JSONValue) throws(ConfigurationFault) -> [JSONValue] { [file] }
}

/// A format that is other text.
protocol TextGraphFormat: GraphFormat {
    /// Whether a text looks like it.
    static func fits(_ text: TextStart) -> Bool

    static func read(_ source: JSONSource) throws(ConfigurationFault) -> GraphCollector
}

/// A format that graphs are written in too.
protocol GraphWriter: GraphFormat {
    /// What `--to` calls it.
    static var name: String { get }

    /// What it has no place for.
    static var lacks: [GraphPart] { get }

    /// The most nodes of a graph that is written so.
    static var mostNodes: Int { get }

    /// Whether an id or a name can stand in it.
    static func canWrite(_ text: String) -> Bool

    static func write(_ file: TopologyFile) -> String
}

extension GraphWriter {
    static var mostNodes: Int { .max }

    static func canWrite(_ text: String) -> Bool {
        Self.self is any JSONGraphFormat.Type || !text.utf8.contains { $0 < 32 && $0 != 9 && $0 != 10 && $0 != 13 }
    }
}

/// What a topology file may say that not every format can.
enum GraphPart: String, CaseIterable, Sendable {
    case name = "its name"
    case labels = "the ids of nodes"
    case addresses = "the addresses of nodes"
    case weightRule = "the rule of the weights"
    case schedule = "the schedule"
    case taps = "the taps"
    case marks = "which nodes are marked as hostile"

    /// Whether the file says it.
    func isSaid(by file: TopologyFile) -> Bool {
        switch self {
        case .name: !file.written.name.isEmpty
        case .labels: file.written.labels.indices.contains { file.written.labels[$0] != "\($0)" }
        case .addresses: file.written.addresses.contains { $0 != nil }
        case .weightRule: file.weighting != .metropolisHastings
        case .schedule: file.schedule != nil
        case .taps: !file.taps.isEmpty
        case .marks: !file.marked.isEmpty
        }
    }
}
