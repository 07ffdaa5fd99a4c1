// No projection: every vector is a model.
import Registry

/// The whole space.
public struct NoProjection: Projection {
    public static let name = "none"
    public static let summary = "Models may be anywhere."

    public init(_ parameters: ParameterValues) {}
    public init() {}

    public func project(_ parameters: inout MutableSpan<Float>) {}
}
