// CRC-32 (ISO-HDLC: polynomial 0x04C11DB7, reflected), the check of zip archives.

/// The check value of some bytes.
enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }

    static func check(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        let table = Self.table
        var sum = UInt32.max
        for byte in bytes { sum = sum >> 8 ^ table[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] }
        return ~sum
    }
}
