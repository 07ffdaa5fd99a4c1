// Dirichlet split: the labels of each node are drawn from a Dirichlet distribution of parameter α. Nodes may come out
// empty at small α; nothing is redrawn.
import Kernels
import Registry

/// Each class is shared out in proportions drawn from Dir(α · 1) (Hsu, Qi, Brown 2019): large α approaches iid, small α
/// one class a node.
public struct DirichletSplit: Split {
    public static let name = "dirichlet"
    public static let summary = "Each class shared out in Dirichlet(alpha) proportions."
    public static let parameters = [
        Parameter.number("alpha", 1e-6...1e6, default: 1, "concentration: small is heterogeneous")
    ]

    private let alpha: Double

    public init(_ parameters: ParameterValues) { alpha = parameters.number("alpha") }

    public func assign(
        _ targets: Targets, participants: Int, random: inout RandomStream
    ) throws(ConfigurationFault) -> [[Int32]] {
        var parts = [[Int32]](repeating: [], count: participants)
        for var samples in try samplesByClass(targets) {
            let shares = random.dirichlet(alpha, count: participants)
            random.shuffle(&samples)
            var cumulative = 0.0
            var start = 0
            for participant in 0..<participants {
                cumulative += shares[participant]
                let isLast = participant == participants - 1
                let end =
                    isLast ? samples.count : min(samples.count, max(start, Int(cumulative * Double(samples.count))))
                parts[participant].append(contentsOf: samples[start..<end])
                start = end
            }
        }
        return parts
    }
}
