// Every graph family that a topology file can name. A new family is one file in Families/ and one line here.
import Kernels
import Registry

/// A family of graphs, one of which is made from the parameters and a seed.
public protocol TopologyFamily: Registered {
    /// Whether edges go one way only.
    static var isDirected: Bool { get }

    /// What a graph of these parameters has, or for a random number of links is likely to have.
    var size: GraphSize { get }

    /// A connected topology whose labels are "0", "1", …
    func make(random: inout RandomStream) throws(ConfigurationFault) -> Topology
}

extension TopologyFamily {
    public static var isDirected: Bool { false }
}

/// How large a graph is.
public struct GraphSize: Sendable, Equatable {
    public let nodes: Int
    public let links: Int

    public init(nodes: Int, links: Int) {
        self.nodes = nodes
        self.links = links
    }

    /// Two complete graphs of so many nodes each, and links across.
    static func halves(of half: Int, across: Int) -> GraphSize {
        GraphSize(nodes: 2 * half, links: half * (half - 1) + across)
    }
}

/// The graph families that a topology file can name.
public enum TopologyCatalog {
    public static let all = Catalog<any TopologyFamily.Type>(
        "family",
        [
            Ring.self,
            Path.self,
            Star.self,
            Complete.self,
            Torus.self,
            Exponential.self,
            RandomRegular.self,
            ErdosRenyi.self,
            Dumbbell.self,
            TwoCastle.self,
            TwoWorlds.self,
        ], as: { $0 })
}

extension Topology {
    /// The undirected topology of nodes "0" … with these edges.
    init(nodes: Int, pairs: [(Int, Int)], name: String) throws(ConfigurationFault) {
        try self.init(
            labels: (0..<nodes).map(String.init), edges: pairs.map { Edge(NodeID($0.0), NodeID($0.1)) }, name: name)
    }

    /// The links of two complete graphs, of the nodes 0 ..< half and half ..< 2 · half.
    static func completeHalves(of half: Int) -> [(Int, Int)] {
        [0, half].flatMap { start in (0..<half).flatMap { i in (i + 1..<half).map { (start + i, start + $0) } } }
    }

    /// The first connected one of many draws.
    ///
    /// - Parameters:
    ///   - advice: what to ask for where none is.
    ///   - draw: a random graph, or `nil` where the draw cannot be finished or is seen not to be connected.
    static func connected(
        orElse advice: String, _ draw: () throws(ConfigurationFault) -> Topology?
    ) throws(ConfigurationFault) -> Topology {
        let attempts = 10_000
        for _ in 0..<attempts {
            if let topology = try draw(), topology.isConnected { return topology }
        }
        throw ConfigurationFault("no connected graph in \(attempts) draws; use \(advice)")
    }
}
