// Weiszfeld's steps towards the geometric median, and what becomes of them where they meet an input.
//
// Away from the inputs a step goes to T(v) = Σ x_j/d_j / Σ 1/d_j, with d_j = |x_j − v|. At an input that step stands
// still, though the point may be anything but the median: a liar who sends the coordinate-wise median, where the steps
// begin, would pin the result. So η inputs at v count for themselves: the others pull with R = Σ (x_j − v)/d_j, which
// is (T(v) − v) Σ 1/d_j without those at v; no point is better if |R| ≤ η, and otherwise v goes the share 1 − η/|R| of
// the way to T(v) (Vardi, Zhang, PNAS 97(4), 2000).
import Kernels

extension Scratch {
    /// More steps are not taken; where no input is nearly the median itself, a few dozen do.
    private static let mostSteps = 1_000
    /// The pull that is left at the end, a share of the pull of all inputs in one direction.
    private static let leastPull = 1e-6
    /// How near an input counts as being at v: a share of the median distance from the start.
    private static let reach = 1e-6
    /// What rounding does to the elements of v, as a share of its length.
    private static let rounding = 1e-7

    /// `point` goes to the median from where it is; whether it has arrived, or was stopped by the limit.
    mutating func seekMedian(of inputs: borrowing VectorBatch, from point: inout MutableSpan<Float>) -> Bool {
        measure(inputs, from: point.span)
        let spread = medianDistance()
        // More than half of the inputs are where it starts: no point is better.
        guard spread > 0 else { return true }
        let count = Double(inputs.rows)
        chosen.removeAll(keepingCapacity: true)
        for _ in 0..<Self.mostSteps {
            let slack = Self.rounding * norm(point.span)
            let weights = weigh(apartBy: Self.reach * spread + 10 * slack)
            guard weights.sum > 0 else { return true }
            if weights.countAt > 0 {
                let pull = moveTo(coefficients, of: inputs, from: &point) * weights.sum
                if pull <= weights.countAt + Self.leastPull * count + slack * weights.sum {
                    copy(inputs.elements.span.extracting(inputs.range(ofRow: weights.nearest)), into: &point)
                    return true
                }
                goBack(by: weights.countAt / pull, of: inputs, &point)
            } else if weights.isDrawn, !chosen.contains(weights.nearest) {
                // Steps towards an input that is the median, or away from one that is not, become ever shorter: it is
                // asked itself, once.
                chosen.append(weights.nearest)
                copy(inputs.elements.span.extracting(inputs.range(ofRow: weights.nearest)), into: &point)
                measure(inputs, from: point.span)
            } else {
                let moved = step(along: coefficients, of: inputs, &point)
                if moved <= Self.leastPull * count / weights.sum + slack { return true }
            }
        }
        return false
    }

    /// Of the inputs as the point sees them.
    private struct Weights {
        /// Σ 1/d_j over those that are not at it.
        var sum = 0.0
        /// η.
        var countAt = 0.0
        var nearest = 0
        /// Whether a single one outweighs all others.
        var isDrawn = false
    }

    /// `coefficients` becomes 1/d_j, scaled to a sum of 1, and 0 for what is no farther than `reach`; the squares of
    /// the distances are in `distances`.
    private mutating func weigh(apartBy reach: Double) -> Weights {
        var weights = Weights()
        coefficients.removeAll(keepingCapacity: true)
        for (row, square) in distances.enumerated() {
            let distance = square.squareRoot()
            let isAt = distance <= reach
            coefficients.append(isAt ? 0 : 1 / distance)
            weights.sum += coefficients[row]
            if isAt { weights.countAt += 1 }
            if square < distances[weights.nearest] { weights.nearest = row }
        }
        weights.isDrawn = 2 * coefficients[weights.nearest] > weights.sum && distances.count > 2
        scaleCoefficients(by: 1 / weights.sum)
        return weights
    }

    /// The middle one of the distances, the upper one of two, whose squares are in `distances`.
    private mutating func medianDistance() -> Double {
        rank(by: distances)
        return distances[order[order.count / 2]].squareRoot()
    }

    mutating func scaleCoefficients(by factor: Double) {
        for row in coefficients.indices { coefficients[row] *= factor }
    }

    /// The point becomes this combination of the rows, and `distances` what is between them; returns how far it went.
    mutating func step(
        along coefficients: [Double], of inputs: borrowing VectorBatch, _ point: inout MutableSpan<Float>
    ) -> Double {
        keep(point.span)
        // Taken out of the scratch, which may not be read while its distances are written.
        var before: [Float] = []
        swap(&before, &vector)
        combine(inputs, coefficients, base: before.span, 0, into: &point, squaredDistances: &distances)
        let moved = squaredDistance(before.span, point.span).squareRoot()
        swap(&before, &vector)
        return moved
    }

    /// The same, without the distances.
    private mutating func moveTo(
        _ coefficients: [Double], of inputs: borrowing VectorBatch, from point: inout MutableSpan<Float>
    ) -> Double {
        keep(point.span)
        combine(inputs, coefficients, into: &point)
        return squaredDistance(vector.span, point.span).squareRoot()
    }

    /// After `moveTo`: the point goes this share of the way back, and `distances` become those from there.
    private mutating func goBack(by share: Double, of inputs: borrowing VectorBatch, _ point: inout MutableSpan<Float>)
    {
        for index in point.indices {
            point[index] = Float((1 - share) * Double(point[index]) + share * Double(vector[index]))
        }
        measure(inputs, from: point.span)
    }

    private mutating func keep(_ point: Span<Float>) {
        vector.removeAll(keepingCapacity: true)
        for index in point.indices { vector.append(point[index]) }
    }
}
