// Moments and lengths of time. No clock is read here.

/// A length of time in nanoseconds.
public typealias Nanoseconds = Int64

extension Nanoseconds {
    /// As many as an integer holds where they are more.
    @inlinable public static func milliseconds(_ count: Int) -> Nanoseconds {
        Nanoseconds(count).clampedTimes(1_000_000)
    }
}

/// A moment on some monotonic clock, real or virtual, in nanoseconds since that clock's own origin. What would lie
/// beyond the last one is the last one, which never comes.
public struct Instant: Hashable, Comparable, Sendable {
    public let nanoseconds: Int64

    @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
    @inlinable public static func < (a: Instant, b: Instant) -> Bool { a.nanoseconds < b.nanoseconds }
    @inlinable public static func + (a: Instant, b: Nanoseconds) -> Instant {
        Instant(nanoseconds: a.nanoseconds.clampedPlus(b))
    }
    @inlinable public static func - (a: Instant, b: Instant) -> Nanoseconds {
        a.nanoseconds.clampedMinus(b.nanoseconds)
    }
}
