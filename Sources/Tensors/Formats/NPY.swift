// .npy: one array of numpy without a name. Several tensors are written as one vector, one after the other.
import Kernels
public import Registry

/// One array.
public struct NPY: TensorFormat {
    public static let name = "npy"
    public static let summary = "One array of numpy: the whole model as one vector, without names."

    public init() {}

    public func claims(_ start: [UInt8]) -> Bool { start.starts(with: NPYHeader.magic.prefix(max(1, start.count))) }

    public func write(_ file: TensorFile) -> [UInt8] {
        file.tensors.count == 1
            ? NPY.bytes(of: file.tensors[0])
            : NPY.bytes(
                of: Tensor(
                    "", shape: [file.tensors.reduce(0) { $0 + $1.values.count }],
                    values: file.tensors.flatMap(\.values)))
    }

    public func read(_ file: inout ByteReader) throws(ConfigurationFault) -> TensorFile {
        TensorFile([try NPY.tensor("", in: &file)])
    }

    static func bytes(of tensor: Tensor) -> [UInt8] {
        var bytes = NPYHeader.bytes(ofShape: tensor.shape)
        bytes.append(littleEndian: tensor.values)
        return bytes
    }

    /// The array of a file, under this name.
    static func tensor(_ name: String, in file: inout ByteReader) throws(ConfigurationFault) -> Tensor {
        let header = try NPYHeader(&file)
        var values: [Float] = []
        try file.forEachPiece(of: header.count * header.type.byteCount, in: "its \(header.count) elements") {
            header.type.decode($0, isBigEndian: header.isBigEndian, into: &values)
        }
        try file.refuseMore()
        return Tensor(name, shape: header.shape, type: header.type, values: values)
    }
}
