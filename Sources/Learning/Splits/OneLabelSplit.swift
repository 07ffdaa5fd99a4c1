// One-label split: each node has samples of one label, so that none can learn the task alone.
import Kernels
import Registry

/// Participant i gets class i mod C; classes beyond the participants go round again.
public struct OneLabelSplit: Split {
    public static let name = "oneLabel"
    public static let aliases = ["oneClass", "noniid"]
    public static let summary = "One label a node (more where there are fewer nodes than labels)."

    public init(_ parameters: ParameterValues) {}

    public func assign(
        _ targets: Targets, participants: Int, random: inout RandomStream
    ) throws(ConfigurationFault) -> [[Int32]] {
        var parts = [[Int32]](repeating: [], count: participants)
        let classes = try samplesByClass(targets)
        for (label, samples) in classes.enumerated() {
            let owners =
                participants >= classes.count
                ? Array(stride(from: label, to: participants, by: classes.count)) : [label % participants]
            var shuffled = samples
            random.shuffle(&shuffled)
            for (owner, piece) in zip(owners, cutEvenly(shuffled, parts: owners.count)) {
                parts[owner].append(contentsOf: piece)
            }
        }
        return parts
    }
}
