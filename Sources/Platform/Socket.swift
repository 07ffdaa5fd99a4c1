// TCP sockets: listening, dialling, accepting. None of them ever blocks; bytes go through `FileDescriptor`.
import Glibc

/// What can be done with TCP sockets; all are nonblocking and send small frames at once (no Nagle delay).
public enum Socket {
    /// A listening socket, and the address with the port it got.
    public static func listen(
        on address: SocketAddress
    ) throws(SystemFault) -> (socket: FileDescriptor, address: SocketAddress) {
        let socket = try open(address)
        // A restarted node must get its port back while old connections of it linger.
        try set(SOL_SOCKET, SO_REUSEADDR, to: 1, of: socket)
        try systemCall("listen on", "\(address)") {
            unsafe address.withSocketAddress { unsafe bind(socket.number, $0, $1) }
        }
        try systemCall("listen on", "\(address)") { Glibc.listen(socket.number, SOMAXCONN) }
        // What comes in has no Nagle delay either: it takes this over.
        return (socket, try localAddress(of: socket))
    }

    /// Starts to connect. When `poll` finds the socket writable, `connectionFault` tells how it went.
    public static func connect(to address: SocketAddress) throws(SystemFault) -> FileDescriptor {
        let socket = try open(address)
        let result = unsafe address.withSocketAddress { unsafe Glibc.connect(socket.number, $0, $1) }
        // An interrupted connect goes on by itself; a second one would fail with EALREADY.
        if result != 0 && errno != EINPROGRESS && errno != EINTR {
            throw SystemFault("connect to", "\(address)", errno: errno)
        }
        return socket
    }

    /// Why the connection that `connect` started did not come about; `nil` if it did.
    public static func connectionFault(of socket: FileDescriptor, to address: SocketAddress) -> SystemFault? {
        var number: Int32
        do throws(SystemFault) { number = try option(SOL_SOCKET, SO_ERROR, of: socket) } catch { number = error.errno }
        // Dialling a local port that nobody listens at can, by chance, connect a socket to itself.
        if number == 0, let own = try? localAddress(of: socket), own == (try? peerAddress(of: socket)) {
            number = ECONNREFUSED
        }
        return number == 0 ? nil : SystemFault("connect to", "\(address)", errno: number)
    }

    /// The next connection that waits at `listener`, if any.
    public static func accept(from listener: FileDescriptor) throws(SystemFault) -> FileDescriptor? {
        try arrival(at: listener)?.socket
    }

    /// The next connection, and where it comes from, in few calls: there are those who make connections without end.
    static func arrival(
        at listener: FileDescriptor
    ) throws(SystemFault) -> (socket: FileDescriptor, address: SocketAddress)? {
        while true {
            var number: Int32 = -1
            do throws(SystemFault) {
                let address = try unsafe SocketAddress("accept a connection") { address, length in
                    number = unsafe Glibc.accept(listener.number, address, length)
                    return number < 0 ? -1 : 0
                }
                let socket = try FileDescriptor(owning: number)
                try systemCall("set nonblocking") { fcntl(number, F_SETFL, O_NONBLOCK) }
                return (socket, address)
            } catch {
                if error.errno == EAGAIN { return nil }
                if error.errno != ECONNABORTED && error.errno != EINTR { throw error }
            }
        }
    }

    /// Says that no more bytes follow; what is queued is still delivered.
    public static func finishSending(_ socket: FileDescriptor) throws(SystemFault) {
        try systemCall("shut down a connection") { shutdown(socket.number, Int32(SHUT_WR)) }
    }

    /// When it is closed, what is queued is dropped, and the other end is told of a reset.
    public static func resetOnClose(_ socket: FileDescriptor) {
        var value = linger(l_onoff: 1, l_linger: 0)
        _ = unsafe setsockopt(
            socket.number, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
    }

    /// Where this end of a connection is, or where a listener listens.
    public static func localAddress(of socket: FileDescriptor) throws(SystemFault) -> SocketAddress {
        try unsafe SocketAddress("read a local address") { unsafe getsockname(socket.number, $0, $1) }
    }

    /// Where the other end of a connection is.
    public static func peerAddress(of socket: FileDescriptor) throws(SystemFault) -> SocketAddress {
        try unsafe SocketAddress("read a peer's address") { unsafe getpeername(socket.number, $0, $1) }
    }

    /// Whether the system has IPv6 at all.
    static let hasIPv6 = (try? FileDescriptor(owning: socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0))) != nil

    private static func open(_ address: SocketAddress) throws(SystemFault) -> FileDescriptor {
        let number = try systemCall("open a socket for", "\(address)") {
            socket(address.family, Int32(SOCK_STREAM.rawValue), 0)
        }
        return try prepared(FileDescriptor(owning: number))
    }

    private static func prepared(_ socket: FileDescriptor) throws(SystemFault) -> FileDescriptor {
        try socket.setNonblocking()
        try set(Int32(IPPROTO_TCP), TCP_NODELAY, to: 1, of: socket)
        return socket
    }

    static func option(
        _ level: Int32, _ option: Int32, of socket: FileDescriptor
    ) throws(SystemFault) -> Int32 {
        var value: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        try systemCall("read an option of a socket") {
            unsafe getsockopt(socket.number, level, option, &value, &size)
        }
        return value
    }

    static func set(
        _ level: Int32, _ option: Int32, to value: Int32, of socket: FileDescriptor
    ) throws(SystemFault) {
        var value = value
        try systemCall("set an option of a socket") {
            unsafe setsockopt(socket.number, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
        }
    }
}
