// squaredL2: the squared distance, whose pull grows without bound.
import Kernels
import Registry

/// R(u) = λ|u|², ∇R = 2λu: any vector at all is a gradient, so that nothing a neighbour says can be told for a lie.
public struct SquaredL2Coupling: Coupling {
    public static let name = "squaredL2"
    public static let summary =
        "λ|u|²: any vector is a gradient of it, and one node can move the common model anywhere."
    public static let parameters = [CouplingCatalog.strength]
    public let strength: Double

    public init(_ parameters: ParameterValues) { self.init(strength: parameters.number("lambda")) }
    public init(strength: Double) { self.strength = strength }

    public var smoothness: Double? { 2 * strength }

    public func value(_ u: [Double]) -> Double { u.reduce(0) { $0 + $1 * $1 } * strength }
    public func gradient(_ u: [Double]) -> [Double] { u.scaled(by: 2 * strength) }
    public func proximal(_ w: [Double], step t: Double) -> [Double] { w.scaled(by: 1 / (1 + 2 * t * strength)) }
}
