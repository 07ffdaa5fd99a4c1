// Every kind of schedule that a topology file writes out round by round. A new one is one file in Schedules/ and one
// line here; sequences that follow a rule are in the module Graphs.
import Graphs
import JSON
import Kernels
import Registry

/// A schedule that names the nodes and edges of its file.
protocol WrittenSchedule: Sendable {
    static var name: String { get }
    static var summary: String { get }
    /// What its object may have beside `kind`, with a sentence each.
    static var keys: KeyValuePairs<String, String> { get }
    /// Whether weights are its own, and not those that the file's rule gives the graph of each round.
    static var bringsWeights: Bool { get }
    /// Whether a file without edges may have it.
    static var bringsEdges: Bool { get }

    init(_ object: JSONObject, _ reader: ScheduleReader) throws(ConfigurationFault)

    /// - Parameter graph: what the file writes out.
    func links(on graph: Topology, rule: Weighting, samples: [Int]?) throws(ConfigurationFault) -> any LinkSchedule

    /// As a file writes it.
    func json(_ label: @escaping NodeWriter) -> JSONValue
}

/// Writes a node's id.
typealias NodeWriter = @Sendable (NodeID) -> JSONValue

extension WrittenSchedule {
    static var bringsWeights: Bool { false }
    static var bringsEdges: Bool { false }
}

/// What can be asked of the written kinds from outside.
public enum WrittenSchedules {
    static let all: [any WrittenSchedule.Type] = [ListedChanges.self, Intervals.self, ContactTrace.self]

    /// For listings.
    public static var descriptions: [(name: String, summary: String, keys: KeyValuePairs<String, String>)] {
        all.map { ($0.name, $0.summary, $0.keys) }
    }

    static func kind(named name: String) -> (any WrittenSchedule.Type)? { all.first { $0.name == name } }
}
