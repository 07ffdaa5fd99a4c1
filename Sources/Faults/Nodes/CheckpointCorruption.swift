// Checkpoint corruption: a bit of what a node has saved is no longer what was written.
import Registry

/// Flips one bit of the newest checkpoint of each struck node when it begins, as a bad disk does. Nothing shows until
/// the node is restarted: it refuses that checkpoint, and goes by the one before it.
public struct CheckpointCorruption: NodeFault {
    public static let name = "checkpointCorruption"
    public static let aliases = ["corruptCheckpoint", "bitRot"]
    public static let summary = "Flips a bit of the newest checkpoints of nodes when it begins."

    public let kind = NodeFaultKind.checkpointCorruption

    public init(_ parameters: ParameterValues) {}

    /// The byte of a file of so many that a draw falls on, and the bit in it.
    ///
    /// - Parameter count: at least 1.
    public static func bit(_ draw: UInt64, of count: Int) -> (byte: Int, mask: UInt8) {
        let place = Int(draw % (8 * UInt64(count)))
        return (place / 8, 1 << UInt8(place % 8))
    }
}
