// UDP sockets: one that everyone may write to, and one for each peer that the kernel keeps others out of.
import Glibc

/// What can be done with UDP sockets; none of them ever blocks.
public enum DatagramSocket {
    // Of linux/udp.h, which Swift's Glibc does not show.
    private static let segmentation: Int32 = 103
    private static let reassembly: Int32 = 104

    /// A socket that takes datagrams of anyone, and the address with the port it got.
    public static func listen(
        on address: SocketAddress
    ) throws(SystemFault) -> (socket: FileDescriptor, address: SocketAddress) {
        let socket = try open(address)
        // No `SO_REUSEADDR` yet: two nodes that were told one address must not share it.
        try systemCall("listen on", "\(address)") {
            unsafe address.withSocketAddress { unsafe bind(socket.number, $0, $1) }
        }
        // Now the sockets of single peers may be bound to it as well.
        try Socket.set(SOL_SOCKET, SO_REUSEADDR, to: 1, of: socket)
        return (socket, try Socket.localAddress(of: socket))
    }

    /// A socket that exchanges datagrams with one peer only.
    ///
    /// - Parameters:
    ///   - local: where the peer has sent to; `nil` lets the system choose, for a peer that is dialled.
    ///   - datagramBytes: longer writes become several datagrams of this length, if the kernel can do that.
    static func connect(
        to address: SocketAddress, from local: SocketAddress? = nil, datagramBytes: Int
    ) throws(SystemFault) -> FileDescriptor {
        let socket = try open(address)
        if let local {
            try Socket.set(SOL_SOCKET, SO_REUSEADDR, to: 1, of: socket)
            try systemCall("listen on", "\(local)") {
                unsafe local.withSocketAddress { unsafe bind(socket.number, $0, $1) }
            }
        }
        try systemCall("connect to", "\(address)") {
            unsafe address.withSocketAddress { unsafe Glibc.connect(socket.number, $0, $1) }
        }
        try? Socket.set(Int32(IPPROTO_UDP), segmentation, to: Int32(datagramBytes), of: socket)
        try? Socket.set(Int32(IPPROTO_UDP), reassembly, to: 1, of: socket)
        return socket
    }

    /// Whether the kernel cuts long writes into datagrams.
    static func cutsWrites(_ socket: FileDescriptor) -> Bool {
        ((try? Socket.option(Int32(IPPROTO_UDP), segmentation, of: socket)) ?? 0) > 0
    }

    /// Leaves it to the writer to cut.
    static func stopCutting(_ socket: FileDescriptor) {
        try? Socket.set(Int32(IPPROTO_UDP), segmentation, to: 0, of: socket)
    }

    /// Bytes that the kernel keeps of what has arrived.
    static func receiveBuffer(of socket: FileDescriptor) throws(SystemFault) -> Int {
        Int(try Socket.option(SOL_SOCKET, SO_RCVBUF, of: socket))
    }

    /// Sends one datagram from a socket that is not connected; what does not go is lost.
    public static func send(_ bytes: [UInt8], from socket: FileDescriptor, to target: SocketAddress) {
        _ = unsafe target.withSocketAddress { address, length in
            unsafe sendto(socket.number, bytes, bytes.count, 0, address, length)
        }
    }

    /// The next datagram that waits, or several of one sender, and who sent them.
    public static func receive(
        from socket: FileDescriptor, into buffer: inout [UInt8]
    ) throws(SystemFault) -> (count: Int, source: SocketAddress)? {
        var count = 0
        do throws(SystemFault) {
            let source = try unsafe SocketAddress("receive a datagram") { address, length in
                count = unsafe recvfrom(socket.number, &buffer, buffer.count, 0, address, length)
                return count < 0 ? -1 : 0
            }
            return (count, source)
        } catch {
            if error.errno == EAGAIN || error.errno == EINTR { return nil }
            throw error
        }
    }

    private static func open(_ address: SocketAddress) throws(SystemFault) -> FileDescriptor {
        let number = try systemCall("open a socket for", "\(address)") {
            Glibc.socket(address.family, Int32(SOCK_DGRAM.rawValue), 0)
        }
        let socket = try FileDescriptor(owning: number)
        try socket.setNonblocking()
        return socket
    }
}
