// Entropy: random bytes of the system, which nobody can predict, for keys, challenges and incarnations. Never for
// anything a result depends on.
import Glibc

/// The kernel's random generator.
public enum Entropy {
    /// `count` random bytes, at most 256, from one call.
    public static func bytes(_ count: Int) -> [UInt8] {
        precondition(count <= 256, "more than the kernel gives at once, whatever happens")
        var bytes = [UInt8](repeating: 0, count: count)
        guard unsafe getentropy(&bytes, count) == 0 else { preconditionFailure("the kernel has no randomness") }
        return bytes
    }
}
