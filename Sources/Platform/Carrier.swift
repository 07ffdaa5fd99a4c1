// Carrier: what differs between connections over a stream and over datagrams: a link, and the socket it speaks through.
import Kernels
import Wire

/// The protocol of a connection, as the table of connections sees it.
protocol ConnectionLink {
    associatedtype Output: Sendable & Equatable

    var isOpen: Bool { get }
    /// The neighbour at the other end, once the link has opened.
    var peer: NodeID? { get }
    /// Whether the peer owes the rest of a frame.
    var isInsideFrame: Bool { get }
    var nextTimer: Instant? { get }

    mutating func start(at now: Instant, into effects: inout [ConnectionEffect<Output>])
    mutating func timer(at now: Instant, into effects: inout [ConnectionEffect<Output>])
    mutating func send(_ message: Message, at now: Instant, into effects: inout [ConnectionEffect<Output>])
    mutating func receive(
        _ bytes: Span<UInt8>, at now: Instant, into effects: inout [ConnectionEffect<Output>]
    ) -> PeerCost
    /// The network says that nobody receives at the other end.
    mutating func unreachable(at now: Instant, into effects: inout [ConnectionEffect<Output>])
}

/// A link, and the socket that it speaks through.
protocol Carrier {
    associatedtype Speaker: ConnectionLink

    /// Whether a link says its hello again where nobody answers; otherwise another connection must be tried.
    static var repeatsHellos: Bool { get }

    var socket: FileDescriptor { get }
    var link: Speaker { get set }
    /// Whether anything still waits to be written, or for an answer.
    var hasOutput: Bool { get }
    /// Whether `flush` is to be called when the socket can take more.
    var waitsToWrite: Bool { get }

    /// What is known of the open connection where another wants its place.
    func standing(incarnation: UInt64, heardAt: Instant) -> OpenConnection
    /// Writes what goes without waiting; false where nobody receives at the other end, it is said.
    mutating func transmit(_ output: Speaker.Output, counting bytesSent: inout Int) -> Bool
    /// Writes what waits and goes; false where the connection is broken.
    mutating func flush(counting bytesSent: inout Int) -> Bool
    /// Reads once; what the link does not take to where it belongs is in `buffer`.
    mutating func read(into buffer: inout [UInt8]) -> Reading
}

/// What came of reading once.
enum Reading {
    case nothing
    /// - Parameter from: `nil` where none but the peer can have sent them.
    case bytes(Int, from: SocketAddress?)
    /// Nobody is at the other end, it is said.
    case unreachable
}

extension DatagramLink: ConnectionLink {
    var isInsideFrame: Bool { false }
}

extension Link: ConnectionLink {
    var nextTimer: Instant? { nil }

    mutating func start(at now: Instant, into effects: inout [LinkEffect]) { start(into: &effects) }

    mutating func timer(at now: Instant, into effects: inout [LinkEffect]) {}

    mutating func send(_ message: Message, at now: Instant, into effects: inout [LinkEffect]) {
        effects.append(.transmit(frame(for: message)))
    }

    mutating func receive(_ bytes: Span<UInt8>, at now: Instant, into effects: inout [LinkEffect]) -> PeerCost {
        receive(bytes, into: &effects)
    }

    /// Of a stream that is certain.
    mutating func unreachable(at now: Instant, into effects: inout [LinkEffect]) { effects.append(.close) }
}
