// CRC-32C (Castagnoli: polynomial 0x1EDC6F41, reflected; RFC 3720, appendix B.4), the check of TensorBoard's records.

/// The check value of some bytes.
public enum CRC32C {
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0x82F6_3B78 : sum >> 1 }
    }

    public static func check(_ bytes: [UInt8]) -> UInt32 {
        let table = Self.table
        var sum = UInt32.max
        for byte in bytes { sum = sum >> 8 ^ table[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] }
        return ~sum
    }
}
