// Small worlds: neighbours near by, and a few links that lead far away.
import Kernels
import Registry

/// A ring in which each node is linked to the degree / 2 nearest on either side; each link i ~ i + s is then moved with
/// the given probability to i and a node drawn among those that i is not linked to (Watts, Strogatz 1998).
public struct SmallWorld: RandomFamily {
    public static let name = "smallWorld"
    public static let aliases = ["small-world", "wattsStrogatz", "watts-strogatz"]
    public static let summary = "A ring with links to the nearest, some of which are moved to nodes drawn at random."
    public static let parameters: [Parameter] = [
        .count("nodes", 3...100_000, default: nil, "number of nodes"),
        .count("degree", 2...1_000, default: nil, "links of each node before any is moved; even, below nodes"),
        .number("probability", 0...1, default: nil, "chance of each link to be moved"),
    ]

    private let nodes: Int
    private let degree: Int
    private let probability: Double

    public init(_ parameters: ParameterValues) throws(ConfigurationFault) {
        nodes = parameters.count("nodes")
        degree = parameters.count("degree")
        probability = parameters.number("probability")
        guard degree < nodes, degree % 2 == 0 else {
            throw ConfigurationFault(
                .notAllowed(key: "degree", given: "\(degree)", allowed: "an even number below nodes (\(nodes))"))
        }
    }

    public var size: GraphSize { GraphSize(nodes: nodes, links: nodes * degree / 2) }

    public var advice: String { "a larger degree" }

    public func draw(random: inout RandomStream) throws(ConfigurationFault) -> Topology? {
        var adjacency = (0..<nodes).map { node in
            Set((1...degree / 2).flatMap { [(node + $0) % nodes, (node + nodes - $0) % nodes] })
        }
        for step in 1...degree / 2 {
            for node in 0..<nodes {
                guard random.uniform() < probability, adjacency[node].count < nodes - 1 else { continue }
                let old = (node + step) % nodes
                var new = random.below(nodes)
                while new == node || adjacency[node].contains(new) { new = random.below(nodes) }
                adjacency[node].remove(old)
                adjacency[old].remove(node)
                adjacency[node].insert(new)
                adjacency[new].insert(node)
            }
        }
        let pairs = adjacency.indices.flatMap { i in adjacency[i].filter { $0 > i }.map { (i, $0) } }
        return try Topology(
            nodes: nodes, pairs: pairs, name: "\(Self.name)-\(nodes)-\(degree)-\(ParameterValue.number(probability))")
    }
}
