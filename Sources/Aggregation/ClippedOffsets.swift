// What the clipping rules share: distances of the neighbours from the own model, and the sum of their clipped offsets.
import Kernels

/// distances[i] = |y_i − x|.
func measureOffsets(_ neighbours: borrowing VectorBatch, from own: Span<Float>, into distances: inout [Double]) {
    distances.removeAll(keepingCapacity: true)
    let elements = neighbours.elements.span
    for row in 0..<neighbours.rows {
        distances.append(squaredDistance(elements.extracting(neighbours.range(ofRow: row)), own).squareRoot())
    }
}

/// next = x + α Σ w_i clip_τ(y_i − x).
func addClippedOffsets(
    _ neighbours: borrowing VectorBatch, from own: Span<Float>, radius: Double, rate: Double = 1, weights: [Double],
    distances: [Double], into next: inout MutableSpan<Float>
) -> MixReport {
    copy(own, into: &next)
    var report = MixReport(kept: 0)
    report.threshold = radius.isFinite ? radius : nil
    let elements = neighbours.elements.span
    for row in 0..<neighbours.rows {
        let factor = clipFactor(norm: distances[row], radius: radius)
        if factor == 1 { report.kept += 1 } else if factor == 0 { report.removed += 1 } else { report.clipped += 1 }
        guard factor > 0 else { continue }
        addScaledDifference(
            Float(rate * weights[row] * factor), elements.extracting(neighbours.range(ofRow: row)), minus: own,
            into: &next)
    }
    return report
}
