// Graph families that are wrong on purpose, one for each law of their catalogue.
public import Graphs
import Kernels
import Registry

/// A family that no topology file can name.
public protocol PlantedFamily: TopologyFamily {}

extension PlantedFamily {
    public static var name: String { "planted" }
    public static var summary: String { "for tests" }
    public static var parameters: [Parameter] { [.count("nodes", 2...100, default: 6, "for tests")] }

    public var size: GraphSize { GraphSize(nodes: 6, links: 6) }

    fileprivate static func graph(_ pairs: [(Int, Int)], nodes: Int) throws(ConfigurationFault) -> Topology {
        try Topology(
            labels: (0..<nodes).map(String.init), edges: pairs.map { Edge(NodeID($0.0), NodeID($0.1)) }, name: name)
    }
}

/// Two halves that do not hear of each other.
public struct Torn: PlantedFamily {
    public init(_ parameters: ParameterValues) {}
    public func make(random: inout RandomStream) throws(ConfigurationFault) -> Topology {
        try Self.graph([(0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (3, 5)], nodes: 6)
    }
}

/// The same ring for every seed, though it says that chance decides.
public struct Fateless: PlantedFamily {
    public init(_ parameters: ParameterValues) {}
    public func make(random: inout RandomStream) throws(ConfigurationFault) -> Topology {
        try Self.graph((0..<6).map { ($0, ($0 + 1) % 6) }, nodes: 6)
    }
}
