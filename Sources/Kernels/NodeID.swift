// Which node and which round: what models, messages and random streams are keyed by.

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
