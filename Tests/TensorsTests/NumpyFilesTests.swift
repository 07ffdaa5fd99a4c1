// .npy and .npz: what numpy has written, and what is refused.
import Kernels
import Testing

@testable import Tensors

@Suite("Files of numpy")
struct NumpyFilesTests {
    @Test("an array that numpy saved is read, and written as the same bytes")
    func npyFile() throws {
        let file = try tensors(of: Foreign.npy)
        #expect(file.bits == Foreign.weight.map(\.bitPattern) && file.tensors[0].shape == [2, 3])
        #expect(NPY().write(file) == Foreign.npy)
    }

    @Test("arrays that numpy saved together are read by name")
    func npzFile() throws {
        let file = try tensors(of: Foreign.npz)
        #expect(file.bits == (Foreign.weight + [1.5]).map(\.bitPattern) && file.tensors.map(\.shape) == [[2, 3], [1]])
        #expect(file.roundedTypes == [.float64])
    }

    private static let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }"
    private static let one: [UInt8] = [0, 0, 0x80, 0x3F]

    static let spellings = [
        npy(header, one), npy(header, one, version: 2), npy(header, one, version: 3),
        npy(#"{"shape":(1L,),"fortran_order":False,"descr":"<f4"}"#, one),
        npy("{'descr': '>f4', 'fortran_order': False, 'shape': (1,)}  \n", [0x3F, 0x80, 0, 0]),
        npy("{'descr': '<f4', 'fortran_order': True, 'shape': (1,)}", one),
        npy("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1, 1)}", one),
        npy("{'descr': '|u1', 'fortran_order': False, 'shape': ()}", [1]),
        npy("{'descr': '|b1', 'fortran_order': False, 'shape': (1,)}", [1]),
        npy("{'descr': '<i8', 'fortran_order': False, 'shape': (1,)}", [1, 0, 0, 0, 0, 0, 0, 0]),
        npy("{'descr': '>i2', 'fortran_order': False, 'shape': (1,)}", [0, 1]),
    ]

    @Test("one is one in all versions, types and byte orders", arguments: spellings)
    func spelling(bytes: [UInt8]) throws { #expect(try tensors(of: bytes).tensors[0].values == [1]) }

    private static func npyOf(_ descr: String, fortran: String = "False", shape: String = "(1,)") -> [UInt8] {
        npy("{'descr': \(descr), 'fortran_order': \(fortran), 'shape': \(shape), }", one)
    }

    private static func altered(_ bytes: [UInt8], _ place: Int, _ value: UInt8) -> [UInt8] {
        var bytes = bytes
        bytes[place] = value
        return bytes
    }

    static let mistakes: [(bytes: [UInt8], complaint: String)] = [
        (npyOf("'<f4'", fortran: "True", shape: "(2, 3)"), "is in Fortran order, column after column"),
        (npyOf("'|O'"), "holds Python objects, which are never read"),
        (npyOf("[('a', '<f4')]"), "holds records of several fields"),
        (npyOf("'<c8'"), "holds elements of type '<c8'; allowed: f2, f4, f8, i1"),
        (npyOf("'|f4'"), "holds elements of type '|f4'"), (npyOf("''"), "holds elements of type ''"),
        (npyOf("'<U3'"), "'<U3'"), (npyOf("'<f4"), "expected"),
        (npyOf("'<f4'", shape: "(2,)"), "ends after 71 bytes, within its 2 elements"),
        (npyOf("'<f4'", shape: "(0,)"), "goes on after the"),
        (npyOf("'<f4'", shape: "(4294967296, 4294967296)"), "has more than 1073741824 elements"),
        (npyOf("'<f4'", shape: "(99999999999999999999,)"), "expected a length"),
        (npyOf("'<f4'", shape: "(-1,)"), "expected a length"),
        (npyOf("'<f4'", shape: "[1]"), "expected '('"),
        (npyOf("'<f4'", shape: "(" + String(repeating: "1,", count: 65) + ")"), "a length; at most 64 of them"),
        (npyOf("'<f4'", fortran: "__import__('os')"), "expected True or False"),
        (npy("{'descr': '<f4', 'fortran_order': False, }", one), "without descr, fortran_order and shape"),
        (npy("{'descr': '<f4', 'descr': '<f4'}", one), "has 'descr' in its header, which is not expected there"),
        (npy("{'descr': '<f4', 'x': '<f4'}", one), "has 'x' in its header"),
        (npy(header + "1", one), "expected its end"), (npy("", one), "has the end at byte 0 of its header"),
        (altered(npy(header, one), 6, 4), "is .npy of version 4.0; allowed: 1.0, 2.0, 3.0"),
        (altered(npy(header, one, version: 2), 11, 1), "has a header of 16777273 bytes; allowed: up to 65536"),
        (Foreign.compressed, "holds 'weight.npy' compressed; allowed: stored, as of numpy.savez"),
        (altered(Foreign.npz, 200, 1), "holds 'weight.npy' with altered bytes"),
        (Foreign.npz.dropLast(), "is a damaged zip archive, or was not copied whole"),
        (archive(["a.npy", "b.txt"]), "holds 'b.txt'; allowed: arrays of numpy"),
        (archive(["a.npy", "a.npy"]), "holds 'a.npy' twice"),
        (archive(["a.npy", "b.npy"], content: one), "file, a.npy: ends after 4 bytes, within its header"),
    ]

    private static func archive(_ names: [String], content: [UInt8] = npy(header, one)) -> [UInt8] {
        var archive = StoredZIP()
        for name in names { try? archive.append(content, named: name) }
        return (try? archive.finish()) ?? []
    }

    @Test("what is wrong is named in one line", arguments: mistakes)
    func mistake(bytes: [UInt8], complaint expected: String) {
        let said = complaint(of: bytes)
        #expect(said.contains(expected) && said.hasPrefix("file") && !said.contains("\n"), "\(said)")
    }

    @Test("members of an archive that lie over each other are refused")
    func overlap() {
        var bytes = Self.archive(["a.npy", "b.npy"])
        let directory = bytes.count - 22 - 2 * (46 + 5)
        for place in 42..<46 { bytes[directory + 51 + place] = bytes[directory + place] }
        #expect(complaint(of: bytes) == "file: is a damaged zip archive, or was not copied whole")
    }

    @Test("the check of zip archives is that of the catalogue of CRCs")
    func check() { #expect(CRC32.check(Array("123456789".utf8)[...]) == 0xCBF4_3926) }
}
