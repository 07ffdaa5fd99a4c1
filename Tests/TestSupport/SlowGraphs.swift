// Slow, obvious twins of what Graphs computes: dense matrices and all their eigenvalues.
public import Graphs
import Kernels

/// The mixing matrix as a table; with `nodes`, the rows and columns of those, the rest given back to the diagonal.
public func denseMatrix(_ weights: MixingWeights, among nodes: [NodeID]? = nil) -> [[Double]] {
    let nodes = nodes ?? weights.topology.nodes
    return nodes.map { i in
        let kept = nodes.filter { $0 != i }.reduce(0.0) { $0 + weights.weight(of: $1, at: i) }
        return nodes.map { j in i == j ? 1 - kept : weights.weight(of: j, at: i) }
    }
}

/// The 0/1 Laplacian as a table.
public func denseLaplacian(_ topology: Topology, among nodes: [NodeID]) -> [[Double]] {
    nodes.map { i in
        let neighbours = topology.neighbours(of: i).filter(nodes.contains)
        return nodes.map { j in i == j ? Double(neighbours.count) : neighbours.contains(j) ? -1 : 0 }
    }
}

/// All eigenvalues of a symmetric matrix, ascending, each as often as it counts: cyclic Jacobi rotations.
public func eigenvalues(ofSymmetric matrix: [[Double]]) -> [Double] {
    var a = matrix
    for _ in 0..<30 {
        for p in a.indices {
            for q in a.indices where q > p && a[p][q] != 0 {
                let ratio = (a[q][q] - a[p][p]) / (2 * a[p][q])
                let tangent = (ratio < 0 ? -1 : 1) / (ratio.magnitude + (ratio * ratio + 1).squareRoot())
                let cosine = 1 / (tangent * tangent + 1).squareRoot()
                let sine = tangent * cosine
                for k in a.indices { (a[k][p], a[k][q]) = rotated(a[k][p], a[k][q], cosine, sine) }
                for k in a.indices { (a[p][k], a[q][k]) = rotated(a[p][k], a[q][k], cosine, sine) }
            }
        }
    }
    return a.indices.map { a[$0][$0] }.sorted()
}

private func rotated(_ x: Double, _ y: Double, _ cosine: Double, _ sine: Double) -> (Double, Double) {
    (cosine * x - sine * y, sine * x + cosine * y)
}
