// A small dataset in IDX files, and files that are in memory only and tell how they were read.
import Kernels
public import Learning
import Registry
import Synchronization

/// An IDX file of these elements.
///
/// - Parameter type: the code of the element type; 8 are unsigned bytes.
public func idxFile(_ shape: [Int], _ elements: [UInt8], type: UInt8 = 8) -> [UInt8] {
    let lengths = shape.flatMap { length in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) } }
    return [0, 0, type, UInt8(shape.count)] + lengths + elements
}

/// Images that a linear model can tell apart: noise, and one bright pixel for each class.
public enum SmallImages {
    public static let names = [
        "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
    ]

    /// The pixels of an image of 3 × 4 and its label.
    public static func image(_ index: Int, isTest: Bool) -> (pixels: [UInt8], label: UInt8) {
        var random = RandomStream(seed: isTest ? 2 : 1, purpose: .data, node: NodeID(index))
        var pixels = (0..<12).map { _ in UInt8(random.below(100)) }
        pixels[index % 10] += 155
        return (pixels, UInt8(index % 10))
    }

    /// The four files, in the order of `names`.
    public static func files(training: Int = 160, test: Int = 40) -> [[UInt8]] {
        [(training, false), (test, true)].flatMap { count, isTest in
            let images = (0..<count).map { image($0, isTest: isTest) }
            return [idxFile([count, 3, 4], images.flatMap(\.pixels)), idxFile([count], images.map(\.label))]
        }
    }
}

/// Files in memory.
public final class MemoryFiles: DataFiles {
    private let contents: [String: [UInt8]]
    private let bytesRead = Mutex<[String: Int]>([:])

    public init(_ files: [(path: String, bytes: [UInt8])]) {
        contents = Dictionary(uniqueKeysWithValues: files.map { ($0.path, $0.bytes) })
    }

    /// The small images, with some files replaced.
    public static func smallImages(_ changed: [(position: Int, bytes: [UInt8])] = []) -> MemoryFiles {
        var files = SmallImages.files()
        for (position, bytes) in changed { files[position] = bytes }
        return MemoryFiles(zip(SmallImages.names, files).map { ($0, $1) })
    }

    /// Bytes of a file that were asked for and came.
    public func bytesRead(of path: String) -> Int { bytesRead.withLock { $0[path, default: 0] } }

    public func find(_ path: String) -> String? { contents[path] == nil ? nil : path }

    public func open(_ path: String) throws(ConfigurationFault) -> any DataStream {
        guard let bytes = contents[path] else { throw ConfigurationFault("is not there", at: path) }
        return Stream(bytes[...]) { [self] count in bytesRead.withLock { $0[path, default: 0] += count } }
    }

    private final class Stream: DataStream {
        private var rest: ArraySlice<UInt8>
        private let reading: (Int) -> Void

        init(_ bytes: ArraySlice<UInt8>, reading: @escaping (Int) -> Void) {
            rest = bytes
            self.reading = reading
        }

        func read(_ count: Int) -> [UInt8] {
            let bytes = Array(rest.prefix(count))
            rest = rest.dropFirst(count)
            reading(bytes.count)
            return bytes
        }

        func skip(_ count: Int) { rest = rest.dropFirst(count) }
    }
}
