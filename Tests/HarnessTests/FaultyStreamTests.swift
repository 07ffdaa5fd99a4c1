// A faulty link over TCP between two sockets of the test: what it holds, what it alters, and what it keeps open.
import Faults
import Kernels
import Platform
import Registry
import Scenario
import Testing
import Wire

@testable import Harness

@Suite("Faulty stream")
struct FaultyStreamTests {
    /// A link from node 0 to node 1, the listener that it leads to, and a plan.
    private struct Bench: ~Copyable {
        private static let patience = Nanoseconds.milliseconds(10_000)

        private let folder: TemporaryDirectory
        private let listener: FileDescriptor
        private var link: FaultyStream
        private var plan: FaultPlan
        private var round = 0
        private var buffer = [UInt8](repeating: 0, count: 1 << 16)

        init(_ faults: [PlannedFault]) throws {
            let folder = try TemporaryDirectory()
            let (listener, address) = try Socket.listen(on: SocketAddress("127.0.0.1:0"))
            let nonce = RunNonce(hashing: "this run")
            let endpoint = Endpoint(address: "\(address)", pid: 1, incarnation: 1, nonce: nonce)
            try Files.write(endpoint.json, to: "\(folder.path)/endpoint.json")
            link = try FaultyStream(
                FaultyEdge(
                    dialler: NodeID(0), accepter: NodeID(1), endpoint: "\(folder.path)/endpoint.json", run: nonce,
                    limits: Limits(.model(3)), seed: 1))
            plan = FaultPlan(faults, nodeCount: 2, seed: 1, deadline: .milliseconds(60_000))
            self.listener = listener
            self.folder = folder
            enter(0)
        }

        /// What strikes in this round strikes from now on.
        mutating func enter(_ round: Int) {
            self.round = round
            _ = plan.advance(to: FaultMoment(now: MonotonicClock().now(), round: round))
        }

        func dial() throws -> FileDescriptor { try Socket.connect(to: link.address) }

        /// One turn of the link.
        mutating func turn() throws {
            var polled = PollLoop()
            link.register(in: &polled)
            let moment = MonotonicClock().now() + .milliseconds(1)
            try polled.wait(until: link.nextMoment.map { min($0, moment) } ?? moment)
            link.serve(polled, &plan, at: FaultMoment(now: MonotonicClock().now(), round: round), &buffer)
        }

        /// Gives the link turns until there is something, or for too long.
        mutating func eventually<Found>(_ find: (FileDescriptor) throws -> Found?) throws -> Found? {
            let end = MonotonicClock().now() + Self.patience
            while MonotonicClock().now() < end {
                if let found = try find(listener) { return found }
                try turn()
            }
            return nil
        }

        /// The next connection that the link makes for one of the dialler.
        mutating func accepted() throws -> FileDescriptor {
            let found = try eventually { try Socket.accept(from: $0) }
            return try #require(found)
        }

        /// The next bytes that come out of the link.
        mutating func received(from socket: FileDescriptor) throws -> [UInt8]? {
            var bytes = [UInt8](repeating: 0, count: 256)
            return try eventually { _ in
                guard case .bytes(let count) = try socket.read(into: &bytes) else { return nil }
                return Array(bytes[..<count])
            }
        }
    }

    private static func fault(
        _ name: String, _ given: [(name: String, value: ParameterValue)] = [], rounds: Range<Int> = 0..<Int.max
    ) throws -> PlannedFault {
        let type = try FaultCatalog.all.entry(named: name)
        let fault = try type.init(try ParameterValues(given, declared: type.parameters, key: name))
        return PlannedFault(fault, rounds: rounds, nodes: [NodeID(0), NodeID(1)])
    }

    /// It begins no frame, and so is carried as it comes.
    private static let noise = [UInt8](repeating: 9, count: 100)

    /// Clogged in round 0, and free in round 1, in which it still strikes.
    private static func clog() throws -> PlannedFault { try fault("swizzleClog", rounds: 0..<2) }

    @Test("what a clog held arrives when the link is free, though the fault and another go on")
    func freed() throws {
        var bench = try Bench([Self.clog(), Self.fault("delay", [("milliseconds", .number(1))])])
        let near = try bench.dial()
        let far = try bench.accepted()
        #expect(try near.write(Self.noise) == .bytes(Self.noise.count))
        for _ in 0..<20 { try bench.turn() }
        var bytes = [UInt8](repeating: 0, count: 1)
        #expect(try far.read(into: &bytes) == .wouldBlock)
        bench.enter(1)
        let arrived = try bench.received(from: far)
        #expect(arrived == Self.noise)
        // What follows is not held any more.
        #expect(try near.write(Self.noise) == .bytes(Self.noise.count))
        let next = try bench.received(from: far)
        #expect(next == Self.noise)
    }

    @Test("a wrong bit is another one on the next connection")
    func corruption() throws {
        var bench = try Bench([Self.fault("corruption", [("rate", .number(1))])])
        var arrived: [[UInt8]] = []
        for _ in 0..<4 {
            let near = try bench.dial()
            let far = try bench.accepted()
            #expect(try near.write(Self.noise) == .bytes(Self.noise.count))
            let bytes = try bench.received(from: far)
            arrived.append(try #require(bytes))
        }
        for bytes in arrived {
            #expect(zip(bytes, Self.noise).reduce(0) { $0 + ($1.0 ^ $1.1).nonzeroBitCount } == 1)
        }
        #expect(Set(arrived).count == arrived.count)
    }

    @Test("of connections that a clog keeps open the oldest give way")
    func manyConnections() throws {
        var bench = try Bench([Self.clog()])
        var ends: [FileDescriptor] = []
        for _ in 0..<7 {
            let near = try bench.dial()
            ends.append(try bench.accepted())
            // The dialler gives up; behind what is held nobody sees it.
            #expect(try near.write(Self.noise) == .bytes(Self.noise.count))
            for _ in 0..<5 { try bench.turn() }
        }
        var bytes = [UInt8](repeating: 0, count: 1)
        let isOpen = try ends.map { try $0.read(into: &bytes) == .wouldBlock }
        #expect(isOpen == [false, false, false, true, true, true, true])
    }
}
