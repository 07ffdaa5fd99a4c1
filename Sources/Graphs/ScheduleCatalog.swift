// Every sequence of graphs that a topology file can name. A new one is one file in Schedules/ and one line here;
// what a file writes out is in ChangingLinks and ContactLinks.
import Kernels
import Registry

/// A rule by which the links of a graph come and go.
public protocol ScheduleKind: Registered {
    /// Whether a seed decides.
    static var isRandom: Bool { get }

    /// - Parameter graph: the links that there may be.
    /// - Throws: where they do not suffice.
    func links(on graph: Topology, seed: UInt64) throws(ConfigurationFault) -> any LinkSchedule
}

extension ScheduleKind {
    public static var isRandom: Bool { false }
}

public enum ScheduleCatalog {
    public static let all = Catalog<any ScheduleKind.Type>(
        "schedule",
        [OnePeerExponential.self, BaseGraph.self, RandomMatching.self, RandomPull.self, Churn.self], as: { $0 })
}
