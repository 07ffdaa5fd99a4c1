// Scale-free graphs: who has many links gets more, so that a few hubs hold the graph together.
import Kernels
import Registry

/// Begins with a complete graph of links + 1 nodes; each further node is linked to so many different ones, drawn in
/// proportion to the links that they have (Barabási, Albert 1999).
public struct ScaleFree: TopologyFamily {
    public static let name = "scaleFree"
    public static let aliases = ["scale-free", "barabasiAlbert", "barabasi-albert"]
    public static let summary = "Each node links to some that are there already, the likelier the more links they have."
    public static let parameters: [Parameter] = [
        .count("nodes", 3...100_000, default: nil, "number of nodes"),
        .count("links", 1...1_000, default: nil, "links that each node brings, below nodes"),
    ]

    private let nodes: Int
    private let links: Int

    public init(_ parameters: ParameterValues) throws(ConfigurationFault) {
        nodes = parameters.count("nodes")
        links = parameters.count("links")
        guard links < nodes else {
            throw ConfigurationFault(.notAllowed(key: "links", given: "\(links)", allowed: "below nodes (\(nodes))"))
        }
    }

    public var size: GraphSize {
        GraphSize(nodes: nodes, links: links * (links + 1) / 2 + (nodes - links - 1) * links)
    }

    public func make(random: inout RandomStream) throws(ConfigurationFault) -> Topology {
        var pairs = Topology.completePairs(of: links + 1)
        // Each node as often as it has links.
        var ends = pairs.flatMap { [$0.0, $0.1] }
        for node in links + 1..<nodes {
            var targets: [Int] = []
            while targets.count < links {
                let target = ends[random.below(ends.count)]
                if !targets.contains(target) { targets.append(target) }
            }
            for target in targets {
                pairs.append((target, node))
                ends += [target, node]
            }
        }
        return try Topology(nodes: nodes, pairs: pairs, name: "\(Self.name)-\(nodes)-\(links)")
    }
}
