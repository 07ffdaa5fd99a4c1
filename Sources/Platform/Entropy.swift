// Bytes that nobody can predict, for keys, challenges and incarnations. Never for anything a result depends on.

/// The kernel's random generator.
public enum Entropy {
    /// 64 random bits.
    public static func word() -> UInt64 {
        // On Linux this generator is getrandom(2) itself.
        var kernel = SystemRandomNumberGenerator()
        return kernel.next()
    }

    /// `count` random bytes, each from a call of its own: meant for keys, not for bulk.
    public static func bytes(_ count: Int) -> [UInt8] {
        var kernel = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &kernel) }
    }
}
