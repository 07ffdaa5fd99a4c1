// NPYTable: two arrays of numpy side by side, features and the targets that belong to them. Targets are read when the
// table is opened, features only where their rows are wanted.
import Kernels
import Registry
import Tensors

/// A pair of .npy files.
struct NPYTable: RowTable {
    private static let longestRow = 10_000_000

    let classes: ClassNames?
    private let features: NPYRows
    private let labels: NPYRows
    private let allTargets: Targets
    private let factor: Float

    /// Reads all targets.
    ///
    /// - Parameters:
    ///   - features: the parameter that names the file of the features.
    ///   - labels: the parameter that names the file of the targets.
    ///   - training: the table of the training part, where this is that of the test part.
    init(
        _ parameters: ParameterValues, _ features: String, _ labels: String, in files: any DataFiles,
        like training: NPYTable?
    ) throws(ConfigurationFault) {
        let features = try NPYRows(parameters.text(features), in: files)
        let labels = try NPYRows(parameters.text(labels), in: files)
        (self.features, self.labels) = (features, labels)
        factor = Float(parameters.number("factor"))
        guard (2...4).contains(features.header.shape.count), features.width <= Self.longestRow else {
            throw ConfigurationFault(
                "has the shape \(features.header.shape); allowed: samples, then one axis of features or the two "
                    + "or three of images, and up to \(Self.longestRow) features", at: features.path)
        }
        guard labels.width == 1, labels.count == features.count else {
            throw ConfigurationFault(
                "has the shape \(labels.header.shape), but \(features.path) \(features.header.shape); "
                    + "expected one target a sample", at: labels.path)
        }
        var targets = TargetColumn(parameters, classes: training?.classes)
        let isOfClasses = parameters.text("target") == "class"
        try labels.forEach(of: nil) { row, values throws(ConfigurationFault) in
            let place = "\(labels.path): element \(row)"
            let text = isOfClasses ? try NPYTable.label(values[0], at: place) : "\(values[0])"
            try targets.add(Array(text.utf8)[...], at: place)
        }
        do throws(ConfigurationFault) {
            (allTargets, classes) = try targets.finished()
        } catch {
            throw error.located(at: labels.path)
        }
    }

    /// Above this, whole numbers that differ may be the same Float.
    private static let greatestLabel: Int32 = 1 << 24

    private static func label(_ value: Float, at place: String) throws(ConfigurationFault) -> String {
        guard let label = Int32(exactly: value), label.magnitude <= greatestLabel.magnitude else {
            throw ConfigurationFault(
                "\(place) is \(value); allowed where task.dataset.target is class: whole numbers up to \(greatestLabel)"
            )
        }
        return "\(label)"
    }

    var path: String { features.path }
    /// One axis, or channels, rows and columns.
    var axes: [Int] {
        let axes = Array(features.header.shape.dropFirst())
        return axes.count == 2 ? [1] + axes : axes
    }
    var count: Int { features.count }
    var targetKind: TargetKind { allTargets.kind }
    func targets() -> Targets { allTargets }

    func forEach(of rows: [Int32], _ body: ([Float]) -> Void) throws(ConfigurationFault) {
        try forEachRow(of: rows, body)
    }

    /// - Parameter rows: `nil`: all of them.
    private func forEachRow(of rows: [Int32]?, _ body: ([Float]) -> Void) throws(ConfigurationFault) {
        try features.forEach(of: rows) { row, values throws(ConfigurationFault) in
            var scaled = values
            for column in scaled.indices {
                scaled[column] *= factor
                guard scaled[column].isFinite else {
                    throw ConfigurationFault(
                        "feature \(column) of sample \(row) is \(values[column]); allowed: \(DecimalNumber.allowed)",
                        at: path)
                }
            }
            body(scaled)
        }
    }

    func fingerprint() throws(ConfigurationFault) -> String {
        try forEachRow(of: nil) { _ in }
        return "\(features.header.shape):\(try features.hash()):\(try labels.hash())"
    }
}

/// The rows of one array: what the first axis counts.
private struct NPYRows {
    /// Bytes that are hashed at once.
    private static let block = 1 << 20

    let path: String
    let header: NPYHeader
    private let files: any DataFiles

    init(_ path: String, in files: any DataFiles) throws(ConfigurationFault) {
        self.path = path
        self.files = files
        var reader = ByteReader(try files.open(path), path: path)
        header = try NPYHeader(&reader)
        guard header.count > 0, !header.shape.isEmpty else {
            throw ConfigurationFault("has the shape \(header.shape); expected samples", at: path)
        }
    }

    var count: Int { header.shape[0] }
    var width: Int { header.shape.dropFirst().reduce(1) { $0.clampedTimes($1) } }
    private var bytesOfRow: Int { width * header.type.byteCount }

    /// Shows some rows, or all of them.
    ///
    /// - Parameter rows: ascending, none twice.
    func forEach(
        of rows: [Int32]?, _ body: (Int, [Float]) throws(ConfigurationFault) -> Void
    ) throws(ConfigurationFault) {
        let stream = try opened()
        var values: [Float] = []
        var next = 0
        for index in 0..<(rows?.count ?? count) {
            let row = rows.map { Int($0[index]) } ?? index
            if row > next { try stream.skip((row - next) * bytesOfRow) }
            let bytes = try stream.read(bytesOfRow)
            guard bytes.count == bytesOfRow else {
                throw ConfigurationFault(
                    "ends too early, in row \(row) of \(count); it was not copied whole", at: path)
            }
            values.removeAll(keepingCapacity: true)
            header.type.decode(bytes, isBigEndian: header.isBigEndian, into: &values)
            try body(row, values)
            next = row + 1
        }
    }

    /// XXH64 of the elements and their type, and that there are no more of them than the header says.
    func hash() throws(ConfigurationFault) -> UInt64 {
        let stream = try opened()
        var hash = XXH64.hash(Array("\(header.type.rawValue) \(header.isBigEndian)".utf8))
        while true {
            let bytes = try stream.read(Self.block)
            hash = XXH64.hash(bytes, seed: hash)
            if bytes.count < Self.block { break }
        }
        let end = try opened()
        try end.skip(count * bytesOfRow)
        guard try end.read(1).isEmpty else {
            throw ConfigurationFault("goes on after the \(header.count) elements of its header", at: path)
        }
        return hash
    }

    /// The file, after its header.
    private func opened() throws(ConfigurationFault) -> any DataStream {
        let stream = try files.open(path)
        try stream.skip(header.byteCount)
        return stream
    }
}
