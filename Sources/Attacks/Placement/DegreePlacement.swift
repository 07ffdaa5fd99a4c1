// Degree placement: the nodes that most others hear.
import Kernels
import Registry

/// Takes the nodes that send to most others.
public struct DegreePlacement: Placement {
    public static let name = "degree"
    public static let aliases = ["hubs"]
    public static let summary = "Takes the nodes with most neighbours; in a directed graph, with most receivers."
    public static let parameters = [PlacementCatalog.count]

    public let count: Int?

    public init(_ parameters: ParameterValues) { count = parameters.count("count") }

    public func choose(on site: Site, random: inout RandomStream) -> [NodeID] {
        site.best(count ?? 0, of: site.free) { Double(site.graph.receivers(of: $0).count) }
    }
}
