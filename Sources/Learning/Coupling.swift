// Coupling: how a node's own model is held to the model that all nodes share, R(ρ, θ) with u = ρ − θ.
import Kernels
public import Registry

/// A convex penalty R(u) on the way u = ρ − θ from a node's own model θ to the common model ρ, and all that training
/// and attacks need of it (Farhadkhani, Guerraoui, Hoang, Villemaud 2022, arXiv 2202.08578; LICCHAVI, arXiv
/// 2106.02398).
///
/// Everything is in Double, d elements a vector: small instances are solved as exactly as that; nodes, whose models are
/// of Floats, widen them first and round once in the end. The gradient by θ is −∇R(u).
public protocol Coupling: Registered {
    /// λ.
    var strength: Double { get }
    /// The one number of elements that fits, where it matters.
    var dimension: Int? { get }
    /// Whether R has a gradient everywhere, so that plain gradient steps will do.
    var isDifferentiable: Bool { get }
    /// A Lipschitz constant of ∇R; `nil` where there is none.
    var smoothness: Double? { get }

    /// R(u).
    func value(_ u: [Double]) -> Double

    /// ∇_ρ R; where R has none, 0 in the elements (l1) or in all (l2, lp) that are at the kink.
    func gradient(_ u: [Double]) -> [Double]

    /// The subgradient of R at u that is nearest to `slope`: the gradient wherever there is one.
    ///
    /// Where θ minimises L + R and stands at a kink, this, with the slope ∇L(θ), is the gradient by ρ of the minimum,
    /// and not the 0 of `gradient`: a node whose model is the common one goes on to pull it.
    func subgradient(_ u: [Double], nearest slope: [Double]) -> [Double]

    /// argmin over u of |u − w|² / 2t + R(u).
    ///
    /// - Parameter t: a step size, above 0.
    func proximal(_ w: [Double], step t: Double) -> [Double]

    /// The nearest point of the closure of Grad, the set of all gradients that R has anywhere.
    func projected(_ gradient: [Double]) -> [Double]

    /// The greatest Euclidean norm in Grad, with so many elements; `nil` where there is none.
    func bound(dimension: Int) -> Double?
}

extension Coupling {
    public var dimension: Int? { nil }
    public var isDifferentiable: Bool { true }
    public var smoothness: Double? { nil }

    public func subgradient(_ u: [Double], nearest slope: [Double]) -> [Double] { gradient(u) }
    public func projected(_ gradient: [Double]) -> [Double] { gradient }
    public func bound(dimension: Int) -> Double? { nil }

    /// The Euclidean distance of a vector from Grad; 0 for everything that may be a gradient, and beyond all bounds for
    /// what is not finite.
    public func distance(ofGradient gradient: [Double]) -> Double {
        let distance = gradient.distance(to: projected(gradient))
        return distance.isNaN ? .infinity : distance
    }

    /// Whether a vector may be a gradient of R, up to this Euclidean distance.
    public func isAdmissible(_ gradient: [Double], within tolerance: Double) -> Bool {
        distance(ofGradient: gradient) <= tolerance
    }
}

/// Every coupling that an experiment can name. A new one is one file in Couplings/ and one line here.
public enum CouplingCatalog {
    public static let all = Catalog<any Coupling.Type>(
        "coupling",
        [SquaredL2Coupling.self, L2Coupling.self, SmoothL2Coupling.self, L1Coupling.self, PowerCoupling.self],
        as: { $0 })

    /// λ of every coupling.
    static let strength = Parameter.number("lambda", 1e-9...1e9, default: 1, "λ, the strength of the coupling")
}

/// Where a function that falls, above zero at first, comes to zero between `low` and `high`: bisection until no number
/// is left between.
func root(from low: Double, to high: Double, of falling: (Double) -> Double) -> Double {
    var (low, high) = (low, high)
    for _ in 0..<200 {
        let middle = low + (high - low) / 2
        guard middle > low, middle < high else { break }
        if falling(middle) > 0 { low = middle } else { high = middle }
    }
    return high
}
