// All that a node needs to go on after a restart, as a value and as bytes. Every byte is covered by the final hash.
//
//   magic "GSPK" | version u8 | 3 zero bytes | node u32 | rounds u32 | experiment 32 bytes
//   | count u32 | count × (length u32, length floats): the model, then the local state | XXH64 of all before
import Kernels
import Learning

/// A node between two rounds.
public struct Checkpoint: Sendable, Equatable {
    /// Rounds closed; the next one has this number.
    public let rounds: Int
    public let model: [Float]
    public let localState: LocalState

    public init(rounds: Int, model: [Float], localState: LocalState) {
        self.rounds = rounds
        self.model = model
        self.localState = localState
    }
}

/// Why bytes are not a checkpoint of this node.
public enum CheckpointFault: Error, Sendable, Equatable {
    case truncated, altered, foreignFormat, newerVersion(Int), otherExperiment, otherNode(NodeID), wrongDimension
}

extension Checkpoint {
    private static let magic = Array("GSPK".utf8)
    private static let version: UInt8 = 1

    /// - Parameter experiment: the 32-byte identity of the experiment.
    public func encoded(node: NodeID, experiment: [UInt8]) -> [UInt8] {
        precondition(experiment.count == 32, "an identity has 32 bytes")
        var bytes = Checkpoint.magic + [Checkpoint.version, 0, 0, 0]
        bytes.append(littleEndian: UInt32(node.index))
        bytes.append(littleEndian: UInt32(rounds))
        bytes.append(contentsOf: experiment)
        let arrays = [model] + localState.values
        bytes.append(littleEndian: UInt32(arrays.count))
        for array in arrays {
            bytes.append(littleEndian: UInt32(array.count))
            for value in array { bytes.append(littleEndian: value.bitPattern) }
        }
        bytes.append(littleEndian: XXH64.hash(bytes))
        return bytes
    }

    public init(
        encoded bytes: [UInt8], node: NodeID, experiment: [UInt8], dimension: Int
    ) throws(CheckpointFault) {
        guard bytes.count >= 60 else { throw .truncated }
        guard bytes.starts(with: Checkpoint.magic) else { throw .foreignFormat }
        guard bytes[4] == Checkpoint.version else { throw .newerVersion(Int(bytes[4])) }
        let end = bytes.count - 8
        let covered = Array(bytes[..<end])
        var reader = ByteReader(bytes: bytes, offset: end)
        guard reader.integer(UInt64.self) == XXH64.hash(covered) else { throw .altered }
        reader.offset = 8
        let owner = NodeID(Int(reader.integer(UInt32.self)))
        let rounds = Int(reader.integer(UInt32.self))
        guard Array(bytes[16..<48]) == experiment else { throw .otherExperiment }
        guard owner == node else { throw .otherNode(owner) }
        reader.offset = 48
        var arrays: [[Float]] = []
        for _ in 0..<reader.integer(UInt32.self) {
            guard reader.offset + 4 <= end else { throw .truncated }
            let count = Int(reader.integer(UInt32.self))
            guard reader.offset + 4 * count <= end else { throw .truncated }
            arrays.append((0..<count).map { _ in Float(bitPattern: reader.integer(UInt32.self)) })
        }
        guard let model = arrays.first, arrays.allSatisfy({ $0.count == dimension || $0.isEmpty }),
            model.count == dimension
        else { throw .wrongDimension }
        self.init(rounds: rounds, model: model, localState: LocalState(values: Array(arrays.dropFirst())))
    }
}

/// Reads little-endian integers one after the other; the caller has checked that they are there.
private struct ByteReader {
    let bytes: [UInt8]
    var offset: Int

    mutating func integer<T: FixedWidthInteger & UnsignedInteger>(_ type: T.Type) -> T {
        defer { offset += T.bitWidth / 8 }
        return bytes.integer(at: offset, as: type)
    }
}
