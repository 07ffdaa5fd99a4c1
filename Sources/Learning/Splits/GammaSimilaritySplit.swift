// γ-similarity split: a part of the samples is shared out at random, the rest sorted by label.
import Kernels
import Registry

/// A share γ of the samples, drawn at random, is cut evenly, and so is the rest, sorted by class or value: γ = 1 is
/// iid, γ = 0 the extreme of `shards`.
public struct GammaSimilaritySplit: Split {
    public static let name = "gammaSimilarity"
    public static let aliases = ["gamma_similarity_niid"]
    public static let summary = "A share gamma of the samples iid, the rest sorted by label."
    public static let parameters = [
        Parameter.number("gamma", 0...1, default: 0.5, "1 is iid, 0 the most heterogeneous").known(as: "similarity")
    ]

    private let gamma: Double

    public init(_ parameters: ParameterValues) { gamma = parameters.number("gamma") }

    public func assign(_ basis: SplitBasis, participants: Int, random: inout RandomStream) -> [[Int32]] {
        var samples = (0..<Int32(basis.count)).map { $0 }
        random.shuffle(&samples)
        let similar = Int(gamma * Double(samples.count))
        var isSimilar = [Bool](repeating: false, count: samples.count)
        for sample in samples[..<similar] { isSimilar[Int(sample)] = true }
        let sorted = basis.targets.sortedPositions.filter { !isSimilar[Int($0)] }
        return zip(cutEvenly(samples[..<similar], parts: participants), cutEvenly(sorted, parts: participants)).map {
            $0 + $1
        }
    }
}
