// Couplings that are wrong on purpose.
public import Learning
public import Registry

/// Has a gradient that is twice what it should be, and beyond its own bound.
public struct SteepCoupling: Coupling {
    public static let name = "planted"
    public static let summary = "for tests"
    private let right = L2Coupling(strength: 1)
    public init(_ parameters: ParameterValues) {}

    public var strength: Double { 1 }
    public func value(_ u: [Double]) -> Double { right.value(u) }
    public func gradient(_ u: [Double]) -> [Double] { right.gradient(u).map { 2 * $0 } }
    public func proximal(_ w: [Double], step t: Double) -> [Double] { right.proximal(w, step: t) }
    public func projected(_ gradient: [Double]) -> [Double] { right.projected(gradient) }
    public func bound(dimension: Int) -> Double? { right.bound(dimension: dimension) }
}

/// Goes half the way to where it should, with the proximal step and with the projection.
public struct HalfWayCoupling: Coupling {
    public static let name = "planted"
    public static let summary = "for tests"
    private let right = L2Coupling(strength: 1)
    public init(_ parameters: ParameterValues) {}

    public var strength: Double { 1 }
    public func value(_ u: [Double]) -> Double { right.value(u) }
    public func gradient(_ u: [Double]) -> [Double] { right.gradient(u) }
    public func proximal(_ w: [Double], step t: Double) -> [Double] {
        zip(w, right.proximal(w, step: t)).map { ($0 + $1) / 2 }
    }
    public func projected(_ gradient: [Double]) -> [Double] {
        zip(gradient, right.projected(gradient)).map { ($0 + $1) / 2 }
    }
}
