// Two worlds: complete halves with a dial for how well they know each other. Attacks on connectivity are tried on it.
import Kernels
import Registry

/// Two complete graphs of h nodes; node i of the first is linked to the nodes h + (i + q) mod h, q < k, of the second.
/// Every degree is h − 1 + k, μ₂ = 2k and, with Metropolis weights, γ = 2k / (h + k).
public struct TwoWorlds: TopologyFamily {
    public static let name = "twoWorlds"
    public static let aliases = ["two-worlds"]
    public static let summary = "Two complete halves, and the same number of links across at every node."
    public static let parameters: [Parameter] = [
        .count("half", 2...1_000, default: nil, "nodes of one half"),
        .count("across", 1...1_000, default: 1, "links of every node to the other half, at most its nodes"),
    ]

    private let half: Int
    private let across: Int

    public init(_ parameters: ParameterValues) throws(ConfigurationFault) {
        half = parameters.count("half")
        across = parameters.count("across")
        guard across <= half else {
            throw ConfigurationFault(.notAllowed(key: "across", given: "\(across)", allowed: "at most half (\(half))"))
        }
    }

    public var size: GraphSize { .halves(of: half, across: half * across) }

    public func make(random: inout RandomStream) throws(ConfigurationFault) -> Topology {
        let bridges = (0..<half).flatMap { i in (0..<across).map { q in (i, half + (i + q) % half) } }
        return try Topology(
            nodes: 2 * half, pairs: Topology.completeHalves(of: half) + bridges,
            name: "\(Self.name)-\(2 * half)-\(across)")
    }
}
