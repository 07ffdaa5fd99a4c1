// Label permutation: every class is taken for another one.
import Kernels
import Registry

/// Trains honestly on labels y replaced by (y + 1) mod C, or by a permutation that is one cycle, drawn once
/// from a seed.
public struct LabelPermutation: LabelAttack {
    public static let name = "labelPermutation"
    public static let summary = "Trains on labels that a permutation has moved to other classes."
    public static let parameters = [
        Parameter.choice("order", ["next", "random"], default: "next", "each the next class, or drawn"),
        Parameter.count("seed", 0...1_000_000, default: 0, "for random"),
    ]

    private let isDrawn: Bool
    private let seed: Int

    public init(_ parameters: ParameterValues) {
        isDrawn = parameters.text("order") == "random"
        seed = parameters.count("seed")
    }

    public func relabelling(classCount: Int) -> [Int] {
        guard isDrawn else { return (0..<classCount).map { ($0 + 1) % classCount } }
        var classes = Array(0..<classCount)
        var random = RandomStream(seed: UInt64(seed), purpose: .attack)
        // One cycle, so that no class keeps its place (Sattolo 1986).
        for last in classes.indices.dropFirst().reversed() {
            classes.swapAt(last, random.below(last))
        }
        return classes
    }
}
