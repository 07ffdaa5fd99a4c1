// Every graph family that a topology file can name. A new family is one file in Families/ and one line here.
public import Kernels

/// A family of graphs, one of which is made from the parameters and a seed.
public protocol TopologyFamily: Registered {
    /// A connected topology whose labels are "0", "1", …
    func make(random: inout RandomStream) throws(ConfigurationFault) -> Topology
}

public enum TopologyCatalog {
    public static let all = Catalog<any TopologyFamily.Type>(
        "family",
        [
            Ring.self,
            Complete.self,
            RandomRegular.self,
            TwoCastle.self,
        ], as: { $0 })
}

extension Topology {
    /// The undirected topology of nodes "0" … with these edges.
    init(nodes: Int, pairs: [(Int, Int)], name: String) throws(ConfigurationFault) {
        try self.init(
            labels: (0..<nodes).map(String.init), edges: pairs.map { Edge(NodeID($0.0), NodeID($0.1)) }, name: name)
    }
}
