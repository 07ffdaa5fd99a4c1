// IDXTable: two IDX files side by side, images and the labels that belong to them.
import Kernels
import Registry

/// Images and their labels.
struct IDXTable: RowTable {
    private let images: IDXPart
    private let labels: IDXPart
    private let classCount: Int
    private let firstLabel: Int
    /// The feature of each byte.
    private let levels: [Float]

    /// Reads the headers.
    init(
        _ parameters: ParameterValues, _ images: String, _ labels: String, in files: any DataFiles
    ) throws(ConfigurationFault) {
        self.images = try IDXPart(
            parameters.text(images),
            axes: [["images", "rows", "columns"], ["images", "channels", "rows", "columns"]], in: files)
        self.labels = try IDXPart(parameters.text(labels), axes: [["labels"]], in: files)
        classCount = parameters.count("classes")
        firstLabel = parameters.count("firstLabel")
        levels = parameters.text("range") == "symmetric" ? PixelLevels.symmetric : PixelLevels.all
        guard self.images.count == self.labels.count else {
            throw ConfigurationFault(
                "has \(self.labels.count) labels, but \(path) has \(self.images.count) images", at: self.labels.path)
        }
    }

    var path: String { images.path }
    /// Channels, rows and columns.
    var axes: [Int] { images.shape.count == 3 ? [1] + images.shape.dropFirst() : Array(images.shape.dropFirst()) }
    var count: Int { images.count }
    var targetKind: TargetKind { .classes(classCount) }

    func targets() throws(ConfigurationFault) -> Targets {
        let bytes = try labels.elements()
        let allowed = firstLabel..<firstLabel + classCount
        if let position = bytes.firstIndex(where: { !allowed.contains(Int($0)) }) {
            let reason =
                firstLabel == 0
                ? "is not below task.dataset.classes (\(classCount))"
                : "is not among the \(classCount) (task.dataset.classes) from \(firstLabel) (task.dataset.firstLabel)"
            throw ConfigurationFault("label \(bytes[position]) of item \(position) \(reason)", at: labels.path)
        }
        return .classes(bytes.map { Int32(Int($0) - firstLabel) }, of: classCount)
    }

    func forEach(of rows: [Int32], _ body: ([Float]) -> Void) throws(ConfigurationFault) {
        var features = [Float](repeating: 0, count: width)
        try images.forEach(of: rows.map { Int($0) }) { pixels in
            for (column, pixel) in pixels.enumerated() { features[column] = levels[Int(pixel)] }
            body(features)
        }
    }

    func fingerprint() throws(ConfigurationFault) -> String {
        _ = try targets()
        return "\(images.shape):\(try images.hash()):\(labels.shape):\(try labels.hash())"
    }
}

/// Pixels as features.
enum PixelLevels {
    /// The feature of each byte, from 0 to 1.
    static let all = (0...255).map { Float($0) / 255 }
    /// From -1 to 1.
    static let symmetric = all.map { ($0 - 0.5) / 0.5 }
}
