// CIFARTable: the binary files of CIFAR-10 and CIFAR-100, one record a picture: its labels, then its pixels channel by
// channel. Labels are read when the table is opened, pixels only where their rows are wanted.
import Kernels
import Registry

/// Files of one part, one after the other.
struct CIFARTable: RowTable {
    /// How a record is laid out.
    struct Layout: Sendable {
        /// Bytes before the pixels.
        let labelBytes: Int
        /// Which of them is the label.
        let label: Int
        let classCount: Int

        static let axes = [3, 32, 32]
        static let pixels = 3 * 32 * 32
    }

    private struct File: Sendable {
        let path: String
        let count: Int
    }

    private let layout: Layout
    private let contents: [File]
    private let labels: [Int32]
    private let files: any DataFiles

    /// Reads all labels.
    init(_ paths: [String], _ layout: Layout, in files: any DataFiles) throws(ConfigurationFault) {
        self.layout = layout
        self.files = files
        var labels: [Int32] = []
        var contents: [File] = []
        for path in paths {
            let stream = try files.open(path)
            let before = labels.count
            while true {
                let bytes = try stream.read(layout.labelBytes)
                if bytes.isEmpty { break }
                let record = labels.count - before
                guard bytes.count == layout.labelBytes else { throw CIFARTable.endsEarly(path, in: record) }
                guard bytes[layout.label] < layout.classCount else {
                    throw ConfigurationFault(
                        "the label of record \(record) is \(bytes[layout.label]); allowed: 0 to "
                            + "\(layout.classCount - 1); this is no such file", at: path)
                }
                labels.append(Int32(bytes[layout.label]))
                try stream.skip(Layout.pixels)
            }
            guard labels.count > before else { throw ConfigurationFault("has no record", at: path) }
            contents.append(File(path: path, count: labels.count - before))
        }
        self.labels = labels
        self.contents = contents
    }

    var path: String { contents[0].path }
    var axes: [Int] { Layout.axes }
    var count: Int { labels.count }
    var targetKind: TargetKind { .classes(layout.classCount) }
    func targets() -> Targets { .classes(labels, of: layout.classCount) }

    func forEach(of rows: [Int32], _ body: ([Float]) -> Void) throws(ConfigurationFault) {
        var features = [Float](repeating: 0, count: Layout.pixels)
        var (start, next) = (0, 0)
        for file in contents {
            guard next < rows.count, Int(rows[next]) < start + file.count else {
                start += file.count
                continue
            }
            let stream = try files.open(file.path)
            var record = 0
            while next < rows.count, Int(rows[next]) < start + file.count {
                let wanted = Int(rows[next]) - start
                try stream.skip((wanted - record) * bytesOfRecord + layout.labelBytes)
                let pixels = try stream.read(Layout.pixels)
                guard pixels.count == Layout.pixels else { throw CIFARTable.endsEarly(file.path, in: wanted) }
                for (column, pixel) in pixels.enumerated() { features[column] = PixelLevels.all[Int(pixel)] }
                body(features)
                record = wanted + 1
                next += 1
            }
            start += file.count
        }
    }

    func fingerprint() throws(ConfigurationFault) -> String {
        var hash: UInt64 = 0
        for file in contents {
            let stream = try files.open(file.path)
            for record in 0..<file.count {
                let bytes = try stream.read(bytesOfRecord)
                guard bytes.count == bytesOfRecord else { throw CIFARTable.endsEarly(file.path, in: record) }
                hash = XXH64.hash(bytes, seed: hash)
            }
        }
        return "\(count):\(hash)"
    }

    private var bytesOfRecord: Int { layout.labelBytes + Layout.pixels }

    private static func endsEarly(_ path: String, in record: Int) -> ConfigurationFault {
        ConfigurationFault("ends too early, in record \(record); it was not copied whole", at: path)
    }
}

/// CIFAR-10 and CIFAR-100 differ in the names of their files and in their labels.
protocol CIFARSource: TableSource where Table == CIFARTable {
    static var trainingFiles: [String] { get }
    static var testFile: String { get }
    var layout: CIFARTable.Layout { get }
}

extension CIFARSource {
    static var fileNames: [String] { [] }

    func trainingTable(
        _ parameters: ParameterValues, in files: any DataFiles
    ) throws(ConfigurationFault) -> CIFARTable {
        try table(Self.trainingFiles, parameters, in: files)
    }

    func testTable(
        _ parameters: ParameterValues, in files: any DataFiles, like training: CIFARTable
    ) throws(ConfigurationFault) -> CIFARTable {
        try table([Self.testFile], parameters, in: files)
    }

    private func table(
        _ names: [String], _ parameters: ParameterValues, in files: any DataFiles
    ) throws(ConfigurationFault) -> CIFARTable {
        var paths: [String] = []
        for name in names {
            paths.append(try FileParameters.path(of: name, named: nil, parameters, in: files))
        }
        return try CIFARTable(paths, layout, in: files)
    }

    /// Their names are fixed, and so the folder is what is found.
    func pinned(in files: any DataFiles) throws(ConfigurationFault) -> ParameterValues {
        let first = try FileParameters.path(of: Self.trainingFiles[0], named: nil, parameters, in: files)
        let folder = first.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        guard first.contains("/") else { return parameters }
        return parameters.with("folder", .text(folder.isEmpty ? "/" : folder))
    }
}
