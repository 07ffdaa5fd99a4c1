// SlantedInstance: random nodes whose queries touch all coordinates, and what a user gains by lying under l1 along the
// axes, and under l1 along the eigenvectors of the others' curvature (LICCHAVI, section 4.5).
import Kernels
import Learning

/// A few honest nodes with curvatures that are more or less alike, and a user who puts its model where it likes.
public struct SlantedInstance: Sendable {
    public let dimension: Int
    public let losses: [any PersonalLoss]
    public let wish: [Double]
    private let regulariser: NormPower

    public enum Answers: Sendable { case values, signs }

    /// - Parameters:
    ///   - spread: of each node's queries around what they have in common; 0: all curvatures are multiples of one.
    ///   - answers: least squares or logistic regression.
    public init(nodes: Int, dimension: Int, spread: Double, answers: Answers, random: inout RandomStream) {
        // Long along one direction, short across: a condition of some hundreds.
        let common = (0..<dimension).map { row in
            let size = row == 0 ? 6.0 : 0.5
            return (0..<dimension).map { _ in size * random.gaussian() }
        }
        let target = (0..<dimension).map { _ in random.gaussian() }
        losses = (0..<nodes).map { _ -> any PersonalLoss in
            let own = target.map { $0 + 0.3 * random.gaussian() }
            var (queries, told): ([[Double]], [Double]) = ([], [])
            for row in common {
                for _ in 0..<(answers == .values ? 1 : 10) {
                    let query = row.map { $0 + spread * 2 * random.gaussian() }
                    let value = query.dot(own)
                    queries.append(query)
                    switch answers {
                    case .values: told.append(value)
                    case .signs: told.append(random.uniform() < 1 / (1 + Elementary.exp(-value)) ? 1 : -1)
                    }
                }
            }
            return answers == .values
                ? ValueAnswers(queries: queries, answers: told, ridge: 0.01)
                : LocalLoss.logistic(zip(queries, told).map { DataPoint($0, $1) }, ridge: 0.05)
        }
        wish = target.map { $0 + random.gaussian() }
        regulariser = NormPower(weight: 0.01, power: 2, norm: 2, dimension: dimension)
        self.dimension = dimension
    }

    /// - Parameter axes: of all couplings; `nil` for the given ones.
    private func problem(_ report: [Double]?, along axes: [[Double]]?) -> CommonModelProblem {
        func coupling(_ weight: Double) -> any CouplingTerm {
            let term = NormPower.l1(weight, dimension: dimension)
            return axes.map { RotatedTerm(term, axes: $0) } ?? term
        }
        var nodes = losses.map { CommonModelProblem.Participant(.loss($0), coupling(1)) }
        // The user's voice is as strong as all others together, which leaves it the most to gain.
        if let report { nodes.append(.init(.fixed(report), coupling(Double(losses.count)))) }
        return CommonModelProblem(dimension: dimension, nodes, regulariser: regulariser)
    }

    /// The second derivative by ρ of what the others' objective is when their models are best, at their optimum. Where
    /// a model of a node is tied to ρ its curvature counts, with what its free coordinates give way.
    public var curvature: [Double] {
        let solution = problem(nil, along: nil).solve()
        let size = dimension
        var sum = [Double](repeating: 0, count: size * size)
        for (loss, model) in zip(losses, solution.personal) {
            let whole = loss.curvature(at: model)
            let tied = (0..<size).filter { model[$0] == solution.common[$0] }
            let free = (0..<size).filter { model[$0] != solution.common[$0] }
            let factor = CholeskyFactor(free.flatMap { i in free.map { whole[i * size + $0] } }, size: free.count)
            for j in tied {
                let gives = factor?.solve(free.map { whole[$0 * size + j] }) ?? []
                for i in tied {
                    sum[i * size + j] += whole[i * size + j]
                    for (place, k) in free.enumerated() { sum[i * size + j] -= whole[i * size + k] * gives[place] }
                }
            }
        }
        return sum
    }

    /// Its eigenvectors.
    public var axes: [[Double]] { eigenvectors(of: curvature, size: dimension) }

    public enum Axes: Sendable, CaseIterable {
        case own
        /// Of the others' minimised loss, as the paper has it.
        case rotated
        /// Of the sum of the others' losses, whether their models follow the common one or not.
        case rotatedByData
    }

    /// Eigenvectors of Σ ∇²L_n where each is least.
    private var dataAxes: [[Double]] {
        let sum = losses.map { $0.curvature(at: $0.preference) }.reduce(
            [Double](repeating: 0, count: dimension * dimension), .+)
        return eigenvectors(of: sum, size: dimension)
    }

    /// ‖ρ* − θ†_s‖ of the honest report, and the least that was found by lying.
    public struct Distances: Sendable {
        public let honest: Double
        public let best: Double

        /// The one over the other: 1 where nothing is gained. What is nearer than a millionth is there.
        public var gain: Double { max(honest, 1e-6) / max(best, 1e-6) }
    }

    public func distances(_ along: Axes, tries: Int, random: inout RandomStream) -> Distances {
        let axes: [[Double]]? =
            switch along {
            case .own: nil
            case .rotated: axes
            case .rotatedByData: dataAxes
            }
        func loss(_ report: [Double]) -> Double { (problem(report, along: axes).solve().common - wish).norm }
        let best = ReportSearch(from: wish, tries: tries).best(random: &random, loss: loss)
        return Distances(honest: loss(wish), best: best.loss)
    }
}

/// Of a symmetric matrix, row after row: orthonormal, one a row.
func eigenvectors(of matrix: [Double], size: Int) -> [[Double]] {
    var system = SymmetricEigensystem()
    system.begin(size: size)
    system.matrix = matrix
    system.solve(withVectors: true)
    return (0..<size).map { Array(system.vectors[$0 * size..<($0 + 1) * size]) }
}
