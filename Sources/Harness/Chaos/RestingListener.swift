// RestingListener: takes the connections that wait at a listening socket, and leaves it alone for a moment where that
// fails. A process that has no descriptor left would otherwise be told of the same connection without end.
import Kernels
import Platform

struct RestingListener: Sendable {
    private static let rest: Nanoseconds = .milliseconds(20)

    private let listener: FileDescriptor
    private var slot = 0
    /// When it is asked again, after a connection that could not be taken.
    private(set) var restsUntil: Instant?

    init(_ listener: FileDescriptor) { self.listener = listener }

    mutating func register(in polled: inout PollLoop) {
        slot = polled.add(listener, reading: restsUntil == nil)
    }

    /// The connections that have come, this many at most.
    mutating func take(_ most: Int, _ polled: PollLoop, at now: Instant) -> [FileDescriptor] {
        if let moment = restsUntil {
            if moment <= now { restsUntil = nil }
            return []
        }
        guard polled.isReadable(slot) else { return [] }
        var taken: [FileDescriptor] = []
        do throws(SystemFault) {
            while taken.count < most, let connection = try Socket.accept(from: listener) { taken.append(connection) }
        } catch {
            restsUntil = now + Self.rest
        }
        return taken
    }
}
