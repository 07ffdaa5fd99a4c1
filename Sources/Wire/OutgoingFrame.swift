// A frame on its way out: a few bytes of its own, and the model it shares with everyone else's copy.
import Kernels

/// The bytes of one frame. A model's values are shared, not copied, among all neighbours it is sent to; where links are
/// sealed, each neighbour's copy is encrypted for it alone.
public struct OutgoingFrame: Sendable, Equatable {
    /// Header, and the payload of every kind but a model.
    public let head: [UInt8]
    /// The payload of a model frame, in the memory of floats; empty otherwise.
    public let model: [Float]
    public let kind: Frame.Kind

    public var byteCount: Int { head.count + model.count * MemoryLayout<Float>.size }

    /// - Parameter key: seals the frame.
    init(
        kind: Frame.Kind, sender: NodeID, round: Round, sequence: UInt64, payload: [UInt8],
        sealedWith key: ChaCha20Poly1305? = nil
    ) {
        let frame = Frame(
            kind: kind, isSealed: key != nil, sender: sender, round: round, sequence: sequence,
            payloadBytes: payload.count)
        var head = frame.encoded
        if let key {
            var payload = payload
            head += key.seal(&payload, header: head, nonce: frame.nonce)
            head += payload
        } else {
            head.append(littleEndian: Frame.check(head, payloadDigest: XXH64.hash(payload)))
            head += payload
        }
        self.head = head
        model = []
        self.kind = kind
    }

    /// - Parameter key: seals the frame.
    init(
        model message: ModelMessage, sender: NodeID, sequence: UInt64, sealedWith key: ChaCha20Poly1305? = nil
    ) {
        let frame = Frame(
            kind: .model, isSealed: key != nil, sender: sender, round: message.round, sequence: sequence,
            payloadBytes: message.values.count * MemoryLayout<Float>.size)
        var head = frame.encoded
        var values = message.values
        if let key {
            head += key.seal(&values, header: head, nonce: frame.nonce)
        } else {
            head.append(littleEndian: Frame.check(head, payloadDigest: message.digest))
        }
        self.head = head
        model = values
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
