// What the self-centred rules share: distances of the neighbours from the own model, and the own model moved along
// their offsets. Each reads the neighbours' models once; what is read again and again stays in the cache.
import Kernels

/// Columns of one block, for which the own model stays in the cache: that of the reductions, so that a sum over blocks
/// has the bits of the whole one.
private let block = 1024

/// distances[i] = |y_i − x|.
func measureOffsets(_ neighbours: borrowing VectorBatch, from own: Span<Float>, into distances: inout [Double]) {
    squaredDistances(of: neighbours, from: own, inBlocksOf: block, into: &distances)
    for row in distances.indices { distances[row] = distances[row].squareRoot() }
}

/// |x|.
func norm(_ x: Span<Float>) -> Double { squaredNorm(x).squareRoot() }

/// next = x + Σ c_i (y_i − x), and what the own model then weighs.
func addOffsets(
    _ neighbours: borrowing VectorBatch, from own: Span<Float>, coefficients: [Double],
    into next: inout MutableSpan<Float>, report: inout MixReport
) {
    let elements = neighbours.elements.span
    neighbours.shareBlocks(of: block, into: &next) { columns, next in
        let centre = own.extracting(columns)
        copy(centre, into: &next)
        for row in 0..<neighbours.rows where coefficients[row] != 0 {
            let first = neighbours.range(ofRow: row).lowerBound
            addScaledDifference(
                Float(coefficients[row]), elements.extracting(first + columns.lowerBound..<first + columns.upperBound),
                minus: centre, into: &next)
        }
    }
    report.ownWeight = 1 - coefficients.reduce(0, +)
}

extension Scratch {
    /// Rows by ascending distance, on equal distance by sender.
    mutating func sortByDistance() {
        order.removeAll(keepingCapacity: true)
        order.append(contentsOf: distances.indices)
        // A copy of the reference only: the closure may not see what is being sorted.
        let distances = distances
        order.sort { (distances[$0], $0) < (distances[$1], $1) }
    }

    /// Gives each of so many rows this coefficient.
    mutating func setCoefficients(_ value: Double, rows: Int) {
        coefficients.removeAll(keepingCapacity: true)
        for _ in 0..<rows { coefficients.append(value) }
    }

    /// Gives each row its weight, or a share of it, as coefficient.
    mutating func setCoefficients(_ weights: [Double], rate: Double = 1) {
        coefficients.removeAll(keepingCapacity: true)
        for weight in weights { coefficients.append(rate * weight) }
    }

    /// Multiplies each coefficient by min(1, τ / r_i); what is beyond the radius τ is noted as clipped, or as removed
    /// where nothing of it is left.
    mutating func clip(radius: Double, report: inout MixReport) {
        for row in coefficients.indices {
            let factor = clipFactor(norm: distances[row], radius: radius)
            guard factor < 1 else { continue }
            report.note(factor > 0 ? .clipped : .removed, row: row)
            coefficients[row] *= factor
        }
        report.threshold = radius.isFinite ? radius : nil
    }

    /// The mean of the own model, which weighs `ownShare`, and of the rows that are noted as kept.
    mutating func averageKept(ownShare: Double, report: borrowing MixReport) {
        let kept = report.count(.kept)
        coefficients.removeAll(keepingCapacity: true)
        for treatment in report.treatments {
            coefficients.append(treatment == .kept ? (1 - ownShare) / Double(kept) : 0)
        }
    }
}
