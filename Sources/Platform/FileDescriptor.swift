// An open file, pipe end or socket: reading, writing, closing. What it is connected to, others decide.
import Glibc

/// A descriptor that is closed with its last reference; every one is close-on-exec.
///
/// A class, because links stand in arrays and Swift's arrays hold no noncopyable elements.
public final class FileDescriptor: Sendable {
    /// The kernel's number, for `poll` and messages. It dies with this object.
    public let number: Int32

    /// Takes ownership of `number`.
    public init(owning number: Int32) throws(SystemFault) {
        self.number = number
        try systemCall("mark close-on-exec") { fcntl(number, F_SETFD, FD_CLOEXEC) }
    }

    deinit { _ = close(number) }

    /// From here on a call that would have to wait reports `.wouldBlock` instead.
    public func setNonblocking() throws(SystemFault) {
        let flags = try systemCall("read flags") { fcntl(number, F_GETFL) }
        try systemCall("set nonblocking") { fcntl(number, F_SETFL, flags | O_NONBLOCK) }
    }

    /// A one-way channel inside this machine: what is written at one end is read at the other.
    public static func pipe() throws(SystemFault) -> (reading: FileDescriptor, writing: FileDescriptor) {
        var ends: [Int32] = [-1, -1]
        try systemCall("make a pipe") { unsafe Glibc.pipe(&ends) }
        return (try FileDescriptor(owning: ends[0]), try FileDescriptor(owning: ends[1]))
    }
}

/// How far one read or write got.
public enum Transfer: Equatable, Sendable {
    case bytes(Int)
    /// Nothing now; `poll` tells when.
    case wouldBlock
    /// The other side has closed (reading only).
    case ended

    /// - Parameter count: what a read returned; `nil`: it would have had to wait.
    fileprivate init(read count: Int?) {
        self =
            switch count {
            case nil: .wouldBlock
            case 0: .ended
            case let count?: .bytes(count)
            }
    }

    fileprivate static func attempt(_ call: String, _ body: () -> Int) throws(SystemFault) -> Int? {
        do throws(SystemFault) {
            return try systemCall(call) { body() }
        } catch {
            if error.errno == EAGAIN { return nil }
            throw error
        }
    }
}

extension FileDescriptor {
    /// One read into `buffer` from `offset` to its end; the buffer never grows.
    public func read(into buffer: inout [UInt8], from offset: Int = 0) throws(SystemFault) -> Transfer {
        precondition(offset < buffer.count, "a read needs room")
        let count = try Transfer.attempt("read") {
            unsafe buffer.withUnsafeMutableBytes { bytes in
                unsafe Glibc.read(number, bytes.baseAddress! + offset, bytes.count - offset)
            }
        }
        return Transfer(read: count)
    }

    /// One read of what belongs in two places: the first `before` bytes in `buffer`, those behind them in the memory of
    /// `vector` beyond its first `filled` bytes, and what follows in the rest of `buffer`.
    public func read(
        into buffer: inout [UInt8], before: Int, around vector: inout MutableSpan<Float>, from filled: Int
    ) throws(SystemFault) -> Transfer {
        precondition(before < buffer.count, "a read needs room")
        let count = try Transfer.attempt("read") {
            unsafe buffer.withUnsafeMutableBytes { bytes in
                unsafe vector.withUnsafeMutableBytes { vector in
                    let parts = unsafe [
                        unsafe iovec(iov_base: bytes.baseAddress, iov_len: before),
                        unsafe iovec(iov_base: vector.baseAddress! + filled, iov_len: vector.count - filled),
                        unsafe iovec(iov_base: bytes.baseAddress! + before, iov_len: bytes.count - before),
                    ]
                    return unsafe readv(number, parts, 3)
                }
            }
        }
        return Transfer(read: count)
    }

    /// One write of `bytes` from `offset` to their end.
    public func write(_ bytes: [UInt8], from offset: Int = 0) throws(SystemFault) -> Transfer {
        try write(bytes, then: [], from: offset)
    }

    /// One write of `head` and the memory of `body` as if they were one, without joining them.
    ///
    /// - Parameter offset: bytes of both together that earlier calls have written.
    public func write(_ head: [UInt8], then body: [Float], from offset: Int) throws(SystemFault) -> Transfer {
        let count = try Transfer.attempt("write") {
            unsafe head.withUnsafeBytes { head in
                unsafe body.withUnsafeBytes { body in
                    let headRest = unsafe head.dropFirst(offset)
                    let bodyRest = unsafe body.dropFirst(max(0, offset - head.count))
                    let parts = unsafe [
                        unsafe iovec(rebasing: headRest), unsafe iovec(rebasing: bodyRest),
                    ]
                    return unsafe writev(number, parts, 2)
                }
            }
        }
        return count.map(Transfer.bytes) ?? .wouldBlock
    }

    /// Fills `buffer` from a place in a file; returns how many bytes there were, or a negative number.
    func read(into buffer: inout [UInt8], at offset: Int) -> Int {
        unsafe pread(number, &buffer, buffer.count, offset)
    }

    /// Writes `bytes` over the first ones of a file.
    func overwrite(_ bytes: [UInt8]) throws(SystemFault) {
        try systemCall("write") { unsafe pwrite(number, bytes, bytes.count, 0) }
    }

    /// Writes all of `bytes`, however many calls it takes; for files, which never report `.wouldBlock`.
    func writeAll(_ bytes: [UInt8]) throws(SystemFault) {
        var written = 0
        while written < bytes.count {
            guard case .bytes(let count) = try write(bytes, from: written) else {
                throw SystemFault("write", errno: EAGAIN)
            }
            written += count
        }
    }
}

extension iovec {
    fileprivate init(rebasing slice: Slice<UnsafeRawBufferPointer>) {
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: slice)
        unsafe self.init(iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress), iov_len: bytes.count)
    }
}
