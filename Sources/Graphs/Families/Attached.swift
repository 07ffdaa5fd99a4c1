// Attached hostile nodes: an honest graph that is as it would be without them, and the same number of them at each
// node.
import Kernels
import Registry

/// A random regular graph of the honest nodes 0 ..< h, and hostile ones from h on, so many at each honest node: honest
/// node i is linked to the hostile h + (i · perNode + q) mod hostile, q < perNode (Gaucher, Dieuleveut, Hendrikx 2025,
/// arXiv 2410.10418).
///
/// That those from h on are hostile is for the experiment to say; they are marked.
public struct Attached: RandomFamily {
    public static let name = "attached"
    public static let summary = "A random regular graph of honest nodes, and as many nodes to be hostile at each."
    public static let parameters: [Parameter] = [
        .count("honest", 3...10_000, default: nil, "honest nodes, the first ones"),
        .count("degree", 2...1_000, default: nil, "links of each to other honest nodes"),
        .count("hostile", 1...10_000, default: nil, "hostile nodes, at most perNode times honest"),
        .count("perNode", 1...1_000, default: 1, "hostile neighbours of each honest node, at most hostile"),
    ]

    private let honest: RandomRegular
    private let count: Int
    private let hostileCount: Int
    private let perNode: Int

    public init(_ parameters: ParameterValues) throws(ConfigurationFault) {
        count = parameters.count("honest")
        hostileCount = parameters.count("hostile")
        perNode = parameters.count("perNode")
        honest = try RandomRegular(nodes: count, key: "honest", degree: parameters.count("degree"))
        guard perNode <= hostileCount else {
            throw ConfigurationFault(
                .notAllowed(key: "perNode", given: "\(perNode)", allowed: "at most hostile (\(hostileCount))"))
        }
        guard hostileCount <= count * perNode else {
            throw ConfigurationFault(
                .notAllowed(
                    key: "hostile", given: "\(hostileCount)",
                    allowed: "at most honest times perNode (\(count * perNode))"))
        }
    }

    public var advice: String { honest.advice }

    public var size: GraphSize {
        GraphSize(nodes: count + hostileCount, links: honest.size.links + count * perNode)
    }

    public var hostile: [NodeID] { (count..<count + hostileCount).map { NodeID($0) } }

    public func draw(random: inout RandomStream) throws(ConfigurationFault) -> Topology? {
        guard let graph = try honest.draw(random: &random) else { return nil }
        let inside = graph.edges.map { ($0.source.index, $0.target.index) }
        let across = (0..<count).flatMap { i in
            (0..<perNode).map { (i, count + (i * perNode + $0) % hostileCount) }
        }
        return try Topology(
            nodes: count + hostileCount, pairs: inside + across, name: "\(Self.name)-\(count)+\(hostileCount)")
    }
}
