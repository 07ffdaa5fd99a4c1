// Small files for every dataset that is read from files: photographs, and tables of text.
import Kernels
import Learning

/// Samples with three features and one of three labels, as tables of text have them.
public enum SmallTables {
    public static let labels = ["setosa", "versicolor", "virginica"]

    /// The features of a row; a linear model can tell the labels apart.
    public static func features(_ row: Int) -> [Float] {
        var random = RandomStream(seed: 3, purpose: .data, node: NodeID(row))
        return (0..<3).map { column in
            Float((column == row % 3 ? 400 : 100) + random.below(200)) / 100
        }
    }

    /// With a header; the label is the last column.
    public static func csv(rows: Int = 180) -> String {
        let lines = (0..<rows).map { row in
            features(row).map { "\($0)," }.joined() + "\"\(labels[row % 3])\""
        }
        return (["length,width,height,kind"] + lines).map { "\($0)\n" }.joined()
    }

    /// Labels are 1, 2 and 3.
    public static func libsvm(rows: Int = 180) -> String {
        (0..<rows).map { row in
            "\(row % 3 + 1)" + features(row).enumerated().map { " \($0 + 1):\($1)" }.joined() + "\n"
        }.joined()
    }
}

/// Records of CIFAR's binary files.
public enum SmallPhotographs {
    public static let cifar10Names = (1...5).map { "data_batch_\($0).bin" } + ["test_batch.bin"]
    public static let cifar100Names = ["train.bin", "test.bin"]

    /// The 3 × 32 × 32 bytes of a photograph.
    public static func pixels(_ index: Int) -> [UInt8] {
        var random = RandomStream(seed: 4, purpose: .data, node: NodeID(index))
        return (0..<3_072).map { _ in UInt8(random.below(256)) }
    }

    /// Photographs from `start` on, whose labels go round.
    public static func cifar10(_ count: Int, from start: Int) -> [UInt8] {
        (start..<start + count).flatMap { [UInt8($0 % 10)] + pixels($0) }
    }

    /// The same with a coarse label and a fine one.
    public static func cifar100(_ count: Int, from start: Int) -> [UInt8] {
        (start..<start + count).flatMap { [UInt8($0 % 20), UInt8($0 % 100)] + pixels($0) }
    }
}

/// A .npy file of version 1.0 as numpy writes it.
///
/// - Parameter type: as numpy names it, `<f4`.
public func npyFile(_ type: String, _ shape: [Int], _ elements: [UInt8]) -> [UInt8] {
    let lengths = shape.map { "\($0), " }.joined()
    var text = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(lengths)), }"
    text += String(repeating: " ", count: (127 - 10 - text.utf8.count) % 64) + "\n"
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8)
        + elements
}

extension MemoryFiles {
    /// The files of every dataset at their usual names, by name.
    public static let ofEveryDataset: [(path: String, bytes: [UInt8])] =
        zip(SmallImages.names, SmallImages.files()).map { ($0, $1) }
        + SmallPhotographs.cifar10Names.enumerated().map { ($1, SmallPhotographs.cifar10(22, from: 22 * $0)) }
        + [
            ("train.bin", SmallPhotographs.cifar100(110, from: 0)),
            ("test.bin", SmallPhotographs.cifar100(100, from: 110)), ("train.csv", Array(SmallTables.csv().utf8)),
            ("train.svm", Array(SmallTables.libsvm().utf8)),
            ("features.npy", npyFile("|u1", [160, 6], (0..<960).map { UInt8($0 % 251) })),
            ("labels.npy", npyFile("|u1", [160], (0..<160).map { UInt8($0 % 3) })),
        ]

    /// Some files of text.
    public convenience init(texts: [(path: String, text: String)]) {
        self.init(texts.map { ($0.path, Array($0.text.utf8)) })
    }
}
