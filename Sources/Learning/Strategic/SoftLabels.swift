// SoftLabels: few points with soft labels by which an honest softmax learner comes to a model of the attacker's choice.
import Kernels

/// Points on which the model wanted, θ♠ = (W, b), is in doubt: random ones, projected to where all its scores are equal
/// and scattered by some noise (arXiv 2202.08578, appendix L).
public struct SoftLabels: Sendable {
    /// θ♠.
    public let model: [Double]
    public let classCount: Int
    /// n rows of p; they may lie outside of what data look like.
    public let features: [Double]

    /// Products with a second derivative that a search for tilted labels may take.
    private static let mostSteps = 8_000

    private var featureCount: Int { model.count / classCount - 1 }

    /// - Parameters:
    ///   - points: random ones, n rows of p.
    ///   - scatter: deviation of the differences of scores; at 1 labels say most of the scale of the model.
    public init(
        for model: [Double], classCount: Int, points: [Double], scatter: Double, random: inout RandomStream
    ) {
        self.model = model
        self.classCount = classCount
        let p = model.count / classCount - 1
        let (normals, levels) = Self.orthogonal(model, classCount, p)
        // The noise of a feature that scatters the differences to class 0 so far in the root mean square.
        let square = (1..<classCount).reduce(0.0) { sum, a in
            sum + (0..<p).reduce(0.0) { $0 + (model[a * p + $1] - model[$1]) * (model[a * p + $1] - model[$1]) }
        }
        let noise = square > 0 ? scatter / (square / Double(max(1, classCount - 1))).squareRoot() : scatter
        var features = points
        for row in 0..<points.count / p {
            var point = Array(points[row * p..<(row + 1) * p])
            for (normal, level) in zip(normals, levels) {
                point = point.moved(-(point.dot(normal) - level) / normal.squaredNorm, along: normal)
            }
            for j in 0..<p { features[row * p + j] = point[j] + noise * random.gaussian() }
        }
        self.features = features
    }

    /// Gram–Schmidt on the differences y_a of the weights of class a to those of class 0, with c_a, the y_aᵀx where
    /// both scores are equal; differences that are none are left out.
    private static func orthogonal(
        _ model: [Double], _ classCount: Int, _ p: Int
    ) -> (normals: [[Double]], levels: [Double]) {
        var (normals, levels): ([[Double]], [Double]) = ([], [])
        for a in 1..<classCount {
            let difference = (0..<p).map { model[a * p + $0] - model[$0] }
            var (normal, level) = (difference, model[classCount * p] - model[classCount * p + a])
            for (before, its) in zip(normals, levels) {
                let share = difference.dot(before) / before.squaredNorm
                normal = normal.moved(-share, along: before)
                level -= share * its
            }
            guard normal.squaredNorm > 1e-20 * difference.squaredNorm else { continue }
            normals.append(normal)
            levels.append(level)
        }
        return (normals, levels)
    }

    /// Labelled by the probabilities of θ♠, as the paper has it. A learner that is pulled stays short of θ♠.
    public var plain: SoftSamples { labelled(by: model) }

    /// Labelled by the probabilities of the model Λ that makes θ♠ exactly what the learner comes to, pulled by G:
    /// Λ = argmin Σ_k α CE(softmax(θ♠ x_k), Λ) − ⟨G + 2νθ♠, Λ⟩.
    ///
    /// - Parameters:
    ///   - pull: G at the common model wanted.
    ///   - ridge: ν.
    ///   - weight: α, how often each point counts.
    ///   - isCancelled: asked again and again; the search then ends.
    public func tilted(
        against pull: [Double], ridge: Double, weight: Double, isCancelled: () -> Bool = { false }
    ) -> TiltedLabels {
        let whole = pull.moved(2 * ridge, along: model)
        // Cross-entropy has no slope where all classes change alike: what rounding leaves of that leads nowhere.
        let tilt = whole.centred(classCount: classCount)
        let slack = 1e-6 * max(1, whole.norm)
        guard whole.moved(-1, along: tilt).norm <= slack else { return .sameForAllClasses }
        let problem = TiltedLoss(loss: .softmax(plain, weight: weight), tilt: tilt)
        // From zero, where no label is certain; where there is no such model, on to ever greater ones.
        var asked = 0
        let found = problem.minimum(from: model.map { _ in 0 }, gradientNorm: 1e-11 * max(1, tilt.norm)) {
            asked += 1
            return asked > Self.mostSteps || isCancelled()
        }
        guard found.gradientNorm <= slack, found.point.allSatisfy(\.isFinite) else {
            return .notFound(afterSteps: min(asked, Self.mostSteps))
        }
        return .found(labelled(by: found.point))
    }

    private func labelled(by model: [Double]) -> SoftSamples {
        let p = featureCount
        var shares: [Double] = []
        shares.reserveCapacity(features.count / p * classCount)
        for row in 0..<features.count / p {
            let scores = (0..<classCount).map { a in
                (0..<p).reduce(model[classCount * p + a]) { $0 + model[a * p + $1] * features[row * p + $1] }
            }
            let greatest = scores.reduce(-Double.infinity) { max($0, $1) }
            let sizes = scores.map { Elementary.exp($0 - greatest) }
            let total = sizes.reduce(0, +)
            shares += sizes.map { $0 / total }
        }
        return SoftSamples(features: features, featureCount: p, shares: shares, classCount: classCount)
    }
}

/// What a search for tilted labels came to.
public enum TiltedLabels: Sendable {
    case found(SoftSamples)
    /// The pull is in part the same for all classes, which no labels answer.
    case sameForAllClasses
    /// The search ended before labels were near: at its limit, where no step led on, or as it was cancelled. Where
    /// there are none, as the points are too few or count too little, it goes on to ever greater models, and ends so.
    case notFound(afterSteps: Int)

    public var samples: SoftSamples? { if case .found(let samples) = self { samples } else { nil } }
}

/// L(Λ) − ⟨t, Λ⟩.
private struct TiltedLoss: SmoothProblem {
    let loss: LocalLoss
    let tilt: [Double]

    func evaluate(_ point: [Double]) -> (value: Double, gradient: [Double], curvature: Curvature) {
        let plain = loss.evaluate(point)
        return (plain.value - tilt.dot(point), plain.gradient.moved(-1, along: tilt), plain.curvature)
    }
}
