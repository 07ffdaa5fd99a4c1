// The header of .npy files: a Python dictionary as text, read by a strict reader of its own and never evaluated.
//
//   0x93 "NUMPY" | version, two bytes: 1.0, 2.0 or 3.0 | length of the text u16 (1.0) or u32 | text
//
//   {'descr': '<f4', 'fortran_order': False, 'shape': (10, 64), }          then blanks and a line feed
import Kernels
public import Registry

/// What an array in a .npy file is: its elements follow, row after row.
public struct NPYHeader: Sendable, Equatable {
    static let magic = [0x93] + Array("NUMPY".utf8)
    /// Longer than any header of plain numbers, and than what numpy itself takes (10,000).
    private static let mostBytes = 65_536
    /// numpy has no more axes.
    private static let mostAxes = 64

    public let type: ElementType
    public let isBigEndian: Bool
    /// Elements along each axis; none for a single number.
    public let shape: [Int]
    /// Bytes before the first element.
    public let byteCount: Int

    /// Elements in all.
    public var count: Int { elementCount(shape) ?? 0 }

    /// Reads a file up to its first element.
    public init(_ file: inout ByteReader) throws(ConfigurationFault) {
        let start = try file.bytes(8, in: "its header")
        guard start.starts(with: NPYHeader.magic) else {
            throw file.fault("is no .npy file: it begins with \(TensorFormatCatalog.words(start[...]))")
        }
        guard (1...3).contains(start[6]), start[7] == 0 else {
            throw file.fault("is .npy of version \(start[6]).\(start[7]); allowed: 1.0, 2.0, 3.0")
        }
        let width = start[6] == 1 ? 2 : 4
        let length = try file.bytes(width, in: "its header")
        let count = length.reversed().reduce(0) { $0 << 8 | Int($1) }
        guard count <= NPYHeader.mostBytes else {
            throw file.fault("has a header of \(count) bytes; allowed: up to \(NPYHeader.mostBytes)")
        }
        var text = LiteralReader(try file.bytes(count, in: "its header"), path: file.path)
        self = try NPYHeader(&text, byteCount: 8 + width + count)
    }

    private init(_ text: inout LiteralReader, byteCount: Int) throws(ConfigurationFault) {
        var description: String?
        var isFortran: Bool?
        var shape: [Int]?
        try text.expect("{")
        while !text.take("}") {
            let key = try text.string()
            try text.expect(":")
            switch key {
            case "descr" where description == nil: description = try text.elementDescription()
            case "fortran_order" where isFortran == nil: isFortran = try text.flag()
            case "shape" where shape == nil: shape = try text.lengths(atMost: NPYHeader.mostAxes)
            default: throw text.fault("has '\(excerpt(of: key))' in its header, which is not expected there")
            }
            guard !text.take(",") else { continue }
            try text.expect("}")
            break
        }
        try text.expectEnd()
        guard let description, let isFortran, let shape else {
            throw text.fault("has a header without descr, fortran_order and shape")
        }
        (type, isBigEndian) = try NPYHeader.type(description, text)
        guard !isFortran || shape.count(where: { $0 > 1 }) < 2 else {
            throw text.fault(
                "is in Fortran order, column after column; allowed: C order, as of numpy.ascontiguousarray")
        }
        guard elementCount(shape) != nil else {
            throw text.fault("has more than \(mostElements) elements, the most that is read")
        }
        self.shape = shape
        self.byteCount = byteCount
    }

    private static let types: [(code: String, type: ElementType)] = [
        ("f2", .float16), ("f4", .float32), ("f8", .float64), ("i1", .int8), ("i2", .int16), ("i4", .int32),
        ("i8", .int64), ("u1", .uint8), ("u2", .uint16), ("u4", .uint32), ("u8", .uint64), ("b1", .bool),
    ]

    private static func type(
        _ description: String, _ text: LiteralReader
    ) throws(ConfigurationFault) -> (ElementType, Bool) {
        let (order, code) = (description.first, String(description.dropFirst()))
        if code.first == "O" {
            throw text.fault("holds Python objects, which are never read; allowed: an array of numbers")
        }
        guard let type = types.first(where: { $0.code == code })?.type, let order,
            "<>".contains(order) || order == "|" && type.byteCount == 1
        else {
            throw text.fault(
                "holds elements of type '\(excerpt(of: description))'; allowed: "
                    + types.map(\.code).joined(separator: ", ") + ", each with < or >")
        }
        return (type, order == ">")
    }

    /// The header of an array of little-endian Floats, as numpy writes it: the elements begin at a multiple of 64.
    static func bytes(ofShape shape: [Int]) -> [UInt8] {
        let lengths = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        var text = Array("{'descr': '<f4', 'fortran_order': False, 'shape': (\(lengths)), }".utf8)
        text += [UInt8](repeating: UInt8(ascii: " "), count: 63 - (10 + text.count) % 64)
        text.append(UInt8(ascii: "\n"))
        var bytes = magic + [1, 0]
        bytes.append(littleEndian: UInt16(text.count))
        return bytes + text
    }
}

/// Reads those literals of Python that the header of an array of numbers has.
private struct LiteralReader {
    private let bytes: [UInt8]
    private let path: String
    private var offset = 0

    init(_ bytes: [UInt8], path: String) {
        self.bytes = bytes
        self.path = path
    }

    func fault(_ sentence: String) -> ConfigurationFault { ConfigurationFault(sentence, at: path) }

    private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func skipBlanks() {
        while let byte = next, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") { offset += 1 }
    }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard next == UInt8(ascii: character) else { return false }
        offset += 1
        return true
    }

    mutating func expect(_ character: Unicode.Scalar) throws(ConfigurationFault) {
        guard take(character) else { throw unexpected("'\(character)'") }
    }

    mutating func expectEnd() throws(ConfigurationFault) {
        skipBlanks()
        guard next == nil else { throw unexpected("its end") }
    }

    private func unexpected(_ expected: String) -> ConfigurationFault {
        let found = bytes[offset...].prefix(8)
        return fault(
            "has \(found.isEmpty ? "the end" : TensorFormatCatalog.words(found)) at byte \(offset) of its header; "
                + "expected \(expected)")
    }

    /// Between quotes of one of two kinds, without escapes.
    mutating func string() throws(ConfigurationFault) -> String {
        let quote = UInt8(ascii: take("\"") ? "\"" : "'")
        if quote == UInt8(ascii: "'") { try expect("'") }
        let start = offset
        while let byte = next, byte != quote, byte != UInt8(ascii: "\\") { offset += 1 }
        guard next == quote else { throw unexpected("a closing quote") }
        offset += 1
        return String(decoding: bytes[start..<offset - 1], as: UTF8.self)
    }

    mutating func elementDescription() throws(ConfigurationFault) -> String {
        skipBlanks()
        guard next != UInt8(ascii: "["), next != UInt8(ascii: "(") else {
            throw fault("holds records of several fields; allowed: an array of numbers")
        }
        return try string()
    }

    mutating func flag() throws(ConfigurationFault) -> Bool {
        skipBlanks()
        for (word, value) in [("True", true), ("False", false)] where bytes[offset...].starts(with: word.utf8) {
            offset += word.utf8.count
            return value
        }
        throw unexpected("True or False")
    }

    /// A tuple; Python 2 wrote its long numbers with an L.
    mutating func lengths(atMost most: Int) throws(ConfigurationFault) -> [Int] {
        var lengths: [Int] = []
        try expect("(")
        while !take(")") {
            skipBlanks()
            let digits = bytes[offset...].prefix(20).prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard let length = Int(String(decoding: digits, as: UTF8.self)), lengths.count < most else {
                throw unexpected("a length; at most \(most) of them")
            }
            lengths.append(length)
            offset += digits.count
            _ = take("L")
            guard !take(",") else { continue }
            try expect(")")
            break
        }
        return lengths
    }
}
