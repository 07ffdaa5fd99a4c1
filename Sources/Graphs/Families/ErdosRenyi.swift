// Erdős–Rényi graphs: every link by itself, with one and the same chance.
import Kernels
import Registry

/// A connected graph in which each two nodes are linked with a given probability, drawn anew until it is connected
/// (Gilbert 1959). Likely connected where the probability exceeds ln n / n.
///
/// The gaps between linked pairs are drawn instead of the pairs (Batagelj, Brandes 2005), in time proportional to the
/// links.
public struct ErdosRenyi: TopologyFamily {
    public static let name = "erdosRenyi"
    public static let aliases = ["erdos-renyi", "gnp"]
    public static let summary = "A random connected graph in which every two nodes are linked with one probability."
    public static let parameters: [Parameter] = [
        .count("nodes", 2...10_000, default: nil, "number of nodes"),
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

    public func make(random: inout RandomStream) throws(ConfigurationFault) -> Topology {
        let threshold = Elementary.log(Double(nodes)) / Double(nodes)
        let advice = "a probability well above ln(nodes)/nodes = \(Float(threshold))"
        // A connected graph has nodes − 1 links; twenty deviations from the mean have never been seen.
        let mean = Double(size.links)
        guard mean + 20 * (mean + 1).squareRoot() >= Double(nodes - 1) else {
            throw ConfigurationFault("no such graph is connected; use \(advice)")
        }
        return try Topology.connected(orElse: advice) { () throws(ConfigurationFault) in
            let pairs = draw(&random)
            // Nearly every graph that is not connected has a node on its own, which is cheap to see.
            var isLinked = [Bool](repeating: false, count: nodes)
            for (a, b) in pairs { (isLinked[a], isLinked[b]) = (true, true) }
            guard isLinked.allSatisfy({ $0 }) else { return nil }
            let name = "\(Self.name)-\(nodes)-\(ParameterValue.number(probability))"
            return try Topology(nodes: nodes, pairs: pairs, name: name)
        }
    }

    /// The linked pairs (smaller, larger), by the larger and then the smaller node.
    private func draw(_ random: inout RandomStream) -> [(Int, Int)] {
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
