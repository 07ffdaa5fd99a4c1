// Marked placement: the nodes that the topology file says are hostile.
import Kernels
import Registry

/// Takes the nodes that the topology marks as hostile, by `"byzantine": true` or `"role": "hostile"` at a node.
public struct MarkedPlacement: Placement {
    public static let name = "marked"
    public static let aliases = ["fromFile"]
    public static let summary = "Takes the nodes that the topology file marks as hostile."

    public let count: Int? = nil

    public init(_ parameters: ParameterValues) {}

    public func choose(on site: Site, random: inout RandomStream) throws(ConfigurationFault) -> [NodeID] {
        let isMarked = Set(site.marked)
        let nodes = site.free.filter(isMarked.contains)
        guard !nodes.isEmpty else {
            throw ConfigurationFault(
                site.marked.isEmpty
                    ? #"the topology marks no node as hostile; allowed: a mark such as "byzantine": true at a node"#
                    : "all nodes that the topology marks as hostile are in earlier groups")
        }
        return nodes
    }
}
