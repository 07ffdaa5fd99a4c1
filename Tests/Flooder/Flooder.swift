// A neighbour that sends more than it should, as fast as a compiled program can: for `Scripts/attack-table` and
// `Scripts/chaos`.
import Core
import Kernels
import Platform
import Wire

/// A neighbour that takes its links and floods one of them.
protocol Flooding {
    /// Where it is dialled.
    var address: SocketAddress { get }
    /// Whether the victim gets the flood.
    var isAttacking: Bool { get set }
    /// Frames or datagrams beyond what is honest that the victim was sent.
    var flooded: Int { get }

    /// One turn: takes links and models, answers, floods.
    ///
    /// - Parameter control: looked at as well.
    /// - Returns: whether `control` can be read.
    mutating func turn(control: FileDescriptor) throws -> Bool
}

/// What it sends beside, or in place of, an honest answer to every model that comes.
enum Flood: String, CaseIterable {
    /// Models of the first round, for ever.
    case stale
    /// The model of the newest round, again and again.
    case equivocation
    /// Models of rounds far ahead, each newer than the last; what is not newer would be no model, so it answers nobody.
    case future
    /// Nothing but `waiting`.
    case waiting

    var answers: Bool { self == .stale || self == .equivocation }
}

/// Takes the links of the lower-numbered nodes, answers all, and floods one of them or a socket that is none of theirs.
struct Flooder: Flooding {
    private struct Edge {
        let socket: FileDescriptor
        var link: Link
        /// Bytes that wait to be written.
        var queue: [UInt8] = []
        var written = 0

        /// Writes what goes without waiting; false where nobody reads any more.
        mutating func flush() -> Bool {
            while written < queue.count {
                guard let transfer = try? socket.write(queue, from: written) else { return false }
                guard case .bytes(let count) = transfer else { return true }
                written += count
            }
            queue.removeAll(keepingCapacity: true)
            written = 0
            return true
        }
    }

    /// Frames made at once at most.
    private static let mostInBurst = 256

    let flood: Flood
    let framesPerSecond: Int
    let victim: NodeID
    private let local: LinkIdentity
    private let keys: KeyRing?
    private let diallers: [NodeID]
    private let listener: FileDescriptor
    let address: SocketAddress
    private var edges: [Edge] = []
    private var elsewhere: Edge
    var isAttacking = false
    private(set) var flooded = 0
    private let clock = MonotonicClock()
    private var buffer = [UInt8](repeating: 0, count: 1 << 18)
    private var newest = ModelMessage(round: Round(0), values: [])
    private var ahead = 1_000_000
    private var floodedUntil: Instant

    init(
        _ flood: Flood, framesPerSecond: Int, victim: NodeID, local: LinkIdentity, keys: KeyRing?, diallers: [NodeID],
        elsewhere: SocketAddress
    ) throws {
        (self.flood, self.framesPerSecond, self.victim) = (flood, framesPerSecond, victim)
        (self.local, self.keys, self.diallers) = (local, keys, diallers)
        (listener, address) = try Socket.listen(on: SocketAddress("127.0.0.1:0"))
        let socket = try Socket.connect(to: elsewhere)
        self.elsewhere = Edge(socket: socket, link: Link(local: local, expecting: .dialled(victim)))
        floodedUntil = clock.now()
        newest = ModelMessage(round: Round(0), values: [Float](repeating: 0, count: local.limits.channels.elementCount))
    }

    mutating func turn(control: FileDescriptor) throws -> Bool {
        var polled = PollLoop()
        polled.add(control)
        polled.add(listener)
        polled.add(elsewhere.socket, reading: false, writing: !elsewhere.queue.isEmpty)
        for edge in edges { polled.add(edge.socket, writing: !edge.queue.isEmpty) }
        try polled.wait(until: clock.now() + .milliseconds(1))
        for index in edges.indices.reversed() {
            if polled.isReadable(3 + index), !receive(index) || !edges[index].flush() { edges.remove(at: index) }
        }
        if polled.isReadable(1), let socket = try Socket.accept(from: listener) {
            let secrets = LinkSecrets(keys: keys, challenge: Entropy.bytes(LinkSecrets.challengeBytes))
            let link = Link(local: local, expecting: .accepted(among: diallers), secrets: secrets)
            edges.append(Edge(socket: socket, link: link))
        }
        pour()
        return polled.isReadable(0)
    }

    private mutating func receive(_ index: Int) -> Bool {
        guard let transfer = try? edges[index].socket.read(into: &buffer) else { return false }
        guard case .bytes(let count) = transfer else { return transfer == .wouldBlock }
        var effects: [LinkEffect] = []
        let bytes = Array(buffer[0..<count])
        edges[index].link.receive(bytes.span, into: &effects)
        for effect in effects {
            switch effect {
            case .transmit(let frame): edges[index].queue += frame.bytes
            case .deliver(.model(let model)):
                if model.round > newest.round { newest = model }
                guard flood.answers || !isFlooding else { continue }
                let answer = edges[index].link.frame(for: .model(model))
                edges[index].queue += answer.bytes
            case .close: return false
            case .opened, .deliver, .refused: break
            }
        }
        return true
    }

    /// Past the first rounds, which are honest: whoever has never sent a model is not waited for.
    private var isFlooding: Bool { newest.round.number > 100 }

    /// Makes the frames that are due, for the victim's link, and sends them there or elsewhere.
    private mutating func pour() {
        let now = clock.now()
        guard isFlooding, let index = edges.firstIndex(where: { $0.link.peer == victim && $0.link.isOpen }) else {
            floodedUntil = now
            return
        }
        let due = min(Self.mostInBurst, Int((now - floodedUntil) * Nanoseconds(framesPerSecond) / 1_000_000_000))
        guard due > 0 else { return }
        floodedUntil = now
        guard isAttacking ? edges[index].queue.isEmpty : elsewhere.queue.isEmpty else { return }
        var bytes: [UInt8] = []
        for _ in 0..<due { bytes += edges[index].link.frame(for: message()).bytes }
        if isAttacking {
            flooded += due
            edges[index].queue = bytes
            if !edges[index].flush() { edges.remove(at: index) }
        } else {
            elsewhere.queue = bytes
            _ = elsewhere.flush()
        }
    }

    private mutating func message() -> Message {
        switch flood {
        case .stale: return .model(ModelMessage(round: Round(0), values: newest.values, digest: newest.digest))
        case .equivocation: return .model(newest)
        case .future:
            ahead += 1
            return .model(ModelMessage(round: Round(ahead), values: newest.values, digest: newest.digest))
        case .waiting: return .waiting(newest.round)
        }
    }
}
