// Spectral heterogeneity: pushes the two halves of the honest graph apart, along the direction in which gossip is
// slowest.
import Kernels
import Registry

/// To victim i: x_i + c Σ_k f^k_i Σ_j f^k_j x_j, with the eigenvectors f^k of the second least eigenvalue of the honest
/// nodes' weighted Laplacian, and all honest j (Gaucher, Dieuleveut, Hendrikx 2025, arXiv 2410.10418). Unless c is
/// given, it is for each victim that which drives its mix farthest from what it would come to among the honest alone,
/// found by trying its rule 16 times.
public struct SpectralHeterogeneity: ModelAttack {
    public static let name = "spectral"
    public static let aliases = ["sph", "spectralHeterogeneity"]
    public static let summary = "Pushes the two spectral halves of the honest graph apart."
    public static let parameters = [
        Parameter.number("strength", -1e3...1e3, default: 0, "c: above 0 it drives them apart; 0: found by trials")
            .known(as: "c")
    ]

    public struct Plan: Sendable {
        fileprivate let slow: Slowest?
        /// For each eigenvector, the sum of the honest models by its elements.
        let sums: [[Float]]
    }

    private let strength: Double
    /// Of the last graph seen: worked out once.
    private var slow: Slowest?

    public init(_ parameters: ParameterValues) { strength = parameters.number("strength") }

    private var isSearched: Bool { strength == 0 }

    public var needs: AttackNeeds {
        AttackNeeds([.own, .heard, .victim, .graph]).union(isSearched ? .oracle : [])
    }

    public mutating func plan(seeing view: borrowing AttackView) -> Plan {
        guard let graph = view.surroundings.graph else { return Plan(slow: nil, sums: []) }
        if slow?.graph != graph { slow = Slowest(graph) }
        return Plan(
            slow: slow,
            sums: (slow?.vectors ?? []).map { vector in
                var sum = [Float](repeating: 0, count: view.own.count)
                for (node, part) in zip(graph.nodes, vector) {
                    if let model = view.model(of: node) { sum.add(Float(part), model) }
                }
                return sum
            })
    }

    public func forge(
        for victim: NodeID, by plan: Plan, seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        let base = view.model(of: victim) ?? view.own
        guard let slow = plan.slow, let place = slow.graph.nodes.slot(of: victim, by: \.self) else {
            return .model(base)
        }
        var apart = [Float](repeating: 0, count: base.count)
        for (vector, sum) in zip(slow.vectors, plan.sums) { apart.add(Float(vector[place]), sum) }
        func forged(_ factor: Double) -> [Float] { base.moved(Float(factor), along: apart) }
        guard isSearched else { return .model(forged(strength)) }
        let factor = FactorSearch.rouault.best(against: victim, seeing: view, usual: 1, forged)
        // No push at all is no attack.
        return .model(forged(factor > 0 ? factor : 1))
    }
}

/// A graph with the eigenvectors of its slowest gossip: a function of it alone, and so no memory.
private struct Slowest: Sendable {
    let graph: HonestGraph
    let vectors: [[Double]]

    init(_ graph: HonestGraph) {
        self.graph = graph
        let size = graph.nodes.count
        var eigen = SymmetricEigensystem()
        eigen.begin(size: size)
        for link in graph.links {
            let (a, b) = link.ends
            eigen.matrix[a * size + a] += link.weight
            eigen.matrix[b * size + b] += link.weight
            eigen.matrix[max(a, b) * size + min(a, b)] -= link.weight
        }
        eigen.solve(withVectors: true)
        let order = eigen.values.indices.sorted { (eigen.values[$0], $0) < (eigen.values[$1], $1) }
        guard size > 1 else {
            vectors = []
            return
        }
        let second = eigen.values[order[1]]
        // Of a multiple eigenvalue, all: none of them is the one.
        let slack = 1e-9 * max(1e-300, eigen.values[order[size - 1]])
        vectors = order.dropFirst().filter { eigen.values[$0] <= second + slack }.map { row in
            Array(eigen.vectors[row * size..<(row + 1) * size])
        }
    }
}
