// safetensors: a JSON header with names, types and shapes, then the numbers. The format of Hugging Face, which every
// framework reads; no code is in it.
//
//   length of the header u64 | header: JSON, filled up with blanks | numbers, little-endian, the last axis fastest
//
//   {"__metadata__": {"round": "200"}, "weight": {"dtype": "F32", "shape": [10, 64], "data_offsets": [0, 2560]}, ...}
//
// The ranges of all tensors together are the rest of the file, without a hole or an overlap. The header is filled up so
// that the numbers begin at a multiple of 8 bytes; files in which they do not are read as well.
import JSON
import Kernels
public import Registry

/// Named tensors with metadata.
public struct Safetensors: TensorFormat {
    public static let name = "safetensors"
    public static let summary = "Named tensors with metadata; numbers are written as F32."

    /// As the format's own reader has it.
    private static let mostHeaderBytes = 100_000_000
    private static let metadataKey = "__metadata__"

    public init() {}

    /// Whatever its length says, the header of one begins with a brace.
    public func claims(_ start: [UInt8]) -> Bool { start.count == 9 && start[8] == UInt8(ascii: "{") }

    public func write(_ file: TensorFile) throws(ConfigurationFault) -> [UInt8] {
        var members: [JSONMember] = []
        if !file.metadata.isEmpty {
            let notes = file.metadata.sorted { $0.key < $1.key }.map { JSONMember($0.key, .text($0.value)) }
            members.append(JSONMember(Self.metadataKey, JSONValue(.object(notes))))
        }
        var end = 0
        for tensor in file.tensors {
            let start = end
            end += 4 * tensor.values.count
            members.append(
                JSONMember(
                    tensor.name,
                    .object([
                        "dtype": .text(ElementType.float32.rawValue), "shape": .array(tensor.shape.map { .number($0) }),
                        "data_offsets": .array([.number(start), .number(end)]),
                    ])))
        }
        var header = Array(JSONText.canonical(JSONValue(.object(members))).utf8)
        header += [UInt8](repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8)
        guard header.count <= Self.mostHeaderBytes else {
            throw ConfigurationFault("\(file.tensors.count) tensors are more than the header of safetensors can name")
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 + header.count + end)
        bytes.append(littleEndian: UInt64(header.count))
        bytes += header
        for tensor in file.tensors { bytes.append(littleEndian: tensor.values) }
        return bytes
    }

    public func read(_ file: inout ByteReader) throws(ConfigurationFault) -> TensorFile {
        let length = try file.bytes(8, in: "the length of its header").integer(at: 0, as: UInt64.self)
        guard length <= UInt64(Self.mostHeaderBytes) else {
            throw file.fault("has a header of \(length) bytes; allowed: up to \(Self.mostHeaderBytes)")
        }
        let header = try file.bytes(Int(length), in: "its header of \(length) bytes")
        guard header.first == UInt8(ascii: "{") else { throw file.fault("has a header that does not begin with {") }
        let object = try StrictJSON.read(header, name: "\(file.path), header").object("")
        let metadata = try Self.metadata(in: object)
        let places = try Self.places(in: object, path: file.path)
        var tensors: [Tensor] = []
        for place in places {
            var values: [Float] = []
            let bytes = place.end - place.start
            try file.forEachPiece(of: bytes, in: "the tensor '\(excerpt(of: place.name))'") {
                place.type.decode($0, into: &values)
            }
            tensors.append(Tensor(place.name, shape: place.shape, type: place.type, values: values))
        }
        try file.refuseMore()
        return TensorFile(tensors, metadata: metadata)
    }

    private static func metadata(in object: JSONObject) throws(ConfigurationFault) -> [String: String] {
        guard let value = object[metadataKey] else { return [:] }
        var metadata: [String: String] = [:]
        for member in try value.object(metadataKey).members {
            metadata[member.key] = try member.value.text("\(metadataKey).\(member.key)")
        }
        return metadata
    }

    /// Where a tensor stands, from the end of the header.
    private struct Place {
        let name: String
        let type: ElementType
        let shape: [Int]
        let start: Int
        let end: Int
    }

    /// All of them, in the order of the file, one right after the other.
    private static func places(in object: JSONObject, path: String) throws(ConfigurationFault) -> [Place] {
        var places: [Place] = []
        // Keys are told apart by their bytes, names as a reader sees them: an accent may be written in two ways.
        var names: Set<String> = []
        for member in object.members where member.key != metadataKey {
            guard names.insert(member.key).inserted else {
                throw member.value.fault("\(excerpt(of: member.key)) is named twice")
            }
            places.append(try place(member))
        }
        places.sort { ($0.start, $0.end) < ($1.start, $1.end) }
        var end = 0
        for place in places {
            guard place.start == end else {
                let what = place.start < end ? "overlaps the one before it" : "leaves a hole before it"
                throw ConfigurationFault(
                    "the tensor '\(excerpt(of: place.name))' begins at byte \(place.start) and \(what), which ends at "
                        + "\(end); allowed: one right after the other", at: path)
            }
            end = place.end
        }
        guard places.reduce(0, { $0 + ($1.end - $1.start) / $1.type.byteCount }) <= mostElements else {
            throw ConfigurationFault("has more than \(mostElements) numbers, the most that is read", at: path)
        }
        return places
    }

    private static func place(_ member: JSONMember) throws(ConfigurationFault) -> Place {
        let key = excerpt(of: member.key)
        let object = try member.value.object(key)
        try object.refuseUnknownKeys(known: ["dtype", "shape", "data_offsets"])
        let dtype = try object.required("dtype", expected: "a type")
        guard let type = ElementType(rawValue: try dtype.text(object.path(of: "dtype"))) else {
            throw dtype.fault(
                "\(key).dtype is \(dtype.summary); allowed: "
                    + ElementType.allCases.map(\.rawValue).joined(separator: ", "))
        }
        let axes = try object.required("shape", expected: "an array of lengths")
        var shape: [Int] = []
        for axis in try axes.array(object.path(of: "shape")) { shape.append(try axis.count("\(key).shape")) }
        let range = try object.required("data_offsets", expected: "two offsets")
        var offsets: [Int] = []
        for offset in try range.array(object.path(of: "data_offsets")).prefix(3) {
            offsets.append(try offset.count("\(key).data_offsets"))
        }
        guard offsets.count == 2, offsets[0] <= offsets[1] else {
            throw range.fault("\(key).data_offsets are not the begin and the end of a range")
        }
        guard let count = elementCount(shape) else {
            throw axes.fault("\(key).shape has more than \(mostElements) elements, the most that is read")
        }
        guard count * type.byteCount == offsets[1] - offsets[0] else {
            throw range.fault(
                "\(key).data_offsets are \(offsets[1] - offsets[0]) bytes apart, but \(count) elements of "
                    + "\(type.rawValue) take \(count * type.byteCount)")
        }
        return Place(name: member.key, type: type, shape: shape, start: offsets[0], end: offsets[1])
    }
}
