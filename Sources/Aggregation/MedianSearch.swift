// The search for the geometric median, the point with the least Σ d_j, d_j = |x_j − v|, by Weiszfeld's steps.
//
// A step goes to T(v) = Σ x_j/d_j / Σ 1/d_j. Where v meets an input that step stands still, though the point may be
// anything but the median: a hostile node that sends the coordinate-wise median, where the search begins, would pin the
// result. So η inputs at v count for themselves. The others pull with R = Σ (x_j − v)/d_j = (T(v) − v) Σ 1/d_j; no
// point is better if |R| ≤ η, and otherwise v goes on towards T(v) (Vardi, Zhang, PNAS 97(4), 2000), as far as the sum
// of distances bends. Between two groups of inputs steps shrink by a constant factor for thousands of steps: then v
// leaps to where they lead (Aitken), if the sum of distances is less there.
//
// All points after the start s are v = Σ λ_j x_j with Σ λ_j = 1, and all that a step needs is in the products G_ij =
// (x_i − s)ᵀ(x_j − s). So it costs n² operations, and no pass over the inputs. Distances between the inputs would not
// do in place of the products: those of an input that is far away would drown those of the others.
import Kernels

extension Scratch {
    /// More steps are not taken; a dozen or two do.
    private static let mostSteps = 1_000
    /// The pull that is left at the end, a share of the pull of all inputs in one direction.
    private static let leastPull = 1e-6
    /// How near an input counts as being at v: a share of the median distance from the start.
    private static let reach = 1e-6
    /// Steps that shrink by less than this factor come to an end by themselves.
    private static let slowShrinking = 0.5
    private static let stepsBetweenLeaps = 3

    /// `coefficients` becomes λ of the median, which is looked for from `start`; whether it was found, or the search
    /// stopped by its limit.
    mutating func seekMedian(of inputs: borrowing VectorBatch, from start: Span<Float>) -> Bool {
        let count = inputs.rows
        measure(inputs, from: start)
        rank(by: distances)
        let (nearest, spread) = (order[0], distances[order[count / 2]].squareRoot())
        let reach = Self.reach * spread
        if distances[nearest].squareRoot() <= reach {
            settle(on: nearest, of: count)
        } else {
            coefficients.removeAll(keepingCapacity: true)
            for square in distances { coefficients.append(1 / square.squareRoot()) }
            let sum = coefficients.reduce(0, +)
            for row in 0..<count { coefficients[row] /= sum }
        }
        // Where more than half of the inputs are at the start, no point is better.
        guard spread > 0 else { return true }
        centredProducts(among: inputs, around: start, into: &pairs)
        for row in 0..<count { pairs[row * count + row] = distances[row] }
        return descend(count: count, reach: reach)
    }

    /// `coefficients` becomes λ of an input.
    private mutating func settle(on row: Int, of count: Int) {
        setCoefficients(0, rows: count)
        coefficients[row] = 1
    }

    private mutating func descend(count: Int, reach: Double) -> Bool {
        let leastPull = Self.leastPull * Double(count)
        // Inputs that were asked whether they are the median themselves.
        chosen.removeAll(keepingCapacity: true)
        var lastStep: Double?
        var leapFrom = Self.stepsBetweenLeaps
        lookAround(count)
        for number in 0..<Self.mostSteps {
            let aim = aim(apartBy: reach)
            guard aim.weight > 0 else { return true }
            let step = lengthOfStep(count)
            let pull = step * aim.weight
            if aim.countAt > 0 {
                guard pull > aim.countAt + leastPull else {
                    settle(on: aim.nearest, of: count)
                    return true
                }
                go(min(2, (1 - aim.countAt / pull) / bend(along: step, aim)), count)
                lastStep = nil
            } else if aim.isDrawn, !chosen.contains(aim.nearest) {
                // Steps towards an input that is the median, or away from one that nearly is, become ever shorter.
                chosen.append(aim.nearest)
                settle(on: aim.nearest, of: count)
                lookAround(count)
                lastStep = nil
            } else {
                go(1, count)
                if pull <= leastPull { return true }
                let shrinking = step / (lastStep ?? .infinity)
                lastStep = step
                if shrinking > Self.slowShrinking, shrinking < 1, number >= leapFrom {
                    leap(shrinking / (1 - shrinking), count)
                    leapFrom = number + Self.stepsBetweenLeaps
                    lastStep = nil
                }
            }
        }
        return false
    }

    /// `distances` becomes d_j, and `scores` Gλ.
    private mutating func lookAround(_ count: Int) {
        multiply(pairs, coefficients, into: &scores)
        var square = 0.0
        for row in 0..<count { square += coefficients[row] * scores[row] }
        distances.removeAll(keepingCapacity: true)
        for row in 0..<count {
            distances.append(max(0, square - 2 * scores[row] + pairs[row * count + row]).squareRoot())
        }
    }

    /// Where the inputs pull.
    private struct Aim {
        /// Σ 1/d_j over those that are not at v.
        var weight = 0.0
        /// η.
        var countAt = 0.0
        var nearest = 0
        /// Whether a single one outweighs all others, as one that is the median does in the end.
        var isDrawn = false
    }

    /// `weights` becomes δ = the coefficients of T(v) − v, where inputs no farther than `reach` are at v.
    private mutating func aim(apartBy reach: Double) -> Aim {
        var aim = Aim()
        weights.removeAll(keepingCapacity: true)
        for (row, distance) in distances.enumerated() {
            let isAt = distance <= reach
            weights.append(isAt ? 0 : 1 / distance)
            aim.weight += weights[row]
            if isAt { aim.countAt += 1 }
            if distance < distances[aim.nearest] { aim.nearest = row }
        }
        // Of two inputs neither outweighs the other, but for rounding.
        aim.isDrawn = 2 * weights[aim.nearest] > aim.weight && weights.count > 2
        for row in weights.indices { weights[row] = weights[row] / aim.weight - coefficients[row] }
        return aim
    }

    /// |T(v) − v|; `products` becomes Gδ.
    private mutating func lengthOfStep(_ count: Int) -> Double {
        multiply(pairs, weights, into: &products)
        var square = 0.0
        for row in 0..<count { square += weights[row] * products[row] }
        return max(0, square).squareRoot()
    }

    /// At an input: how much the sum of distances bends on the way to T(v), as a share of Σ 1/d_j, for which all of
    /// 1 − η/|R| would be the way to go: the mean of 1 − cos² of the angle under which the others are seen.
    private func bend(along length: Double, _ aim: Aim) -> Double {
        var toStart = 0.0
        for row in weights.indices { toStart += weights[row] * scores[row] }
        var bend = 0.0
        for (row, distance) in distances.enumerated() {
            let share = weights[row] + coefficients[row]
            guard share > 0, distance > 0 else { continue }
            let cosine = (products[row] - toStart) / (length * distance)
            bend += share * max(0, 1 - cosine * cosine)
        }
        return max(bend, 1e-9)
    }

    /// v goes this share of the way to T(v), or beyond it.
    private mutating func go(_ share: Double, _ count: Int) {
        for row in 0..<count { coefficients[row] += share * weights[row] }
        lookAround(count)
    }

    /// After a step: v goes on by `factor` times as much, unless that leads up again.
    private mutating func leap(_ factor: Double, _ count: Int) {
        var (toStart, square) = (0.0, 0.0)
        for row in 0..<count {
            toStart += weights[row] * scores[row]
            square += factor * factor * weights[row] * products[row]
        }
        // By how much each distance grows, from what its square grows by: the distances of inputs that are far away
        // differ by less than their last digit.
        var growth = 0.0
        for row in 0..<count {
            let ofSquare = square - 2 * factor * (products[row] - toStart)
            let after = max(0, distances[row] * distances[row] + ofSquare).squareRoot()
            growth += ofSquare / max(distances[row] + after, .leastNormalMagnitude)
        }
        if growth < 0 { go(factor, count) }
    }
}

/// result = A x, for a square matrix, row after row.
private func multiply(_ matrix: [Double], _ x: [Double], into result: inout [Double]) {
    result.removeAll(keepingCapacity: true)
    var place = 0
    for _ in x.indices {
        var sum = 0.0
        for factor in x {
            sum += matrix[place] * factor
            place += 1
        }
        result.append(sum)
    }
}
