// Layouts: a vector as named tensors and back, and files that do not fit.
import Registry
import Testing

@testable import Tensors

@Suite("Tensor layouts")
struct TensorLayoutTests {
    private static let layout = TensorLayout([("weight", [2, 2]), ("bias", [2])])
    private static let vector: [Float] = [1, 2, 3, 4, 5, 6]

    @Test("a vector is its tensors one after the other, and back whatever their order in a file is")
    func split() throws {
        let tensors = Self.layout.split(Self.vector, prefix: "3/")
        #expect(tensors.map(\.name) == ["3/weight", "3/bias"] && tensors.map(\.values) == [[1, 2, 3, 4], [5, 6]])
        let file = TensorFile(Self.layout.split(Self.vector).reversed())
        #expect(try Self.layout.vector(of: file, path: "f") == Self.vector)
    }

    @Test("one vector of the whole length will do, whatever it is called")
    func flat() throws {
        let file = TensorFile([Tensor("model", shape: [6], values: Self.vector)])
        #expect(try Self.layout.vector(of: file, path: "f") == Self.vector)
    }

    static let mistakes: [(tensors: [Tensor], complaint: String)] = [
        (
            [Tensor("weight", shape: [4], values: [1, 2, 3, 4]), Tensor("bias", shape: [2], values: [5, 6])],
            "f: holds weight [4], bias [2]; needed: weight [2, 2], bias [2], or one vector of 6 numbers"
        ),
        ([Tensor("", shape: [5], values: [1, 2, 3, 4, 5])], "f: holds [5]; needed: weight [2, 2]"),
        ([], "f: holds nothing; needed"),
        (layout.split(vector) + [Tensor("more", shape: [], values: [1])], "holds weight [2, 2], bias [2], more []"),
        ([Tensor("", shape: [6], values: [1, 2, .nan, 4, 5, 6])], "f: has nan as element 2; allowed: finite numbers"),
        (layout.split([1, 2, 3, 4, 5, -.infinity]), "f: has -inf as element 1 of bias; allowed: finite numbers"),
        ((0..<9).map { Tensor("t\($0)", shape: [0], values: []) }, "t4 [0], t5 [0] and 3 more; needed"),
    ]

    @Test("a file that does not fit is told what it holds and what is needed", arguments: mistakes)
    func mistake(tensors: [Tensor], complaint: String) {
        #expect {
            try Self.layout.vector(of: TensorFile(tensors), path: "f")
        } throws: {
            ($0 as? ConfigurationFault)?.description.contains(complaint) == true
        }
    }

    @Test("reading hashes the bytes that pass")
    func hashed() throws {
        let source = HashedSource(MemorySource(Array("abc".utf8)))
        _ = try source.read(10)
        #expect(source.digest.prefix(4) == [0xBA, 0x78, 0x16, 0xBF])
    }
}
