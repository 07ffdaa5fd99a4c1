// Trees: as few links as connect all nodes, any of which cuts the graph when it is lost.
import Kernels
import Registry

/// Node i > 0 is linked to node ⌊(i − 1) / branches⌋ above it: of one branch a path, of all nodes a star.
public struct Tree: TopologyFamily {
    public static let name = "tree"
    public static let aliases = ["balancedTree"]
    public static let summary = "Every node but the first linked to one above it, which has a given number below."
    public static let parameters: [Parameter] = [
        .count("nodes", 2...100_000, default: nil, "number of nodes"),
        .count("branches", 1...100_000, default: 2, "nodes below each"),
    ]

    private let nodes: Int
    private let branches: Int

    public init(_ parameters: ParameterValues) {
        nodes = parameters.count("nodes")
        branches = parameters.count("branches")
    }

    public var size: GraphSize { GraphSize(nodes: nodes, links: nodes - 1) }

    public func make(random: inout RandomStream) throws(ConfigurationFault) -> Topology {
        let pairs = (1..<nodes).map { (($0 - 1) / branches, $0) }
        return try Topology(nodes: nodes, pairs: pairs, name: "\(Self.name)-\(nodes)-\(branches)")
    }
}
