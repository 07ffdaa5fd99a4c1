// A model in a file (model.bin, snapshots), and the digest of many. Every byte is covered by the final hash.
//
//   magic "GSPM" | version u8 | 3 zero bytes | rounds u32 | dimension u32 | dimension floats | XXH64 of all before
//
// All integers and floats are little-endian.
import Cryptography
import Kernels

/// A model and the number of rounds it has been through.
public struct ModelFile: Sendable, Equatable {
    public let rounds: Int
    public let model: [Float]

    public init(rounds: Int, model: [Float]) {
        self.rounds = rounds
        self.model = model
    }
}

/// Why bytes are not a model.
public enum ModelFileFault: Error, Sendable, Equatable {
    case foreignFormat, newerVersion(Int), truncated, altered
}

extension ModelFile {
    private static let magic = Array("GSPM".utf8)
    private static let version: UInt8 = 1
    private static let headerBytes = 16
    private static let hashBytes = 8

    public var encoded: [UInt8] {
        var bytes = ModelFile.magic + [ModelFile.version, 0, 0, 0]
        bytes.reserveCapacity(ModelFile.headerBytes + 4 * model.count + ModelFile.hashBytes)
        bytes.append(littleEndian: UInt32(rounds))
        bytes.append(littleEndian: UInt32(model.count))
        for value in model { bytes.append(littleEndian: value.bitPattern) }
        bytes.append(littleEndian: XXH64.hash(bytes))
        return bytes
    }

    public init(encoded bytes: [UInt8]) throws(ModelFileFault) {
        guard bytes.starts(with: ModelFile.magic.prefix(bytes.count)) else { throw .foreignFormat }
        guard bytes.count >= ModelFile.headerBytes + ModelFile.hashBytes else { throw .truncated }
        guard bytes[4] == ModelFile.version else { throw .newerVersion(Int(bytes[4])) }
        let dimension = Int(bytes.integer(at: 12, as: UInt32.self))
        let end = ModelFile.headerBytes + 4 * dimension
        guard bytes.count == end + ModelFile.hashBytes else {
            throw bytes.count < end + ModelFile.hashBytes ? .truncated : .altered
        }
        guard bytes.integer(at: end, as: UInt64.self) == XXH64.hash(Array(bytes[..<end])) else {
            throw .altered
        }
        rounds = Int(bytes.integer(at: 8, as: UInt32.self))
        model = (0..<dimension).map {
            Float(bitPattern: bytes.integer(at: ModelFile.headerBytes + 4 * $0, as: UInt32.self))
        }
    }
}

/// SHA-256 over (index as UInt32, model), ascending by node: equal for two runs that ended in the same models.
///
/// - Parameter models: the final models of the honest nodes that finished all rounds, in ascending order of node.
public func modelDigest(_ models: [(node: NodeID, model: [Float])]) -> [UInt8] {
    precondition(zip(models, models.dropFirst()).allSatisfy { $0.node < $1.node }, "ascending, once each")
    var hash = SHA256()
    for (node, model) in models {
        var index: [UInt8] = []
        index.append(littleEndian: UInt32(node.index))
        hash.update(index)
        hash.update(model)
    }
    return hash.finish()
}
