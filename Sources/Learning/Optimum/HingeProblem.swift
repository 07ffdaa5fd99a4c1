// Support vector machines: problems with corners, where no gradient shows an optimum; the duality gap does.
import Kernels

/// F(W) = Σ_k w_k hinge(W (f_k, 1)) + λ/2 |W|² over several classes, solved by coordinate ascent on the dual, one
/// sample at a time (Shalev-Shwartz, Zhang, JMLR 2013, arXiv 1209.1873).
///
/// A hinge is the greatest of linear functions, Σ_{c ≠ y} β_c (1 + s_c − s_y) over a set of β. The dual is
/// D(β) = Σ_k w_k Σ_c β_kc − λ/2 |W(β)|² with W(β) = 1/λ Σ_k w_k Σ_c β_kc (e_y − e_c) (f_k, 1)ᵀ; F ≥ D everywhere.
struct HingeProblem: ConvexProblem {
    enum Form: Sendable, CaseIterable {
        /// The greatest gap counts: β ≥ 0 adds up to at most 1.
        case crammerSinger
        /// All gaps count: each β is from 0 to 1.
        case westonWatkins
    }

    private let data: WeightedBatch
    private let labels: [Int32]
    private let classCount: Int
    private let form: Form
    private let weightDecay: Double

    init(_ data: WeightedBatch, _ form: Form, weightDecay: Double) {
        precondition(weightDecay > 0, "only weight decay makes it strongly convex")
        self.data = data
        self.form = form
        self.weightDecay = weightDecay
        labels = data.samples.targets.picked(data.rows).labels ?? []
        classCount = data.samples.classCount
    }

    private var featureCount: Int { data.samples.featureCount }
    var dimension: Int { (featureCount + 1) * classCount }
    var convexity: Double { weightDecay }

    /// Rounds through all samples.
    private var mostPasses: Int { 20_000 }
    /// The gap takes as long as a pass, and is looked at this seldom.
    private var passesBetweenLooks: Int { 10 }

    func value(at point: [Double]) -> Double {
        var scores = [Double](repeating: 0, count: classCount)
        var sum = 0.0
        for k in data.rows.indices {
            score(k, point, &scores)
            sum += data.weights[k] * loss(scores, Int(labels[k]))
        }
        return sum + weightDecay / 2 * point.reduce(0) { $0 + $1 * $1 }
    }

    func solve(isCancelled: () -> Bool) -> Optimum {
        var beta = [Double](repeating: 0, count: data.rows.count * classCount)
        var point = [Double](repeating: 0, count: dimension)
        let squares = data.rows.indices.map(squaredNorm)
        var order = Array(data.rows.indices)
        var random = RandomStream(seed: 0, purpose: .measurement)
        var best = (value: value(at: point), gap: Double.infinity, point: point)
        for pass in 1...mostPasses {
            random.shuffle(&order)
            for k in order { improve(k, &beta, &point, curvature: data.weights[k] * squares[k] / weightDecay) }
            guard pass % passesBetweenLooks == 0 || isCancelled() else { continue }
            // Sums that grew by small steps are taken anew, so that the gap is that of β and not of rounding.
            point = self.point(of: beta)
            let (value, bound) = (value(at: point), dual(beta, point))
            if value - bound < best.gap { best = (value, max(0, value - bound), point) }
            if best.gap <= Certificate.tolerance / 10 || isCancelled() { break }
        }
        return Optimum(
            point: best.point, value: best.value,
            certificate: Certificate(.dualityGap, best.gap, convexity: convexity))
    }

    // MARK: - One sample

    private func loss(_ scores: [Double], _ label: Int) -> Double {
        var (greatest, sum) = (0.0, 0.0)
        for c in scores.indices where c != label {
            let gap = max(0, 1 + scores[c] - scores[label])
            greatest = max(greatest, gap)
            sum += gap
        }
        return form == .crammerSinger ? greatest : sum
    }

    /// Takes the β of sample `k` to where the dual is greatest while those of the others stay, and the point with it.
    private func improve(_ k: Int, _ beta: inout [Double], _ point: inout [Double], curvature: Double) {
        let (label, start) = (Int(labels[k]), k * classCount)
        var scores = [Double](repeating: 0, count: classCount)
        score(k, point, &scores)
        let old = Array(beta[start..<start + classCount])
        switch form {
        case .crammerSinger:
            // As a distribution over all classes whose own share costs nothing, of which this is the projection.
            var wanted = old
            wanted[label] = 1 - old.enumerated().reduce(0) { $1.offset == label ? $0 : $0 + $1.element }
            for c in wanted.indices {
                wanted[c] += ((c == label ? 0 : 1) + scores[c] - scores[label]) / curvature
            }
            projectOntoSimplex(&wanted)
            wanted[label] = 0
            for c in wanted.indices { beta[start + c] = wanted[c] }
        case .westonWatkins:
            for c in scores.indices where c != label {
                let gap = 1 + scores[c] - scores[label]
                let next = min(1, max(0, beta[start + c] + gap / (2 * curvature)))
                let change = (next - beta[start + c]) * curvature
                beta[start + c] = next
                scores[c] -= change
                scores[label] += change
            }
        }
        let changes = old.indices.map { beta[start + $0] - old[$0] }
        add(k, changes, to: &point)
    }

    /// Adds w_k/λ Σ_c β_c (e_y − e_c) (f_k, 1)ᵀ to the point.
    private func add(_ k: Int, _ beta: [Double], to point: inout [Double]) {
        let (p, label, row) = (featureCount, Int(labels[k]), Int(data.rows[k]) * featureCount)
        let share = data.weights[k] / weightDecay
        let sum = beta.reduce(0, +)
        for c in 0..<classCount {
            let factor = share * ((c == label ? sum : 0) - beta[c])
            guard factor != 0 else { continue }
            for j in 0..<p { point[c * p + j] += factor * Double(data.samples.features[row + j]) }
            point[classCount * p + c] += factor
        }
    }

    private func score(_ k: Int, _ point: [Double], _ scores: inout [Double]) {
        let (p, row) = (featureCount, Int(data.rows[k]) * featureCount)
        for c in 0..<classCount {
            var sum = point[classCount * p + c]
            for j in 0..<p { sum += point[c * p + j] * Double(data.samples.features[row + j]) }
            scores[c] = sum
        }
    }

    private func squaredNorm(_ k: Int) -> Double {
        let row = Int(data.rows[k]) * featureCount
        return (0..<featureCount).reduce(1.0) { sum, j in
            let feature = Double(data.samples.features[row + j])
            return sum + feature * feature
        }
    }

    // MARK: - All samples

    private func point(of beta: [Double]) -> [Double] {
        var point = [Double](repeating: 0, count: dimension)
        for k in data.rows.indices { add(k, Array(beta[k * classCount..<(k + 1) * classCount]), to: &point) }
        return point
    }

    private func dual(_ beta: [Double], _ point: [Double]) -> Double {
        var sum = 0.0
        for k in data.rows.indices {
            for c in 0..<classCount { sum += data.weights[k] * beta[k * classCount + c] }
        }
        return sum - weightDecay / 2 * point.reduce(0) { $0 + $1 * $1 }
    }
}

/// The nearest point whose elements are not negative and add up to 1 (Held, Wolfe, Crowder 1974).
private func projectOntoSimplex(_ x: inout [Double]) {
    let descending = x.sorted(by: >)
    var (sum, shift) = (0.0, 0.0)
    for (index, element) in descending.enumerated() {
        sum += element
        let candidate = (sum - 1) / Double(index + 1)
        if element > candidate { shift = candidate }
    }
    for i in x.indices { x[i] = max(0, x[i] - shift) }
}
