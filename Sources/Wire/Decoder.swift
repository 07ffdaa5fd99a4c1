// Decoder: cuts a byte stream into frames. Bytes are hostile until their check fits; nothing is allocated on a
// stranger's word.
import Cryptography
import Kernels

/// A frame whose check or seal was whole.
struct ReceivedFrame: Sendable, Equatable {
    let header: Frame
    /// Payload of every kind but a model or a state.
    let payload: [UInt8]
    let model: [Float]
    let payloadDigest: UInt64
    /// A model of no newer round than one before it on this connection: nothing of it was kept.
    var isOutdated = false

    /// What the neighbour says with it, once the link is open.
    func message() throws(Rejection) -> Message {
        switch header.kind {
        case .hello, .proof:
            throw .unexpectedHandshake
        case .fragment, .cookie:
            throw .unknownKind
        case .model:
            return .model(ModelMessage(round: header.round, values: model, digest: payloadDigest))
        case .state:
            return .state(ModelMessage(round: header.round, values: model, digest: payloadDigest))
        case .waiting:
            return .waiting(header.round)
        case .stateRequest:
            return .stateRequest(header.round)
        case .bye:
            guard let closeReason = CloseReason(rawValue: payload[0]) else { throw .malformedPayload }
            return .bye(closeReason)
        }
    }
}

/// Reassembles frames from a stream, however it is cut. Holds at most one header and one payload.
struct Decoder: Sendable {
    private let limits: Limits
    private var head: [UInt8] = []
    private var frame: Frame?
    private var small: [UInt8] = []
    private var model: [Float] = []
    private var filledBytes = 0
    /// Bytes that lie in the vector behind those, and of the stream behind a header that is not whole.
    private var landed = 0
    private var spilt: [UInt8] = []
    /// Once it is there, only frames that it opens are frames.
    var key: ChaCha20Poly1305?
    /// All that may come until the peer has become a neighbour; `nil` once it has.
    var expected: [Frame.Kind]?
    /// Of the models that have come: an honest node's rounds only grow.
    private var newestRound: Round?

    init(limits: Limits, expecting expected: [Frame.Kind]? = nil) {
        self.limits = limits
        self.expected = expected
        head.reserveCapacity(Frame.fixedBytes + ChaCha20Poly1305.tagBytes)
    }

    /// Whether a frame has begun and is not whole.
    var isInsideFrame: Bool { !head.isEmpty }

    // MARK: - Straight into place

    /// Lends out the memory of the vector that is coming, to be filled by whoever has its bytes: what arrives need not
    /// be copied there then. Before a header has come, that of a model is supposed; whether it was one is found later.
    ///
    /// - Parameter read: is told how many bytes come before those, and how many of the vector's are there; returns how
    ///   many it has added. They count when those before them have gone through `next`.
    /// - Returns: false, with nothing done, where no vector can be coming.
    mutating func land(_ read: (_ before: Int, _ vector: inout MutableSpan<Float>, _ filled: Int) -> Int) -> Bool {
        if let frame {
            guard frame.kind.isVector, !isSkipped(frame) else { return false }
        } else {
            guard expected == nil, limits.channels.elementCount > 0 else { return false }
            makeRoom(elements: limits.channels.elementCount)
        }
        let (before, filled) = (bytesBefore, filledBytes)
        var vector = model.mutableSpan
        let count = read(before, &vector, filled)
        landed = count
        if landed == 0, frame == nil { model = [] }
        return true
    }

    /// Bytes that have landed, and how many that come before them are missing.
    var landing: (before: Int, count: Int) { (landed > 0 ? bytesBefore : 0, landed) }

    /// What has landed and was no vector: to be read as it would have been.
    mutating func takeSpilt() -> [UInt8] {
        defer { spilt = [] }
        return spilt
    }

    /// Of header and check.
    private var bytesBefore: Int {
        Frame.fixedBytes + (key == nil ? 8 : ChaCha20Poly1305.tagBytes) - head.count
    }

    /// What is in it does not matter: nobody sees it before all of it is filled.
    private mutating func makeRoom(elements: Int) {
        model = unsafe [Float](unsafeUninitializedCapacity: elements) { _, count in count = elements }
        filledBytes = 0
    }

    /// The frame that begins is none for which what has landed is in its place.
    private mutating func spill() {
        guard landed > 0 else { return }
        spilt = unsafe model.withUnsafeBytes { unsafe [UInt8]($0.prefix(landed)) }
        landed = 0
    }

    // MARK: - Frame by frame

    /// Takes bytes from `bytes` at `offset`, which it advances, until a frame is whole or the bytes are used up.
    mutating func next(_ bytes: Span<UInt8>, offset: inout Int) throws(Rejection) -> ReceivedFrame? {
        let header: Frame
        if let frame {
            header = frame
        } else {
            guard fillHead(to: Frame.fixedBytes, from: bytes, offset: &offset) else { return nil }
            header = try Frame.decode(head, limits: limits)
            guard header.isSealed == (key != nil) else { throw header.isSealed ? .unexpectedKey : .notSealed }
            guard expected?.contains(header.kind) ?? true else { throw .handshakeExpected }
            frame = header
            begin(header)
        }
        guard fillHead(to: Frame.fixedBytes + header.checkBytes, from: bytes, offset: &offset) else { return nil }
        filledBytes += landed
        landed = 0

        let taken = min(header.payloadBytes - filledBytes, bytes.count - offset)
        if taken > 0 {
            if !isSkipped(header) { keep(bytes.extracting(offset..<offset + taken), of: header) }
            offset += taken
            filledBytes += taken
        }
        guard filledBytes == header.payloadBytes else { return nil }
        defer {
            frame = nil
            head.removeAll(keepingCapacity: true)
            small = []
            model = []
        }
        guard isOutdated(header) else {
            let digest = try verify(header)
            if header.kind == .model { newestRound = header.round }
            return ReceivedFrame(header: header, payload: small, model: model, payloadDigest: digest)
        }
        if !isSkipped(header) { try openSeal(header) }
        return ReceivedFrame(header: header, payload: [], model: [], payloadDigest: 0, isOutdated: true)
    }

    /// Makes room for a payload, if there is none yet.
    private mutating func begin(_ header: Frame) {
        let isKept = header.kind.isVector && !isSkipped(header)
        let elements = isKept ? header.payloadBytes / MemoryLayout<Float>.size : 0
        if !isKept || landed > 0 && model.count != elements { spill() }
        filledBytes = 0
        if isKept {
            if landed == 0 { makeRoom(elements: elements) }
        } else {
            // Where it is skipped, its bytes pass by.
            model = []
            small = isSkipped(header) ? [] : [UInt8](repeating: 0, count: header.payloadBytes)
        }
    }

    private mutating func keep(_ bytes: Span<UInt8>, of header: Frame) {
        let start = filledBytes
        if header.kind.isVector {
            unsafe model.withUnsafeMutableBytes { unsafe Decoder.copy(bytes, into: $0, at: start) }
        } else {
            unsafe small.withUnsafeMutableBytes { unsafe Decoder.copy(bytes, into: $0, at: start) }
        }
    }

    private mutating func fillHead(to count: Int, from bytes: Span<UInt8>, offset: inout Int) -> Bool {
        let taken = min(count - head.count, bytes.count - offset)
        if taken > 0 {
            unsafe bytes.extracting(offset..<offset + taken).withUnsafeBytes { unsafe head.append(contentsOf: $0) }
            offset += taken
        }
        return head.count >= count
    }

    private func isOutdated(_ header: Frame) -> Bool {
        header.kind == .model && newestRound.map { header.round <= $0 } ?? false
    }

    /// Only a seal tells whether the round is the neighbour's word; without one the payload is not looked at.
    private func isSkipped(_ header: Frame) -> Bool { !header.isSealed && isOutdated(header) }

    private mutating func openSeal(_ header: Frame) throws(Rejection) {
        guard let key else { return }
        let fixed = Array(head.prefix(Frame.fixedBytes))
        let seal = Array(head.dropFirst(Frame.fixedBytes))
        let isWhole =
            header.kind.isVector
            ? key.open(&model, tag: seal, header: fixed, nonce: header.nonce)
            : key.open(&small, tag: seal, header: fixed, nonce: header.nonce)
        guard isWhole else { throw .badSeal }
    }

    /// Compares the check, or opens the seal; returns the digest of the payload in the clear.
    private mutating func verify(_ header: Frame) throws(Rejection) -> UInt64 {
        try openSeal(header)
        let digest = header.kind.isVector ? hash64(model) : XXH3.hash(small)
        if key == nil {
            let check = head.integer(at: Frame.fixedBytes, as: UInt64.self)
            guard Frame.check(head, payloadDigest: digest) == check else { throw .badCheck }
        }
        return digest
    }

    /// The bytes of a span as an array of their own.
    static func bytes(_ range: Range<Int>, of span: Span<UInt8>) -> [UInt8] {
        unsafe span.extracting(range).withUnsafeBytes { unsafe [UInt8]($0) }
    }

    /// XXH3 of the bytes of a span.
    static func digest(of span: Span<UInt8>) -> UInt64 { unsafe XXH3.hash(span.bytes) }

    /// Eight bytes of a span as an integer, little end first.
    static func word(at offset: Int, of span: Span<UInt8>) -> UInt64 {
        var word: UInt64 = 0
        for byte in 0..<8 { word |= UInt64(span[offset + byte]) << (8 * byte) }
        return word
    }

    private static func copy(_ fragment: Span<UInt8>, into target: UnsafeMutableRawBufferPointer, at offset: Int) {
        unsafe fragment.withUnsafeBytes { source in
            unsafe UnsafeMutableRawBufferPointer(rebasing: target[offset..<offset + source.count])
                .copyMemory(from: source)
        }
    }
}
