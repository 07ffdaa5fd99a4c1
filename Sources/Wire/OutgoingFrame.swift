// OutgoingFrame, a frame to be sent: a few bytes of its own, and the model it shares with everyone else's copy.
import Cryptography
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
            head.append(littleEndian: Frame.check(head, payloadDigest: XXH3.hash(payload)))
            head += payload
        }
        self.head = head
        model = []
        self.kind = kind
    }

    /// - Parameter key: seals the frame.
    init(
        _ kind: Frame.Kind = .model, model message: ModelMessage, sender: NodeID, sequence: UInt64,
        sealedWith key: ChaCha20Poly1305? = nil
    ) {
        let frame = Frame(
            kind: kind, isSealed: key != nil, sender: sender, round: message.round, sequence: sequence,
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
        self.kind = kind
    }

    /// The frame of a message.
    ///
    /// - Parameter key: seals the frame.
    init(_ message: Message, sender: NodeID, sequence: UInt64, sealedWith key: ChaCha20Poly1305? = nil) {
        switch message {
        case .model(let model):
            self.init(model: model, sender: sender, sequence: sequence, sealedWith: key)
        case .state(let state):
            self.init(.state, model: state, sender: sender, sequence: sequence, sealedWith: key)
        case .stateRequest(let round):
            self.init(
                kind: .stateRequest, sender: sender, round: round, sequence: sequence, payload: [], sealedWith: key)
        case .waiting(let round):
            self.init(
                kind: .waiting, sender: sender, round: round, sequence: sequence, payload: [], sealedWith: key)
        case .bye(let closeReason):
            self.init(
                kind: .bye, sender: sender, round: Round(0), sequence: sequence, payload: [closeReason.rawValue],
                sealedWith: key)
        case .noise(let bytes):
            self.init(noise: bytes)
        case .posing(let model, let name):
            self.init(model: model, sender: name, sequence: sequence, sealedWith: key)
        case .flood(let model, let frames):
            self.init(
                joining: (0..<UInt64(frames)).map {
                    OutgoingFrame(model: model, sender: sender, sequence: sequence + $0, sealedWith: key)
                })
        }
    }

    /// Bytes that are no frame; they wait like one of the smallest.
    private init(noise bytes: [UInt8]) {
        head = bytes
        model = []
        kind = .waiting
    }

    /// Several model frames that wait and leave as one.
    private init(joining frames: [OutgoingFrame]) {
        precondition(!frames.isEmpty, "at least one frame")
        head = frames.dropLast().flatMap(\.bytes) + frames[frames.count - 1].head
        model = frames[frames.count - 1].model
        kind = .model
    }

    /// All bytes in one array, for transports that copy anyway.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount)
        append(0..<byteCount, to: &bytes)
        return bytes
    }

    /// Appends some of the frame's bytes.
    func append(_ range: Range<Int>, to bytes: inout [UInt8]) {
        bytes += head[min(range.lowerBound, head.count)..<min(range.upperBound, head.count)]
        let start = max(0, range.lowerBound - head.count)
        let end = max(0, range.upperBound - head.count)
        // In the byte order of this machine, which is little-endian as the wire is.
        if start < end { unsafe model.withUnsafeBytes { unsafe bytes.append(contentsOf: $0[start..<end]) } }
    }
}

extension Array<OutgoingFrame> {
    /// Appends a frame, and drops the oldest of its kind that wait: a peer that does not read costs no more than a
    /// backlog of models and one state.
    ///
    /// - Parameter begun: frames at the front of which some bytes have left.
    public mutating func enqueue(_ frame: OutgoingFrame, backlog: Int, begun: Int = 0) {
        let most = frame.kind == .model ? backlog : frame.kind == .state ? 1 : Int.max
        var waiting = dropFirst(begun).count { $0.kind == frame.kind }
        while waiting >= most, let oldest = indices.dropFirst(begun).first(where: { self[$0].kind == frame.kind }) {
            remove(at: oldest)
            waiting -= 1
        }
        append(frame)
    }
}
