// Random placement: nodes drawn from the experiment's seed.
import Kernels
import Registry

/// Draws the nodes, each set of them equally likely.
public struct RandomPlacement: Placement {
    public static let name = "random"
    public static let aliases = ["uniform"]
    public static let summary = "Draws the nodes, by the experiment's seed."
    public static let parameters = [PlacementCatalog.count]

    public let count: Int?

    public init(_ parameters: ParameterValues) { count = parameters.count("count") }

    public func choose(on site: Site, random: inout RandomStream) -> [NodeID] {
        var nodes = site.free
        random.shuffle(&nodes)
        return Array(nodes.prefix(count ?? 0))
    }
}
