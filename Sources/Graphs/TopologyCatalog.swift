// Every graph family that a topology file can name. A new family is one file in Families/ and one line here.
import Kernels
import Registry

/// A family of graphs, one of which is made from the parameters and a seed.
public protocol TopologyFamily: Registered {
    /// Whether edges go one way only.
    static var isDirected: Bool { get }

    /// What a graph of these parameters has, or for a random number of links is likely to have.
    var size: GraphSize { get }

    /// The nodes that are there to be hostile, ascending.
    var hostile: [NodeID] { get }

    /// A connected topology whose labels are "0", "1", …
    func make(random: inout RandomStream) throws(ConfigurationFault) -> Topology
}

extension TopologyFamily {
    public static var isDirected: Bool { false }
    public var hostile: [NodeID] { [] }
}

/// A family in which a graph may fall apart, so that chance is asked again.
public protocol RandomFamily: TopologyFamily {
    /// What to ask for where no draw is connected.
    var advice: String { get }

    /// A random graph, or `nil` where the draw cannot be finished or is seen not to be connected.
    func draw(random: inout RandomStream) throws(ConfigurationFault) -> Topology?
}

extension RandomFamily {
    public func make(random: inout RandomStream) throws(ConfigurationFault) -> Topology {
        try makeConnected(random: &random).topology
    }

    /// The first of many draws that is connected, and is so without some nodes as well: the hostile ones, say.
    ///
    /// - Returns: the graph, and how many others were drawn before it.
    public func makeConnected(
        without left: (Topology) throws(ConfigurationFault) -> [NodeID] = { _ in [] }, random: inout RandomStream
    ) throws(ConfigurationFault) -> (topology: Topology, redraws: Int) {
        // As many draws of a large graph as take seconds, not hours.
        let attempts = max(100, min(10_000, 100_000_000 / max(1, size.nodes)))
        for redraws in 0..<attempts {
            guard let topology = try draw(random: &random), topology.isConnected else { continue }
            let left = Set(try left(topology))
            let others = topology.nodes.filter { !left.contains($0) }
            if left.isEmpty || topology.components(of: others).count <= 1 { return (topology, redraws) }
        }
        throw ConfigurationFault("no connected graph in \(attempts) draws; use \(advice)")
    }
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
            Grid.self,
            Torus.self,
            Hypercube.self,
            Tree.self,
            Exponential.self,
            RandomRegular.self,
            ErdosRenyi.self,
            RandomGeometric.self,
            SmallWorld.self,
            ScaleFree.self,
            Dumbbell.self,
            TwoCastle.self,
            TwoWorlds.self,
            Fan.self,
            Lollipop.self,
            Octopus.self,
            MaliciousRing.self,
            Attached.self,
        ], as: { $0 })
}

extension Topology {
    /// The undirected topology of nodes "0" … with these edges.
    init(nodes: Int, pairs: [(Int, Int)], name: String) throws(ConfigurationFault) {
        try self.init(
            labels: (0..<nodes).map(String.init), edges: pairs.map { Edge(NodeID($0.0), NodeID($0.1)) }, name: name)
    }

    /// The links of a complete graph.
    static func completePairs(of nodes: Int) -> [(Int, Int)] {
        (0..<nodes).flatMap { i in (i + 1..<nodes).map { (i, $0) } }
    }

    /// The links of two complete graphs, of the nodes 0 ..< half and half ..< 2 · half.
    static func completeHalves(of half: Int) -> [(Int, Int)] {
        let pairs = completePairs(of: half)
        return pairs + pairs.map { (half + $0.0, half + $0.1) }
    }

    /// Whether every node has a link: nearly every random graph that is not connected has one without, cheap to see.
    static func leavesNobodyAlone(_ pairs: [(Int, Int)], of nodes: Int) -> Bool {
        var isLinked = [Bool](repeating: false, count: nodes)
        for (a, b) in pairs { (isLinked[a], isLinked[b]) = (true, true) }
        return isLinked.allSatisfy(\.self)
    }
}
