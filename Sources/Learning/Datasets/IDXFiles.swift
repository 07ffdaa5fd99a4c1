// Images in IDX files, as MNIST, Fashion-MNIST, KMNIST and EMNIST come. A node reads all labels, and of the images its
// own rows alone.
import Cryptography
import Kernels
import Registry

/// Four IDX files, plain or compressed by gzip: images (unsigned bytes; n × height × width) and labels (unsigned bytes;
/// n) of a training and a test part. Each pixel is a feature, from 0 to 1 in steps of 1/255.
public struct IDXFiles: DataSource {
    public static let name = "idx"
    public static let summary = "Images in IDX files (MNIST, Fashion-MNIST), plain or .gz; pixels from 0 to 1."
    public static let parameters = [
        Parameter.text("folder", default: ".", "where the files are: beside the experiment's file, or as it stands"),
        Parameter.text("trainImages", default: "train-images-idx3-ubyte", "a file, or the same with .gz"),
        Parameter.text("trainLabels", default: "train-labels-idx1-ubyte", "a file, or the same with .gz"),
        Parameter.text("testImages", default: "t10k-images-idx3-ubyte", "a file, or the same with .gz"),
        Parameter.text("testLabels", default: "t10k-labels-idx1-ubyte", "a file, or the same with .gz"),
        Parameter.count("classes", 2...256, default: 10, "labels are below it"),
        Parameter.text("digest", default: "", "of what is in the files: others are refused; filled in by a run"),
    ]

    private static let names = ["trainImages", "trainLabels", "testImages", "testLabels"]

    private let parameters: ParameterValues

    public init(_ parameters: ParameterValues) throws(ConfigurationFault) {
        let digest = parameters.text("digest")
        guard digest.isEmpty || digest.count == 64 && digest.allSatisfy(\.isHexDigit) else {
            throw ConfigurationFault(.notAllowed(key: "digest", given: digest, allowed: "64 hexadecimal digits"))
        }
        self.parameters = parameters
    }

    public func open(_ files: any DataFiles, trusting: Bool) throws(ConfigurationFault) -> any Dataset {
        var pinned = parameters
        for name in IDXFiles.names { pinned = pinned.with(name, .text(try path(of: name, in: files))) }
        var images = IDXImages(
            training: try IDXLabelledImages(pinned, "trainImages", "trainLabels", in: files),
            files: files, classCount: parameters.count("classes"), parameters: pinned)
        let given = parameters.text("digest")
        if !trusting || given.isEmpty {
            let found = try images.contentDigest()
            guard given.isEmpty || given == found else {
                throw ConfigurationFault(
                    "these are not the data that the experiment was made for: their digest is \(found), not \(given)",
                    at: images.training.images.path)
            }
            images.parameters = pinned.with("digest", .text(found))
        }
        return images
    }

    /// Where the file of this parameter is, wherever the program stands.
    private func path(of name: String, in files: any DataFiles) throws(ConfigurationFault) -> String {
        let (folder, file) = (parameters.text("folder"), parameters.text(name))
        let path = file.hasPrefix("/") || folder == "." ? file : "\(folder)/\(file)"
        guard let found = files.find(path) ?? files.find("\(path).gz") else {
            throw ConfigurationFault(
                "there is no such file, nor \(file).gz; task.dataset.folder and task.dataset.\(name) say where it is",
                at: path)
        }
        return found
    }
}

/// Images and the labels that belong to them.
struct IDXLabelledImages: Sendable {
    let images: IDXPart
    let labels: IDXPart

    init(
        _ parameters: ParameterValues, _ images: String, _ labels: String, in files: any DataFiles
    ) throws(ConfigurationFault) {
        self.images = try IDXPart(parameters.text(images), axes: ["images", "rows", "columns"], in: files)
        self.labels = try IDXPart(parameters.text(labels), axes: ["labels"], in: files)
        guard self.images.count == self.labels.count else {
            throw ConfigurationFault(
                "has \(self.labels.count) labels, but \(self.images.path) has \(self.images.count) images",
                at: self.labels.path)
        }
    }

    func labels(below classCount: Int) throws(ConfigurationFault) -> [Int32] {
        let bytes = try labels.elements()
        if let position = bytes.firstIndex(where: { Int($0) >= classCount }) {
            throw ConfigurationFault(
                "label \(bytes[position]) of item \(position) is not below task.dataset.classes (\(classCount))",
                at: labels.path)
        }
        return bytes.map { Int32($0) }
    }

    func features(ofRows rows: [Int32]) throws(ConfigurationFault) -> [Float] {
        let width = images.width
        let levels = (0...255).map { Float($0) / 255 }
        var features = [Float](repeating: 0, count: rows.count * width)
        let order = rows.indices.sorted { rows[$0] < rows[$1] }
        var filled = 0
        try images.forEach(of: order.map { Int(rows[$0]) }) { pixels in
            let start = order[filled] * width
            for (column, pixel) in pixels.enumerated() { features[start + column] = levels[Int(pixel)] }
            filled += 1
        }
        return features
    }
}

/// The files, found and opened. Those of the test part are not touched before it is asked for.
private struct IDXImages: Dataset {
    let training: IDXLabelledImages
    let files: any DataFiles
    let classCount: Int
    /// With the paths that were found and, in the end, the digest.
    var parameters: ParameterValues

    var digest: String { parameters.text("digest") }
    var pinned: ParameterValues? { parameters }
    var shape: SampleShape {
        SampleShape(axes: [1] + training.images.shape.dropFirst(), targets: .classes(classCount))
    }
    var trainingCount: Int { training.images.count }

    func testCount() throws(ConfigurationFault) -> Int { try testImages().images.count }

    func trainingTargets() throws(ConfigurationFault) -> Targets {
        .classes(try training.labels(below: classCount), of: classCount)
    }

    func trainingFeatures(ofRows rows: [Int32]) throws(ConfigurationFault) -> [Float] {
        try training.features(ofRows: rows)
    }

    func testPart() throws(ConfigurationFault) -> Samples {
        let test = try testImages()
        let labels = try test.labels(below: classCount)
        return Samples(
            features: try test.features(ofRows: (0..<Int32(labels.count)).map { $0 }),
            targets: .classes(labels, of: classCount), axes: shape.axes)
    }

    private func testImages() throws(ConfigurationFault) -> IDXLabelledImages {
        let test = try IDXLabelledImages(parameters, "testImages", "testLabels", in: files)
        guard test.images.shape.dropFirst() == training.images.shape.dropFirst() else {
            throw ConfigurationFault(
                "has images of \(size(test.images)), but \(training.images.path) of \(size(training.images))",
                at: test.images.path)
        }
        return test
    }

    private func size(_ part: IDXPart) -> String { part.shape.dropFirst().map(String.init).joined(separator: " x ") }

    /// Reads all four files whole, and finds whatever is wrong in them.
    ///
    /// - Returns: SHA-256 over the shapes and hashes of the parts and the number of classes. It tells files apart that
    ///   were not made to deceive; SHA-256 of the whole would take ten times as long as reading.
    func contentDigest() throws(ConfigurationFault) -> String {
        let test = try testImages()
        _ = try training.labels(below: classCount)
        _ = try test.labels(below: classCount)
        var text = "idx:\(classCount)"
        for part in [training.images, training.labels, test.images, test.labels] {
            text += ":\(part.shape):\(try part.hash())"
        }
        return hexadecimal(SHA256.hash(Array(text.utf8)))
    }
}
