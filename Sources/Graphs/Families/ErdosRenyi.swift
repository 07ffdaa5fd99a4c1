// Erdős–Rényi graphs: every link by itself, with one and the same chance.
import Kernels
import Registry

/// A connected graph in which each two nodes are linked with a given probability, drawn anew until it is connected
/// (Gilbert 1959). Likely connected where the probability exceeds ln n / n.
///
/// The gaps between linked pairs are drawn instead of the pairs (Batagelj, Brandes 2005), in time proportional to the
/// links.
public struct ErdosRenyi: RandomFamily {
    public static let name = "erdosRenyi"
    public static let aliases = ["erdos-renyi", "gnp"]
    public static let summary = "A random connected graph in which every two nodes are linked with one probability."
    public static let parameters: [Parameter] = [
        .count("nodes", 2...100_000, default: nil, "number of nodes"),
        .number("probability", 1e-6...1, default: nil, "chance of each link"),
    ]

    private let nodes: Int
    private let probability: Double

    public init(_ parameters: ParameterValues) {
        nodes = parameters.count("nodes")
        probability = parameters.number("probability")
    }

    public var size: GraphSize {
        GraphSize(nodes: nodes, links: Int(probability * Double(nodes) * Double(nodes - 1) / 2))
    }

    public var advice: String {
        let threshold = Elementary.log(Double(nodes)) / Double(nodes)
        return "a probability well above ln(nodes)/nodes = \(Float(threshold))"
    }

    public func draw(random: inout RandomStream) throws(ConfigurationFault) -> Topology? {
        // A connected graph has nodes − 1 links; twenty deviations from the mean have never been seen.
        let mean = Double(size.links)
        guard mean + 20 * (mean + 1).squareRoot() >= Double(nodes - 1) else {
            throw ConfigurationFault("no such graph is connected; use \(advice)")
        }
        let pairs = pairs(&random)
        guard Topology.leavesNobodyAlone(pairs, of: nodes) else { return nil }
        let name = "\(Self.name)-\(nodes)-\(ParameterValue.number(probability))"
        return try Topology(nodes: nodes, pairs: pairs, name: name)
    }

    /// The linked pairs (smaller, larger), by the larger and then the smaller node.
    private func pairs(_ random: inout RandomStream) -> [(Int, Int)] {
        // With probability 1 this is −∞, and every gap is 0.
        let scale = Elementary.log(1 - probability)
        var pairs: [(Int, Int)] = []
        var (smaller, larger) = (-1, 1)
        while true {
            let gap = Elementary.log(random.uniformOpen()) / scale
            // A gap beyond all pairs ends the draw; it may be more than an integer holds.
            guard gap < Double(nodes) * Double(nodes) else { return pairs }
            smaller += 1 + Int(gap)
            while smaller >= larger {
                smaller -= larger
                larger += 1
                if larger >= nodes { return pairs }
            }
            pairs.append((smaller, larger))
        }
    }
}
