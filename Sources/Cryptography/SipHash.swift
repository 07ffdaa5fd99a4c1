// SipHash-2-4 (Aumasson and Bernstein, INDOCRYPT 2012): a keyed hash of a few bytes that nobody without the key can
// guess. Some fifty times cheaper than HMAC, and what cookies and the marks of hellos are made of; not for secrecy.
import Kernels

/// The keyed hash function SipHash-2-4.
public enum SipHash {
    /// 128 bits that nobody can predict.
    public struct Key: Sendable, Equatable {
        fileprivate let low: UInt64
        fileprivate let high: UInt64

        /// - Parameter bytes: 16 bytes.
        public init(_ bytes: [UInt8]) {
            precondition(bytes.count == Key.byteCount, "a key has 16 bytes")
            low = bytes.integer(at: 0, as: UInt64.self)
            high = bytes.integer(at: 8, as: UInt64.self)
        }

        public static let byteCount = 16
    }

    /// The 64-bit code of `bytes` under a key.
    public static func hash(_ bytes: [UInt8], key: Key) -> UInt64 {
        var state = State(key)
        let whole = bytes.count / 8 * 8
        for offset in stride(from: 0, to: whole, by: 8) {
            state.absorb(bytes.integer(at: offset, as: UInt64.self))
        }
        var last = UInt64(truncatingIfNeeded: bytes.count) << 56
        for offset in whole..<bytes.count { last |= UInt64(bytes[offset]) << UInt64(8 * (offset - whole)) }
        state.absorb(last)
        return state.finish()
    }

    private struct State {
        private var a: UInt64
        private var b: UInt64
        private var c: UInt64
        private var d: UInt64

        init(_ key: Key) {
            a = key.low ^ 0x736F_6D65_7073_6575
            b = key.high ^ 0x646F_7261_6E64_6F6D
            c = key.low ^ 0x6C79_6765_6E65_7261
            d = key.high ^ 0x7465_6462_7974_6573
        }

        mutating func absorb(_ word: UInt64) {
            d ^= word
            round()
            round()
            a ^= word
        }

        mutating func finish() -> UInt64 {
            c ^= 0xFF
            for _ in 0..<4 { round() }
            return a ^ b ^ c ^ d
        }

        private mutating func round() {
            a &+= b
            c &+= d
            b = rotate(b, 13) ^ a
            d = rotate(d, 16) ^ c
            a = rotate(a, 32)
            c &+= b
            a &+= d
            b = rotate(b, 17) ^ c
            d = rotate(d, 21) ^ a
            c = rotate(c, 32)
        }

        private func rotate(_ x: UInt64, _ bits: UInt64) -> UInt64 { x << bits | x >> (64 - bits) }
    }
}

extension SipHash.Key: CustomStringConvertible, CustomReflectable {
    public var description: String { "a secret" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
