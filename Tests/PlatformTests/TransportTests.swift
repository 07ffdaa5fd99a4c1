// Both transports over the loopback interface: between neighbours, and beset by those who mean no good.
import Kernels
import Scenario
import Testing
import Wire

@testable import Platform

extension PlatformTests {
    @Suite("Transports") struct TransportTests {
        private static let dimension = 250_000

        /// One node's transport and what it has told.
        private struct End {
            var transport: any MessageTransport
            var arrivals: [Arrival] = []

            mutating func turn() throws {
                _ = try transport.wait(
                    until: MonotonicClock().now() + .milliseconds(1), others: [], into: &arrivals)
                // What a flood consists of.
                arrivals.removeAll { if case .message(.waiting, _) = $0 { true } else { false } }
            }

            mutating func send(_ message: Message, to peer: Int) {
                transport.send(message, to: NodeID(peer), into: &arrivals)
            }

            func isLinked(with peer: Int) -> Bool {
                arrivals.contains { if case .linkUp(NodeID(peer), _) = $0 { true } else { false } }
            }

            var rejections: [(reason: Rejection, peer: NodeID?)] {
                arrivals.flatMap { arrival -> [(reason: Rejection, peer: NodeID?)] in
                    guard case .refused(let reason, let peer, let count) = arrival else { return [] }
                    return (0..<count).map { _ in (reason, peer) }
                }
            }

            func messages(from peer: Int) -> [Message] {
                arrivals.compactMap {
                    if case .message(let message, NodeID(peer)) = $0 { message } else { nil }
                }
            }
        }

        private static func identity(_ node: Int) -> LinkIdentity {
            LinkIdentity(
                experiment: [UInt8](repeating: 1, count: 32), run: .none, node: NodeID(node), incarnation: 1,
                limits: Limits(.model(dimension)))
        }

        /// The key of an edge, or of none.
        private static func ring(_ node: Int, _ neighbours: [Int], isSealed: Bool) -> KeyRing? {
            guard isSealed else { return nil }
            return KeyRing(
                neighbours.map { (NodeID($0), EdgeKey([UInt8](repeating: UInt8(min(node, $0)), count: 32))) })
        }

        private static func end(
            _ node: Int, neighbours: [Int], over kind: Transport, isSealed: Bool = false,
            to addresses: [Int: String] = [:]
        ) throws -> End {
            let settings = TransportSettings(
                local: identity(node), keys: ring(node, neighbours, isSealed: isSealed),
                neighbours: neighbours.map { NodeID($0) }, listen: "127.0.0.1:0", patience: .milliseconds(400)
            ) { addresses[$0.index] }
            let now = MonotonicClock().now()
            return switch kind {
            case .tcp: End(transport: try TCPTransport(settings, now: now))
            case .udp: End(transport: try UDPTransport(settings, now: now))
            }
        }

        private static func model(_ round: Int) -> Message {
            .model(
                ModelMessage(
                    round: Round(round), values: [Float](repeating: Float(round) - 0.1, count: dimension - 1) + [7]))
        }

        /// Lets all take turns until `isDone`, or until so late that only a fault reaches it.
        private static func run(_ ends: inout [End], until isDone: ([End]) -> Bool) throws -> Bool {
            let deadline = MonotonicClock().now() + .milliseconds(20_000)
            while MonotonicClock().now() < deadline {
                if isDone(ends) { return true }
                for index in ends.indices { try ends[index].turn() }
            }
            return isDone(ends)
        }

        @Test("neighbours exchange models of a megabyte and take leave", arguments: Transport.allCases, [false, true])
        func exchange(kind: Transport, isSealed: Bool) throws {
            let accepter = try Self.end(1, neighbours: [0], over: kind, isSealed: isSealed)
            let dialler = try Self.end(
                0, neighbours: [1], over: kind, isSealed: isSealed, to: [1: accepter.transport.address.description])
            var ends = [dialler, accepter]
            #expect(try Self.run(&ends) { $0[0].isLinked(with: 1) && $0[1].isLinked(with: 0) })
            for round in 0..<3 {
                for node in [0, 1] {
                    ends[node].send(Self.model(round), to: 1 - node)
                }
                #expect(
                    try Self.run(&ends) { ends in
                        [0, 1].allSatisfy { ends[$0].messages(from: 1 - $0).count == round + 1 }
                    })
            }
            for node in [0, 1] {
                #expect(ends[node].messages(from: 1 - node) == (0..<3).map(Self.model))
                #expect(ends[node].rejections.isEmpty && ends[node].transport.messagesSent == 3)
                ends[node].send(.bye(.finished), to: 1 - node)
            }
            #expect(
                try Self.run(&ends) {
                    $0.allSatisfy { $0.messages(from: 0).last ?? $0.messages(from: 1).last == .bye(.finished) }
                })
            for node in [0, 1] { ends[node].transport.finishSending() }
            #expect(try Self.run(&ends) { $0.allSatisfy { !$0.transport.hasConnections } })
        }

        @Test("a neighbour is found by the name of its host, once that is known", arguments: Transport.allCases)
        func names(kind: Transport) throws {
            let accepter = try Self.end(1, neighbours: [0], over: kind)
            let port = "\(accepter.transport.address)".split(separator: ":").last ?? ""
            let dialler = try Self.end(
                0, neighbours: [1, 2], over: kind, to: [1: "localhost:\(port)", 2: "no-such-host.invalid:1"])
            var ends = [dialler, accepter]
            func isUnresolved(_ end: End) -> Bool {
                end.arrivals.contains { if case .unresolved(NodeID(2), _) = $0 { true } else { false } }
            }
            #expect(
                try Self.run(&ends) {
                    $0[0].isLinked(with: 1) && $0[1].isLinked(with: 0) && isUnresolved($0[0])
                })
        }

        @Test(
            "whoever records a sealed link finds no number of a model in it; of a plain one, all",
            arguments: [false, true])
        func capture(isSealed: Bool) throws {
            let accepter = try Self.end(1, neighbours: [0], over: .tcp, isSealed: isSealed)
            var tap = try Tap(before: accepter.transport.address)
            let dialler = try Self.end(
                0, neighbours: [1], over: .tcp, isSealed: isSealed, to: [1: tap.address.description])
            var ends = [dialler, accepter]
            #expect(
                try Self.run(&ends) { ends in
                    tap.relay()
                    return ends[0].isLinked(with: 1) && ends[1].isLinked(with: 0)
                })
            for node in [0, 1] { ends[node].send(Self.model(node), to: 1 - node) }
            #expect(
                try Self.run(&ends) { ends in
                    tap.relay()
                    return [0, 1].allSatisfy { ends[$0].messages(from: 1 - $0).count == 1 }
                })
            #expect(tap.recorded.count > 8 * Self.dimension)
            for node in [0, 1] {
                guard case .model(let model) = Self.model(node) else { preconditionFailure("it is a model") }
                var pattern: [UInt8] = []
                for value in model.values.prefix(2) { pattern.append(littleEndian: value.bitPattern) }
                #expect(tap.recorded.contains(pattern) == !isSealed)
            }
        }

        @Test("an address in use is named", arguments: Transport.allCases)
        func inUse(kind: Transport) throws {
            let first = try Self.end(1, neighbours: [0], over: kind)
            let address = first.transport.address.description
            let settings = TransportSettings(
                local: Self.identity(2), keys: nil, neighbours: [], listen: address, patience: .milliseconds(400)
            ) { _ in nil }
            let fault = #expect(throws: SystemFault.self) {
                switch kind {
                case .tcp: _ = try TCPTransport(settings, now: MonotonicClock().now())
                case .udp: _ = try UDPTransport(settings, now: MonotonicClock().now())
                }
            }
            #expect(fault?.description == "cannot listen on \(address): Address already in use (EADDRINUSE)")
        }

        @Test("strangers who say nothing, or a byte at a time, keep no neighbour out")
        func strangers() throws {
            let accepter = try Self.end(1, neighbours: [0], over: .tcp)
            let address = accepter.transport.address
            let strangers = try (0..<40).map { _ in try Socket.connect(to: address) }
            var ends = [accepter]
            #expect(try Self.run(&ends) { $0[0].rejections.contains { $0.reason == .tooManyConnections } })
            for stranger in strangers { _ = try? stranger.write([UInt8(ascii: "G")]) }
            ends.append(try Self.end(0, neighbours: [1], over: .tcp, to: [1: address.description]))
            #expect(try Self.run(&ends) { $0[0].isLinked(with: 0) && $0[1].isLinked(with: 1) })
            // Of forty and the neighbour, nine fit.
            #expect(ends[0].rejections.count { $0.reason == .tooManyConnections } >= 32)
            #expect(ends[0].rejections.allSatisfy { $0.peer == nil })
        }

        @Test("a connection that another has replaced is closed, whatever its other end does")
        func replaced() throws {
            var ends = [try Self.end(1, neighbours: [0], over: .tcp, isSealed: true)]
            let address = ends[0].transport.address
            func links(_ end: End) -> Int {
                end.arrivals.count { if case .linkUp(NodeID(0), _) = $0 { true } else { false } }
            }
            var peers: [Flooder] = []
            for count in 1...3 {
                let secrets = LinkSecrets(
                    keys: Self.ring(0, [1], isSealed: true), challenge: Entropy.bytes(LinkSecrets.challengeBytes))
                peers.append(
                    Flooder(link: Link(local: Self.identity(0), expecting: .dialled(NodeID(1)), secrets: secrets)))
                try peers[count - 1].dial(address)
                #expect(
                    try Self.run(&ends) { ends in
                        peers[count - 1].pour(ahead: 0)
                        return links(ends[0]) == count
                    })
            }
            peers.removeLast()
            #expect(try Self.run(&ends) { !$0[0].transport.hasConnections })
            #expect(peers.count == 2 && ends[0].rejections.isEmpty)
        }

        @Test("who answers a dialled connection with silence is dialled again, at the address it has by then")
        func silence() throws {
            final class Directory { var address = "" }
            let directory = Directory()
            let silent = try Socket.listen(on: SocketAddress("127.0.0.1:0"))
            directory.address = silent.address.description
            let settings = TransportSettings(
                local: Self.identity(0), keys: nil, neighbours: [NodeID(1)], listen: "127.0.0.1:0",
                patience: .milliseconds(400)
            ) { _ in directory.address }
            var ends = [End(transport: try TCPTransport(settings, now: MonotonicClock().now()))]
            var answered: FileDescriptor?
            #expect(
                try Self.run(&ends) { _ in
                    answered = (try? Socket.accept(from: silent.socket)) ?? nil
                    return answered != nil
                })
            ends.append(try Self.end(1, neighbours: [0], over: .tcp))
            directory.address = ends[1].transport.address.description
            #expect(try Self.run(&ends) { $0[0].isLinked(with: 1) && $0[1].isLinked(with: 0) })
            #expect(answered != nil && ends[0].rejections.isEmpty)
        }

        @Test("who says bye lets nobody in any more and waits for no stranger")
        func leave() throws {
            var ends = [try Self.end(1, neighbours: [0], over: .tcp)]
            let address = ends[0].transport.address
            let strangers = try (0..<3).map { _ in try Socket.connect(to: address) }
            #expect(try Self.run(&ends) { $0[0].transport.hasConnections })
            ends[0].transport.finishSending()
            #expect(!ends[0].transport.hasConnections)
            let late = try Socket.connect(to: address)
            for _ in 0..<3 { try ends[0].turn() }
            withExtendedLifetime((strangers, late)) { #expect(!ends[0].transport.hasConnections) }
        }

        @Test("a neighbour that floods is heard after the others, which are served, and keeps its link")
        func flood() throws {
            let honest = try Self.end(2, neighbours: [1], over: .tcp)
            let victim = try Self.end(
                1, neighbours: [0, 2], over: .tcp, to: [2: honest.transport.address.description])
            var ends = [victim, honest]
            #expect(try Self.run(&ends) { $0[0].isLinked(with: 2) })

            var flooder = Flooder(link: Link(local: Self.identity(0), expecting: .dialled(NodeID(1))))
            try flooder.dial(victim.transport.address)
            func isFlooded(_ ends: [End]) -> Bool {
                ends[0].rejections.contains { $0.reason == .flood && $0.peer == NodeID(0) }
            }
            #expect(
                try Self.run(&ends) { ends in
                    flooder.pour()
                    return isFlooded(ends)
                })
            // While it goes on, the other's models come through, one after the other.
            for round in 0..<10 {
                ends[1].send(Self.model(round), to: 1)
                #expect(
                    try Self.run(&ends) { ends in
                        flooder.pour()
                        return ends[0].messages(from: 2).count == round + 1
                    })
            }
            #expect(!flooder.isCutOff && ends[0].rejections.allSatisfy { $0.reason == .flood && $0.peer == NodeID(0) })
            #expect(ends[0].arrivals.allSatisfy { if case .linkDown = $0 { false } else { true } })
        }

        @Test("of models far ahead that come at once the last one is taken; those that the node may need all are")
        func ahead() {
            var arrivals: [Arrival] = []
            func rounds(_ rounds: [Int], from peer: Int = 1, sentRound: Int?, backlog: Int = 1) -> [Int] {
                arrivals.removeAll()
                for round in rounds {
                    arrivals.append(
                        Self.model(round), from: NodeID(peer), sentRound: sentRound.map { Round($0) },
                        backlog: backlog)
                }
                return arrivals.compactMap {
                    if case .message(.model(let model), _) = $0 { model.round.number } else { nil }
                }
            }
            #expect(rounds([7, 8, 9, 10, 40], sentRound: 7) == [7, 8, 40])
            #expect(rounds([7, 8, 9, 10, 40], sentRound: 7, backlog: 16) == [7, 8, 9, 10, 40], "it may be ahead")
            #expect(rounds([2, 3, 4], sentRound: nil) == [2, 3, 4])
            #expect(rounds([2, 3, 4], sentRound: 9) == [2, 3, 4])
            arrivals.append(Self.model(50), from: NodeID(2), sentRound: Round(0), backlog: 1)
            arrivals.append(Self.model(60), from: NodeID(3), sentRound: Round(0), backlog: 1)
            #expect(arrivals.count == 5, "of others each has its own")
        }

        @Test("garbage over UDP costs nothing but their count", arguments: [false, true])
        func garbage(isSealed: Bool) throws {
            let accepter = try Self.end(1, neighbours: [0], over: .udp, isSealed: isSealed)
            let address = accepter.transport.address
            let dialler = try Self.end(
                0, neighbours: [1], over: .udp, isSealed: isSealed, to: [1: address.description])
            let stranger = try DatagramSocket.connect(to: address, datagramBytes: 1_400)
            var random = RandomStream(seed: 1, purpose: .faults)
            var ends = [dialler, accepter]
            var datagramsLeft = 120
            #expect(
                try Self.run(&ends) { ends in
                    datagramsLeft -= 1
                    let noise = (0..<random.below(1_300) + 1).map { _ in UInt8(truncatingIfNeeded: random.next()) }
                    _ = try? stranger.write(noise)
                    return datagramsLeft < 0 && ends[0].isLinked(with: 1) && ends[1].isLinked(with: 0)
                })
            let model = Self.model(0)
            ends[0].send(model, to: 1)
            #expect(try Self.run(&ends) { !$0[1].messages(from: 0).isEmpty })
            #expect(ends[1].messages(from: 0) == [model])
            let rejections = ends[1].rejections
            #expect(rejections.count > 40 && rejections.allSatisfy { $0.peer == nil })
            #expect(ends[1].arrivals.allSatisfy { if case .linkDown = $0 { false } else { true } })
        }

        @Test("hellos over UDP that prove nothing get a cookie or nothing, and no socket", arguments: [false, true])
        func doorstep(isSealed: Bool) throws {
            var ends = [try Self.end(1, neighbours: [0], over: .udp, isSealed: isSealed)]
            let address = ends[0].transport.address
            let descriptors = try Files.names(in: "/proc/self/fd").count
            let strangers = try (0..<20).map { _ in try DatagramSocket.connect(to: address, datagramBytes: 1_400) }
            // All is as it should be but, where there are keys, for the mark.
            var forger = DatagramLink(
                local: Self.identity(0), expecting: .dialled(NodeID(1)),
                secrets: LinkSecrets(
                    keys: isSealed ? KeyRing([(NodeID(1), EdgeKey([UInt8](repeating: 9, count: 32)))]) : nil,
                    challenge: [UInt8](repeating: 1, count: 32)),
                pace: DatagramLink.Pace(patience: .milliseconds(400), receiveBuffer: 1 << 20),
                at: Instant(nanoseconds: 0))
            var effects: [DatagramLink.Effect] = []
            forger.start(at: Instant(nanoseconds: 0), into: &effects)
            guard case .transmit(let hello) = effects[0] else { return }
            var buffer = [UInt8](repeating: 0, count: 2_048)
            var answers: [Int] = []
            for stranger in strangers { _ = try stranger.write(hello.bytes) }
            #expect(
                try Self.run(&ends) { _ in
                    for stranger in strangers {
                        if case .bytes(let count)? = try? stranger.read(into: &buffer) { answers.append(count) }
                    }
                    return answers.count == strangers.count
                })
            #expect(answers.allSatisfy { $0 < hello.bytes.count } && ends[0].rejections.isEmpty)
            #expect(!ends[0].transport.hasConnections)

            effects = []
            forger.receive(buffer.span.extracting(0..<answers[0]), at: Instant(nanoseconds: 1), into: &effects)
            guard case .transmit(let second) = effects[0] else { return }
            _ = try strangers[strangers.count - 1].write(second.bytes)
            #expect(
                try Self.run(&ends) {
                    isSealed ? $0[0].rejections.count == 1 : $0[0].transport.hasConnections
                })
            #expect(ends[0].rejections.allSatisfy { $0.reason == .wrongKey && $0.peer == nil })
            #expect(ends[0].transport.hasConnections == !isSealed)
            withExtendedLifetime(strangers) {
                let others = descriptors + strangers.count
                #expect(((try? Files.names(in: "/proc/self/fd").count) ?? 0) < others + 15)
            }
        }

        @Test(
            "where there are no keys, nobody takes the place of a neighbour that is heard",
            arguments: Transport.allCases)
        func usurper(kind: Transport) throws {
            let accepter = try Self.end(1, neighbours: [0], over: kind)
            let address = accepter.transport.address.description
            var ends = [try Self.end(0, neighbours: [1], over: kind, to: [1: address]), accepter]
            #expect(try Self.run(&ends) { $0[0].isLinked(with: 1) && $0[1].isLinked(with: 0) })
            ends.append(try Self.end(0, neighbours: [1], over: kind, to: [1: address]))
            for _ in 0..<10_000 where ends[1].rejections.isEmpty {
                ends[0].send(.waiting(Round(0)), to: 1)
                for index in ends.indices { try ends[index].turn() }
            }
            #expect(ends[1].rejections.contains { $0.reason == .placeTaken })
            #expect(ends[1].rejections.allSatisfy { $0.reason == .placeTaken && $0.peer == nil })
            ends[0].send(Self.model(1), to: 1)
            #expect(try Self.run(&ends) { $0[1].messages(from: 0) == [Self.model(1)] })
        }
    }
}

/// A neighbour gone bad: it opens a link as it should, and then sends small frames without end.
private struct Flooder {
    var link: Link
    private var socket: FileDescriptor?
    private var output: [UInt8] = []
    private(set) var isCutOff = false

    init(link: Link) { self.link = link }

    mutating func dial(_ address: SocketAddress) throws {
        Signals.ignoreBrokenPipes()
        let socket = try Socket.connect(to: address)
        #expect(try becomesReady(socket, reading: false, writing: true))
        var effects: [LinkEffect] = []
        link.start(into: &effects)
        self.socket = socket
        send(effects)
    }

    private mutating func send(_ effects: [LinkEffect]) {
        for case .transmit(let frame) in effects { output += frame.bytes }
    }

    /// Writes as much as goes, with so many bytes waiting at most.
    mutating func pour(ahead: Int = 1 << 20) {
        guard let socket, !isCutOff else { return }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        do throws(SystemFault) {
            switch try socket.read(into: &buffer) {
            case .ended: isCutOff = true
            case .wouldBlock: break
            case .bytes(let count):
                var effects: [LinkEffect] = []
                link.receive(buffer.span.extracting(0..<count), into: &effects)
                send(effects)
            }
            while link.isOpen, output.count < ahead { output += link.frame(for: .waiting(Round(0))).bytes }
            while !output.isEmpty, case .bytes(let count) = try socket.write(output) { output.removeFirst(count) }
        } catch {
            isCutOff = true
        }
    }
}

/// Someone between two nodes who passes on what they say, and writes it down.
private struct Tap {
    let address: SocketAddress
    private(set) var recorded: [UInt8] = []
    private let target: SocketAddress
    private let listener: FileDescriptor
    /// Who dialled, and who was meant, with what has yet to reach each.
    private var ends: [(socket: FileDescriptor, waiting: [UInt8])] = []
    private var buffer = [UInt8](repeating: 0, count: 1 << 18)

    init(before target: SocketAddress) throws {
        self.target = target
        (listener, address) = try Socket.listen(on: SocketAddress("127.0.0.1:0"))
    }

    /// Passes on as much as goes.
    mutating func relay() {
        if ends.isEmpty, let accepted = try? Socket.accept(from: listener),
            let dialled = try? Socket.connect(to: target)
        {
            ends = [(accepted, []), (dialled, [])]
        }
        for index in ends.indices {
            while ends[1 - index].waiting.count < 1 << 20,
                case .bytes(let count)? = try? ends[index].socket.read(into: &buffer)
            {
                recorded += buffer[0..<count]
                ends[1 - index].waiting += buffer[0..<count]
            }
        }
        for index in ends.indices where !ends[index].waiting.isEmpty {
            guard case .bytes(let count)? = try? ends[index].socket.write(ends[index].waiting) else { continue }
            ends[index].waiting.removeFirst(count)
        }
    }
}
