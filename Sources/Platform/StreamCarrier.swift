// StreamCarrier: a link over a TCP socket, and the frames that wait to be written.
import Kernels
import Wire

struct StreamCarrier: Carrier {
    static let repeatsHellos = false

    let socket: FileDescriptor
    var link: Link
    private var queue: [OutgoingFrame] = []
    /// Bytes of the first frame that are already written.
    private var written = 0

    init(_ link: Link, over socket: FileDescriptor) {
        self.link = link
        self.socket = socket
    }

    var hasOutput: Bool { !queue.isEmpty }
    var waitsToWrite: Bool { hasOutput }

    func standing(incarnation: UInt64, heardAt: Instant) -> OpenConnection {
        OpenConnection(incarnation: incarnation, lastHeardAt: heardAt)
    }

    /// Queues a frame and writes what goes. A model overtakes older ones that have not begun to leave, so a stopped
    /// peer costs no more than the backlog.
    mutating func transmit(_ frame: OutgoingFrame, counting bytesSent: inout Int) -> Bool {
        queue.enqueue(frame, backlog: link.limits.backlog, begun: written > 0 ? 1 : 0)
        return flush(counting: &bytesSent)
    }

    mutating func flush(counting bytesSent: inout Int) -> Bool {
        while let frame = queue.first {
            guard let transfer = try? socket.write(frame.head, then: frame.model, from: written) else { return false }
            guard case .bytes(let count) = transfer else { return true }
            bytesSent += count
            written += count
            if written == frame.byteCount {
                queue.removeFirst()
                written = 0
            }
        }
        return true
    }

    mutating func read(into buffer: inout [UInt8]) -> Reading {
        switch try? link.read(from: socket, into: &buffer) {
        case .wouldBlock: .nothing
        case .bytes(let count): .bytes(count, from: nil)
        case .ended, nil: .unreachable
        }
    }
}

extension Link {
    /// One read of the link's stream: the vector that is coming is read to where it belongs, all else into `buffer`.
    ///
    /// - Returns: how many bytes are in `buffer`; `receive` is to be called with them, and be it none.
    public mutating func read(
        from socket: FileDescriptor, into buffer: inout [UInt8]
    ) throws(SystemFault) -> Transfer {
        var outcome = Result<Transfer, SystemFault>.success(.wouldBlock)
        let hasPlace = land { before, vector, filled in
            outcome = Result { () throws(SystemFault) in
                try socket.read(into: &buffer, before: before, around: &vector, from: filled)
            }
            guard case .success(.bytes(let count)) = outcome else { return 0 }
            let landed = min(max(0, count - before), vector.count * MemoryLayout<Float>.size - filled)
            outcome = .success(.bytes(count - landed))
            return landed
        }
        return hasPlace ? try outcome.get() : try socket.read(into: &buffer)
    }
}
