// Frame version 4: what crosses the wire. All integers are little-endian.
//
//   offset  bytes  field
//        0      4  magic           "GSPN"
//        4      1  version         4
//        5      1  kind            1 hello, 2 model, 3 waiting, 4 bye, 5 proof, 6 fragment, 7 cookie,
//                             8 request of a state, 9 state
//        6      2  flags           bit 0: sealed; bit 1, of a fragment: answer at once; the others are 0
//        8      4  sender          index of the sending node
//       12      4  round           0 where the kind has none
//       16      8  sequence        counts the frames of one connection and direction from 0
//       24      4  payload length  bytes; fixed by kind and experiment, anything else is refused unread
//       28      8  check           XXH64 of (bytes 0 ..< 28, then XXH3 of the payload)
//            or 16  seal            in place of the check where the frame is sealed
//        …      …  payload         encrypted where the frame is sealed
//
//   kind     payload
//   hello    32 bytes identity of the experiment, 16 bytes nonce of the run, 8 bytes digest of the channels, 4 bytes
//            index of the node addressed, 8 bytes incarnation, 8 bytes fingerprint of the edge's key, 32 bytes
//            challenge, 8 bytes cookie, 8 bytes mark
//   cookie   8 bytes, to be sent back in a hello
//   proof    nothing
//   model    4 bytes an element, IEEE 754 single precision, channel after channel
//   state    as of a model, the first channel alone
//   waiting  nothing, as of a request
//   bye      1 byte: 1 finished, 2 stopping, 3 refused, 4 failed
//
// What follows from them, the handshake, seals and datagrams, is told in PROTOCOL.md.
import Cryptography
import Kernels

/// The header of one frame, decoded.
public struct Frame: Sendable, Equatable {
    public enum Kind: UInt8, Sendable, CaseIterable {
        case hello = 1, model, waiting, bye, proof, fragment, cookie, stateRequest, state
    }

    /// Of a frame that is not sealed.
    public static let headerBytes = fixedBytes + 8
    /// What comes before check or seal.
    static let fixedBytes = 28
    public static let magic: [UInt8] = Array("GSPN".utf8)
    public static let version: UInt8 = 4

    fileprivate static let sealedFlag: UInt16 = 1
    fileprivate static let urgentFlag: UInt16 = 2

    public let kind: Kind
    public let isSealed: Bool
    /// Of a fragment: the receiver is to acknowledge it without delay.
    public let isUrgent: Bool
    public let sender: NodeID
    public let round: Round
    public let sequence: UInt64
    public let payloadBytes: Int

    init(
        kind: Kind, isSealed: Bool, isUrgent: Bool = false, sender: NodeID, round: Round = Round(0), sequence: UInt64,
        payloadBytes: Int
    ) {
        self.kind = kind
        self.isSealed = isSealed
        self.isUrgent = isUrgent
        self.sender = sender
        self.round = round
        self.sequence = sequence
        self.payloadBytes = payloadBytes
    }

    /// Of check or seal.
    var checkBytes: Int { isSealed ? ChaCha20Poly1305.tagBytes : 8 }
    var nonce: ChaCha20Poly1305.Nonce {
        .init(sender: UInt32(truncatingIfNeeded: sender.index), sequence: sequence)
    }

    /// The first 28 bytes.
    var encoded: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Frame.fixedBytes + ChaCha20Poly1305.tagBytes)
        bytes.append(contentsOf: Frame.magic)
        bytes.append(Frame.version)
        bytes.append(kind.rawValue)
        bytes.append(littleEndian: (isSealed ? Frame.sealedFlag : 0) | (isUrgent ? Frame.urgentFlag : 0))
        bytes.append(littleEndian: UInt32(truncatingIfNeeded: sender.index))
        bytes.append(littleEndian: UInt32(truncatingIfNeeded: round.number))
        bytes.append(littleEndian: sequence)
        bytes.append(littleEndian: UInt32(truncatingIfNeeded: payloadBytes))
        return bytes
    }

    /// Reads the first 28 bytes, cheapest checks first. The payload is not needed yet; its length is judged here.
    static func decode(_ bytes: [UInt8], limits: Limits) throws(Rejection) -> Frame {
        guard bytes.starts(with: magic) else { throw .badMagic }
        guard bytes[4] == version else { throw .unsupportedVersion }
        let flags = bytes.integer(at: 6, as: UInt16.self)
        guard let kind = Kind(rawValue: bytes[5]), flags & ~kind.allowedFlags == 0 else { throw .unknownKind }
        let length = Int(bytes.integer(at: 24, as: UInt32.self))
        guard limits.payloadBytes(of: kind).contains(length) else { throw .badLength }
        let round = Round(Int(bytes.integer(at: 12, as: UInt32.self)))
        guard kind.hasRound || round == Round(0) else { throw .malformedPayload }
        return Frame(
            kind: kind, isSealed: flags & sealedFlag != 0, isUrgent: flags & urgentFlag != 0,
            sender: NodeID(Int(bytes.integer(at: 8, as: UInt32.self))), round: round,
            sequence: bytes.integer(at: 16, as: UInt64.self), payloadBytes: length)
    }

    /// The check of a frame that is not sealed.
    ///
    /// - Parameters:
    ///   - head: its first 28 bytes; what follows them is not looked at.
    ///   - session: its number, in a datagram that is no part of the handshake.
    static func check(_ head: [UInt8], payloadDigest: UInt64, session: UInt64 = 0) -> UInt64 {
        var covered = InlineArray<36, UInt8>(repeating: 0)
        for index in 0..<fixedBytes { covered[index] = head[index] }
        for index in 0..<8 { covered[fixedBytes + index] = UInt8(truncatingIfNeeded: payloadDigest >> (8 * index)) }
        return XXH64.hash(covered.span, seed: session)
    }
}

extension Frame.Kind {
    /// Whether the payload is a vector.
    var isVector: Bool { self == .model || self == .state }

    fileprivate var hasRound: Bool { isVector || self == .waiting || self == .stateRequest }

    fileprivate var allowedFlags: UInt16 { Frame.sealedFlag | (self == .fragment ? Frame.urgentFlag : 0) }
}

/// Who opens a connection, to whom, for which run of which experiment, in which life.
public struct Hello: Sendable, Equatable {
    public static let identityBytes = 32
    static let encodedBytes =
        identityBytes + RunNonce.byteCount + 8 + 4 + 8 + EdgeKey.fingerprintBytes + LinkSecrets.challengeBytes
    static let noFingerprint = [UInt8](repeating: 0, count: EdgeKey.fingerprintBytes)
    static let noChallenge = [UInt8](repeating: 0, count: LinkSecrets.challengeBytes)

    /// SHA-256 identity of the experiment.
    public let identity: [UInt8]
    public let run: RunNonce
    /// Digest of the layout of its messages.
    public let channels: UInt64
    public let addressee: NodeID
    /// Differs each time a node's process starts; later ones are greater.
    public let incarnation: UInt64
    /// Of the edge's key.
    let fingerprint: [UInt8]
    let challenge: [UInt8]

    init(
        identity: [UInt8], run: RunNonce, channels: UInt64, addressee: NodeID, incarnation: UInt64,
        fingerprint: [UInt8] = noFingerprint, challenge: [UInt8] = noChallenge
    ) {
        precondition(identity.count == Hello.identityBytes, "an identity has 32 bytes")
        self.identity = identity
        self.run = run
        self.channels = channels
        self.addressee = addressee
        self.incarnation = incarnation
        self.fingerprint = fingerprint
        self.challenge = challenge
    }

    init(encoded bytes: [UInt8]) {
        identity = Array(bytes[0..<Hello.identityBytes])
        let runEnd = Hello.identityBytes + RunNonce.byteCount
        run = RunNonce(Array(bytes[Hello.identityBytes..<runEnd]))
        channels = bytes.integer(at: runEnd, as: UInt64.self)
        addressee = NodeID(Int(bytes.integer(at: runEnd + 8, as: UInt32.self)))
        incarnation = bytes.integer(at: runEnd + 12, as: UInt64.self)
        let secrets = bytes.dropFirst(runEnd + 20)
        fingerprint = Array(secrets.prefix(EdgeKey.fingerprintBytes))
        challenge = Array(secrets.dropFirst(EdgeKey.fingerprintBytes))
    }

    var encoded: [UInt8] {
        var bytes = identity + run.bytes
        bytes.append(littleEndian: channels)
        bytes.append(littleEndian: UInt32(truncatingIfNeeded: addressee.index))
        bytes.append(littleEndian: incarnation)
        return bytes + fingerprint + challenge
    }
}
