// Checkpoint: all that a node needs to go on after a restart, as a value and as bytes. Every byte is covered by the
// final hash.
//
//   magic "GSPK" | version u8 | 3 zero bytes | node u32 | rounds u32 | experiment 32 bytes
//   | incarnation u64 | published rounds u32 | stops u32 | is a stop u8
//   | count u32 | count × (neighbour u32, debt i64, charged i64, given up u8)
//   | count u32 | count × (kind u8, name length u8, name, length u32, length floats)
//   | count u32, 0 or 1 | open round: step u32, start u64, own, heard, offenders, forged to
//   | XXH64 of all before
//
//   own: length u32, floats | heard: count u32 | count × (sender u32, step u32, length u32, floats)
//   | offenders, forged to: count u32, count × u32
import Kernels
import Learning
public import Wire

/// What a node goes on from after a restart: its state between two rounds.
public struct Checkpoint: Sendable, Equatable {
    /// What a neighbour owes for the node's waiting.
    public struct Credit: Sendable, Equatable {
        public let neighbour: NodeID
        public let debt: Nanoseconds
        public let charged: Nanoseconds
        public let isGivenUp: Bool

        public init(neighbour: NodeID, debt: Nanoseconds, charged: Nanoseconds, isGivenUp: Bool) {
            self.neighbour = neighbour
            self.debt = debt
            self.charged = charged
            self.isGivenUp = isGivenUp
        }
    }

    /// A round that the node had begun and not closed. Its local steps are done, its message may have been sent, and
    /// neighbours that have closed it will not send theirs again.
    public struct OpenRound: Sendable, Equatable {
        /// The gossip step.
        public let step: Round
        /// XXH3 of what it started from, as traces tell.
        public let start: UInt64
        /// The node's message.
        public let own: [Float]
        /// Messages of neighbours for this step and later ones.
        public var heard: [ReceivedModel] = []
        /// Neighbours that provably forged for this step.
        public var offenders: [NodeID] = []
        /// Those that a hostile node has told its forgery.
        public var forgedTo: [NodeID] = []

        public init(step: Round, start: UInt64, own: [Float]) {
            self.step = step
            self.start = start
            self.own = own
        }
    }

    /// Rounds closed; the next one has this number.
    public let rounds: Int
    /// At the start of a round. In an open one, what is left of that: x where the round needs it, else the message.
    public let state: NodeState
    public var credits: [Credit] = []
    /// How many rounds the node has published a model for: it publishes none of them again.
    public var publishedRounds = 0
    /// Of the process that wrote it; whoever starts from it takes a greater one.
    public var incarnation: UInt64 = 0
    /// How often the nodes were warned and went on together since they began.
    public var stops = 0
    /// Left by a node that was warned. All that were warned can go on together, each from its own, even if they are not
    /// of one round.
    public var isStop = false
    /// Only of a stop.
    public var openRound: OpenRound?

    public init(rounds: Int, state: NodeState) {
        self.rounds = rounds
        self.state = state
    }
}

/// Why bytes are not a checkpoint of this node.
public enum CheckpointFault: Error, Sendable, Equatable, CustomStringConvertible {
    case truncated, altered, foreignFormat, newerVersion(Int), olderVersion(Int), otherExperiment, otherNode(NodeID)
    /// It holds other vectors than the node has, or of another length.
    case wrongDimension

    public var description: String {
        switch self {
        case .truncated: "it is truncated"
        case .altered: "its bytes were altered"
        case .foreignFormat: "it is no checkpoint"
        case .newerVersion(let version): "it has version \(version), from the future; this program reads version 7"
        case .olderVersion(let version): "it has version \(version); this program reads version 7"
        case .otherExperiment: "it is of another experiment"
        case .otherNode(let node): "it is of node \(node)"
        case .wrongDimension: "its vectors are not those of this model"
        }
    }
}

extension Checkpoint {
    private static let magic = Array("GSPK".utf8)
    private static let version: UInt8 = 7
    private static let headerBytes = 48

    /// - Parameter experiment: the 32-byte identity of the experiment.
    public func encoded(node: NodeID, experiment: [UInt8]) -> [UInt8] {
        precondition(experiment.count == 32, "an identity has 32 bytes")
        var bytes = Checkpoint.magic + [Checkpoint.version, 0, 0, 0]
        bytes.append(littleEndian: UInt32(node.index))
        bytes.append(littleEndian: UInt32(rounds))
        bytes.append(contentsOf: experiment)
        bytes.append(littleEndian: incarnation)
        bytes.append(littleEndian: UInt32(publishedRounds))
        bytes.append(littleEndian: UInt32(stops))
        bytes.append(isStop ? 1 : 0)
        bytes.append(littleEndian: UInt32(credits.count))
        for credit in credits {
            bytes.append(littleEndian: UInt32(credit.neighbour.index))
            bytes.append(littleEndian: UInt64(bitPattern: credit.debt))
            bytes.append(littleEndian: UInt64(bitPattern: credit.charged))
            bytes.append(credit.isGivenUp ? 1 : 0)
        }
        let vectors = state.vectors
        bytes.append(littleEndian: UInt32(vectors.count))
        for (kind, vector) in vectors {
            bytes.append(kind.rawValue)
            bytes.append(UInt8(vector.name.utf8.count))
            bytes.append(contentsOf: vector.name.utf8)
            bytes.append(lengthAndFloats: vector.values)
        }
        bytes.append(littleEndian: openRound == nil ? 0 : 1 as UInt32)
        if let openRound { openRound.encode(into: &bytes) }
        bytes.append(littleEndian: XXH64.hash(bytes))
        return bytes
    }

    /// - Parameter channels: of a state of this experiment.
    /// - Throws: why these bytes are not a checkpoint of `node` in this experiment; nothing in them is trusted.
    public init(
        encoded bytes: [UInt8], node: NodeID, experiment: [UInt8], channels: ChannelLayout
    ) throws(CheckpointFault) {
        guard bytes.count >= Checkpoint.headerBytes + 8 else { throw .truncated }
        guard bytes.starts(with: Checkpoint.magic) else { throw .foreignFormat }
        guard bytes[4] <= Checkpoint.version else { throw .newerVersion(Int(bytes[4])) }
        guard bytes[4] == Checkpoint.version else { throw .olderVersion(Int(bytes[4])) }
        let end = bytes.count - 8
        guard bytes.integer(at: end, as: UInt64.self) == XXH64.hash(Array(bytes[..<end])) else { throw .altered }
        guard bytes[5..<8].allSatisfy({ $0 == 0 }) else { throw .altered }
        var reader = ByteReader(bytes: bytes, end: end, offset: 8)
        let owner = NodeID(try reader.count())
        let rounds = try reader.count()
        guard Array(bytes[16..<Checkpoint.headerBytes]) == experiment else { throw .otherExperiment }
        guard owner == node else { throw .otherNode(owner) }
        reader.offset = Checkpoint.headerBytes
        let incarnation = try reader.integer(UInt64.self)
        let publishedRounds = try reader.count()
        let stops = try reader.count()
        let isStop = try reader.flag()
        var credits: [Credit] = []
        for _ in 0..<(try reader.count()) {
            credits.append(
                Credit(
                    neighbour: NodeID(try reader.count()), debt: Int64(bitPattern: try reader.integer(UInt64.self)),
                    charged: Int64(bitPattern: try reader.integer(UInt64.self)),
                    isGivenUp: try reader.flag()))
        }
        var vectors: [(kind: NodeState.Kind, vector: NamedVector)] = []
        for _ in 0..<(try reader.count()) {
            guard let kind = NodeState.Kind(rawValue: try reader.integer(UInt8.self)),
                kind.rawValue >= vectors.last?.kind.rawValue ?? 0
            else { throw .altered }
            vectors.append((kind, NamedVector(try reader.name(), try reader.floats())))
        }
        guard let state = NodeState(vectors, channels) else { throw .wrongDimension }
        let hasOpenRound = try reader.count()
        guard hasOpenRound <= 1 else { throw .altered }
        let openRound: OpenRound? = hasOpenRound == 0 ? nil : try OpenRound(from: &reader)
        guard reader.offset == end else { throw .altered }
        self.init(rounds: rounds, state: state)
        self.credits = credits
        self.publishedRounds = publishedRounds
        self.incarnation = incarnation
        self.stops = stops
        self.isStop = isStop
        self.openRound = openRound
    }
}

extension Checkpoint.OpenRound {
    fileprivate func encode(into bytes: inout [UInt8]) {
        bytes.append(littleEndian: UInt32(step.number))
        bytes.append(littleEndian: start)
        bytes.append(lengthAndFloats: own)
        bytes.append(littleEndian: UInt32(heard.count))
        for model in heard {
            bytes.append(littleEndian: UInt32(model.sender.index))
            bytes.append(littleEndian: UInt32(model.message.round.number))
            bytes.append(lengthAndFloats: model.message.values)
        }
        for nodes in [offenders, forgedTo] {
            bytes.append(littleEndian: UInt32(nodes.count))
            for node in nodes { bytes.append(littleEndian: UInt32(node.index)) }
        }
    }

    fileprivate init(from reader: inout ByteReader) throws(CheckpointFault) {
        let step = Round(try reader.count())
        let start = try reader.integer(UInt64.self)
        self.init(step: step, start: start, own: try reader.floats())
        for _ in 0..<(try reader.count()) {
            let (sender, round) = (NodeID(try reader.count()), Round(try reader.count()))
            heard.append(
                ReceivedModel(sender: sender, message: ModelMessage(round: round, values: try reader.floats())))
        }
        for _ in 0..<(try reader.count()) { offenders.append(NodeID(try reader.count())) }
        for _ in 0..<(try reader.count()) { forgedTo.append(NodeID(try reader.count())) }
    }
}

extension [UInt8] {
    fileprivate mutating func append(lengthAndFloats values: [Float]) {
        append(littleEndian: UInt32(values.count))
        for value in values { append(littleEndian: value.bitPattern) }
    }
}

extension NodeState {
    /// What a vector of a checkpoint is for.
    fileprivate enum Kind: UInt8 { case shared = 1, kept, ruleMemory, attackMemory }

    private static let memory = "memory"

    fileprivate var vectors: [(kind: Kind, vector: NamedVector)] {
        zip(channels.channels, channels.ranges).map { channel, range in
            (.shared, NamedVector(channel.name, Array(shared[range])))
        } + kept.vectors.map { (.kept, $0) } + ruleMemory.map { (.ruleMemory, $0) } + [
            (.attackMemory, NamedVector(Self.memory, attackMemory))
        ]
    }

    /// - Returns: `nil` where something is missing, or has another size than in a state of these channels.
    fileprivate init?(_ vectors: [(kind: Kind, vector: NamedVector)], _ channels: ChannelLayout) {
        func all(_ kind: Kind) -> [NamedVector] { vectors.filter { $0.kind == kind }.map(\.vector) }
        let (shared, kept, attackMemory) = (all(.shared), all(.kept), all(.attackMemory))
        guard shared.count == channels.count,
            zip(shared, channels.channels).allSatisfy({ $0.name == $1.name && $0.values.count == $1.elements }),
            kept.allSatisfy({ $0.values.count == channels.first.elements }),
            attackMemory.map(\.name) == [Self.memory]
        else { return nil }
        self.init(
            Array(shared.map(\.values).joined()), channels, kept: LocalState(kept), ruleMemory: all(.ruleMemory),
            attackMemory: attackMemory[0].values)
    }
}

/// Reads little-endian values one after the other, none beyond `end`.
private struct ByteReader {
    let bytes: [UInt8]
    let end: Int
    var offset: Int

    mutating func integer<T: FixedWidthInteger & UnsignedInteger>(_ type: T.Type) throws(CheckpointFault) -> T {
        guard offset + T.bitWidth / 8 <= end else { throw .truncated }
        defer { offset += T.bitWidth / 8 }
        return bytes.integer(at: offset, as: type)
    }

    mutating func count() throws(CheckpointFault) -> Int { Int(try integer(UInt32.self)) }

    mutating func flag() throws(CheckpointFault) -> Bool {
        let byte = try integer(UInt8.self)
        guard byte <= 1 else { throw .altered }
        return byte == 1
    }

    mutating func name() throws(CheckpointFault) -> String {
        let count = Int(try integer(UInt8.self))
        guard offset + count <= end else { throw .truncated }
        defer { offset += count }
        guard let name = String(validating: bytes[offset..<offset + count], as: UTF8.self) else { throw .altered }
        return name
    }

    mutating func floats() throws(CheckpointFault) -> [Float] {
        let count = try count()
        guard offset + 4 * count <= end else { throw .truncated }
        defer { offset += 4 * count }
        return (0..<count).map { Float(bitPattern: bytes.integer(at: offset + 4 * $0, as: UInt32.self)) }
    }
}
