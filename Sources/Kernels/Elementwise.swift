// Element by element over spans. Plain loops: the compiler vectorises them fully, and no sum depends on lanes.

/// y ← y + a x.
public func axpy(_ a: Float, _ x: Span<Float>, into y: inout MutableSpan<Float>) {
    precondition(x.count == y.count, "spans of one length")
    for i in 0..<x.count { y[i] += a * x[i] }
}

/// y ← a y.
public func scale(_ a: Float, _ y: inout MutableSpan<Float>) {
    for i in 0..<y.count { y[i] *= a }
}

/// y ← value.
public func fill(_ y: inout MutableSpan<Float>, with value: Float) {
    for i in 0..<y.count { y[i] = value }
}

/// y ← x.
public func copy(_ x: Span<Float>, into y: inout MutableSpan<Float>) {
    precondition(x.count == y.count, "spans of one length")
    for i in 0..<x.count { y[i] = x[i] }
}

/// out ← out + a (x − y): a step towards x as seen from y.
public func addScaledDifference(
    _ a: Float, _ x: Span<Float>, minus y: Span<Float>, into out: inout MutableSpan<Float>
) {
    precondition(x.count == y.count && x.count == out.count, "spans of one length")
    for i in 0..<x.count { out[i] += a * (x[i] - y[i]) }
}

/// out ← out + sign(x − y) in every element, sign(0) = 0.
public func addSigns(of x: Span<Float>, minus y: Span<Float>, into out: inout MutableSpan<Float>) {
    precondition(x.count == y.count && x.count == out.count, "spans of one length")
    for i in 0..<x.count { out[i] += (x[i] > y[i] ? 1 : 0) - (x[i] < y[i] ? 1 : 0) }
}

/// The factor that shortens a vector of this norm to at most `radius`: 1 within it, 0 for radius 0.
public func clipFactor(norm: Double, radius: Double) -> Double {
    norm <= radius ? 1 : radius / norm
}
