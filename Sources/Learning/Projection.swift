// Projection: the set that models are kept in, where they are not free to go anywhere.
import Kernels
public import Registry

/// Takes what a step has come to back to the nearest point of a closed convex set. What is not finite may stay so.
public protocol Projection: Registered {
    func project(_ parameters: inout MutableSpan<Float>)

    /// The greatest norm of a model of so many elements in the set; `nil` where there is none.
    func radius(dimension: Int) -> Double?
}

extension Projection {
    public func radius(dimension: Int) -> Double? { nil }
}

/// Every set that an experiment can name. A new one is one file in Projections/ and one line here.
public enum ProjectionCatalog {
    public static let all = Catalog<any Projection.Type>(
        "projection", [NoProjection.self, BallProjection.self, BoxProjection.self], as: { $0 })
}
