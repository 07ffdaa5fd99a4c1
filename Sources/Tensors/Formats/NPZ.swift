// .npz: a zip archive of .npy files, as numpy.savez writes it; the name of a member is the name of its array.
import Kernels
public import Registry

/// Named arrays.
public struct NPZ: TensorFormat {
    public static let name = "npz"
    public static let summary = "Named arrays of numpy in a zip archive, not compressed; no metadata."

    private static let ending = ".npy"

    public init() {}

    /// An archive without members begins with its end.
    public func claims(_ start: [UInt8]) -> Bool {
        start.starts(with: StoredZIP.memberMagic) || start.starts(with: StoredZIP.endMagic)
    }

    public func write(_ file: TensorFile) throws(ConfigurationFault) -> [UInt8] {
        var archive = StoredZIP()
        for tensor in file.tensors { try archive.append(NPY.bytes(of: tensor), named: tensor.name + NPZ.ending) }
        return try archive.finish()
    }

    public func read(_ file: inout ByteReader) throws(ConfigurationFault) -> TensorFile {
        let path = file.path
        let bytes = try file.rest(upTo: StoredZIP.mostBytes)
        var tensors: [Tensor] = []
        for member in try StoredZIP.members(of: bytes, path: path) {
            guard member.name.hasSuffix(NPZ.ending) else {
                throw ConfigurationFault(
                    "holds '\(excerpt(of: member.name))'; allowed: arrays of numpy, whose names end in \(NPZ.ending)",
                    at: path)
            }
            var reader = ByteReader(
                MemorySource(Array(bytes[member.range])), path: "\(path), \(excerpt(of: member.name))")
            tensors.append(try NPY.tensor(String(member.name.dropLast(NPZ.ending.count)), in: &reader))
        }
        return TensorFile(tensors)
    }
}
