// Bare exchange, what rounds are compared with: as many processes as there are nodes, which send each other as many
// bytes over plain sockets and do nothing else. No frames, no checks, no training, no files while it lasts.
import Graphs
import Kernels
import Platform
import Registry

/// The exchange of bytes alone that rounds are compared with.
public enum BareExchange {
    /// The word that makes `gossiplab bench` one of its processes.
    public static let word = "exchange"

    /// Seconds of one round: from when the last process has done its first round to when the last one has done all.
    ///
    /// - Parameters:
    ///   - bytes: that each node sends to each of its neighbours in a round.
    ///   - program: path of gossiplab.
    static func measure(_ topology: Topology, bytes: Int, rounds: Int, program: String) throws -> Double {
        let folder = try TemporaryDirectory()
        let lifeline = try Lifeline()
        var children: [ChildProcess] = []
        defer { for child in children where child.status == nil { try? child.send(.kill) } }
        for node in topology.nodes {
            let neighbours = topology.neighbours(of: node).map { "\($0.index)" }.joined(separator: ",")
            children.append(
                try ChildProcess(
                    program, ["bench", word, "\(node.index)", neighbours, "\(bytes)", "\(rounds)", folder.path],
                    lifeline: lifeline, isOneOfMany: true))
        }
        for child in children where try child.wait() != .exited(0) {
            throw BenchFault("a process of the bare exchange did not end well")
        }
        var (first, last) = (Int64.min, Int64.min)
        for node in topology.nodes {
            let text = String(decoding: try Files.read(momentsPath(node.index, in: folder.path)), as: UTF8.self)
            let moments = text.split(separator: " ").compactMap { Int64($0) }
            guard moments.count == 2 else {
                throw BenchFault("a process of the bare exchange did not say when it ended")
            }
            first = max(first, moments[0])
            last = max(last, moments[1])
        }
        return Double(last - first) / 1e9 / Double(rounds - 1)
    }

    private static func addressPath(_ node: Int, in folder: String) -> String { "\(folder)/\(node).address" }
    private static func momentsPath(_ node: Int, in folder: String) -> String { "\(folder)/\(node).moments" }

    // MARK: - One process

    private struct Peer {
        let socket: FileDescriptor
        var incoming: [UInt8]
        var sent = 0
        var received = 0
    }

    /// Takes part as the process that `words` describe: its index, its neighbours', bytes, rounds, and the folder where
    /// all meet.
    public static func takePart(_ words: [String]) throws {
        let neighbours = words.count == 5 ? words[1].split(separator: ",").compactMap { Int($0) } : []
        guard words.count == 5, let node = Int(words[0]), let bytes = Int(words[2]), let rounds = Int(words[3]) else {
            throw ConfigurationFault("\(word) is a part of 'bench \(RoundBench.name)', which starts it")
        }
        let folder = words[4]
        var peers = try meet(neighbours, as: node, in: folder).map {
            Peer(socket: $0, incoming: [UInt8](repeating: 0, count: bytes))
        }
        let outgoing = [UInt8](repeating: UInt8(truncatingIfNeeded: node), count: bytes)
        let lifeline = Lifeline.inherited()
        let clock = MonotonicClock()
        try exchange(outgoing, with: &peers, lifeline)
        let first = clock.now()
        for _ in 1..<rounds { try exchange(outgoing, with: &peers, lifeline) }
        let moments = "\(first.nanoseconds) \(clock.now().nanoseconds)"
        try Files.write(Array(moments.utf8), to: momentsPath(node, in: folder))
    }

    /// A connection with each neighbour; the lower index dials, as nodes do.
    private static func meet(_ neighbours: [Int], as node: Int, in folder: String) throws -> [FileDescriptor] {
        let (listener, address) = try Socket.listen(on: SocketAddress("127.0.0.1:0"))
        try Files.write(Array("\(address)".utf8), to: addressPath(node, in: folder))
        let clock = MonotonicClock()
        var poll = PollLoop()
        var sockets: [FileDescriptor] = []
        for neighbour in neighbours where neighbour > node {
            let path = addressPath(neighbour, in: folder)
            while !Files.exists(path) { try poll.wait(until: clock.now() + .milliseconds(1)) }
            let text = String(decoding: try Files.read(path), as: UTF8.self)
            let socket = try Socket.connect(to: SocketAddress(text))
            poll.removeAll()
            poll.add(socket, reading: false, writing: true)
            try poll.wait(until: nil)
            if let fault = Socket.connectionFault(of: socket, to: try SocketAddress(text)) { throw fault }
            sockets.append(socket)
            poll.removeAll()
        }
        poll.add(listener)
        while sockets.count < neighbours.count {
            try poll.wait(until: nil)
            while let socket = try Socket.accept(from: listener) { sockets.append(socket) }
        }
        return sockets
    }

    /// Sends `outgoing` to every peer and takes as much from each.
    private static func exchange(
        _ outgoing: [UInt8], with peers: inout [Peer], _ lifeline: FileDescriptor?
    ) throws {
        for index in peers.indices {
            (peers[index].sent, peers[index].received) = (0, 0)
            try send(outgoing, to: &peers[index])
        }
        var poll = PollLoop()
        while peers.contains(where: { $0.sent < outgoing.count || $0.received < outgoing.count }) {
            poll.removeAll()
            for peer in peers {
                poll.add(peer.socket, reading: peer.received < outgoing.count, writing: peer.sent < outgoing.count)
            }
            let last = lifeline.map { poll.add($0) }
            try poll.wait(until: nil)
            if let last, poll.isReadable(last) { throw BenchFault("the launcher has gone") }
            for index in peers.indices {
                if peers[index].sent < outgoing.count, poll.isWritable(index) { try send(outgoing, to: &peers[index]) }
                guard peers[index].received < outgoing.count, poll.isReadable(index) else { continue }
                switch try peers[index].socket.read(into: &peers[index].incoming, from: peers[index].received) {
                case .bytes(let count): peers[index].received += count
                case .wouldBlock: break
                case .ended: throw BenchFault("a peer has gone")
                }
            }
        }
    }

    private static func send(_ bytes: [UInt8], to peer: inout Peer) throws(SystemFault) {
        while peer.sent < bytes.count, case .bytes(let count) = try peer.socket.write(bytes, from: peer.sent) {
            peer.sent += count
        }
    }
}
