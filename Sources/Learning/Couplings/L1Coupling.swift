// l1: each element by itself, the coupling of LICCHAVI.
import Kernels
import Registry

/// R(u) = λ|Δu|₁ with a positive diagonal Δ, ∇R = λΔ sign(u), Grad the box ±λΔ_j: the common model is a weighted median
/// of the nodes' own, element by element (arXiv 2106.02398).
public struct L1Coupling: Coupling {
    public static let name = "l1"
    public static let summary = "λ|Δu|₁: gradients in the box ±λΔ, and the common model a median of the own ones."
    public static let parameters = [
        CouplingCatalog.strength,
        Parameter.text(
            "delta", default: "1", "Δ: one positive number for all elements, or one for each, between commas"),
    ]
    public let strength: Double
    /// λΔ: one number for all elements, or one for each.
    public let weights: [Double]

    public init(_ parameters: ParameterValues) throws(ConfigurationFault) {
        let text = parameters.text("delta")
        var diagonal: [Double] = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let value = Double(word.filter { $0 != " " }), value.isFinite, value > 0 else {
                throw ConfigurationFault(
                    .notAllowed(
                        key: "training.exchange.delta", given: "'\(text)'", allowed: "positive numbers between commas"))
            }
            diagonal.append(value)
        }
        self.init(strength: parameters.number("lambda"), diagonal: diagonal)
    }

    /// - Parameter diagonal: Δ: one number for all elements, or one for each.
    public init(strength: Double, diagonal: [Double] = [1]) {
        precondition(!diagonal.isEmpty && diagonal.allSatisfy { $0 > 0 }, "Δ is a positive diagonal")
        self.strength = strength
        weights = diagonal.map { $0 * strength }
    }

    public var dimension: Int? { weights.count == 1 ? nil : weights.count }
    public var isDifferentiable: Bool { false }

    public func value(_ u: [Double]) -> Double {
        u.indices.reduce(0) { $0 + weight(of: $1) * u[$1].magnitude }
    }

    public func gradient(_ u: [Double]) -> [Double] {
        mapped(u) { element, weight in element == 0 ? 0 : element < 0 ? -weight : weight }
    }

    public func subgradient(_ u: [Double], nearest slope: [Double]) -> [Double] {
        var nearest = gradient(u)
        for j in u.indices where u[j] == 0 { nearest[j] = clamped(slope[j], to: weight(of: j)) }
        return nearest
    }

    /// The soft threshold of each element: nearer to 0 by tλΔ_j.
    public func proximal(_ w: [Double], step t: Double) -> [Double] {
        mapped(w) { element, weight in
            let rest = element.magnitude - t * weight
            return rest > 0 ? (element < 0 ? -rest : rest) : 0
        }
    }

    public func projected(_ gradient: [Double]) -> [Double] { mapped(gradient, clamped) }

    public func bound(dimension: Int) -> Double? {
        weights.count == 1 ? weights[0] * Double(dimension).squareRoot() : weights.norm
    }

    private func weight(of j: Int) -> Double { weights.count == 1 ? weights[0] : weights[j] }

    private func mapped(_ u: [Double], _ map: (_ element: Double, _ weight: Double) -> Double) -> [Double] {
        var mapped = u
        for j in u.indices { mapped[j] = map(u[j], weight(of: j)) }
        return mapped
    }
}

/// The nearest number to x between −bound and bound; what is none stays so.
func clamped(_ x: Double, to bound: Double) -> Double { x > bound ? bound : x < -bound ? -bound : x }
