// lp: a power of a q-norm, under which one node can move the common model anywhere.
import Kernels
import Registry

/// R(u) = λ|u|_q^p with p > 1 and q from 1 to infinity, ∇R = λp sign(u_j) (|u_j| / |u|_q)^{q−1} |u|_q^{p−1}: any vector
/// is a gradient (LICCHAVI, arXiv 2106.02398, theorem 7). With q infinite, the gradient is that of the first of the
/// greatest elements.
///
/// The proximal step has no formula but for q = 2; it costs a search over d elements, within rounding.
public struct PowerCoupling: Coupling {
    public static let name = "lp"
    public static let summary = "λ|u|_q^p with p > 1: any vector is a gradient of it."
    public static let parameters = [
        CouplingCatalog.strength,
        Parameter.number("p", 1...16, default: 2, "the power, above 1"),
        Parameter.text("q", default: "2", "of the norm: a number from 1, or infinity"),
    ]
    public let strength: Double
    public let p: Double
    public let q: Double

    public init(_ parameters: ParameterValues) throws(ConfigurationFault) {
        let p = parameters.number("p")
        guard p > 1 else {
            throw ConfigurationFault(
                .notAllowed(
                    key: "training.exchange.p", given: "1",
                    allowed: "numbers above 1 (p = 1 is a coupling of its own: l1, l2)"))
        }
        let text = parameters.text("q")
        guard let q = text == "infinity" ? .infinity : Double(text), q >= 1 else {
            throw ConfigurationFault(
                .notAllowed(key: "training.exchange.q", given: "'\(text)'", allowed: "a number from 1, infinity"))
        }
        self.init(strength: parameters.number("lambda"), p: p, q: q)
    }

    public init(strength: Double, p: Double, q: Double) {
        precondition(p > 1 && q >= 1, "what is asked for has passed the checks")
        (self.strength, self.p, self.q) = (strength, p, q)
    }

    public var isDifferentiable: Bool { q > 1 && q < .infinity }
    public var smoothness: Double? { p == 2 && q == 2 ? 2 * strength : nil }

    public func value(_ u: [Double]) -> Double { strength * power(norm(u, q), p) }

    public func gradient(_ u: [Double]) -> [Double] {
        let length = norm(u, q)
        guard length > 0 else { return u.map { _ in 0 } }
        let slope = slope(at: length)
        guard q < .infinity else {
            var gradient = [Double](repeating: 0, count: u.count)
            if let j = u.firstIndex(where: { $0.magnitude == length }) { gradient[j] = u[j] < 0 ? -slope : slope }
            return gradient
        }
        return u.map { element in
            let share = element == 0 ? 0 : slope * power(element.magnitude / length, q - 1)
            return element < 0 ? -share : share
        }
    }

    public func subgradient(_ u: [Double], nearest slope: [Double]) -> [Double] {
        let length = norm(u, q)
        guard length > 0, !isDifferentiable else { return gradient(u) }
        let total = self.slope(at: length)
        if q == 1 {
            return u.indices.map { u[$0] == 0 ? clamped(slope[$0], to: total) : u[$0] < 0 ? -total : total }
        }
        // All ways to share it out among the greatest elements, each with its sign.
        let greatest = u.indices.filter { u[$0].magnitude == length }
        let shares = onSimplex(greatest.map { u[$0] < 0 ? -slope[$0] : slope[$0] }, sum: total)
        var nearest = [Double](repeating: 0, count: u.count)
        for (j, share) in zip(greatest, shares) { nearest[j] = u[j] < 0 ? -share : share }
        return nearest
    }

    /// u has the signs of w. Its length N decides the rest, by u_j + a (u_j / N)^{q−1} = |w_j| with a = tλp N^{p−1},
    /// and must be what comes out as its length.
    public func proximal(_ w: [Double], step t: Double) -> [Double] {
        let sizes = w.map(\.magnitude)
        let most = norm(sizes, q)
        guard most > 0 else { return w }
        let length = root(from: 0, to: most) { length in
            let a = t * slope(at: length)
            guard q < .infinity else { return sizes.reduce(-a) { $0 + max(0, $1 - length) } }
            return norm(sizes.map { shrunk($0, by: a, length) }, q) - length
        }
        let a = t * slope(at: length)
        return w.map { element in
            let size = q < .infinity ? shrunk(element.magnitude, by: a, length) : min(element.magnitude, length)
            return element < 0 ? -size : size
        }
    }

    /// λp N^{p−1}.
    private func slope(at length: Double) -> Double { strength * p * power(length, p - 1) }

    /// u with u + a (u / N)^{q−1} = size.
    private func shrunk(_ size: Double, by a: Double, _ length: Double) -> Double {
        if q == 1 { return max(0, size - a) }
        if q == 2 { return size / (1 + a / length) }
        return root(from: 0, to: size) { size - $0 - a * power($0 / length, q - 1) }
    }
}

/// |u|_q without overflow on the way.
func norm(_ u: [Double], _ q: Double) -> Double {
    let greatest = u.reduce(0) { max($0, $1.magnitude) }
    guard greatest > 0, greatest < .infinity, q < .infinity else { return greatest }
    return greatest * power(u.reduce(0) { $0 + power($1.magnitude / greatest, q) }, 1 / q)
}

/// xʸ of x ≥ 0 and y ≥ 0.
private func power(_ x: Double, _ y: Double) -> Double {
    switch y {
    case 0: 1
    case 0.5: x.squareRoot()
    case 1: x
    case 2: x * x
    default: x > 0 ? Elementary.exp(y * Elementary.log(x)) : 0
    }
}

/// The nearest vector whose elements are not negative and add up to `sum` (Duchi et al. 2008, "Efficient projections
/// onto the l1-ball").
private func onSimplex(_ vector: [Double], sum: Double) -> [Double] {
    var (total, threshold) = (0.0, 0.0)
    for (count, value) in vector.sorted(by: >).enumerated() {
        total += value
        let candidate = (total - sum) / Double(count + 1)
        if value > candidate { threshold = candidate }
    }
    return vector.map { max(0, $0 - threshold) }
}
