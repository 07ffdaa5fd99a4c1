// Two datagram links and what lies between them, in virtual time: datagrams are lost, late, doubled and overtaken.
import Cryptography
import Kernels

@testable import Wire

struct DatagramNetwork {
    struct Weather {
        var loss = 0.0
        var doubling = 0.0
        /// Beside 1 ms for each.
        var jitter: Nanoseconds = 0
    }

    private(set) var now = Instant(nanoseconds: 0)
    /// Of node 1, which is dialled.
    private let addressValidator: AddressValidator
    /// The dialler, node 0, and the accepter, node 1.
    var links: [DatagramLink]
    private(set) var messages: [[Message]] = [[], []]
    private(set) var rejections: [[Rejection]] = [[], []]
    private(set) var blamed: [[NodeID]] = [[], []]
    private(set) var hasOpened = [false, false]
    private(set) var hasClosed = [false, false]
    private(set) var sentBytes = 0
    /// Received bytes that the other end answers for.
    private(set) var ownBytes = [0, 0]
    /// All that was sent, by receiver.
    private(set) var datagrams: [[[UInt8]]] = [[], []]
    var weather = Weather()
    /// What each node says when its link opens.
    private var greetings: [[Message]] = [[], []]

    private var underway: [(at: Instant, receiver: Int, bytes: [UInt8])] = []
    private var random: RandomStream

    /// - Parameters:
    ///   - runs: of which each node is.
    ///   - channels: of each node's messages; `nil`: models.
    init(
        secrets: [LinkSecrets]? = nil, runs: [RunNonce] = [LinkTests.run, LinkTests.run], dimension: Int = 3,
        channels: [ChannelLayout]? = nil, seed: Int = 1, pace: DatagramLink.Pace = Self.pace
    ) {
        random = RandomStream(seed: UInt64(seed), purpose: .faults)
        addressValidator = AddressValidator(
            local: LinkTests.identity(1, dimension: dimension, channels: channels?[1]), diallers: [NodeID(0)],
            keys: secrets?[1].keys,
            secret: SipHash.Key((0..<16).map { UInt8($0 + seed) }))
        links = [0, 1].map { node in
            DatagramLink(
                local: LinkTests.identity(node, run: runs[node], dimension: dimension, channels: channels?[node]),
                expecting: node == 0 ? .dialled(NodeID(1)) : .accepted(among: [NodeID(0)]), secrets: secrets?[node],
                pace: pace, at: Instant(nanoseconds: 0))
        }
    }

    static let pace = DatagramLink.Pace(patience: .milliseconds(5_000), receiveBuffer: 212_992)

    mutating func start() {
        var effects: [DatagramLink.Effect] = []
        links[0].start(at: now, into: &effects)
        carryOut(effects, 0)
    }

    mutating func send(_ message: Message, from node: Int) {
        var effects: [DatagramLink.Effect] = []
        links[node].send(message, at: now, into: &effects)
        carryOut(effects, node)
    }

    /// Bytes from nobody knows where.
    mutating func inject(_ bytes: [UInt8], to node: Int) {
        var effects: [DatagramLink.Effect] = []
        if node == 1, links[1].isUntouched {
            switch addressValidator.judge(bytes.span, from: Self.source, at: now) {
            case .refused(let rejection): return rejections[1].append(rejection)
            case .asked(let answer): return transmit(answer, to: 0)
            case .admitted: break
            }
        }
        ownBytes[node] += links[node].receive(bytes.span, at: now, into: &effects).bytes
        carryOut(effects, node)
    }

    /// Somebody says that nobody receives at the other end.
    mutating func doubt(_ node: Int) {
        var effects: [DatagramLink.Effect] = []
        links[node].unreachable(at: now, into: &effects)
        carryOut(effects, node)
    }

    var sessionOfAccepter: Session? { links[1].session }

    private static let source: [UInt8] = [2, 0, 1, 1, 127, 0, 0, 1]

    /// Goes on until `isDone`, or until nothing more happens before `limit`; whether it was done.
    @discardableResult
    mutating func run(for limit: Nanoseconds, until isDone: (DatagramNetwork) -> Bool = { _ in false }) -> Bool {
        let end = now + limit
        while !isDone(self) {
            let timers = [0, 1].compactMap { links[$0].nextTimer }
            guard let next = (timers + underway.map(\.at)).min(), next <= end else {
                now = end
                return isDone(self)
            }
            now = max(now, next)
            if let index = underway.indices.filter({ underway[$0].at <= now }).min(by: {
                underway[$0].at < underway[$1].at
            }) {
                let (_, receiver, bytes) = underway.remove(at: index)
                inject(bytes, to: receiver)
            }
            for node in [0, 1] where links[node].nextTimer ?? end + 1 <= now {
                var effects: [DatagramLink.Effect] = []
                links[node].timer(at: now, into: &effects)
                carryOut(effects, node)
            }
        }
        return true
    }

    private mutating func carryOut(_ effects: [DatagramLink.Effect], _ node: Int) {
        for effect in effects {
            switch effect {
            case .transmit(let burst):
                for datagram in burst.datagrams { transmit(datagram, to: 1 - node) }
            case .opened: hasOpened[node] = true
            case .deliver(let message): messages[node].append(message)
            case .refused(let rejection, let peer, let count):
                rejections[node] += [Rejection](repeating: rejection, count: count)
                if let peer { blamed[node].append(peer) }
            case .close: hasClosed[node] = true
            }
        }
    }

    private mutating func transmit(_ datagram: [UInt8], to receiver: Int) {
        sentBytes += datagram.count
        datagrams[receiver].append(datagram)
        for _ in 0..<(random.uniform() < weather.doubling ? 2 : 1) where random.uniform() >= weather.loss {
            let delay = .milliseconds(1) + Nanoseconds(random.uniform() * Double(weather.jitter))
            underway.append((now + delay, receiver, datagram))
        }
    }
}
