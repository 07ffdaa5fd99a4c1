// Loopback: whether this machine carries what nodes send each other on it.
import Kernels

/// A connection and a datagram of this process to itself.
public enum Loopback {
    private static let longest: Nanoseconds = .milliseconds(2_000)
    private static let greeting: [UInt8] = Array("gossip".utf8)

    /// Sends a few bytes through a TCP connection of `127.0.0.1`.
    ///
    /// - Returns: whether they came, within two seconds.
    public static func carriesStreams() throws -> Bool {
        let listener = try Socket.listen(on: SocketAddress("127.0.0.1:0"))
        let dialler = try Socket.connect(to: listener.address)
        guard try isReady(listener.socket), let accepted = try Socket.accept(from: listener.socket) else {
            return false
        }
        guard try isReady(dialler, writing: true), Socket.connectionFault(of: dialler, to: listener.address) == nil
        else {
            return false
        }
        _ = try dialler.write(greeting)
        var bytes = [UInt8](repeating: 0, count: greeting.count)
        guard try isReady(accepted) else { return false }
        return try accepted.read(into: &bytes) == .bytes(greeting.count) && bytes == greeting
    }

    /// The same by one datagram.
    public static func carriesDatagrams() throws -> Bool {
        let receiver = try DatagramSocket.listen(on: SocketAddress("127.0.0.1:0"))
        let sender = try DatagramSocket.listen(on: SocketAddress("127.0.0.1:0"))
        DatagramSocket.send(greeting, from: sender.socket, to: receiver.address)
        var bytes = [UInt8](repeating: 0, count: greeting.count)
        guard try isReady(receiver.socket) else { return false }
        return try DatagramSocket.receive(from: receiver.socket, into: &bytes)?.count == greeting.count
            && bytes == greeting
    }

    private static func isReady(_ socket: FileDescriptor, writing: Bool = false) throws(SystemFault) -> Bool {
        var poll = PollLoop()
        poll.add(socket, reading: !writing, writing: writing)
        return try poll.wait(until: MonotonicClock().now() + longest) > 0
    }
}
