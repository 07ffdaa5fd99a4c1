// Frame version 1: what crosses the wire. All integers are little-endian.
//
//   offset  bytes  field
//        0      4  magic           "GSPN"
//        4      1  version         1
//        5      1  kind            1 hello, 2 model, 3 waiting, 4 bye
//        6      2  flags           0
//        8      4  sender          index of the sending node
//       12      4  round           0 where the kind has none
//       16      8  sequence        counts the frames of one connection and direction from 0
//       24      4  payload length  bytes; fixed by kind and experiment, anything else is refused unread
//       28      8  check           XXH64 of (bytes 0 ..< 28, then XXH64 of the payload)
//       36      …  payload
//
//   kind     payload
//   hello    32 bytes identity of the experiment, 4 bytes index of the node addressed, 8 bytes incarnation
//   model    dimension × 4 bytes, IEEE 754 single precision
//   waiting  nothing
//   bye      1 byte: 1 finished, 2 stopping, 3 refused
//
// A connection opens with a hello from each side; nothing else is read before it.
import Kernels

/// The header of one frame, decoded.
public struct Frame: Sendable, Equatable {
    public enum Kind: UInt8, Sendable, CaseIterable {
        case hello = 1, model, waiting, bye
    }

    public static let headerBytes = 36
    public static let magic: [UInt8] = Array("GSPN".utf8)
    public static let version: UInt8 = 1

    public let kind: Kind
    public let sender: NodeID
    public let round: Round
    public let sequence: UInt64
    public let payloadBytes: Int
    public let check: UInt64

    /// The header's bytes for a payload of this digest.
    static func encode(
        kind: Kind, sender: NodeID, round: Round, sequence: UInt64, payloadBytes: Int, payloadDigest: UInt64
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(headerBytes + 8)
        bytes.append(contentsOf: magic)
        bytes.append(version)
        bytes.append(kind.rawValue)
        bytes.append(littleEndian: UInt16(0))
        bytes.append(littleEndian: UInt32(truncatingIfNeeded: sender.index))
        bytes.append(littleEndian: UInt32(truncatingIfNeeded: round.number))
        bytes.append(littleEndian: sequence)
        bytes.append(littleEndian: UInt32(truncatingIfNeeded: payloadBytes))
        bytes.append(littleEndian: check(header: bytes, payloadDigest: payloadDigest))
        return bytes
    }

    /// Reads a header, cheapest checks first. The payload is not needed yet; its length is judged here.
    static func decode(_ bytes: [UInt8], limits: Limits) throws(Rejection) -> Frame {
        guard bytes.starts(with: magic) else { throw .badMagic }
        guard bytes[4] == version else { throw .unsupportedVersion }
        guard let kind = Kind(rawValue: bytes[5]), bytes[6] == 0, bytes[7] == 0 else { throw .unknownKind }
        let length = Int(bytes.integer(at: 24, as: UInt32.self))
        guard length == limits.payloadBytes(of: kind) else { throw .lyingLength }
        return Frame(
            kind: kind, sender: NodeID(Int(bytes.integer(at: 8, as: UInt32.self))),
            round: Round(Int(bytes.integer(at: 12, as: UInt32.self))), sequence: bytes.integer(at: 16, as: UInt64.self),
            payloadBytes: length, check: bytes.integer(at: 28, as: UInt64.self))
    }

    /// The check of a header (its first 28 bytes) and a payload's digest.
    static func check(header: [UInt8], payloadDigest: UInt64) -> UInt64 {
        var covered = Array(header.prefix(28))
        covered.append(littleEndian: payloadDigest)
        return XXH64.hash(covered)
    }
}

/// Who opens a connection, to whom, for which experiment, in which life.
public struct Hello: Sendable, Equatable {
    public static let identityBytes = 32
    static let encodedBytes = identityBytes + 4 + 8

    /// SHA-256 identity of the experiment.
    public let identity: [UInt8]
    public let addressee: NodeID
    /// Differs each time a node's process starts; later ones are greater.
    public let incarnation: UInt64

    public init(identity: [UInt8], addressee: NodeID, incarnation: UInt64) {
        precondition(identity.count == Hello.identityBytes, "an identity has 32 bytes")
        self.identity = identity
        self.addressee = addressee
        self.incarnation = incarnation
    }

    init(encoded bytes: [UInt8]) {
        identity = Array(bytes[0..<Hello.identityBytes])
        addressee = NodeID(Int(bytes.integer(at: Hello.identityBytes, as: UInt32.self)))
        incarnation = bytes.integer(at: Hello.identityBytes + 4, as: UInt64.self)
    }

    var encoded: [UInt8] {
        var bytes = identity
        bytes.append(littleEndian: UInt32(truncatingIfNeeded: addressee.index))
        bytes.append(littleEndian: incarnation)
        return bytes
    }
}
