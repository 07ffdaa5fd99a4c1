// XXH3, 64 bits (Collet, xxHash 0.8, without seed and with its own secret) for checks of models on their way and for
// digests in traces; not cryptographic. Of long inputs it takes eight lanes at a time, and keeps pace with memory.

/// The hash function XXH3_64bits.
public enum XXH3 {
    private static let prime32x1: UInt64 = 0x9E37_79B1
    private static let prime32x2: UInt64 = 0x85EB_CA77
    private static let prime32x3: UInt64 = 0xC2B2_AE3D
    private static let prime1: UInt64 = 0x9E37_79B1_85EB_CA87
    private static let prime2: UInt64 = 0xC2B2_AE3D_27D4_EB4F
    private static let prime3: UInt64 = 0x1656_67B1_9E37_79F9
    private static let prime4: UInt64 = 0x85EB_CA77_C2B2_AE63
    private static let prime5: UInt64 = 0x27D4_EB2F_1656_67C5

    private static let stripeBytes = 64
    /// Each stripe of a block is mixed with the secret from eight bytes further on.
    private static let stripesPerBlock = 16

    /// Little end first, 192 bytes.
    private static let secret: InlineArray<24, UInt64> = [
        0xBE4B_A423_396C_FEB8, 0x1CAD_21F7_2C81_017C, 0xDB97_9083_E96D_D4DE, 0x1F67_B3B7_A4A4_4072,
        0x78E5_C0CC_4EE6_79CB, 0x2172_FFCC_7DD0_5A82, 0x8E24_43F7_7446_08B8, 0x4C26_3A81_E690_35E0,
        0xCB00_C391_BB52_283C, 0xA32E_531B_8B65_D088, 0x4EF9_0DA2_9748_6471, 0xD8AC_DEA9_46EF_1938,
        0x3F34_9CE3_3F76_FAA8, 0x1D4F_0BC7_C7BB_DCF9, 0x3159_B4CD_4BE0_518A, 0x6473_78D9_C97E_9FC8,
        0xC3EB_D334_83AC_C5EA, 0xEB63_13FA_FFA0_81C5, 0x49DA_F0B7_51DD_0D17, 0x9E68_D429_2655_16D3,
        0xFCA1_477D_58BE_162B, 0xCE31_D07A_D1B8_F88F, 0x2804_1695_8F3A_CB45, 0x7E40_4BBB_CAFB_D7AF,
    ]

    /// The 64-bit hash of `bytes`.
    public static func hash(_ bytes: RawSpan) -> UInt64 { unsafe bytes.withUnsafeBytes { unsafe hash($0) } }

    public static func hash(_ bytes: [UInt8]) -> UInt64 { unsafe bytes.withUnsafeBytes { unsafe hash($0) } }

    /// The hash of a part of `bytes`.
    public static func hash(_ bytes: [UInt8], in range: Range<Int>) -> UInt64 {
        unsafe bytes.withUnsafeBytes { unsafe hash(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }

    private static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        let secret = secret
        return unsafe secret.span.bytes.withUnsafeBytes { secret in
            switch bytes.count {
            case 0: avalanche64(unsafe word(secret, 56) ^ word(secret, 64))
            case 1...3: unsafe few(bytes, secret)
            case 4...8: unsafe upToEight(bytes, secret)
            case 9...16: unsafe upToSixteen(bytes, secret)
            case 17...128: unsafe short(bytes, secret)
            case 129...240: unsafe medium(bytes, secret)
            default: unsafe long(bytes, secret)
            }
        }
    }

    // MARK: - Short inputs

    private static func few(_ bytes: UnsafeRawBufferPointer, _ secret: UnsafeRawBufferPointer) -> UInt64 {
        let count = bytes.count
        let (first, middle, last) = unsafe (UInt32(bytes[0]), UInt32(bytes[count >> 1]), UInt32(bytes[count - 1]))
        let combined = first << 16 | middle << 24 | last | UInt32(count) << 8
        return avalanche64(unsafe UInt64(combined ^ half(secret, 0) ^ half(secret, 4)))
    }

    private static func upToEight(_ bytes: UnsafeRawBufferPointer, _ secret: UnsafeRawBufferPointer) -> UInt64 {
        let input = unsafe UInt64(half(bytes, bytes.count - 4)) | UInt64(half(bytes, 0)) << 32
        var hash = unsafe input ^ word(secret, 8) ^ word(secret, 16)
        hash ^= rotate(hash, 49) ^ rotate(hash, 24)
        hash &*= 0x9FB2_1C65_1E98_DF25
        hash ^= (hash >> 35) &+ UInt64(bytes.count)
        hash &*= 0x9FB2_1C65_1E98_DF25
        return hash ^ hash >> 28
    }

    private static func upToSixteen(_ bytes: UnsafeRawBufferPointer, _ secret: UnsafeRawBufferPointer) -> UInt64 {
        let low = unsafe word(bytes, 0) ^ word(secret, 24) ^ word(secret, 32)
        let high = unsafe word(bytes, bytes.count - 8) ^ word(secret, 40) ^ word(secret, 48)
        return avalanche(UInt64(bytes.count) &+ low.byteSwapped &+ high &+ folded(low, high))
    }

    private static func short(_ bytes: UnsafeRawBufferPointer, _ secret: UnsafeRawBufferPointer) -> UInt64 {
        var hash = UInt64(bytes.count) &* prime1
        for pair in (0...(bytes.count - 1) / 32).reversed() {
            hash &+= unsafe mixed(bytes, 16 * pair, secret, 32 * pair)
            hash &+= unsafe mixed(bytes, bytes.count - 16 * (pair + 1), secret, 32 * pair + 16)
        }
        return avalanche(hash)
    }

    private static func medium(_ bytes: UnsafeRawBufferPointer, _ secret: UnsafeRawBufferPointer) -> UInt64 {
        var hash = UInt64(bytes.count) &* prime1
        for part in 0..<8 { hash &+= unsafe mixed(bytes, 16 * part, secret, 16 * part) }
        hash = avalanche(hash)
        for part in 8..<bytes.count / 16 { hash &+= unsafe mixed(bytes, 16 * part, secret, 16 * (part - 8) + 3) }
        return unsafe avalanche(hash &+ mixed(bytes, bytes.count - 16, secret, 136 - 17))
    }

    // MARK: - Long inputs

    private typealias Lanes = SIMD8<UInt64>

    private static func long(_ bytes: UnsafeRawBufferPointer, _ secret: UnsafeRawBufferPointer) -> UInt64 {
        var sums = Lanes(prime32x3, prime1, prime2, prime3, prime4, prime32x2, prime5, prime32x1)
        let blockBytes = stripeBytes * stripesPerBlock
        let blocks = (bytes.count - 1) / blockBytes
        for block in 0..<blocks {
            for stripe in 0..<stripesPerBlock {
                unsafe add(bytes, block * blockBytes + stripe * stripeBytes, secret, 8 * stripe, to: &sums)
            }
            sums = unsafe (sums ^ sums &>> 47 ^ lanes(secret, 128)) &* Lanes(repeating: prime32x1)
        }
        let start = blocks * blockBytes
        for stripe in 0..<(bytes.count - 1 - start) / stripeBytes {
            unsafe add(bytes, start + stripe * stripeBytes, secret, 8 * stripe, to: &sums)
        }
        unsafe add(bytes, bytes.count - stripeBytes, secret, 121, to: &sums)
        var hash = UInt64(bytes.count) &* prime1
        for pair in 0..<4 {
            hash &+= unsafe folded(
                sums[2 * pair] ^ word(secret, 11 + 16 * pair), sums[2 * pair + 1] ^ word(secret, 19 + 16 * pair))
        }
        return avalanche(hash)
    }

    @inline(__always)
    private static func add(
        _ bytes: UnsafeRawBufferPointer, _ offset: Int, _ secret: UnsafeRawBufferPointer, _ secretOffset: Int,
        to sums: inout Lanes
    ) {
        let data = unsafe lanes(bytes, offset)
        let keyed = unsafe data ^ lanes(secret, secretOffset)
        let swapped = Lanes(data[1], data[0], data[3], data[2], data[5], data[4], data[7], data[6])
        sums &+= swapped &+ (keyed & Lanes(repeating: 0xFFFF_FFFF)) &* (keyed &>> 32)
    }

    @inline(__always)
    private static func lanes(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Lanes {
        unsafe bytes.loadUnaligned(fromByteOffset: offset, as: Lanes.self)
    }

    // MARK: - Parts

    @inline(__always)
    private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
        unsafe UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    @inline(__always)
    private static func half(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt32 {
        unsafe UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }

    @inline(__always)
    private static func mixed(
        _ bytes: UnsafeRawBufferPointer, _ offset: Int, _ secret: UnsafeRawBufferPointer, _ secretOffset: Int
    ) -> UInt64 {
        unsafe folded(
            word(bytes, offset) ^ word(secret, secretOffset),
            word(bytes, offset + 8) ^ word(secret, secretOffset + 8))
    }

    /// Both halves of the product of 128 bits, one over the other.
    @inline(__always)
    private static func folded(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.low ^ product.high
    }

    private static func rotate(_ x: UInt64, _ bits: UInt64) -> UInt64 { x << bits | x >> (64 - bits) }

    private static func avalanche(_ hash: UInt64) -> UInt64 {
        let mixed = (hash ^ hash >> 37) &* 0x1656_6791_9E37_79F9
        return mixed ^ mixed >> 32
    }

    /// As XXH64 ends.
    private static func avalanche64(_ hash: UInt64) -> UInt64 {
        var hash = (hash ^ hash >> 33) &* prime2
        hash = (hash ^ hash >> 29) &* prime3
        return hash ^ hash >> 32
    }
}

/// XXH3 of the little-endian bytes of `values`.
public func hash64(_ values: [Float]) -> UInt64 { unsafe XXH3.hash(values.span.bytes) }
