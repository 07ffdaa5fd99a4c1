// Tensors: model files of every format; what is read is written as safetensors and reads back with the same bits.
import Registry
import Tensors

extension FuzzTargets {
    static let tensors = FuzzTarget("tensors", "model files: safetensors, npy, npz", allocationPerByte: 64) {
        let file = TensorFile([
            Tensor("weight", shape: [2, 3], values: [1, 2, 3, 4, 5, -0.0]), Tensor("bias", shape: [2], values: [6, 7]),
        ])
        let vector = TensorFile([Tensor("model", shape: [3], values: [1, 2, 3])])
        return try TensorFormatCatalog.all.entries.map { type in
            try type.init().write(type.name == NPY.name ? vector : file)
        }
    } violation: { bytes in
        FileReading.violation { () throws(ConfigurationFault) in
            try TensorFormatCatalog.read(MemorySource(bytes), path: "model")
        } again: { file throws(ConfigurationFault) in
            let again = try TensorFormatCatalog.read(MemorySource(Safetensors().write(file)), path: "again")
            let same = zip(file.tensors, again.tensors).allSatisfy { one, other in
                one.name == other.name && one.shape == other.shape
                    && one.values.map(\.bitPattern) == other.values.map(\.bitPattern)
            }
            return same && file.tensors.count == again.tensors.count ? nil : "written, it reads back as other tensors"
        }
    }
}
