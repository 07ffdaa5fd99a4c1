// Disks without room for checkpoints.
import Kernels

/// Struck nodes cannot write checkpoints until the fault ends; those that they have stay.
public struct FullDisk: NodeFault {
    public static let name = "fullDisk"
    public static let aliases = ["diskFull"]
    public static let summary = "Lets the checkpoints of nodes fail until it ends."

    public let affliction = Affliction.fullDisk

    public init(_ parameters: ParameterValues) {}
}
