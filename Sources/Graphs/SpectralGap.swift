// Spectral gaps: how fast gossip on a graph agrees, from its weights or its edges alone. Eigenvalues only, no
// eigenvectors.
import Kernels

/// γ = 1 − |λ|₂ of the mixing matrix: each round of plain gossip shrinks disagreement by at least the factor 1 − γ.
///
/// |λ|₂ is the second largest modulus of an eigenvalue. A directed topology's matrix need not be symmetric; there the
/// second largest singular value takes its place, γ may be negative, and own weights are taken to be positive.
///
/// Exact to rounding up to 1,024 nodes. Above, long thin graphs (rings, paths) may come out several times too large.
public struct SpectralGap: Sendable, Equatable {
    public let gamma: Double

    /// - Parameter nodes: the honest nodes, say; all by default. What they give to others, they keep for themselves.
    public init(of weights: MixingWeights, among nodes: [NodeID]? = nil) {
        let topology = weights.topology
        let nodes = nodes ?? topology.nodes
        guard topology.components(of: nodes).count == 1 else {
            gamma = 0
            return
        }
        let mixing = SparseMatrix(among: nodes, of: topology) { node, neighbour in
            let weight = weights.weight(of: neighbour, at: node)
            // Every undirected W is similar to a symmetric matrix: π_i w_ij = π_j w_ji for some π.
            return topology.directed ? weight : (weight * weights.weight(of: node, at: neighbour)).squareRoot()
        } diagonal: { node, neighbours in
            1 - neighbours.reduce(0) { $0 + weights.weight(of: $1, at: node) }
        }
        if topology.directed {
            let squared = Lanczos(size: nodes.count) { mixing.timesTransposed(mixing.times($0)) }
            gamma = 1 - max(0, squared.eigenvalue(fromTop: 1)).squareRoot()
        } else {
            let spectrum = Lanczos(size: nodes.count, mixing.times)
            gamma = nodes.count == 1 ? 1 : 1 - max(abs(spectrum.eigenvalue(fromTop: 1)), abs(spectrum.smallest))
        }
    }
}

/// The Laplacian L of an undirected graph: μ₂ says how many hostile neighbours its honest part stands, μmax how long a
/// step may be.
///
/// With a Laplacian of weights, robust summation with the constant ρ and the hostile weight b at any node needs
/// 2ρb < μ₂ of the honest part (Gaucher, Dieuleveut, Hendrikx, ICML 2025).
///
/// Exact to rounding up to 1,024 nodes. Above, μ₂ of long thin graphs may come out several times too large.
public struct LaplacianSpectrum: Sendable, Equatable {
    /// μ₂, the second smallest eigenvalue; 0 if the graph is in parts (Fiedler's algebraic connectivity).
    public let connectivity: Double
    /// μmax, the largest eigenvalue.
    public let largest: Double

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
        let spectrum = Lanczos(size: nodes.count, laplacian.times)
        let isConnected = topology.components(of: nodes).count == 1
        connectivity = isConnected && nodes.count > 1 ? spectrum.eigenvalue(fromBottom: 1) : 0
        largest = spectrum.largest
    }
}

/// A square matrix over some nodes of a topology, with entries on its diagonal and its edges.
struct SparseMatrix {
    private var diagonal: [Double] = []
    private var rows: [[(column: Int, entry: Double)]] = []

    /// - Parameters:
    ///   - entry: of a node's row at the column of one of its neighbours among `nodes`.
    ///   - diagonal: of a node, given its neighbours among `nodes`.
    init(
        among nodes: [NodeID], of topology: Topology, entry: (NodeID, NodeID) -> Double,
        diagonal: (NodeID, [NodeID]) -> Double
    ) {
        var columns = [Int?](repeating: nil, count: topology.nodeCount)
        for (column, node) in nodes.enumerated() { columns[node.index] = column }
        for node in nodes {
            let neighbours = topology.neighbours(of: node).filter { columns[$0.index] != nil }
            self.diagonal.append(diagonal(node, neighbours))
            rows.append(neighbours.map { (columns[$0.index]!, entry(node, $0)) })
        }
    }

    func times(_ x: [Double]) -> [Double] {
        rows.indices.map { i in
            rows[i].reduce(diagonal[i] * x[i]) { $0 + $1.entry * x[$1.column] }
        }
    }

    func timesTransposed(_ x: [Double]) -> [Double] {
        var y = diagonal.indices.map { diagonal[$0] * x[$0] }
        for i in rows.indices {
            for (column, entry) in rows[i] { y[column] += entry * x[i] }
        }
        return y
    }
}
