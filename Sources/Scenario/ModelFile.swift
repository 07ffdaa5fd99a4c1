// A model in a file (model.bin, snapshots), and the digest of many. Every byte is covered by the final hash.
//
//   magic "GSPM" | version u8 | 3 zero bytes | rounds u32 | name length u8 | name | rank u8 | rank × u32 | floats
//   | XXH64 of all before
//
// The floats are one vector of this name and shape, the last axis fastest. All integers and floats are little-endian.
import Cryptography
import Kernels

/// A model and the number of rounds it has been through.
public struct ModelFile: Sendable, Equatable {
    /// What the vector is called: what is shared by gossip.
    public static let name = "model"

    public let rounds: Int
    public let model: [Float]
    public let name: String
    /// Elements along each axis.
    public let shape: [Int]

    public init(rounds: Int, model: [Float]) {
        self.rounds = rounds
        self.model = model
        name = ModelFile.name
        shape = [model.count]
    }
}

/// Why bytes are not a model.
public enum ModelFileFault: Error, Sendable, Equatable, CustomStringConvertible {
    case foreignFormat, newerVersion(Int), olderVersion(Int), truncated, altered

    public var description: String {
        switch self {
        case .foreignFormat: "is no model"
        case .newerVersion(let version): "has version \(version), from the future; this program reads version 2"
        case .olderVersion(let version): "has version \(version); this program reads version 2"
        case .truncated: "is truncated"
        case .altered: "has altered bytes"
        }
    }
}

extension ModelFile {
    private static let magic = Array("GSPM".utf8)
    private static let version: UInt8 = 2
    /// Before the name.
    private static let fixedBytes = 13
    private static let hashBytes = 8

    public var encoded: [UInt8] {
        var bytes = ModelFile.magic + [ModelFile.version, 0, 0, 0]
        bytes.reserveCapacity(ModelFile.fixedBytes + 256 + 4 * model.count + ModelFile.hashBytes)
        bytes.append(littleEndian: UInt32(rounds))
        bytes.append(UInt8(name.utf8.count))
        bytes.append(contentsOf: name.utf8)
        bytes.append(UInt8(shape.count))
        for axis in shape { bytes.append(littleEndian: UInt32(axis)) }
        bytes.append(littleEndian: model)
        bytes.append(littleEndian: XXH64.hash(bytes))
        return bytes
    }

    public init(encoded bytes: [UInt8]) throws(ModelFileFault) {
        guard bytes.starts(with: ModelFile.magic.prefix(bytes.count)) else { throw .foreignFormat }
        guard bytes.count >= ModelFile.fixedBytes + ModelFile.hashBytes else { throw .truncated }
        guard bytes[4] <= ModelFile.version else { throw .newerVersion(Int(bytes[4])) }
        guard bytes[4] == ModelFile.version else { throw .olderVersion(Int(bytes[4])) }
        let limit = bytes.count - ModelFile.hashBytes
        let nameEnd = ModelFile.fixedBytes + Int(bytes[ModelFile.fixedBytes - 1])
        guard nameEnd < limit else { throw .truncated }
        let start = nameEnd + 1 + 4 * Int(bytes[nameEnd])
        guard start <= limit else { throw .truncated }
        let shape = stride(from: nameEnd + 1, to: start, by: 4).map { Int(bytes.integer(at: $0, as: UInt32.self)) }
        var count = 1
        for axis in shape {
            let (product, isTooMuch) = count.multipliedReportingOverflow(by: axis)
            guard !isTooMuch, product <= bytes.count else { throw .truncated }
            count = product
        }
        let end = start + 4 * count
        guard limit == end else { throw limit < end ? .truncated : .altered }
        guard bytes.integer(at: end, as: UInt64.self) == XXH64.hash(Array(bytes[..<end])) else { throw .altered }
        rounds = Int(bytes.integer(at: 8, as: UInt32.self))
        name = String(decoding: bytes[ModelFile.fixedBytes..<nameEnd], as: UTF8.self)
        self.shape = shape
        model = (0..<count).map { Float(bitPattern: bytes.integer(at: start + 4 * $0, as: UInt32.self)) }
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
