// SHA-256 (FIPS 180-4) for identities and digests of models. Slow beside XXH64, and meant to be.

/// A running SHA-256.
public struct SHA256: Sendable {
    private var state: [UInt32] = [
        0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19,
    ]
    private var block: [UInt8] = []
    private var schedule = [UInt32](repeating: 0, count: 64)
    private var byteCount: UInt64 = 0

    public init() { block.reserveCapacity(64) }

    /// The 32-byte digest of `bytes`.
    public static func hash(_ bytes: [UInt8]) -> [UInt8] {
        var running = SHA256()
        running.update(bytes)
        return running.finish()
    }

    /// As below; of an array, which other modules get in the form that is compiled here.
    public mutating func update(_ bytes: [UInt8]) {
        for byte in bytes {
            block.append(byte)
            byteCount += 1
            if block.count == 64 { compress() }
        }
    }

    public mutating func update(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            block.append(byte)
            byteCount += 1
            if block.count == 64 { compress() }
        }
    }

    /// The little-endian bytes of `values`.
    public mutating func update(_ values: [Float]) {
        for value in values {
            let bits = value.bitPattern
            for shift in stride(from: UInt32(0), to: 32, by: 8) {
                block.append(UInt8(truncatingIfNeeded: bits >> shift))
            }
            byteCount += 4
            if block.count >= 64 { compress() }
        }
    }

    /// Pads, and returns the 32-byte digest.
    public consuming func finish() -> [UInt8] {
        let bits = byteCount * 8
        update([0x80] as [UInt8])
        while block.count != 56 { update([0] as [UInt8]) }
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            update(CollectionOfOne(UInt8(truncatingIfNeeded: bits >> shift)))
        }
        return state.flatMap { word in
            [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> UInt32($0)) }
        }
    }

    private mutating func compress() {
        for i in 0..<16 {
            schedule[i] =
                UInt32(block[4 * i]) << 24 | UInt32(block[4 * i + 1]) << 16 | UInt32(block[4 * i + 2]) << 8
                | UInt32(block[4 * i + 3])
        }
        for i in 16..<64 {
            let x = schedule[i - 15]
            let y = schedule[i - 2]
            let small0 = rotate(x, 7) ^ rotate(x, 18) ^ (x >> 3)
            let small1 = rotate(y, 17) ^ rotate(y, 19) ^ (y >> 10)
            schedule[i] = schedule[i - 16] &+ small0 &+ schedule[i - 7] &+ small1
        }
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        var (e, f, g, h) = (state[4], state[5], state[6], state[7])
        for i in 0..<64 {
            let big1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
            let first = h &+ big1 &+ ((e & f) ^ (~e & g)) &+ Self.constants[i] &+ schedule[i]
            let big0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
            let second = big0 &+ ((a & b) ^ (a & c) ^ (b & c))
            (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ second)
        }
        for (index, word) in [a, b, c, d, e, f, g, h].enumerated() { state[index] &+= word }
        block.removeFirst(64)
    }

    private func rotate(_ x: UInt32, _ bits: UInt32) -> UInt32 { x >> bits | x << (32 - bits) }

    /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
    private static let constants: [UInt32] = [
        0x428A_2F98, 0x7137_4491, 0xB5C0_FBCF, 0xE9B5_DBA5, 0x3956_C25B, 0x59F1_11F1, 0x923F_82A4, 0xAB1C_5ED5,
        0xD807_AA98, 0x1283_5B01, 0x2431_85BE, 0x550C_7DC3, 0x72BE_5D74, 0x80DE_B1FE, 0x9BDC_06A7, 0xC19B_F174,
        0xE49B_69C1, 0xEFBE_4786, 0x0FC1_9DC6, 0x240C_A1CC, 0x2DE9_2C6F, 0x4A74_84AA, 0x5CB0_A9DC, 0x76F9_88DA,
        0x983E_5152, 0xA831_C66D, 0xB003_27C8, 0xBF59_7FC7, 0xC6E0_0BF3, 0xD5A7_9147, 0x06CA_6351, 0x1429_2967,
        0x27B7_0A85, 0x2E1B_2138, 0x4D2C_6DFC, 0x5338_0D13, 0x650A_7354, 0x766A_0ABB, 0x81C2_C92E, 0x9272_2C85,
        0xA2BF_E8A1, 0xA81A_664B, 0xC24B_8B70, 0xC76C_51A3, 0xD192_E819, 0xD699_0624, 0xF40E_3585, 0x106A_A070,
        0x19A4_C116, 0x1E37_6C08, 0x2748_774C, 0x34B0_BCB5, 0x391C_0CB3, 0x4ED8_AA4A, 0x5B9C_CA4F, 0x682E_6FF3,
        0x748F_82EE, 0x78A5_636F, 0x84C8_7814, 0x8CC7_0208, 0x90BE_FFFA, 0xA450_6CEB, 0xBEF9_A3F7, 0xC671_78F2,
    ]
}
