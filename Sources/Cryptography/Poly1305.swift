// The one-time authenticator Poly1305 (RFC 8439, section 2.5): a polynomial in a secret point, modulo 2¹³⁰ − 5.
import Kernels

/// A running Poly1305. Its key authenticates one message; a second one under the same key gives it away.
struct Poly1305: Sendable {
    static let blockBytes = 16

    private static let mask44: UInt64 = 1 << 44 - 1
    private static let mask42: UInt64 = 1 << 42 - 1

    /// Modulo 2¹³⁰ − 5, in limbs of 44, 44 and 42 bits.
    private typealias Limbs = (UInt64, UInt64, UInt64)
    private typealias Sums = (UInt128, UInt128, UInt128)

    /// A number that others are multiplied by.
    private struct Factor: Sendable {
        let limbs: Limbs
        /// 20 times the last two: limbs that overflow 2¹³⁰ come back multiplied by 5, and by 4 for the 132 bits of
        /// three times 44.
        let twentyfold: (UInt64, UInt64)

        init(_ limbs: Limbs) {
            self.limbs = limbs
            twentyfold = (20 * limbs.1, 20 * limbs.2)
        }
    }

    private let r: Factor
    private let rSquared: Factor
    private let pad: (low: UInt64, high: UInt64)
    private var h: Limbs = (0, 0, 0)

    /// - Parameter words: the 256-bit one-time key as little-endian words.
    init(words: [UInt32]) {
        precondition(words.count == 8, "a one-time key has 256 bits")
        let long = (0..<4).map { UInt64(words[2 * $0 + 1]) << 32 | UInt64(words[2 * $0]) }
        let low = long[0] & 0x0FFF_FFFC_0FFF_FFFF
        let high = long[1] & 0x0FFF_FFFC_0FFF_FFFC
        r = Factor((low & Self.mask44, (low >> 44 | high << 20) & Self.mask44, high >> 24))
        rSquared = Factor(Self.carried(Self.product(r.limbs, r)))
        pad = (long[2], long[3])
    }

    /// Takes whole blocks; a shorter last one is filled up with zeros, as ChaCha20-Poly1305 wants it.
    mutating func update(paddedToBlocks bytes: UnsafeRawBufferPointer) {
        let whole = bytes.count / Self.blockBytes * Self.blockBytes
        var offset = 0
        while offset + 2 * Self.blockBytes <= whole {
            unsafe update(
                Self.word(bytes, offset), Self.word(bytes, offset + 8), Self.word(bytes, offset + 16),
                Self.word(bytes, offset + 24))
            offset += 2 * Self.blockBytes
        }
        if offset < whole { unsafe update(Self.word(bytes, offset), Self.word(bytes, offset + 8)) }
        guard whole < bytes.count else { return }
        var rest: (UInt64, UInt64) = (0, 0)
        for index in whole..<bytes.count {
            let byte = unsafe UInt64(bytes[index])
            let position = index - whole
            if position < 8 {
                rest.0 |= byte << UInt64(8 * position)
            } else {
                rest.1 |= byte << UInt64(8 * position - 64)
            }
        }
        update(rest.0, rest.1)
    }

    /// Takes one block: h ← (h + block + 2¹²⁸) r.
    @inline(__always)
    mutating func update(_ low: UInt64, _ high: UInt64) {
        let block = Self.limbs(low, high)
        h = Self.carried(Self.product((h.0 &+ block.0, h.1 &+ block.1, h.2 &+ block.2), r))
    }

    /// Takes two blocks: h ← (h + first) r² + second r, of which only one product waits for the h before.
    @inline(__always)
    private mutating func update(_ low: UInt64, _ high: UInt64, _ nextLow: UInt64, _ nextHigh: UInt64) {
        let block = Self.limbs(low, high)
        let second = Self.product(Self.limbs(nextLow, nextHigh), r)
        let first = Self.product((h.0 &+ block.0, h.1 &+ block.1, h.2 &+ block.2), rSquared)
        h = Self.carried((first.0 &+ second.0, first.1 &+ second.1, first.2 &+ second.2))
    }

    @inline(__always)
    private static func word(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
        unsafe UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// A block + 2¹²⁸.
    @inline(__always)
    private static func limbs(_ low: UInt64, _ high: UInt64) -> Limbs {
        (low & mask44, (low >> 44 | high << 20) & mask44, high >> 24 | 1 << 40)
    }

    @inline(__always)
    private static func product(_ x: Limbs, _ y: Factor) -> Sums {
        let (r, twentyfold) = (y.limbs, y.twentyfold)
        return (
            product(x.0, r.0) &+ product(x.1, twentyfold.1) &+ product(x.2, twentyfold.0),
            product(x.0, r.1) &+ product(x.1, r.0) &+ product(x.2, twentyfold.1),
            product(x.0, r.2) &+ product(x.1, r.1) &+ product(x.2, r.0)
        )
    }

    @inline(__always)
    private static func product(_ x: UInt64, _ y: UInt64) -> UInt128 { UInt128(x) &* UInt128(y) }

    /// Back in limbs, the second of which may be a little longer.
    @inline(__always)
    private static func carried(_ sums: Sums) -> Limbs {
        let d1 = sums.1 &+ sums.0 >> 44
        let d2 = sums.2 &+ d1 >> 44
        let first = UInt64(truncatingIfNeeded: sums.0) & mask44 &+ UInt64(truncatingIfNeeded: d2 >> 42) &* 5
        return (
            first & mask44, UInt64(truncatingIfNeeded: d1) & mask44 &+ first >> 44,
            UInt64(truncatingIfNeeded: d2) & mask42
        )
    }

    /// The 16-byte tag: h reduced, plus the pad, modulo 2¹²⁸. No branch depends on secrets.
    consuming func finish() -> [UInt8] {
        var carry: UInt64 = 0
        // Twice around, since the carry out of the last limb may start another one.
        for _ in 0..<2 {
            h.0 += carry * 5
            h.1 += h.0 >> 44
            h.0 &= Self.mask44
            h.2 += h.1 >> 44
            h.1 &= Self.mask44
            carry = h.2 >> 42
            h.2 &= Self.mask42
        }
        h.0 += carry * 5
        // g = h − (2¹³⁰ − 5), taken where it is not negative.
        var g: (UInt64, UInt64, UInt64) = (h.0 &+ 5, 0, 0)
        g.1 = h.1 &+ g.0 >> 44
        g.0 &= Self.mask44
        g.2 = h.2 &+ g.1 >> 44 &- 1 << 42
        g.1 &= Self.mask44
        let takesG = (g.2 >> 63) &- 1
        let low = (h.0 & ~takesG) | (g.0 & takesG)
        let middle = (h.1 & ~takesG) | (g.1 & takesG)
        let top = (h.2 & ~takesG) | (g.2 & takesG)
        let (first, overflow) = (low | middle << 44).addingReportingOverflow(pad.low)
        let second = (middle >> 20 | top << 24) &+ pad.high &+ (overflow ? 1 : 0)
        var tag: [UInt8] = []
        tag.reserveCapacity(Self.blockBytes)
        tag.append(littleEndian: first)
        tag.append(littleEndian: second)
        return tag
    }
}
