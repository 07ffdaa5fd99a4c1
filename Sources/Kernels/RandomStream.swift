// RandomStream, the source of all randomness of an experiment. A stream is a pure function of what it is for, so
// nothing that happens elsewhere, in what order or on which thread, shifts a draw. Not for secrets.

/// What a stream is for. Raw values are part of the results: never renumber.
public enum Purpose: UInt8, Sendable, CaseIterable {
    case initialisation = 1
    case data, split, sampling, participation, attack, topology, jitter, measurement, faults, mixing, handshake,
        schedule, validation, placement, privacy
}

/// Philox 4×32 with ten rounds (Salmon, Moraes, Dror, Shaw, SC 2011): 128 pseudo-random bits of a counter and a key.
@inlinable
public func philox4x32(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    // Scalars: the compiler would move lanes in and out of vector registers for every product.
    var (x, y, z, w) = (counter.x, counter.y, counter.z, counter.w)
    var (low, high) = (key.x, key.y)
    for _ in 0..<10 {
        let first = UInt64(x) &* 0xD251_1F53
        let second = UInt64(z) &* 0xCD9E_8D57
        (x, y, z, w) = (
            UInt32(truncatingIfNeeded: second >> 32) ^ y ^ low, UInt32(truncatingIfNeeded: second),
            UInt32(truncatingIfNeeded: first >> 32) ^ w ^ high, UInt32(truncatingIfNeeded: first)
        )
        low &+= 0x9E37_79B9
        high &+= 0xBB67_AE85
    }
    return SIMD4(x, y, z, w)
}

/// A counter-based stream keyed by seed, purpose, node, round and lane.
public struct RandomStream: RandomNumberGenerator, Sendable, Equatable {
    @usableFromInline var counter: SIMD4<UInt32>
    @usableFromInline let key: SIMD2<UInt32>
    @usableFromInline var spare: UInt64 = 0
    @usableFromInline var hasSpare = false
    /// The second value of the last Box–Muller pair.
    @usableFromInline var spareGaussian: Double?

    /// - Parameter lane: a local step, a victim, or whatever divides a round for this purpose.
    @inlinable
    public init(seed: UInt64, purpose: Purpose, node: NodeID = NodeID(0), round: Round = Round(0), lane: Int = 0) {
        let mixed = RandomStream.mix(seed ^ RandomStream.mix(UInt64(purpose.rawValue)))
        key = SIMD2(UInt32(truncatingIfNeeded: mixed), UInt32(truncatingIfNeeded: mixed >> 32))
        counter = SIMD4(
            0, UInt32(truncatingIfNeeded: lane), UInt32(truncatingIfNeeded: round.number),
            UInt32(truncatingIfNeeded: node.index))
    }

    /// The finaliser of SplitMix64.
    @inlinable
    static func mix(_ x: UInt64) -> UInt64 {
        var z = x &+ 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    @inlinable
    public mutating func next() -> UInt64 {
        if hasSpare {
            hasSpare = false
            return spare
        }
        let words = philox4x32(counter: counter, key: key)
        counter.x &+= 1
        spare = UInt64(words.w) << 32 | UInt64(words.z)
        hasSpare = true
        return UInt64(words.y) << 32 | UInt64(words.x)
    }

    /// Uniform on [0, 1), a multiple of 2⁻⁵³.
    @inlinable
    public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Uniform on (0, 1): never 0, never 1.
    @inlinable
    public mutating func uniformOpen() -> Double { (Double(next() >> 12) + 0.5) * 0x1p-52 }

    /// Uniform on 0 ..< bound without bias (Lemire 2019). Our own, so that no bit depends on the standard library.
    @inlinable
    public mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "nothing is below zero")
        let range = UInt64(bound)
        var product = next().multipliedFullWidth(by: range)
        if product.low < range {
            let threshold = (0 &- range) % range
            while product.low < threshold { product = next().multipliedFullWidth(by: range) }
        }
        return Int(product.high)
    }
}
