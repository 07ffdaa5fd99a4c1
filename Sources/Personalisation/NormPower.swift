// Couplings λ‖Δu‖_q^p, p ≥ 1, 1 ≤ q ≤ ∞, Δ a positive diagonal: squared l2 (p = q = 2), l2 (p = 1, q = 2), weighted
// l1 (p = q = 1) and lp. Proximal steps are closed forms, or the root of one monotone function.
import Kernels

/// A power of a norm.
public struct NormPower: CouplingTerm {
    /// λ.
    public let weight: Double
    /// p.
    public let power: Double
    /// q.
    public let norm: Double
    /// The diagonal of Δ.
    public let scales: [Double]

    /// - Parameters:
    ///   - weight: λ > 0.
    ///   - power: p ≥ 1.
    ///   - norm: q from 1 to infinity.
    ///   - scales: the diagonal of Δ, each above 0.
    public init(weight: Double, power: Double, norm: Double, scales: [Double]) {
        precondition(weight > 0 && power >= 1 && norm >= 1, "λ > 0, p ≥ 1, q ≥ 1")
        precondition(scales.allSatisfy { $0 > 0 }, "a positive diagonal")
        self.weight = weight
        self.power = power
        self.norm = norm
        self.scales = scales
    }

    /// With the identity for Δ.
    public init(weight: Double, power: Double, norm: Double, dimension: Int) {
        self.init(
            weight: weight, power: power, norm: norm, scales: [Double](repeating: 1, count: dimension))
    }

    /// λ‖u‖₁.
    public static func l1(_ weight: Double, dimension: Int) -> NormPower {
        NormPower(weight: weight, power: 1, norm: 1, dimension: dimension)
    }

    private func scaled(_ u: [Double]) -> [Double] { u.indices.map { scales[$0] * u[$0] } }

    public func value(at difference: [Double]) -> Double {
        if norm == power, norm < .infinity {
            return weight * scaled(difference).reduce(0) { $0 + raised(abs($1), power) }
        }
        return weight * raised(orderNorm(scaled(difference), norm), power)
    }

    /// The u with g among the subgradients of R at u; p > 1.
    ///
    /// With Δ = I: z_j = sign(g_j)(|g_j|/λp)^{1/(q−1)} and u = z‖z‖_q^{(q−p)/(p−1)} for 1 < q < ∞; the greatest
    /// coordinate alone for q = 1; all of one magnitude for q = ∞ (LICCHAVI, lemma 17).
    public func difference(withGradient gradient: [Double]) -> [Double] {
        precondition(power > 1, "the gradient of a norm itself is bounded")
        let inside = gradient.indices.map { gradient[$0] / (scales[$0] * weight * power) }
        let greatest = inside.reduce(0) { max($0, abs($1)) }
        guard greatest > 0 else { return inside }
        let root = 1 / (power - 1)
        let turned: [Double]
        switch norm {
        case 1:
            let size = raised(greatest, root)
            let place = inside.firstIndex { abs($0) == greatest }
            turned = inside.indices.map { $0 == place ? signed(size, like: inside[$0]) : 0 }
        case .infinity:
            let size = raised(inside.reduce(0) { $0 + abs($1) }, root)
            turned = inside.map { $0 == 0 ? 0 : signed(size, like: $0) }
        default:
            let z = inside.map { signed(raised(abs($0), 1 / (norm - 1)), like: $0) }
            let factor = raised(orderNorm(z, norm), (norm - power) * root)
            turned = factor * z
        }
        return turned.indices.map { turned[$0] / scales[$0] }
    }

    // MARK: Proximal steps

    public func proximal(_ v: [Double], step: Double) -> [Double] {
        let c = step * weight
        if norm == power, norm < .infinity { return v.indices.map { separate(v[$0], scales[$0], c) } }
        guard v.contains(where: { $0 != 0 }) else { return v }
        switch norm {
        case 1: return ofSum(v, c)
        case .infinity: return ofGreatest(v, c)
        default: return isRound ? radial(v, c) : general(v, c)
        }
    }

    /// Whether ‖Δu‖_q is a multiple of the Euclidean length.
    private var isRound: Bool { norm == 2 && scales.allSatisfy { $0 == scales[0] } }

    /// z + cpδᵖzᵖ⁻¹ = |v|.
    private func separate(_ v: Double, _ scale: Double, _ c: Double) -> Double {
        let size = abs(v)
        let factor = c * power * raised(scale, power)
        if power == 1 { return signed(max(0, size - factor), like: v) }
        if power == 2 { return v / (1 + factor) }
        return signed(shrunk(size, slope: factor, exponent: power - 1), like: v)
    }

    /// q = 1, p > 1: z_j = v_j shrunk by tΔ_j with t = cp‖Δz‖₁ᵖ⁻¹.
    private func ofSum(_ v: [Double], _ c: Double) -> [Double] {
        func left(_ t: Double) -> [Double] {
            v.indices.map { signed(max(0, abs(v[$0]) - t * scales[$0]), like: v[$0]) }
        }
        let most = v.indices.reduce(0) { max($0, abs(v[$1]) / scales[$1]) }
        return left(
            crossing(in: 0...most) { t in
                c * power * raised(orderNorm(scaled(left(t)), 1), power - 1) - t
            })
    }

    /// q = ∞: z_j = v_j cut at m/Δ_j, where what is cut off, Σ (|v_j| − m/Δ_j)₊/Δ_j, is cpmᵖ⁻¹.
    private func ofGreatest(_ v: [Double], _ c: Double) -> [Double] {
        let most = orderNorm(scaled(v), .infinity)
        let m = crossing(in: 0...most) { m in
            v.indices.reduce(0) { $0 + max(0, abs(v[$1]) - m / scales[$1]) / scales[$1] }
                - c * power * raised(m, power - 1)
        }
        return v.indices.map { signed(min(abs(v[$0]), m / scales[$0]), like: v[$0]) }
    }

    /// Along v, to the r with r + cpδᵖrᵖ⁻¹ = |v|.
    private func radial(_ v: [Double], _ c: Double) -> [Double] {
        let far = v.norm
        return abs(separate(far, scales[0], c)) / far * v
    }

    /// Otherwise, with r = ‖Δz‖_q: z_j + cp rᵖ⁻q Δ_j^q z_j^{q−1} = |v_j|.
    private func general(_ v: [Double], _ c: Double) -> [Double] {
        if power == 1 {
            let dual = orderNorm(v.indices.map { v[$0] / scales[$0] }, norm / (norm - 1))
            if dual <= c { return v.map { _ in 0 } }
        }
        func found(_ r: Double) -> [Double] {
            let factor = c * power * raised(r, power - norm)
            return v.indices.map { j in
                signed(
                    shrunk(abs(v[j]), slope: factor * raised(scales[j], norm), exponent: norm - 1), like: v[j])
            }
        }
        let most = orderNorm(scaled(v), norm)
        return found(
            crossing(in: most * 1e-12...most) { orderNorm(scaled(found($0)), norm) - $0 })
    }

    // MARK: Their derivatives

    public func proximalDerivative(_ v: [Double], _ z: [Double], step: Double) -> [Double] {
        let c = step * weight
        if norm == power, norm < .infinity {
            return diagonal(
                z.indices.map { j in
                    let factor = c * power * (power - 1) * raised(scales[j], power)
                    return kept(factor, z[j], power)
                })
        }
        guard z.contains(where: { $0 != 0 }) else { return diagonal(z.map { _ in 0 }) }
        switch norm {
        case 1:
            // z_j = v_j − s_jΔ_jt on what is left, dt = κ d‖Δz‖₁.
            var matrix = diagonal(z.map { $0 == 0 ? 0 : 1 })
            let direction = z.indices.map { z[$0] == 0 ? 0 : signed(scales[$0], like: z[$0]) }
            let sum = orderNorm(scaled(z), 1)
            let bend = c * power * (power - 1) * raised(sum, power - 2)
            addSquare(-bend / (1 + bend * direction.dot(direction)), direction, to: &matrix)
            return matrix
        case .infinity:
            let m = orderNorm(scaled(z), .infinity)
            let isCut = z.indices.map { abs(z[$0]) < abs(v[$0]) }
            var matrix = diagonal(isCut.map { $0 ? 0 : 1 })
            let direction = z.indices.map { isCut[$0] ? signed(1 / scales[$0], like: z[$0]) : 0 }
            let bend = c * power * (power - 1) * raised(m, power - 2)
            let whole = direction.dot(direction) + bend
            if whole > 0 { addSquare(1 / whole, direction, to: &matrix) }
            return matrix
        default:
            // (I + τ∇²R)⁻¹ of ∇²R = D + γ w wᵀ.
            let r = orderNorm(scaled(z), norm)
            let share = z.indices.map { j in
                let factor =
                    c * power * (norm - 1) * raised(scales[j], norm)
                    * raised(r, power - norm)
                return kept(factor, z[j], norm)
            }
            let w = z.indices.map { j in
                signed(
                    raised(scales[j], norm) * raised(abs(z[j]), norm - 1), like: z[j])
            }
            let bend = c * power * (power - norm) * raised(r, power - 2 * norm)
            let direction = z.indices.map { share[$0] * w[$0] }
            var matrix = diagonal(share)
            addSquare(-bend / (1 + bend * w.dot(direction)), direction, to: &matrix)
            return matrix
        }
    }

    /// 1/(1 + factor |z|^{a−2}), with the limits at z = 0.
    private func kept(_ factor: Double, _ z: Double, _ exponent: Double) -> Double {
        if exponent == 1 { return z == 0 ? 0 : 1 }
        return 1 / (1 + factor * raised(abs(z), exponent - 2))
    }
}
