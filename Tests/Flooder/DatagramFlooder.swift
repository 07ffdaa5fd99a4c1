// The flooder over UDP: a neighbour that floods one node with datagrams of its own link, each sealed for itself.
import Core
import Cryptography
import Kernels
import Platform
import Wire

/// Takes the links of the lower-numbered nodes, answers every model with the same, and beside that floods one of them.
///
/// For the victim's link time goes by a hundred thousand times faster than for anyone else: whatever a link does again
/// after a while, it does at once. So it says all the time that it lives, and sends again what was not acknowledged in
/// the moment before, always under new sequence numbers: each datagram is one that an honest node could send.
struct DatagramFlooder: Flooding {
    private struct Edge {
        let address: SocketAddress
        var link: DatagramLink
        /// How far its time is ahead of the clock.
        var lead: Nanoseconds = 0
    }

    /// A link that has been silent for so long says something.
    private static let step: Nanoseconds = .milliseconds(300)
    /// Datagrams made at once at most.
    private static let mostInBurst = 4096
    /// No silence is too long, in the victim's link's time as well.
    private static let patience: Nanoseconds = .milliseconds(1_000_000_000)

    let datagramsPerSecond: Int
    let victim: NodeID
    private let local: LinkIdentity
    private let keys: KeyRing?
    private let validator: AddressValidator
    private let listener: FileDescriptor
    let address: SocketAddress
    private var edges: [Edge] = []
    var isAttacking = false
    private(set) var flooded = 0
    private let clock = MonotonicClock()
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)
    private var floodedUntil: Instant

    init(
        datagramsPerSecond: Int, victim: NodeID, local: LinkIdentity, keys: KeyRing?, diallers: [NodeID]
    ) throws {
        (self.datagramsPerSecond, self.victim) = (datagramsPerSecond, victim)
        (self.local, self.keys) = (local, keys)
        validator = AddressValidator(
            local: local, diallers: diallers, keys: keys, secret: SipHash.Key(Entropy.bytes(SipHash.Key.byteCount)))
        (listener, address) = try DatagramSocket.listen(on: SocketAddress("127.0.0.1:0"))
        floodedUntil = clock.now()
    }

    mutating func turn(control: FileDescriptor) throws -> Bool {
        var polled = PollLoop()
        polled.add(control)
        polled.add(listener)
        try polled.wait(until: clock.now() + .milliseconds(1))
        while let (count, source) = try DatagramSocket.receive(from: listener, into: &buffer) {
            take(Array(buffer[0..<count]), from: source)
        }
        for index in edges.indices.reversed() {
            let now = clock.now() + edges[index].lead
            guard let due = edges[index].link.nextTimer, due <= now else { continue }
            speak(index) { $0.timer(at: now, into: &$1) }
        }
        pour()
        return polled.isReadable(0)
    }

    private mutating func take(_ bytes: [UInt8], from source: SocketAddress) {
        guard let index = edges.firstIndex(where: { $0.address == source }) ?? admitted(bytes, from: source) else {
            return
        }
        let now = clock.now() + edges[index].lead
        speak(index) { $0.receive(bytes.span, at: now, into: &$1) }
    }

    private mutating func admitted(_ bytes: [UInt8], from source: SocketAddress) -> Int? {
        let now = clock.now()
        switch validator.judge(bytes.span, from: Array("\(source)".utf8), at: now) {
        case .refused: return nil
        case .asked(let answer):
            DatagramSocket.send(answer, from: listener, to: source)
            return nil
        case .admitted(let sender, _):
            let secrets = LinkSecrets(keys: keys, challenge: Entropy.bytes(LinkSecrets.challengeBytes))
            let link = DatagramLink(
                local: local, expecting: .accepted(among: [sender]), secrets: secrets,
                pace: .init(patience: Self.patience, receiveBuffer: 1 << 17), at: now)
            edges.append(Edge(address: source, link: link))
            return edges.count - 1
        }
    }

    /// Has a link do something, and carries out what it asks for.
    ///
    /// - Returns: datagrams sent; the edge may be gone.
    @discardableResult
    private mutating func speak(
        _ index: Int, _ turn: (inout DatagramLink, inout [DatagramLink.Effect]) -> Void
    ) -> Int {
        var effects: [DatagramLink.Effect] = []
        turn(&edges[index].link, &effects)
        let now = clock.now() + edges[index].lead
        var sent = 0
        var next = 0
        // To answer a model asks for more.
        while next < effects.count {
            switch effects[next] {
            case .transmit(let burst):
                for datagram in burst.datagrams {
                    DatagramSocket.send(datagram, from: listener, to: edges[index].address)
                    sent += 1
                }
            case .deliver(.model(let model)): edges[index].link.send(.model(model), at: now, into: &effects)
            case .close:
                edges.remove(at: index)
                return sent
            case .opened, .deliver, .refused: break
            }
            next += 1
        }
        return sent
    }

    private mutating func pour() {
        let now = clock.now()
        defer { floodedUntil = now }
        guard isAttacking else { return }
        let due = min(
            Self.mostInBurst, Int((now - floodedUntil) * Nanoseconds(datagramsPerSecond) / 1_000_000_000))
        var sent = 0
        while sent < due, let index = edges.firstIndex(where: { $0.link.peer == victim && $0.link.isOpen }) {
            edges[index].lead += Self.step
            let moment = now + edges[index].lead
            sent += speak(index) { $0.timer(at: moment, into: &$1) }
        }
        flooded += sent
    }
}
