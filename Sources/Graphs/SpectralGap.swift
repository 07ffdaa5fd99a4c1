// Spectral gaps: how fast gossip on a graph agrees, from its weights or its edges alone. Eigenvalues only, no
// eigenvectors.
import Kernels

/// γ = 1 − |λ|₂ of the mixing matrix: each round of plain gossip shrinks disagreement by at least the factor 1 − γ.
///
/// |λ|₂ is the second largest modulus of an eigenvalue. A directed topology's matrix need not be symmetric; there the
/// second largest singular value takes its place, γ may be negative, and own weights are taken to be positive.
///
/// Exact to rounding up to 2,000 nodes, and above where the search came to an end. On larger long thin graphs (rings,
/// paths) it is cut short, and γ may come out several times too large.
public struct SpectralGap: Sendable, Equatable {
    public let gamma: Double
    /// Whether it is more than an upper bound.
    public let isExact: Bool

    /// - Parameter nodes: the honest nodes, say; all by default. What they give to others, they keep for themselves.
    public init(of weights: MixingWeights, among nodes: [NodeID]? = nil) {
        let topology = weights.topology
        let nodes = nodes ?? topology.nodes
        guard topology.components(of: nodes).count == 1 else {
            (gamma, isExact) = (0, true)
            return
        }
        guard nodes.count > 1 else {
            (gamma, isExact) = (1, true)
            return
        }
        let limit = GossipLimit(of: weights, among: nodes)
        // Zero weights and one-way links can part a graph that hangs together.
        guard limit.closedGroups.count == 1 else {
            (gamma, isExact) = (0, true)
            return
        }
        let mixing = SparseMatrix(among: nodes, of: topology) { node, neighbour in
            let weight = weights.weight(of: neighbour, at: node)
            // Every undirected W is similar to a symmetric matrix: π_i w_ij = π_j w_ji for some π.
            return topology.directed ? weight : (weight * weights.weight(of: node, at: neighbour)).squareRoot()
        } diagonal: { node, neighbours in
            1 - neighbours.reduce(0) { $0 + weights.weight(of: $1, at: node) }
        }
        let modulus: Double
        if topology.directed {
            let ones = limit.isPlainAverage ? [Double](repeating: 1, count: nodes.count) : nil
            let squared = Lanczos(size: nodes.count, besides: ones, entries: 2 * mixing.entryCount) {
                mixing.timesTransposed(mixing.times($0))
            }
            isExact = squared.isSettled
            modulus = max(0, ones == nil ? squared.eigenvalue(fromTop: 1) : squared.largest).squareRoot()
        } else {
            // The symmetric matrix keeps √π, as W keeps the constant vectors.
            let slowest = limit.shares.map { $0.map { $0.squareRoot() } }
            let spectrum = Lanczos(size: nodes.count, besides: slowest, entries: mixing.entryCount, mixing.times)
            let second = slowest == nil ? spectrum.eigenvalue(fromTop: 1) : spectrum.largest
            isExact = spectrum.isSettled
            modulus = max(abs(second), abs(spectrum.smallest))
        }
        // So little is rounding.
        gamma = abs(1 - modulus) < 1e-12 ? 0 : 1 - modulus
    }
}

/// The Laplacian L of an undirected graph: μ₂ says how many hostile neighbours its honest part stands, μmax how long a
/// step may be.
///
/// With a Laplacian of weights, robust summation with the constant ρ and the hostile weight b at any node needs
/// 2ρb < μ₂ of the honest part (Gaucher, Dieuleveut, Hendrikx, ICML 2025).
///
/// Exact to rounding up to 2,000 nodes, and above where the search came to an end. Of larger long thin graphs it is cut
/// short, and μ₂ may come out several times too large.
public struct LaplacianSpectrum: Sendable, Equatable {
    /// μ₂, the second smallest eigenvalue; 0 if the graph is in parts (Fiedler's algebraic connectivity).
    public let connectivity: Double
    /// μmax, the largest eigenvalue.
    public let largest: Double
    /// Whether μ₂ is more than an upper bound, and μmax more than a lower one.
    public let isExact: Bool

    /// The Laplacian in which every edge counts 1.
    public init(of topology: Topology, among nodes: [NodeID]? = nil) {
        self.init(topology, nodes) { _, _ in 1 }
    }

    /// The Laplacian in which an edge counts what its ends give to each other, the mean of both if they differ.
    public init(of weights: MixingWeights, among nodes: [NodeID]? = nil) {
        self.init(weights.topology, nodes) { node, neighbour in
            (weights.weight(of: neighbour, at: node) + weights.weight(of: node, at: neighbour)) / 2
        }
    }

    private init(_ topology: Topology, _ nodes: [NodeID]?, weight: (NodeID, NodeID) -> Double) {
        precondition(!topology.directed, "the Laplacian is of undirected graphs")
        let nodes = nodes ?? topology.nodes
        let laplacian = SparseMatrix(among: nodes, of: topology) { node, neighbour in
            -weight(node, neighbour)
        } diagonal: { node, neighbours in
            neighbours.reduce(0) { $0 + weight(node, $1) }
        }
        let parts = topology.components(of: nodes)
        guard nodes.count > 1 else {
            (connectivity, largest, isExact) = (0, 0, true)
            return
        }
        let ones = [Double](repeating: 1, count: nodes.count)
        let spectrum = Lanczos(size: nodes.count, besides: ones, entries: laplacian.entryCount, laplacian.times)
        connectivity = parts.count == 1 ? max(0, spectrum.smallest) : 0
        largest = max(0, spectrum.largest)
        isExact = spectrum.isSettled
    }
}

/// A square matrix over some nodes of a topology, with entries on its diagonal and its edges; packed row by row.
struct SparseMatrix {
    private var diagonal: [Double] = []
    private var offsets = [0]
    private var columns: [Int32] = []
    private var entries: [Double] = []

    /// - Parameters:
    ///   - entry: of a node's row at the column of one of its neighbours among `nodes`.
    ///   - diagonal: of a node, given its neighbours among `nodes`.
    init(
        among nodes: [NodeID], of topology: Topology, entry: (NodeID, NodeID) -> Double,
        diagonal: (NodeID, [NodeID]) -> Double
    ) {
        var place = [Int32](repeating: -1, count: topology.nodeCount)
        for (column, node) in nodes.enumerated() { place[node.index] = Int32(column) }
        for node in nodes {
            let neighbours = topology.neighbours(of: node).filter { place[$0.index] >= 0 }
            self.diagonal.append(diagonal(node, neighbours))
            for neighbour in neighbours {
                columns.append(place[neighbour.index])
                entries.append(entry(node, neighbour))
            }
            offsets.append(columns.count)
        }
    }

    var entryCount: Int { entries.count }

    func times(_ x: [Double]) -> [Double] {
        var y = x
        for i in diagonal.indices {
            var sum = diagonal[i] * x[i]
            for k in offsets[i]..<offsets[i + 1] { sum += entries[k] * x[Int(columns[k])] }
            y[i] = sum
        }
        return y
    }

    func timesTransposed(_ x: [Double]) -> [Double] {
        var y = diagonal.indices.map { diagonal[$0] * x[$0] }
        for i in diagonal.indices {
            for k in offsets[i]..<offsets[i + 1] { y[Int(columns[k])] += entries[k] * x[i] }
        }
        return y
    }
}
