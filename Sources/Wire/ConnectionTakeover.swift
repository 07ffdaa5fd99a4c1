// Connection takeover: when a new connection of a neighbour replaces the open one, as a restarted node needs, and what
// a stranger would abuse who poses as a neighbour where there are no keys.
import Kernels

/// What is known of a connection that is open.
public struct OpenConnection: Sendable {
    /// Without keys a connection that was heard from within so long keeps its place: three times as long as the longest
    /// silence of a living peer over datagrams.
    public static let tenure: Nanoseconds = .milliseconds(750)

    private let incarnation: UInt64
    private let lastHeardAt: Instant
    private let isDoubted: Bool

    /// - Parameter isDoubted: it was said that nobody receives at the other end, and nothing was heard since.
    public init(incarnation: UInt64, lastHeardAt: Instant, isDoubted: Bool = false) {
        self.incarnation = incarnation
        self.lastHeardAt = lastHeardAt
        self.isDoubted = isDoubted
    }

    /// Refuses to make room for a connection of this incarnation.
    ///
    /// - Parameter isProven: the peer of the new one has the edge's key.
    public func yieldPlace(forIncarnation newer: UInt64, isProven: Bool, at now: Instant) throws(Rejection) {
        guard newer >= incarnation else { throw .pastIncarnation }
        guard isProven || isDoubted || now >= lastHeardAt + Self.tenure else { throw .placeTaken }
    }
}
