// Targeted flip: one class is taken for another, or two for each other.
import Learning
import Registry

/// Trains honestly on samples of one class labelled as another, and with `both` the other way round too.
public struct TargetedFlip: LabelAttack {
    public static let name = "targetedFlip"
    public static let aliases = ["targetedLabelFlip"]
    public static let summary = "Trains on one class labelled as another, or on two that are swapped."
    public static let parameters = [
        Parameter.count("source", 0...1_000_000, default: 0, "the class that is labelled otherwise"),
        Parameter.count("target", 0...1_000_000, default: 1, "as which one"),
        Parameter.flag("both", default: false, "whether the target is labelled as the source in turn"),
    ]

    private let source: Int
    private let target: Int
    private let isSwap: Bool

    public init(_ parameters: ParameterValues) throws(ConfigurationFault) {
        source = parameters.count("source")
        target = parameters.count("target")
        isSwap = parameters.flag("both")
        guard source != target else {
            throw ConfigurationFault("source and target are both \(source); expected two classes")
        }
    }

    public func check(_ shape: SampleShape, dimension: Int) throws(ConfigurationFault) {
        try checkLabels(shape)
        let greatest = max(source, target)
        guard greatest < shape.classCount else {
            throw ConfigurationFault(
                .notAllowed(
                    key: "the class of \(Self.name)", given: "\(greatest)", allowed: "0 to \(shape.classCount - 1)"))
        }
    }

    public func relabelling(classCount: Int) -> [Int] {
        (0..<classCount).map { $0 == source ? min(target, classCount - 1) : isSwap && $0 == target ? source : $0 }
    }
}
