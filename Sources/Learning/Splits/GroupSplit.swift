// Group split: samples stay with whose they are, as federated data say it.
import Kernels
import Registry

/// Group i goes to participant i mod h, groups in the order of their names. Where there are fewer groups than
/// participants, some get nothing.
public struct GroupSplit: Split {
    public static let name = "byGroup"
    public static let aliases = ["natural", "given"]
    public static let summary = "By whose the samples are: the column task.dataset.group of a csv."

    public init(_ parameters: ParameterValues) {}

    public func assign(
        _ basis: SplitBasis, participants: Int, random: inout RandomStream
    ) throws(ConfigurationFault) -> [[Int32]] {
        guard let groups = basis.groups else {
            throw ConfigurationFault(
                "task.split \(Self.name) goes by whose the samples are, which these data do not say; "
                    + "task.dataset.group names a column of a csv that does")
        }
        var parts = [[Int32]](repeating: [], count: participants)
        for (position, group) in groups.enumerated() { parts[Int(group) % participants].append(Int32(position)) }
        return parts
    }
}
