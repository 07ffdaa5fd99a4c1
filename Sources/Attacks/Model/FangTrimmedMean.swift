// Fang's attack on trimmed mean and median: values just beyond the honest ones, on the wrong side of the true step.
import Kernels
import Registry

/// Per coordinate, with s the sign of the honest step (mean of the models heard − own model before the local steps, 0
/// counting as +1): where s > 0 a value drawn below the least honest one, else one above the greatest (Fang, Cao, Jia,
/// Gong, USENIX Security 2020, arXiv 1911.11815).
///
/// `full`: between the extreme l and its double or half, whichever is farther out. `partial`: 3 to 4 deviations from
/// the mean; those of the models heard stand for the kin's.
public struct FangTrimmedMean: ModelAttack {
    public static let name = "fangTrimmedMean"
    public static let aliases = ["fangTrim", "trimAttack", "fangMedian"]
    public static let summary = "Per coordinate, values just beyond the honest ones, against the true step."
    public static let parameters = [
        Parameter.choice(
            "extremes", ["full", "partial"], default: "full", "known, or guessed from mean and deviation"),
        Parameter.number("b", 1...1e3, default: 2, "how far beyond, for full"),
    ]

    public struct Plan: Sendable {
        /// The bounds of what is drawn in each coordinate.
        let near: [Float]
        let far: [Float]
    }

    private let isFull: Bool
    private let stretch: Float

    public init(_ parameters: ParameterValues) {
        isFull = parameters.text("extremes") == "full"
        stretch = Float(parameters.number("b"))
    }

    public var needs: AttackNeeds { [.heard, .before, .draws] }

    public func plan(seeing view: borrowing AttackView) -> Plan {
        let mean = view.meanOfHeard()
        let step = mean - view.before
        var (near, far) = (mean, mean)
        if isFull {
            for index in mean.indices {
                var (least, greatest) = (mean[index], mean[index])
                for one in view.heard {
                    least = min(least, one.model[index])
                    greatest = max(greatest, one.model[index])
                }
                let isUp = step[index] >= 0
                near[index] = isUp ? least : greatest
                // Outwards is to the double where the extreme is on that side of zero, else to the half.
                far[index] = (near[index] > 0) == isUp ? near[index] / stretch : near[index] * stretch
            }
        } else if let deviation = view.deviationOfHeard(from: mean) {
            for index in mean.indices {
                let side: Float = step[index] >= 0 ? -1 : 1
                near[index] = mean[index] + 3 * side * deviation[index]
                far[index] = mean[index] + 4 * side * deviation[index]
            }
        }
        return Plan(near: near, far: far)
    }

    public func forge(
        for victim: NodeID, by plan: Plan, seeing view: borrowing AttackView, random: inout RandomStream
    ) -> Forgery {
        .model(zip(plan.near, plan.far).map { $0 + Float(random.uniform()) * ($1 - $0) })
    }
}
