// WrittenFrames: frames written from the page of the protocol, by nothing of the product but its hash: so that a
// stranger's frames come through the check, whatever stands in them.
import Cryptography
import Kernels

/// A frame of any fields, with the check that belongs to them.
struct WrittenFrame {
    var kind: UInt8
    var flags: UInt16 = 0
    var sender: UInt32
    var round: UInt32 = 0
    var sequence: UInt64 = 0
    /// The length of the payload, unless another is claimed.
    var claimedLength: UInt32?
    var payload: [UInt8] = []
    /// Of a datagram after the handshake.
    var session: UInt64 = 0

    static let fixedBytes = 28
    static let headerBytes = 36

    var bytes: [UInt8] {
        var bytes = Array("GSPN".utf8) + [4, kind]
        bytes.append(littleEndian: flags)
        bytes.append(littleEndian: sender)
        bytes.append(littleEndian: round)
        bytes.append(littleEndian: sequence)
        bytes.append(littleEndian: claimedLength ?? UInt32(payload.count))
        bytes.append(littleEndian: Self.check(bytes, payload, session))
        return bytes + payload
    }

    /// - Parameter fixed: the first 28 bytes.
    static func check(_ fixed: [UInt8], _ payload: [UInt8], _ session: UInt64 = 0) -> UInt64 {
        var covered = fixed
        covered.append(littleEndian: XXH3.hash(payload))
        return XXH64.hash(covered, seed: session)
    }

    /// Writes the right check into a whole frame without a seal.
    static func mend(_ frame: inout [UInt8], session: UInt64 = 0) {
        guard frame.count >= headerBytes else { return }
        var check: [UInt8] = []
        check.append(littleEndian: self.check(Array(frame[..<fixedBytes]), Array(frame[headerBytes...]), session))
        frame.replaceSubrange(fixedBytes..<headerBytes, with: check)
    }
}
