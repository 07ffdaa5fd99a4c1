// A frame on its way out: a few bytes of its own, and the model it shares with everyone else's copy.
import Kernels

/// The bytes of one frame. A model's values are shared, not copied, among all neighbours it is sent to.
public struct OutgoingFrame: Sendable, Equatable {
    /// Header, and the payload of every kind but a model.
    public let head: [UInt8]
    /// The payload of a model frame; empty otherwise.
    public let model: [Float]
    public let kind: Frame.Kind

    public var byteCount: Int { head.count + model.count * MemoryLayout<Float>.size }

    init(kind: Frame.Kind, sender: NodeID, round: Round, sequence: UInt64, payload: [UInt8]) {
        head =
            Frame.encode(
                kind: kind, sender: sender, round: round, sequence: sequence, payloadBytes: payload.count,
                payloadDigest: XXH64.hash(payload)) + payload
        model = []
        self.kind = kind
    }

    init(model message: ModelMessage, sender: NodeID, sequence: UInt64) {
        head = Frame.encode(
            kind: .model, sender: sender, round: message.round, sequence: sequence,
            payloadBytes: message.values.count * MemoryLayout<Float>.size, payloadDigest: message.digest)
        model = message.values
        kind = .model
    }

    /// All bytes in one array, for transports that copy anyway.
    public var bytes: [UInt8] {
        var bytes = head
        bytes.reserveCapacity(byteCount)
        for value in model { bytes.append(littleEndian: value.bitPattern) }
        return bytes
    }
}
