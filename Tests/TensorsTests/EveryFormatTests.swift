// What every format of tensor files must obey, found through the catalogue; above all that whatever bytes come, there
// are tensors or one line.
import Kernels
import Registry
import Testing
import TestSupport

@testable import Tensors

@Suite("Every format of tensor files")
struct EveryFormatTests {
    /// What a format keeps of some tensors.
    private static func kept(_ file: TensorFile, by format: any TensorFormat) -> TensorFile {
        switch format {
        case is NPY: TensorFile([Tensor("", shape: [file.bits.count], values: file.tensors.flatMap(\.values))])
        case is NPZ: TensorFile(file.tensors)
        default: file
        }
    }

    @Test("what is written reads back to the bit", arguments: TensorFormatCatalog.all.names)
    func roundTrip(name: String) throws {
        let format = try TensorFormatCatalog.all.entry(named: name).init()
        let read = try tensors(of: try format.write(manyTensors))
        let expected = Self.kept(manyTensors, by: format)
        #expect(read.bits == expected.bits && read.metadata == expected.metadata)
        #expect(read.tensors.map(\.name) == expected.tensors.map(\.name))
        #expect(read.tensors.map(\.shape) == expected.tensors.map(\.shape))
    }

    @Test("large tensors come in pieces, and are the same", arguments: TensorFormatCatalog.all.names)
    func large(name: String) throws {
        let format = try TensorFormatCatalog.all.entry(named: name).init()
        let values = (0..<700_001).map { Float($0) }
        let file = TensorFile([Tensor("weight", shape: [values.count], values: values)])
        #expect(try tensors(of: try format.write(file)).tensors[0].values == values)
    }

    /// A reader that believes what it is told, as none may.
    private struct Credulous: TensorFormat {
        static let name = "credulous"
        static let summary = "Takes anything."
        func claims(_ start: [UInt8]) -> Bool { true }
        func write(_ file: TensorFile) -> [UInt8] { Array(repeating: 1, count: 20) }
        func read(_ file: inout ByteReader) -> TensorFile { TensorFile([]) }
    }

    private static let laws = [
        Law<any TensorFormat>("a file that was cut anywhere is refused", brokenBy: Credulous()) { format, verdict in
            let bytes = try format.write(manyTensors)
            for count in bytes.indices {
                verdict.expect(refusal(of: Array(bytes[..<count]), by: format) != nil, "cut after \(count) bytes")
            }
        },
        Law<any TensorFormat>("a file with a byte more is refused", brokenBy: Credulous()) { format, verdict in
            let bytes = try format.write(manyTensors)
            verdict.expect(refusal(of: bytes + [0], by: format) != nil, "0 at the end")
        },
        Law<any TensorFormat>("what is wrong is said in one line with its file", brokenBy: Credulous()) {
            format, verdict in
            for bytes in [[], Array("not a file of tensors at all".utf8)] {
                let line = refusal(of: bytes, by: format) ?? ""
                verdict.expect(line.hasPrefix("file") && !line.contains("\n"), "'\(line)'")
            }
        },
    ]

    private static func refusal(of bytes: [UInt8], by format: any TensorFormat) -> String? {
        var reader = ByteReader(MemorySource(bytes), path: "file")
        do throws(ConfigurationFault) {
            _ = try format.read(&reader)
            return nil
        } catch {
            return error.description
        }
    }

    @Test("obeys the laws, each of which a credulous reader breaks", arguments: laws)
    func law(law: Law<any TensorFormat>) throws {
        for type in TensorFormatCatalog.all.entries {
            let violations = try law.violations(of: type.init())
            #expect(violations.isEmpty, "\(type): \(violations)")
        }
        #expect(try !law.violationsOfCounterexample.isEmpty)
    }

    /// Reaching its end is what it shows: a reader that traps takes the whole program with it.
    @Test("hostile bytes are tensors or a complaint, and never a trap", arguments: TensorFormatCatalog.all.names)
    func hostile(name: String) throws {
        let format = try TensorFormatCatalog.all.entry(named: name).init()
        let bytes = try format.write(
            TensorFile([Tensor("a", shape: [2], values: [1, 2]), Tensor("b", shape: [1, 1], values: [3])]))
        var random = RandomStream(seed: 1, purpose: .data)
        var read = 0
        for place in bytes.indices {
            for mask: UInt8 in [0x01, 0x02, 0x10, 0x20, 0x80, 0xFF] {
                var altered = bytes
                altered[place] ^= mask
                if Self.refusal(of: altered, by: format) == nil { read += 1 }
            }
            var replaced = bytes
            for _ in 0..<3 { replaced[random.below(bytes.count)] = UInt8(random.below(256)) }
            for value in [0, 0xFF] as [UInt8] {
                for offset in place..<min(place + 4, bytes.count) { replaced[offset] = value }
                _ = Self.refusal(of: replaced, by: format)
            }
        }
        // Numbers have no check in two of the formats; in the third all bytes but a few of the headers have one.
        #expect(read < 6 * bytes.count)
        for count in 0..<400 {
            let noise = (0..<count % 97).map { _ in UInt8(random.below(256)) }
            #expect(Self.refusal(of: noise, by: format) != nil)
            let start = Array(bytes.prefix(random.below(bytes.count)))
            _ = Self.refusal(of: start + noise, by: format)
        }
    }

    @Test("files are told apart by how they begin, whatever they are called")
    func recognised() throws {
        #expect(try tensors(of: Foreign.npy).tensors.map(\.name) == [""])
        #expect(try tensors(of: Foreign.npz).tensors.map(\.name) == ["weight", "bias"])
        #expect(try tensors(of: Foreign.safetensors).tensors.map(\.name) == ["weight", "größe"])
        #expect(complaint(of: []) == "file: the file is empty; allowed: a file of safetensors, npy, npz")
        #expect(
            complaint(of: Array("{\"weight\": 1}".utf8))
                == "file: is no file of safetensors, npy, npz: it begins with '{\"weight'")
        #expect(complaint(of: [0, 1, 0xFF]) == "file: is no file of safetensors, npy, npz: it begins with 00 01 ff")
    }
}

@Suite("Element types")
struct ElementTypeTests {
    @Test("become the Floats that they stand for, rounded where they must be")
    func values() {
        func value(_ type: ElementType, _ bytes: [UInt8], isBigEndian: Bool = false) -> Float {
            var values: [Float] = []
            type.decode(bytes, isBigEndian: isBigEndian, into: &values)
            return values[0]
        }
        #expect(value(.float64, [0x9A, 0x99, 0x99, 0x99, 0x99, 0x99, 0xB9, 0x3F]) == 0.1)
        #expect(value(.float64, [0x3F, 0xB9, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9A], isBigEndian: true) == 0.1)
        #expect(value(.bfloat16, [0x20, 0xC0]) == -2.5)
        #expect(value(.int64, [UInt8](repeating: 0xFF, count: 8)) == -1)
        #expect(value(.uint64, [UInt8](repeating: 0xFF, count: 8)) == 0x1p64)
        #expect(value(.int16, [0x80, 0], isBigEndian: true) == -32768 && value(.uint32, [1, 0, 0, 1]) == 0x1p24)
        #expect(value(.int8, [0x80]) == -128 && value(.uint8, [0x80]) == 128 && value(.bool, [2]) == 1)
        #expect(!ElementType.float64.isExact && ElementType.float16.isExact)
    }

    @Test("every number of half precision is what its bits say")
    func halves() {
        for bits in UInt16.min...UInt16.max {
            var values: [Float] = []
            ElementType.float16.decode([UInt8(truncatingIfNeeded: bits), UInt8(bits >> 8)], into: &values)
            let expected = Float(Float16(bitPattern: bits))
            #expect(values[0].bitPattern == expected.bitPattern || values[0].isNaN && expected.isNaN)
        }
    }
}
