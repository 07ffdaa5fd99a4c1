// VirtualDisk, what a simulated node leaves behind when it is killed: its newest checkpoints as bytes, and how far its
// trace says it has published. The counterpart of a node's folder.
import Core
import Faults
import Kernels
import Metrics
import Wire

struct VirtualDisk: Sendable {
    /// While it is, nothing is written.
    var isFull = false
    /// The last round that the node may have published a model for, as its trace tells; `nil` before its first start.
    private(set) var published: Round?
    /// At most two, the newest last.
    private var checkpoints: [[UInt8]] = []

    mutating func started() { published = max(published ?? Round(0), Round(0)) }

    /// A line of the trace.
    ///
    /// - Returns: whether there was room.
    mutating func write(_ line: TraceLine) -> Bool {
        guard !isFull else { return false }
        published = line.next
        return true
    }

    /// - Returns: whether there was room.
    mutating func save(_ checkpoint: Checkpoint, node: NodeID, experiment: [UInt8]) -> Bool {
        guard !isFull else { return false }
        checkpoints.append(checkpoint.encoded(node: node, experiment: experiment))
        if checkpoints.count > 2 { checkpoints.removeFirst() }
        return true
    }

    /// Flips one bit of the newest checkpoint, if there is any.
    mutating func corruptNewest(_ draw: UInt64) {
        guard let newest = checkpoints.indices.last else { return }
        let (byte, mask) = CheckpointCorruption.bit(draw, of: checkpoints[newest].count)
        checkpoints[newest][byte] ^= mask
    }

    /// What a restarted node is told of its past, and whether its newest checkpoint was refused.
    func start(
        node: NodeID, experiment: [UInt8], channels: ChannelLayout
    ) -> (start: NodeStart, isNewestRefused: Bool) {
        let read = checkpoints.reversed().map {
            try? Checkpoint(encoded: $0, node: node, experiment: experiment, channels: channels)
        }
        let newest = read.compactMap(\.self).first
        return (.restarted(newest, published: published), read.first.map { $0 == nil } ?? false)
    }
}
