// Fault protocols: what is made to go wrong in a network or in nodes, in a seeded way, while an experiment runs. No
// node knows of it; what a driver makes of it (virtual events, signals to processes) is the driver's business.
import Kernels
import Registry

/// A kind of fault that a plan can name.
public protocol Fault: Registered {
    /// Share of the nodes that it strikes where none are named.
    static var usualShare: Double { get }
}

/// A fault on what travels between nodes.
public protocol NetworkFault: Fault {
    /// Whether it strikes between the struck nodes and the others, and so may strike any link; otherwise it strikes the
    /// links of the struck nodes.
    static var actsBetweenNodes: Bool { get }

    /// Called once, before the first message.
    mutating func prepare(for scope: FaultScope)

    /// Decides about one message or frame on its way; earlier faults of the plan have been asked before.
    ///
    /// - Parameter random: a stream of this message and this fault alone.
    mutating func strike(_ transmission: inout Transmission, at moment: FaultMoment, random: inout RandomStream)
}

extension NetworkFault {
    public static var usualShare: Double { 1 }
    public static var actsBetweenNodes: Bool { false }
    public mutating func prepare(for scope: FaultScope) {}
}

/// A fault of whole nodes.
public protocol NodeFault: Fault {
    var kind: NodeFaultKind { get }
}

extension NodeFault {
    public static var usualShare: Double { 0.25 }
}

/// The kinds of fault that strike whole nodes.
public enum NodeFaultKind: Hashable, Sendable {
    /// Killed without a word; restarted when the fault ends.
    case crash
    /// Neither reads, computes nor sends until the fault ends.
    case pause
    /// Its clock is ahead by so much from now on.
    case clockJump(Nanoseconds)
    /// Its checkpoints cannot be written until the fault ends.
    case fullDisk
    /// Its newest checkpoint has a wrong bit from now on.
    case checkpointCorruption
}

/// What a fault may know of its place in the plan.
public struct FaultScope: Sendable {
    public let nodeCount: Int
    /// The nodes struck, ascending.
    public let nodes: [NodeID]
    /// The rounds from the first to the one before the end; open where the fault never ends.
    public let rounds: Range<Int>
    public let seed: UInt64
    /// Position in the plan.
    public let index: Int

    /// Draws of the fault as a whole.
    public var random: RandomStream {
        RandomStream(seed: seed, purpose: .faults, node: NodeID(Int(UInt32.max)), round: Round(index), lane: 1)
    }
}

/// The time and the newest round at which a fault is asked.
public struct FaultMoment: Sendable {
    public let now: Instant
    /// The newest round that any node is in.
    public let round: Int

    public init(now: Instant, round: Int) {
        self.now = now
        self.round = round
    }
}

/// One message or frame on its way, and what faults have made of it.
public struct Transmission: Sendable, Equatable {
    public let sender: NodeID
    public let receiver: NodeID
    public let bytes: Int
    public var isLost = false
    /// Kept back; it is asked about again until it may pass.
    public var isHeld = false
    public var isCorrupted = false
    public var copies = 1
    /// The connection that carries it ends so, and the message with it. Datagrams have none: the message is lost.
    public var connectionEnd: ConnectionEnd?
    /// Later messages of the same direction may arrive before it, also where a network keeps their order otherwise.
    public var isOvertaken = false
    /// Beyond the usual latency.
    public var delay: Nanoseconds = 0

    public init(sender: NodeID, receiver: NodeID, bytes: Int) {
        self.sender = sender
        self.receiver = receiver
        self.bytes = bytes
    }
}

/// How a connection ends that neither end has closed.
public enum ConnectionEnd: String, Sendable, CaseIterable {
    /// Both ends are told at once, and all that is on its way is lost.
    case reset
    /// The receiver of the message finds the end of the stream; the sender can go on hearing.
    case halfClose
}
