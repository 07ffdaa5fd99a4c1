// Checkpoints as bytes: read back whole, or refused with the reason.
import Kernels
import Learning
import Testing
import Wire

@testable import Core

@Suite("Checkpoint")
struct CheckpointTests {
    private static let experiment = [UInt8](repeating: 3, count: 32)
    private static let checkpoint = {
        var checkpoint = Checkpoint(
            rounds: 50,
            state: NodeState(
                [1, -0.0, .leastNonzeroMagnitude], kept: LocalState([NamedVector("momentum", [4, 5, 6])]),
                ruleMemory: [NamedVector("model", [7])], attackMemory: [8, 9]))
        checkpoint.credits = [.init(neighbour: NodeID(3), debt: 12, charged: 1 << 40, isGivenUp: true)]
        checkpoint.publishedRounds = 52
        checkpoint.incarnation = 1 << 50
        (checkpoint.stops, checkpoint.isStop) = (2, true)
        var openRound = Checkpoint.OpenRound(step: Round(50), start: 1 << 60, own: [1, 2, -3])
        openRound.heard = [
            ReceivedModel(sender: NodeID(3), message: ModelMessage(round: Round(51), values: [4, -0.0, 5]))
        ]
        (openRound.offenders, openRound.forgedTo) = ([NodeID(4)], [NodeID(5), NodeID(6)])
        checkpoint.openRound = openRound
        return checkpoint
    }()
    private static let bytes = checkpoint.encoded(node: NodeID(2), experiment: experiment)

    private func read(
        _ bytes: [UInt8], node: Int = 2, experiment: [UInt8] = experiment, dimension: Int = 3
    ) -> Result<Checkpoint, CheckpointFault> {
        Result { () throws(CheckpointFault) in
            try Checkpoint(encoded: bytes, node: NodeID(node), experiment: experiment, channels: .model(dimension))
        }
    }

    @Test("reads back what was written")
    func roundTrip() { #expect(read(Self.bytes) == .success(Self.checkpoint)) }

    @Test("no flipped byte and no truncation passes")
    func protected() {
        for position in Self.bytes.indices {
            var altered = Self.bytes
            altered[position] ^= 0x10
            #expect((try? read(altered).get()) == nil, "byte \(position)")
        }
        for length in 0..<Self.bytes.count {
            #expect((try? read(Array(Self.bytes.prefix(length))).get()) == nil, "\(length) bytes")
        }
    }

    @Test("another node's, another experiment's and another dimension's are told apart")
    func foreign() {
        #expect(read(Self.bytes, node: 1) == .failure(.otherNode(NodeID(2))))
        #expect(read(Self.bytes, experiment: [UInt8](repeating: 4, count: 32)) == .failure(.otherExperiment))
        #expect(read(Self.bytes, dimension: 4) == .failure(.wrongDimension))
        var newer = Self.bytes
        newer[4] = 9
        #expect(read(newer) == .failure(.newerVersion(9)))
        newer[4] = 4
        #expect(read(newer) == .failure(.olderVersion(4)))
        #expect("\(CheckpointFault.olderVersion(4))" == "it has version 4; this program reads version 7")
    }
}
