// l2: the distance itself, whose pull is always of length λ.
import Kernels
import Registry

/// R(u) = λ|u|, ∇R = λu / |u|, Grad the ball of radius λ.
public struct L2Coupling: Coupling {
    public static let name = "l2"
    public static let summary = "λ|u|: gradients of norm λ at most, whoever is how far away."
    public static let parameters = [CouplingCatalog.strength]
    public let strength: Double

    public init(_ parameters: ParameterValues) { self.init(strength: parameters.number("lambda")) }
    public init(strength: Double) { self.strength = strength }

    public var isDifferentiable: Bool { false }

    public func value(_ u: [Double]) -> Double { u.norm * strength }

    public func gradient(_ u: [Double]) -> [Double] {
        let length = u.norm
        return length > 0 ? u.scaled(by: strength / length) : u
    }

    public func subgradient(_ u: [Double], nearest slope: [Double]) -> [Double] {
        u.norm > 0 ? gradient(u) : projected(slope)
    }

    /// The block soft threshold: w shortened by tλ.
    public func proximal(_ w: [Double], step t: Double) -> [Double] {
        let length = w.norm
        return w.scaled(by: length > t * strength ? 1 - t * strength / length : 0)
    }

    public func projected(_ gradient: [Double]) -> [Double] { shortened(gradient, to: strength) }
    public func bound(dimension: Int) -> Double? { strength }
}

/// The nearest point of the ball of this radius around 0.
func shortened(_ vector: [Double], to radius: Double) -> [Double] {
    let length = vector.norm
    return length > radius ? vector.scaled(by: radius / length) : vector
}
