// Label flip: a node trains on samples whose labels are changed, and follows the protocol honestly.
import Registry

/// Trains honestly on labels y replaced by C − 1 − y, and follows the protocol.
public struct LabelFlip: LabelAttack {
    public static let name = "labelFlip"
    public static let aliases = ["labelFlipping", "staticLabelFlip", "LabelFlipping"]
    public static let summary = "Trains on labels y replaced by C-1-y and follows the protocol."

    public init(_ parameters: ParameterValues) {}

    public func relabelling(classCount: Int) -> [Int] { (0..<classCount).reversed() }
}
