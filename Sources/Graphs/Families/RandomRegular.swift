// Random regular graphs: sparse, and nearly as well connected as a graph of their degree can be.
import Kernels
import Registry

/// A connected graph of `degree` links at every node, drawn by pairing link ends (Steger, Wormald 1999).
///
/// Pairs that would make a loop or a parallel edge are shuffled again; a draw that cannot be finished or is not
/// connected is drawn anew. μ₂ ≥ degree − 2 √(degree − 1) − o(1) with high probability (Friedman).
public struct RandomRegular: RandomFamily {
    public static let name = "randomRegular"
    public static let aliases = ["random-regular"]
    public static let summary = "A random connected graph in which every node has the same number of links."
    public static let parameters: [Parameter] = [
        .count("nodes", 3...100_000, default: nil, "number of nodes"),
        .count("degree", 2...1_000, default: nil, "links of every node; nodes times degree must be even"),
    ]

    private let nodes: Int
    private let degree: Int

    public init(_ parameters: ParameterValues) throws(ConfigurationFault) {
        try self.init(nodes: parameters.count("nodes"), degree: parameters.count("degree"))
    }

    /// - Parameter key: what messages call the number of nodes.
    init(nodes: Int, key: String = "nodes", degree: Int) throws(ConfigurationFault) {
        (self.nodes, self.degree) = (nodes, degree)
        guard degree < nodes else {
            throw ConfigurationFault(
                .notAllowed(key: "degree", given: "\(degree)", allowed: "below \(key) (\(nodes))"))
        }
        guard nodes * degree % 2 == 0 else {
            throw ConfigurationFault("\(key) (\(nodes)) times degree (\(degree)) is odd; no such graph exists")
        }
    }

    public var size: GraphSize { GraphSize(nodes: nodes, links: nodes * degree / 2) }

    public var advice: String { "a larger degree or the family ring" }

    public func draw(random: inout RandomStream) throws(ConfigurationFault) -> Topology? {
        // Pairing stalls on dense graphs, and the complement of a random regular graph is one too.
        let drawsComplement = 2 * degree >= nodes
        guard var adjacency = pairing(drawsComplement ? nodes - 1 - degree : degree, &random) else { return nil }
        if drawsComplement { adjacency = adjacency.indices.map { complement(of: adjacency[$0], at: $0) } }
        // Of degree 2, one draw in a hundred is connected: the others are not worth a topology.
        guard isConnected(adjacency) else { return nil }
        let pairs = adjacency.indices.flatMap { i in adjacency[i].filter { $0 > i }.map { j in (i, j) } }
        return try Topology(nodes: nodes, pairs: pairs, name: "\(Self.name)-\(nodes)-\(degree)")
    }

    private func isConnected(_ adjacency: [[Int]]) -> Bool {
        var isWaiting = [Bool](repeating: true, count: nodes)
        isWaiting[0] = false
        var reached = [0]
        var visited = 0
        while visited < reached.count {
            for other in adjacency[reached[visited]] where isWaiting[other] {
                isWaiting[other] = false
                reached.append(other)
            }
            visited += 1
        }
        return reached.count == nodes
    }

    /// All nodes but `node` itself and its neighbours.
    private func complement(of neighbours: [Int], at node: Int) -> [Int] {
        var isLeft = [Bool](repeating: true, count: nodes)
        for other in neighbours + [node] { isLeft[other] = false }
        return isLeft.indices.filter { isLeft[$0] }
    }

    /// The neighbours of every node, or nothing if a shuffle of the ends left over could pair none of them.
    private func pairing(_ degree: Int, _ random: inout RandomStream) -> [[Int]]? {
        var adjacency = [[Int]](repeating: [], count: nodes)
        var ends = (0..<nodes * degree).map { $0 % nodes }
        while !ends.isEmpty {
            random.shuffle(&ends)
            var unpaired: [Int] = []
            for slot in stride(from: 0, to: ends.count, by: 2) {
                let (a, b) = (ends[slot], ends[slot + 1])
                if a == b || adjacency[a].contains(b) {
                    unpaired += [a, b]
                } else {
                    adjacency[a].append(b)
                    adjacency[b].append(a)
                }
            }
            guard unpaired.count < ends.count else { return nil }
            ends = unpaired
        }
        return adjacency
    }
}
