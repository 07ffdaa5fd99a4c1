// SmoothGame: the whole problem under a coupling without kinks, as one function of (ρ, θ_1, θ_2, …), and the problem
// of one player alone. What is held of the size of the features squared is two matrices a player, and none of d².
import Kernels
import Learning

/// Σ_n (L_n(θ_n) + R(ρ − θ_n)) + Σ_m R(ρ − θ_m) + λ0|ρ|² with the θ_m fixed.
struct SmoothGame: SmoothProblem {
    let losses: [LocalLoss]
    /// θ_m.
    let models: [[Double]]
    let coupling: any RadialCoupling
    /// λ0.
    let ridge: Double

    func evaluate(_ point: [Double]) -> (value: Double, gradient: [Double], curvature: Curvature) {
        let blocks = Blocks(count: losses.count + 1, of: point)
        let common = blocks.part(0, of: point)
        var value = ridge * common.squaredNorm
        var pull = common.scaled(by: 2 * ridge)
        var gradients: [Double] = []
        var locals: [LocalCurvature] = []
        var ties: [SmoothTie] = []
        for (index, loss) in losses.enumerated() {
            let own = blocks.part(index + 1, of: point)
            let local = loss.secondOrder(at: own)
            let way = common.minus(own)
            let tie = SmoothTie(coupling, way)
            value += local.value + coupling.value(way)
            pull.move(1, along: tie.gradient)
            gradients += local.gradient.minus(tie.gradient)
            locals.append(local.curvature)
            ties.append(tie)
        }
        let kept = models.map { model in
            let way = common.minus(model)
            value += coupling.value(way)
            return SmoothTie(coupling, way)
        }
        for tie in kept { pull.move(1, along: tie.gradient) }
        let curvature = GameCurvature(blocks: blocks, locals: locals, ties: ties, kept: kept, ridge: ridge)
        return (value, pull + gradients, Curvature(product: curvature.product, preconditioner: curvature.inverse))
    }
}

/// Vectors of one length, one after the other.
private struct Blocks {
    let size: Int

    init(count: Int, of vector: [Double]) { size = vector.count / count }

    func part(_ index: Int, of vector: [Double]) -> [Double] { Array(vector[index * size..<(index + 1) * size]) }
}

private struct GameCurvature {
    let blocks: Blocks
    let locals: [LocalCurvature]
    let ties: [SmoothTie]
    let kept: [SmoothTie]
    let ridge: Double

    func product(_ direction: [Double]) -> [Double] {
        let outer = blocks.part(0, of: direction)
        var first = outer.scaled(by: 2 * ridge)
        var rest: [Double] = []
        rest.reserveCapacity(direction.count)
        for index in locals.indices {
            let inner = blocks.part(index + 1, of: direction)
            let tied = ties[index].product(outer.minus(inner))
            first.move(1, along: tied)
            rest += locals[index].product(inner).minus(tied)
        }
        for tie in kept { first.move(1, along: tie.product(outer)) }
        return first + rest
    }

    /// Exactly the inverse of what it is with A_n, the features' block, for each ∇²L_n, and s_n I for each ∇²R: every
    /// θ_n is eliminated, and what is left for ρ is 2λ0 + Σ_m s_m + Σ_n (s_n − s_n² (A_n + s_n)⁻¹). So neither the
    /// strength of the coupling nor what the players' data have in common slows conjugate gradients down.
    func inverse() -> ([Double]) -> [Double] {
        let inner = zip(locals, ties).map { $0.approximation(plus: $1.slope) }
        var whole = 2 * ridge + kept.reduce(0) { $0 + $1.slope }
        var left: [Double] = []
        for (block, tie) in zip(inner, ties) {
            let inverse = block.inverse
            if left.isEmpty { left = inverse.map { _ in 0 } }
            left.move(-tie.slope * tie.slope, along: inverse)
            whole += tie.slope
        }
        let outer = FeatureBlocks(left, plus: whole, copies: locals.first?.classCount ?? 1)
        return { gradient in
            var first = blocks.part(0, of: gradient)
            for (index, block) in inner.enumerated() {
                first.move(ties[index].slope, along: block.solve(blocks.part(index + 1, of: gradient)))
            }
            first = outer.solve(first)
            var result = first
            result.reserveCapacity(gradient.count)
            for (index, block) in inner.enumerated() {
                result += block.solve(
                    blocks.part(index + 1, of: gradient).moved(ties[index].slope, along: first))
            }
            return result
        }
    }
}

/// L(θ) + R(ρ − θ).
struct TiedLoss: SmoothProblem {
    let loss: LocalLoss
    let coupling: any RadialCoupling
    /// ρ.
    let common: [Double]

    func evaluate(_ point: [Double]) -> (value: Double, gradient: [Double], curvature: Curvature) {
        let local = loss.secondOrder(at: point)
        let way = common.minus(point)
        let tie = SmoothTie(coupling, way)
        let curvature = Curvature { direction in
            local.curvature.product(direction).moved(1, along: tie.product(direction))
        } preconditioner: {
            local.curvature.approximation(plus: tie.slope).solve
        }
        return (local.value + coupling.value(way), local.gradient.minus(tie.gradient), curvature)
    }
}
