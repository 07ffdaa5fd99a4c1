// The identities everything else is keyed by: which node, which round, which moment. No clock is read here.

/// A node of the topology: its position in the topology's list of nodes.
public struct NodeID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let index: Int

    @inlinable public init(_ index: Int) { self.index = index }
    @inlinable public static func < (a: NodeID, b: NodeID) -> Bool { a.index < b.index }
    public var description: String { "\(index)" }
}

/// A logical round, counted from 0. Every model message carries the round it was made in.
public struct Round: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let number: Int

    @inlinable public init(_ number: Int) { self.number = number }
    @inlinable public var next: Round { Round(number + 1) }
    @inlinable public static func < (a: Round, b: Round) -> Bool { a.number < b.number }
    public var description: String { "\(number)" }
}

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
