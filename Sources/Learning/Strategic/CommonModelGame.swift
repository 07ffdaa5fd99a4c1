// CommonModelGame: the whole problem of personalised learning, with players that have data or a model of their own
// choice, solved in double precision. No node runs it: statements about attacks are checked by it.
import Kernels

/// min over ρ and all θ_n of Σ_n (L_n(θ_n) + R(ρ − θ_n)) + λ0|ρ|² (arXiv 2202.08578, equation 1; 2106.02398).
public struct CommonModelGame: Sendable {
    /// Of the players with data.
    public var losses: [LocalLoss]
    /// Of players that keep to a model, whatever the others do.
    public var models: [[Double]] = []
    public var coupling: any Coupling
    /// λ0.
    public var ridge: Double
    private let dimension: Int

    public init(_ losses: [LocalLoss], _ coupling: any Coupling, ridge: Double = 0) {
        self.losses = losses
        self.coupling = coupling
        self.ridge = ridge
        dimension = losses[0].dimension
    }

    /// With another player that has data.
    public func joined(by loss: LocalLoss) -> CommonModelGame {
        var game = self
        game.losses.append(loss)
        return game
    }

    /// With another player that keeps to a model.
    public func joined(by model: [Double]) -> CommonModelGame {
        var game = self
        game.models.append(model)
        return game
    }

    /// G(ρ), the gradient of what is least over all θ_n.
    public func pull(at common: [Double]) -> [Double] {
        var own: [[Double]] = []
        return pull(at: common, &own)
    }

    /// - Parameter own: the solutions for a common model near by, one a loss, or none; replaced by those for this one.
    func pull(at common: [Double], _ own: inout [[Double]]) -> [Double] {
        var pull = common.scaled(by: 2 * ridge)
        for index in losses.indices {
            let problem = OwnModelProblem(loss: losses[index], coupling: coupling, common: common)
            let (solution, gradient) = problem.solve(from: index < own.count ? own[index] : nil)
            if index < own.count { own[index] = solution } else { own.append(solution) }
            pull = pull.moved(1, along: gradient)
        }
        for model in models { pull = pull.moved(1, along: coupling.gradient(common.moved(-1, along: model))) }
        return pull
    }

    /// What all come to.
    public struct Solution: Sendable {
        /// ρ.
        public let common: [Double]
        /// θ of each player with data.
        public let own: [[Double]]
        /// |∇| of what was minimised.
        public let gradientNorm: Double
    }

    /// - Parameters:
    ///   - start: a common model near the solution, if it is known.
    ///   - wanted: |∇| at which it ends; rounding may end it before.
    ///   - isCancelled: asked again and again; what has been found by then is returned.
    public func solve(
        from start: [Double]? = nil, gradientNorm wanted: Double = 1e-12, isCancelled: () -> Bool = { false }
    ) -> Solution {
        let start = start ?? [Double](repeating: 0, count: dimension)
        return coupling is any RadialCoupling && coupling.isDifferentiable
            ? jointly(from: start, wanted, isCancelled) : outside(from: start, wanted, isCancelled)
    }

    /// ρ and all θ_n at once, by Newton's method.
    private func jointly(from start: [Double], _ wanted: Double, _ isCancelled: () -> Bool) -> Solution {
        let all = (0...losses.count).flatMap { _ in start }
        let found = Joint(game: self).minimum(from: all, gradientNorm: wanted, isCancelled: isCancelled)
        let parts = (0...losses.count).map { Array(found.point[$0 * dimension..<($0 + 1) * dimension]) }
        return Solution(common: parts[0], own: Array(parts.dropFirst()), gradientNorm: found.gradientNorm)
    }

    /// Over ρ alone, the θ_n solved for at each: gradient steps of the length that the last two gradients tell
    /// (Barzilai, Borwein 1988), with a safe one where they would make the gradient grow.
    private func outside(from start: [Double], _ wanted: Double, _ isCancelled: () -> Bool) -> Solution {
        var own: [[Double]] = []
        var (point, slope) = (start, pull(at: start, &own))
        var best = (point, slope.norm)
        var length = 1e-3
        // Rounding leaves a gradient below which none is found.
        var fruitless = 0
        for _ in 0..<5_000 where best.1 > wanted && fruitless < 100 && !isCancelled() {
            fruitless += 1
            let next = point.moved(-length, along: slope)
            let there = pull(at: next, &own)
            let (way, change) = (next.moved(-1, along: point), there.moved(-1, along: slope))
            let bend = way.dot(change)
            length = bend > 0 ? way.squaredNorm / bend : 2 * length
            (point, slope) = (next, there)
            if slope.norm < best.1 { (best, fruitless) = ((point, slope.norm), 0) }
            if slope.norm > 10 * best.1 {
                (point, slope) = (best.0, pull(at: best.0, &own))
                length /= 10
            }
        }
        _ = pull(at: best.0, &own)
        return Solution(common: best.0, own: own, gradientNorm: best.1)
    }
}

/// All of it as one function of (ρ, θ_1, θ_2, …).
private struct Joint: SmoothProblem {
    let game: CommonModelGame

    func evaluate(_ point: [Double]) -> (value: Double, gradient: [Double], curvature: Curvature) {
        let size = point.count / (game.losses.count + 1)
        func part(_ index: Int, of vector: [Double]) -> [Double] { Array(vector[index * size..<(index + 1) * size]) }
        let common = part(0, of: point)
        var value = game.ridge * common.squaredNorm
        var pulls = common.scaled(by: 2 * game.ridge)
        var width = [Double](repeating: 2 * game.ridge, count: size)
        var (gradients, diagonals): ([Double], [Double]) = ([], [])
        var locals: [Curvature] = []
        var ties: [Tie] = []
        for (index, loss) in game.losses.enumerated() {
            let own = part(index + 1, of: point)
            let local = loss.evaluate(own)
            let way = common.moved(-1, along: own)
            let tie = Tie(game.coupling, way)
            value += local.value + game.coupling.value(way)
            pulls = pulls.moved(1, along: tie.gradient)
            width = width.moved(1, along: tie.diagonal)
            gradients += local.gradient.moved(-1, along: tie.gradient)
            diagonals += local.curvature.diagonal.moved(1, along: tie.diagonal)
            locals.append(local.curvature)
            ties.append(tie)
        }
        let kept = game.models.map { model in
            let way = common.moved(-1, along: model)
            value += game.coupling.value(way)
            return Tie(game.coupling, way)
        }
        for tie in kept {
            pulls = pulls.moved(1, along: tie.gradient)
            width = width.moved(1, along: tie.diagonal)
        }
        let curvature = Curvature(diagonal: width + diagonals) { direction in
            let outer = part(0, of: direction)
            var first = outer.scaled(by: 2 * game.ridge)
            var rest: [Double] = []
            for index in locals.indices {
                let inner = part(index + 1, of: direction)
                let tied = ties[index].product(outer.moved(-1, along: inner))
                first = first.moved(1, along: tied)
                rest += locals[index].product(inner).moved(-1, along: tied)
            }
            for tie in kept { first = first.moved(1, along: tie.product(outer)) }
            return first + rest
        }
        return (value, pulls + gradients, curvature)
    }
}
