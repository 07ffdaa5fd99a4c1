// The dumbbell: two complete halves and a single link between them, the worst place for a forgery.
import Kernels
import Registry

/// Two complete graphs of k nodes, and a link between the last node of the first and the first node of the second
/// (networkx: `barbell_graph(k, 0)`).
public struct Dumbbell: TopologyFamily {
    public static let name = "dumbbell"
    public static let aliases = ["barbell"]
    public static let summary = "Two complete halves joined by one link."
    public static let parameters: [Parameter] = [
        .count("half", 2...1_000, default: nil, "nodes of one half")
    ]

    private let half: Int

    public init(_ parameters: ParameterValues) { half = parameters.count("half") }

    public var size: GraphSize { .halves(of: half, across: 1) }

    public func make(random: inout RandomStream) throws(ConfigurationFault) -> Topology {
        let pairs = Topology.completeHalves(of: half) + [(half - 1, half)]
        return try Topology(nodes: 2 * half, pairs: pairs, name: "\(Self.name)-\(2 * half)")
    }
}
