// Ball: models of a bounded norm.
import Kernels
import Registry

/// x ← x · min(1, radius / |x|).
public struct BallProjection: Projection {
    public static let name = "ball"
    public static let summary = "Models whose Euclidean norm is at most the radius."
    public static let parameters = [
        Parameter.number("radius", 1e-6...1e9, default: 10, "greatest norm of a model")
    ]
    private let radius: Double

    public init(_ parameters: ParameterValues) { radius = parameters.number("radius") }

    public func radius(dimension: Int) -> Double? { radius }

    public func project(_ parameters: inout MutableSpan<Float>) {
        let norm = squaredNorm(parameters.span).squareRoot()
        if norm > radius { scale(Float(radius / norm), &parameters) }
    }
}
