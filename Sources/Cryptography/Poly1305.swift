// The one-time authenticator Poly1305 (RFC 8439, section 2.5): a polynomial in a secret point, modulo 2¹³⁰ − 5.
import Kernels

/// A running Poly1305. Its key authenticates one message; a second one under the same key gives it away.
struct Poly1305: Sendable {
    static let blockBytes = 16

    private static let mask44: UInt64 = 1 << 44 - 1
    private static let mask42: UInt64 = 1 << 42 - 1

    // Numbers modulo 2¹³⁰ − 5 are three limbs of 44, 44 and 42 bits.
    private let r: (UInt64, UInt64, UInt64)
    /// 20 r: limbs that overflow 2¹³⁰ come back multiplied by 5, and by 4 for the 132 bits of three times 44.
    private let twentyfold: (UInt64, UInt64)
    private let pad: (low: UInt64, high: UInt64)
    private var h: (UInt64, UInt64, UInt64) = (0, 0, 0)

    /// - Parameter words: the 256-bit one-time key as little-endian words.
    init(words: [UInt32]) {
        precondition(words.count == 8, "a one-time key has 256 bits")
        let long = (0..<4).map { UInt64(words[2 * $0 + 1]) << 32 | UInt64(words[2 * $0]) }
        let low = long[0] & 0x0FFF_FFFC_0FFF_FFFF
        let high = long[1] & 0x0FFF_FFFC_0FFF_FFFC
        r = (low & Self.mask44, (low >> 44 | high << 20) & Self.mask44, high >> 24)
        twentyfold = (20 * r.1, 20 * r.2)
        pad = (long[2], long[3])
    }

    /// Takes whole blocks; a shorter last one is filled up with zeros, as ChaCha20-Poly1305 wants it.
    mutating func update(paddedToBlocks bytes: UnsafeRawBufferPointer) {
        let whole = bytes.count / Self.blockBytes * Self.blockBytes
        for offset in stride(from: 0, to: whole, by: Self.blockBytes) {
            unsafe update(
                UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)),
                UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)))
        }
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
        let a = h.0 &+ low & Self.mask44
        let b = h.1 &+ (low >> 44 | high << 20) & Self.mask44
        let c = h.2 &+ (high >> 24 | 1 << 40)
        let d0 = product(a, r.0) &+ product(b, twentyfold.1) &+ product(c, twentyfold.0)
        var d1 = product(a, r.1) &+ product(b, r.0) &+ product(c, twentyfold.1)
        var d2 = product(a, r.2) &+ product(b, r.1) &+ product(c, r.0)
        d1 &+= d0 >> 44
        d2 &+= d1 >> 44
        let first = UInt64(truncatingIfNeeded: d0) & Self.mask44 &+ UInt64(truncatingIfNeeded: d2 >> 42) &* 5
        h.0 = first & Self.mask44
        h.1 = UInt64(truncatingIfNeeded: d1) & Self.mask44 &+ first >> 44
        h.2 = UInt64(truncatingIfNeeded: d2) & Self.mask42
    }

    @inline(__always)
    private func product(_ x: UInt64, _ y: UInt64) -> UInt128 { UInt128(x) &* UInt128(y) }

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
