// Checkpoints: files that a node goes on from, with the right hash. What is read is written again to the same bytes.
import Core
import Cryptography
import Kernels
import Learning
import Wire

extension FuzzTargets {
    static let checkpoints = FuzzTarget("checkpoints", "checkpoint files whose hash fits", allocationPerByte: 8) {
        var checkpoint = Checkpoint(
            rounds: 50,
            state: NodeState(
                [1, -0.0, 2, 3], channels, kept: LocalState([NamedVector("momentum", [4, 5, 6])]),
                ruleMemory: [NamedVector("model", [7])], attackMemory: [8, 9]))
        let plain = checkpoint
        checkpoint.credits = [.init(neighbour: NodeID(3), debt: 12, charged: 1 << 40, isGivenUp: true)]
        (checkpoint.publishedRounds, checkpoint.incarnation) = (52, 1 << 50)
        (checkpoint.stops, checkpoint.isStop) = (2, true)
        var openRound = Checkpoint.OpenRound(step: Round(50), start: 1 << 60, own: [1, 2, -3, 1])
        openRound.heard = [
            ReceivedModel(sender: NodeID(3), message: ModelMessage(round: Round(51), values: [4, -0.0, 5, 1]))
        ]
        (openRound.offenders, openRound.forgedTo) = ([NodeID(4)], [NodeID(5), NodeID(6)])
        checkpoint.openRound = openRound
        return [plain, checkpoint].map { $0.encoded(node: NodeID(2), experiment: experiment).dropLast(8) }
    } violation: { bytes in
        var bytes = bytes
        bytes.append(littleEndian: XXH64.hash(bytes))
        guard
            let checkpoint = try? Checkpoint(
                encoded: bytes, node: NodeID(2), experiment: experiment, channels: channels)
        else { return nil }
        let again = checkpoint.encoded(node: NodeID(2), experiment: experiment)
        return again == bytes ? nil : "\(bytes.count) bytes are read, and written again as \(again.count) others"
    }

    private static let channels = ChannelLayout([Channel("model", 3), Channel("weight", 1)])
    private static let experiment = [UInt8](repeating: 3, count: 32)
}
