// Momenta, projections and solutions that are wrong on purpose, one for each law of theirs.
import Kernels
public import Learning
public import Registry

/// Keeps more of the earlier gradients in each round.
public struct Swelling: Momentum {
    public static let name = "planted"
    public static let summary = "for tests"
    public init(_ parameters: ParameterValues) {}
    public var isPlain: Bool { false }
    public func shares(stepSize: Double) -> (keep: Float, take: Float) { (1.01, 0.5) }
}

/// Goes on moving what is in the set already.
public struct Contracting: Projection {
    public static let name = "planted"
    public static let summary = "for tests"
    public init(_ parameters: ParameterValues) {}
    public func project(_ parameters: inout MutableSpan<Float>) { scale(0.5, &parameters) }
}

/// Takes points further apart than they were.
public struct Spreading: Projection {
    public static let name = "planted"
    public static let summary = "for tests"
    public init(_ parameters: ParameterValues) {}
    public func project(_ parameters: inout MutableSpan<Float>) {
        for i in parameters.indices { parameters[i] = parameters[i] > 0 ? 30 : -30 }
    }
}
