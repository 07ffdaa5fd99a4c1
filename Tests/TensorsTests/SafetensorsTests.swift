// safetensors: what the format's own library has written, how files begin, and what is refused.
import Kernels
import Testing

@testable import Tensors

@Suite("safetensors")
struct SafetensorsTests {
    @Test("a file of the format's own library is read whole")
    func foreign() throws {
        let file = try tensors(of: Foreign.safetensors)
        #expect(file.metadata == ["round": "3"] && file.tensors.map(\.shape) == [[2, 3], [1]])
        #expect(file.bits == (Foreign.weight + [7]).map(\.bitPattern))
        #expect(file.tensors.map(\.type) == [.float32, .float16] && file.roundedTypes.isEmpty)
    }

    @Test("numbers begin at a multiple of eight bytes, however long the names are", arguments: 1...9)
    func alignment(length: Int) throws {
        let name = String(repeating: "n", count: length)
        let bytes = try Safetensors().write(TensorFile([Tensor(name, shape: [1], values: [1.5])]))
        #expect(bytes.count % 8 == 4 && bytes.suffix(4) == [0, 0, 0xC0, 0x3F])
        #expect(Int(bytes.integer(at: 0, as: UInt64.self)) == bytes.count - 12)
    }

    @Test("a file of doubles says that its numbers were rounded")
    func doubles() throws {
        let file = try tensors(
            of: safetensors(
                #"{"w":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}}"#,
                [0x9A, 0x99, 0x99, 0x99, 0x99, 0x99, 0xB9, 0x3F]))
        #expect(file.tensors[0].values == [0.1] && file.roundedTypes == [.float64])
    }

    private static func header(_ range: String, shape: String = "[1]", type: String = "F32") -> String {
        #"{"a":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":\#(range)}}"#
    }

    private static let empty = #"{"dtype":"F32","shape":[0],"data_offsets":[0,0]}"#
    private static let huge: [UInt8] = [0, 0xE4, 0x0B, 0x54, 2, 0, 0, 0] + Array("{}".utf8)

    static let mistakes: [(bytes: [UInt8], complaint: String)] = [
        (huge, "file: has a header of 10000000000 bytes; allowed: up to 100000000"),
        ([50, 0, 0, 0, 0, 0, 0, 0] + Array("{\"a\"".utf8), "ends after 12 bytes, within its header of 50 bytes"),
        (safetensors("{\"a\": 1}"), "file, header:1:7: a is 1; expected an object"),
        (safetensors("{\"a\": {}, \"a\": {}}"), "the key 'a' is here again"),
        (safetensors(#"{"\u00e9":\#(empty),"e\u0301":\#(empty)}"#), "is named twice"),
        (safetensors(header("[0,8]"), [0, 0, 0, 0]), "a.data_offsets are 8 bytes apart, but 1 elements of F32 take 4"),
        (safetensors(header("[4,0]")), "a.data_offsets are not the begin and the end of a range"),
        (safetensors(header("[0]")), "a.data_offsets are not the begin and the end of a range"),
        (safetensors(header("[0,-4]")), "a.data_offsets is -4; allowed: a whole number from 0"),
        (safetensors(header("[0,4e30]")), "a.data_offsets is 4e30"),
        (
            safetensors(header("[4,8]"), [UInt8](repeating: 0, count: 8)),
            "the tensor 'a' begins at byte 4 and leaves a hole before it, which ends at 0"
        ),
        (safetensors(header("[0,4]"), [0, 0, 0]), "within the tensor 'a'; it was not copied whole"),
        (safetensors(header("[0,4]"), [0, 0, 0, 0, 0]), "goes on after the"),
        (safetensors(header("[0,4]", type: "F8_E4M3")), "a.dtype is 'F8_E4M3'; allowed: F16, BF16, F32, F64"),
        (safetensors(header("[0,4]", shape: "[4294967296,4294967296]")), "a.shape has more than 1073741824 elements"),
        (safetensors(header("[0,4]", shape: "[9223372036854775807,2,0]")), "a.shape has more than"),
        (safetensors(header("[0,4]", shape: "[-1]")), "a.shape is -1"),
        (safetensors(#"{"a":{"dtype":"F32","shape":[1]}}"#), "a.data_offsets is missing"),
        (safetensors(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}"#), "'x'"),
        (safetensors(#"{"__metadata__":{"round":3}}"#), "__metadata__.round is 3; expected a text"),
        (
            safetensors(
                #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"#
                    + #""b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, [UInt8](repeating: 0, count: 8)),
            "the tensor 'b' begins at byte 4 and overlaps the one before it, which ends at 8"
        ),
    ]

    @Test("what is wrong is named in one line", arguments: mistakes)
    func mistake(bytes: [UInt8], complaint expected: String) {
        let said = complaint(of: bytes)
        #expect(said.contains(expected) && said.hasPrefix("file") && !said.contains("\n"), "\(said)")
    }
}
