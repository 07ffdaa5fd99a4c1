// Full disk: a node can write nothing until the fault ends.
import Registry

/// Struck nodes write neither checkpoints nor traces until the fault ends, and so stand still: nothing is said that was
/// not written down. What they have written stays.
public struct FullDisk: NodeFault {
    public static let name = "fullDisk"
    public static let aliases = ["diskFull"]
    public static let summary = "Leaves nodes no room to write until it ends: they keep no checkpoint, and stand still."

    public let kind = NodeFaultKind.fullDisk

    public init(_ parameters: ParameterValues) {}
}
