// How fast gossip agrees on a graph that changes: what a window of rounds does to disagreement, as one matrix.
public import Kernels

/// What the product of a window's mixing matrices leaves of the distance from the average, at worst.
///
/// The factor is the largest singular value of W_b ⋯ W_a between vectors of mean 0; for one round with symmetric
/// weights it is |λ|₂. `gamma` is the gap of a graph that never changes and does as much in so many rounds.
public struct WindowGap: Sendable, Equatable {
    public let rounds: Int
    /// 0: exact agreement after the window; 1 or more: none that is certain.
    public let factor: Double
    public var gamma: Double {
        factor == 0 ? 1 : 1 - Elementary.exp(Elementary.log(factor) / Double(rounds))
    }

    /// - Parameter nodes: the honest nodes, say; all by default. What they give to others, they keep for themselves.
    public init(of links: any LinkSchedule, in window: Range<Int>, among nodes: [NodeID]? = nil) {
        let nodes = nodes ?? links.union.nodes
        let matrices = window.map { number in
            let weights = links.weights(in: Round(number))
            return SparseMatrix(among: nodes, of: weights.topology) { node, neighbour in
                weights.weight(of: neighbour, at: node)
            } diagonal: { node, neighbours in
                1 - neighbours.reduce(0) { $0 + weights.weight(of: $1, at: node) }
            }
        }
        rounds = window.count
        guard nodes.count > 1 else {
            factor = 0
            return
        }
        let ones = [Double](repeating: 1, count: nodes.count)
        let entries = 2 * matrices.reduce(0) { $0 + $1.entryCount + nodes.count }
        let squared = Lanczos(size: nodes.count, besides: ones, entries: entries) { x in
            let there = matrices.reduce(Self.centred(x)) { $1.times($0) }
            return Self.centred(matrices.reversed().reduce(Self.centred(there)) { $1.timesTransposed($0) })
        }
        // What is left of an exact zero is rounding.
        let square = max(0, squared.largest)
        factor = square < 1e-24 ? 0 : square.squareRoot()
    }

    private static func centred(_ x: [Double]) -> [Double] {
        let mean = x.reduce(0, +) / Double(x.count)
        return x.map { $0 - mean }
    }
}
