// What a trace begins with: whose it is, and what its hashes are of.
//
//   magic "GSPT" | version u8 | 3 zero bytes | length u32 | content | check u64
//   content: node | experiment 32 bytes | dropped | count | count × (bytes | name | elements)
//
// The check is XXH64 of all before it. Fixed integers are little-endian, the others as VariableLength has them.
import Kernels

public struct TraceHeader: Sendable, Equatable {
    /// One of the vectors that a node shares; every hash of a trace is of each of them.
    public struct Vector: Sendable, Equatable {
        public let name: String
        public let elements: Int

        public init(_ name: String, elements: Int) {
            self.name = name
            self.elements = elements
        }
    }

    public let node: NodeID
    /// The identity of the experiment, 32 bytes.
    public let experiment: [UInt8]
    public let vectors: [Vector]
    /// Records that were before the first of this file, and are kept no longer.
    public var dropped = 0

    /// Of a node that shares its model.
    public init(of node: NodeID, experiment: [UInt8], dimension: Int) {
        self.node = node
        self.experiment = experiment
        vectors = [Vector("model", elements: dimension)]
    }
}

extension TraceHeader {
    private static let magic = Array("GSPT".utf8)
    /// The first version was JSON lines; the second had another hash of vectors.
    public static let version: UInt8 = 3
    private static let prefixBytes = 12
    /// No header is longer.
    public static let mostBytes = 1 << 16

    public var encoded: [UInt8] {
        var content: [UInt8] = []
        content.append(variableLength: node.index)
        content += experiment
        content.append(variableLength: dropped)
        content.append(variableLength: vectors.count)
        for vector in vectors {
            content.append(variableLength: vector.name.utf8.count)
            content += vector.name.utf8
            content.append(variableLength: vector.elements)
        }
        var bytes = Self.magic + [Self.version, 0, 0, 0]
        bytes.append(littleEndian: UInt32(content.count))
        bytes += content
        bytes.append(littleEndian: XXH64.hash(bytes))
        return bytes
    }

    /// - Returns: `nil` where the bytes end before the header does, as of a process that was killed while it wrote the
    ///   first of them.
    init?(startOf bytes: [UInt8]) throws(TraceFault) {
        guard bytes.starts(with: Self.magic.prefix(bytes.count)) else { throw .foreignFormat }
        guard bytes.count >= Self.prefixBytes else { return nil }
        guard bytes[4] == Self.version else { throw .otherVersion(Int(bytes[4])) }
        let end = Self.prefixBytes + Int(bytes.integer(at: 8, as: UInt32.self))
        guard end + 8 <= Self.mostBytes else { throw .alteredHeader }
        guard bytes.count >= end + 8 else { return nil }
        guard bytes.integer(at: end, as: UInt64.self) == XXH64.hash(bytes, in: 0..<end) else { throw .alteredHeader }
        var content = VariableLengthReader(bytes, in: Self.prefixBytes..<end)
        do throws(VariableLengthFault) {
            node = NodeID(try content.count())
            experiment = try content.bytes(32)
            dropped = try content.count()
            var vectors: [Vector] = []
            for _ in 0..<(try content.count()) {
                let name = String(decoding: try content.bytes(try content.count()), as: UTF8.self)
                vectors.append(Vector(name, elements: try content.count()))
            }
            self.vectors = vectors
            guard content.isAtEnd else { throw VariableLengthFault() }
        } catch {
            throw .alteredHeader
        }
        // What is written in another way than a node writes it is no node's: a length or a name that is no text.
        guard bytes.starts(with: encoded) else { throw .alteredHeader }
    }

    /// Refuses the trace of another node or experiment, or of other vectors.
    func check(against expected: TraceHeader) throws(TraceFault) {
        guard node == expected.node else { throw .otherNode(node) }
        guard experiment == expected.experiment else { throw .otherExperiment }
        guard vectors == expected.vectors else { throw .otherVectors(vectors) }
    }
}

/// Why bytes are no trace, or none of this node.
public enum TraceFault: Error, Sendable, Equatable, CustomStringConvertible {
    case foreignFormat, otherVersion(Int), alteredHeader
    case otherNode(NodeID), otherExperiment, otherVectors([TraceHeader.Vector])
    /// The record at this byte is not what was written after the one before it.
    case broken(record: Int, offset: Int)

    public var description: String {
        switch self {
        case .foreignFormat: "it is no trace"
        case .otherVersion(let version):
            "it has version \(version) of the format; this program reads version \(TraceHeader.version)"
        case .alteredHeader: "its header was altered"
        case .otherNode(let node): "it is of node \(node)"
        case .otherExperiment: "it is of another experiment"
        case .otherVectors(let vectors):
            "it is of other vectors: \(vectors.map { "\($0.name) of \($0.elements)" }.joined(separator: ", "))"
        case .broken(let record, let offset):
            "record \(record), at byte \(offset), does not follow from the one before it: it was altered, added or cut"
        }
    }
}
