// smoothL2: the distance without its kink.
import Kernels
import Registry

/// R(u) = λ√(1 + |u|²), ∇R = λu / √(1 + |u|²), Grad the open ball of radius λ: no model reaches the bound itself.
public struct SmoothL2Coupling: Coupling {
    public static let name = "smoothL2"
    public static let summary = "λ√(1 + |u|²): gradients of norm below λ, and one everywhere."
    public static let parameters = [CouplingCatalog.strength]
    public let strength: Double

    public init(_ parameters: ParameterValues) { self.init(strength: parameters.number("lambda")) }
    public init(strength: Double) { self.strength = strength }

    public var smoothness: Double? { strength }

    public func value(_ u: [Double]) -> Double { length(u) * strength }
    public func gradient(_ u: [Double]) -> [Double] { u.scaled(by: strength / length(u)) }

    /// s w, where s (1 + tλ / √(1 + s²|w|²)) = 1.
    public func proximal(_ w: [Double], step t: Double) -> [Double] {
        let square = w.reduce(0) { $0 + $1 * $1 }
        let share = root(from: 0, to: 1) { s in
            1 - s - t * strength * s / (1 + s * s * square).squareRoot()
        }
        return w.scaled(by: share)
    }

    public func projected(_ gradient: [Double]) -> [Double] { shortened(gradient, to: strength) }
    public func bound(dimension: Int) -> Double? { strength }

    /// √(1 + |u|²).
    private func length(_ u: [Double]) -> Double { u.reduce(1) { $0 + $1 * $1 }.squareRoot() }
}
