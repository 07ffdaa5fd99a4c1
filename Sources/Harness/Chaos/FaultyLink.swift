// FaultyLink: an edge of the graph that leads through the laboratory. The node that dials is told the address of this
// link in place of its neighbour's; what either sends is carried to the other as the fault plan says. No node knows.
import Faults
import Kernels
import Platform
import Scenario
import Wire

/// One edge; what carries its bytes makes the difference.
protocol FaultyLink: Sendable {
    /// Where it takes what the dialling node sends.
    var address: SocketAddress { get }
    /// When it has something to do, whatever comes in.
    var nextMoment: Instant? { get }

    /// - Parameter edge: between whom, and where the neighbour that is dialled tells its address.
    init(_ edge: FaultyEdge) throws

    /// Adds all that it waits for.
    mutating func register(in polled: inout PollLoop)

    /// Carries what has come, and delivers what is due.
    ///
    /// - Parameter buffer: for what is read; nothing is kept in it.
    mutating func serve(_ polled: PollLoop, _ plan: inout FaultPlan, at moment: FaultMoment, _ buffer: inout [UInt8])
}

/// The two ends of a faulty link.
struct FaultyEdge: Sendable {
    let dialler: NodeID
    let accepter: NodeID
    /// The file in which the latter tells where it listens; read anew for each connection.
    let endpoint: String
    let run: RunNonce
    let limits: Limits
    let seed: UInt64

    /// With so much on its way in one direction, the network has no room for more: eight models, or 256 KiB of short
    /// ones, more than a link over datagrams sends before it waits for an answer.
    var mostBytesOnTheWay: Int {
        max(1 << 18, 8 * (Frame.headerBytes + limits.payloadBytes(of: .model).upperBound))
    }

    var out: FaultyDirection { FaultyDirection(from: dialler, to: accepter, seed: seed) }
    var back: FaultyDirection { FaultyDirection(from: accepter, to: dialler, seed: seed) }

    /// Where the neighbour is reached, as far as it is known now.
    var target: SocketAddress? {
        guard let endpoint = Endpoint.read(endpoint), endpoint.nonce == run else { return nil }
        return try? SocketAddress(endpoint.address)
    }
}

/// One direction of a faulty link: asks the plan, and turns bits over where it says so.
struct FaultyDirection: Sendable {
    let sender: NodeID
    let receiver: NodeID
    let seed: UInt64
    private var alterations = 0

    init(from sender: NodeID, to receiver: NodeID, seed: UInt64) {
        self.sender = sender
        self.receiver = receiver
        self.seed = seed
    }

    func transmission(bytes: Int) -> Transmission { Transmission(sender: sender, receiver: receiver, bytes: bytes) }

    /// The same bytes but for one bit, drawn from a stream of this direction alone.
    mutating func withFlippedBit(_ bytes: [UInt8]) -> [UInt8] {
        var random = RandomStream(
            seed: seed, purpose: .faults, node: sender, round: Round(alterations), lane: receiver.index << 8)
        alterations += 1
        var bytes = bytes
        bytes[random.below(bytes.count)] ^= 1 << UInt8(random.below(8))
        return bytes
    }
}
