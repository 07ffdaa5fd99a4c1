// The IDX format of MNIST and its relatives, read from a stream: a header, and unsigned bytes. Which files make a
// table is the business of IDXTable.
import Kernels
import Registry

/// One IDX file: what its header says, and its elements.
struct IDXPart: Sendable {
    /// Bytes that are read at once.
    private static let block = 1 << 20

    let path: String
    /// Items, and the lengths of the axes of one item.
    let shape: [Int]
    private let files: any DataFiles

    /// Reads the header.
    ///
    /// - Parameter axes: what the dimensions may be, in words; their number decides.
    init(_ path: String, axes choices: [[String]], in files: any DataFiles) throws(ConfigurationFault) {
        self.path = path
        self.files = files
        let stream = try files.open(path)
        let magic = try stream.read(4)
        guard magic.count == 4, magic[0] == 0, magic[1] == 0, let type = IDXPart.types[magic[2]] else {
            throw ConfigurationFault("this is no IDX file: it starts with \(hexadecimal(magic))", at: path)
        }
        guard magic[2] == IDXPart.unsignedByte else {
            throw ConfigurationFault("holds elements of type \(type); allowed: unsigned bytes", at: path)
        }
        guard let axes = choices.first(where: { $0.count == Int(magic[3]) }) else {
            let allowed = choices.map { "\($0.count) (\($0.joined(separator: ", ")))" }.joined(separator: " or ")
            throw ConfigurationFault("has \(magic[3]) dimensions; allowed: \(allowed)", at: path)
        }
        let lengths = try stream.read(4 * axes.count)
        guard lengths.count == 4 * axes.count else {
            throw ConfigurationFault("ends after \(4 + lengths.count) bytes, within its header", at: path)
        }
        shape = axes.indices.map { axis in lengths[4 * axis..<4 * axis + 4].reduce(0) { $0 << 8 | Int($1) } }
        for (length, axis) in zip(shape, axes) where !(1...IDXPart.longest).contains(length) {
            throw ConfigurationFault(
                .notAllowed(key: "the number of \(axis)", given: "\(length)", allowed: "1 to \(IDXPart.longest)"),
                at: path)
        }
        guard width <= IDXPart.longest else {
            throw ConfigurationFault(
                .notAllowed(key: "the size of an item", given: "\(width)", allowed: "1 to \(IDXPart.longest)"), at: path
            )
        }
    }

    private static let unsignedByte: UInt8 = 0x08
    private static let types: [UInt8: String] = [
        0x08: "unsigned byte", 0x09: "signed byte", 0x0B: "short", 0x0C: "int", 0x0D: "float", 0x0E: "double",
    ]
    /// No axis is longer, and no item is larger, so that their product does not overflow.
    private static let longest = 1_000_000

    /// Items of the file.
    var count: Int { shape[0] }
    /// Bytes of one item.
    var width: Int { shape.dropFirst().reduce(1) { $0.clampedTimes($1) } }
    private var headerBytes: Int { 4 + 4 * shape.count }

    /// All elements, each a byte.
    func elements() throws(ConfigurationFault) -> [UInt8] {
        let stream = try opened()
        var elements: [UInt8] = []
        try read(count * width, from: stream) { elements.append(contentsOf: $0) }
        return elements
    }

    /// Shows some items, in ascending order.
    ///
    /// - Parameter rows: ascending; one that is there twice is shown twice.
    func forEach(of rows: [Int], _ body: ([UInt8]) -> Void) throws(ConfigurationFault) {
        let stream = try opened()
        var item: [UInt8] = []
        var next = 0
        for row in rows {
            if row >= next {
                try stream.skip((row - next) * width)
                item = try stream.read(width)
                guard item.count == width else { throw endsEarly("in item \(row) of \(count)") }
                next = row + 1
            }
            body(item)
        }
    }

    /// Reads the file whole and checks that it is as long as its header says.
    ///
    /// - Returns: XXH64 of its elements: of each MiB, seeded with the hash of what came before.
    func hash() throws(ConfigurationFault) -> UInt64 {
        let stream = try opened()
        var hash: UInt64 = 0
        try read(count * width, from: stream) { hash = XXH64.hash($0, seed: hash) }
        guard try stream.read(1).isEmpty else {
            throw ConfigurationFault("goes on after the \(headerBytes + count * width) bytes of its header", at: path)
        }
        return hash
    }

    /// The file, after its header.
    private func opened() throws(ConfigurationFault) -> any DataStream {
        let stream = try files.open(path)
        try stream.skip(headerBytes)
        return stream
    }

    private func read(
        _ total: Int, from stream: any DataStream, _ body: ([UInt8]) -> Void
    ) throws(ConfigurationFault) {
        var done = 0
        while done < total {
            let wanted = min(IDXPart.block, total - done)
            let bytes = try stream.read(wanted)
            done += bytes.count
            guard bytes.count == wanted else {
                throw endsEarly("after \(headerBytes + done) of \(headerBytes + total) bytes")
            }
            body(bytes)
        }
    }

    private func endsEarly(_ place: String) -> ConfigurationFault {
        ConfigurationFault("ends too early, \(place); it was not copied whole", at: path)
    }
}
