// LossRegularity: how steep and how curved a convex loss is on given samples, which is what stability bounds go by.
import Kernels

/// Constants of ℓ(x; z) for every one of some samples z and all models x, or all within a radius.
public struct LossRegularity: Sendable, Equatable {
    /// C: the greatest norm of a gradient; infinite where only a radius would bound it.
    public var slope: Double
    /// The greatest curvature L; `nil` where the loss has a kink.
    public var curvature: Double?
    /// The greatest loss of a sample at x = 0.
    public var greatestAtZero: Double

    public init(slope: Double, curvature: Double?, greatestAtZero: Double) {
        self.slope = slope
        self.curvature = curvature
        self.greatestAtZero = greatestAtZero
    }

    /// With λ/2 |x|² added, |x| ≤ radius.
    public func decaying(_ lambda: Double, radius: Double?) -> LossRegularity {
        guard lambda > 0 else { return self }
        return LossRegularity(
            slope: slope + lambda * (radius ?? .infinity), curvature: curvature.map { $0 + lambda },
            greatestAtZero: greatestAtZero)
    }

    /// Of both sets of samples together.
    public func joined(with other: LossRegularity) -> LossRegularity {
        let curvatures = [curvature, other.curvature].compactMap(\.self)
        return LossRegularity(
            slope: max(slope, other.slope), curvature: curvatures.count == 2 ? max(curvatures[0], curvatures[1]) : nil,
            greatestAtZero: max(greatestAtZero, other.greatestAtZero))
    }
}

extension Samples {
    /// The greatest |(z, 1)|² over the samples z: a bias is a feature that is always 1.
    var greatestSquareWithBias: Double {
        var greatest = 1.0
        for row in 0..<count {
            var sum = 1.0
            for place in row * featureCount..<(row + 1) * featureCount {
                sum += Double(features[place]) * Double(features[place])
            }
            greatest = max(greatest, sum)
        }
        return greatest
    }
}
