// Label flip: a node trains on samples whose labels are changed, and follows the protocol honestly.
import Kernels
import Learning
import Registry

/// Trains honestly on labels y replaced by C − 1 − y, and follows the protocol. Where less than all are to be flipped,
/// each sample is drawn on its own, once and for all.
public struct LabelFlip: LabelAttack {
    public static let name = "labelFlip"
    public static let aliases = ["labelFlipping", "staticLabelFlip", "LabelFlipping"]
    public static let summary = "Trains on labels y replaced by C-1-y and follows the protocol."

    public static let parameters = [
        Parameter.number("share", 0...1, default: 1, "chance of each sample that its label is flipped")
    ]

    private let share: Double

    public init(_ parameters: ParameterValues) { share = parameters.number("share") }

    public func poison(_ samples: Samples, member: Int, random: inout RandomStream) -> Samples {
        let flipped = samples.targets.relabelled(by: relabelling(classCount: samples.classCount))
        guard share < 1, let before = samples.targets.labels, let after = flipped.labels else {
            return samples.with(flipped)
        }
        let labels = zip(before, after).map { old, new in random.uniform() < share ? new : old }
        return samples.with(.classes(labels, of: samples.classCount))
    }

    public func relabelling(classCount: Int) -> [Int] { (0..<classCount).reversed() }
}
