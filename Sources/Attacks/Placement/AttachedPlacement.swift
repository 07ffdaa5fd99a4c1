// Attached placement: the nodes that a graph has beside the honest ones, for being hostile.
import Kernels
import Registry

/// Takes the nodes that the families `attached` and `maliciousRing` add to their honest graph, the same number of them
/// at each honest node.
public struct AttachedPlacement: Placement {
    public static let name = "attached"
    public static let summary = "Takes the nodes that a family adds at each honest node: attached, maliciousRing."

    public let count: Int? = nil

    public init(_ parameters: ParameterValues) {}

    public func choose(on site: Site, random: inout RandomStream) throws(ConfigurationFault) -> [NodeID] {
        let isMarked = Set(site.marked)
        let nodes = site.free.filter(isMarked.contains)
        let isAttached = nodes.allSatisfy { node in !site.graph.receivers(of: node).contains(where: isMarked.contains) }
        guard !nodes.isEmpty, isAttached else {
            throw ConfigurationFault(
                "the topology has no hostile nodes attached to honest ones; allowed: the families attached and "
                    + "maliciousRing, or another placement")
        }
        return nodes
    }
}
