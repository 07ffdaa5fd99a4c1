// IID split: samples are dealt at random, so that every node sees the same distribution.
import Kernels
import Registry

/// A global shuffle, cut into nearly equal parts.
public struct IIDSplit: Split {
    public static let name = "iid"
    public static let aliases = ["uniform", "homogeneous"]
    public static let summary = "Shuffled, then cut into nearly equal parts."

    public init(_ parameters: ParameterValues) {}

    public func assign(
        _ targets: Targets, participants: Int, random: inout RandomStream
    ) -> [[Int32]] {
        var samples = (0..<Int32(targets.count)).map { $0 }
        random.shuffle(&samples)
        return cutEvenly(samples, parts: participants)
    }
}
