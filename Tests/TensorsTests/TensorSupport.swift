// What the suites of this module share: files that numpy 2.4 and safetensors 0.8 have written, and reading in one call.
import Kernels
import Registry
import Tensors

/// Written by others.
enum Foreign {
    static let weight: [Float] = [1, -2.5, 0.1, 3e38, .leastNonzeroMagnitude, -0.0]

    /// `safetensors.numpy.save`: `weight` of 2 × 3 float32, `größe` of one float16, 7; metadata round 3. Its header is
    /// filled up, and the names are not ASCII.
    static let safetensors = bytes(
        """
        98000000000000007b225f5f6d657461646174615f5f223a7b22726f756e64223a2233227d2c22776569676874223a7b22647479\
        7065223a22463332222c227368617065223a5b322c335d2c22646174615f6f666673657473223a5b302c32345d7d2c226772c3b6\
        c39f65223a7b226474797065223a22463136222c227368617065223a5b315d2c22646174615f6f666673657473223a5b32342c32\
        365d7d7d0000803f000020c0cdcccc3de6b1617f01000000000000800047
        """)

    /// `numpy.save` of the same weight.
    static let npy = bytes(
        """
        934e554d5059010076007b276465736372273a20273c6634272c2027666f727472616e5f6f72646572273a2046616c73652c2027\
        7368617065273a2028322c2033292c207d2020202020202020202020202020202020202020202020202020202020202020202020\
        20202020202020202020202020202020202020202020200a0000803f000020c0cdcccc3de6b1617f0100000000000080
        """)

    /// `numpy.savez` of the same weight, and of `bias`, a float64 of 1.5.
    static let npz = bytes(
        """
        504b03042d00000000000000210024c4d466ffffffffffffffff0a0014007765696768742e6e7079010010009800000000000000\
        9800000000000000934e554d5059010076007b276465736372273a20273c6634272c2027666f727472616e5f6f72646572273a20\
        46616c73652c20277368617065273a2028322c2033292c207d202020202020202020202020202020202020202020202020202020\
        202020202020202020202020202020202020202020202020202020202020200a0000803f000020c0cdcccc3de6b1617f01000000\
        00000080504b03042d000000000000002100b35d021fffffffffffffffff08001400626961732e6e707901001000880000000000\
        00008800000000000000934e554d5059010076007b276465736372273a20273c6638272c2027666f727472616e5f6f7264657227\
        3a2046616c73652c20277368617065273a2028312c292c207d202020202020202020202020202020202020202020202020202020\
        2020202020202020202020202020202020202020202020202020202020202020200a000000000000f83f504b01022d032d000000\
        00000000210024c4d46698000000980000000a00000000000000000000008001000000007765696768742e6e7079504b01022d03\
        2d000000000000002100b35d021f88000000880000000800000000000000000000008001d4000000626961732e6e7079504b0506\
        00000000020002006e000000960100000000
        """)

    /// `numpy.savez_compressed` of the same weight.
    static let compressed = bytes(
        """
        504b03042d00000008000000210024c4d466ffffffffffffffff0a0014007765696768742e6e7079010010009800000000000000\
        5b000000000000009bec17ea1b10c9c850c650ad9e925a9c5ca46ea5a06e9366a2aea3a09e965f54529498179f5f94920a12774b\
        cc294e058a17672416a402f91a463a0ac69a3a0ab50a64032e0686067b0606850367cf9cb17db631b19e91010c1a00504b01022d\
        032d00000008000000210024c4d4665b000000980000000a00000000000000000000008001000000007765696768742e6e707950\
        4b0506000000000100010038000000970000000000
        """)

    private static func bytes(_ digits: String) -> [UInt8] {
        let digits = Array(digits.utf8)
        return stride(from: 0, to: digits.count - 1, by: 2).map { place in
            UInt8(String(decoding: digits[place..<place + 2], as: UTF8.self), radix: 16) ?? 0
        }
    }
}

/// The tensors of a file in memory.
func tensors(of bytes: [UInt8]) throws(ConfigurationFault) -> TensorFile {
    try TensorFormatCatalog.read(MemorySource(bytes), path: "file")
}

/// What is said of bytes that are no such file; empty if they are one.
func complaint(of bytes: [UInt8]) -> String {
    do throws(ConfigurationFault) {
        _ = try tensors(of: bytes)
        return ""
    } catch {
        return error.description
    }
}

/// A safetensors file of this header, not filled up, and these bytes after it.
func safetensors(_ header: String, _ numbers: [UInt8] = []) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(littleEndian: UInt64(header.utf8.count))
    return bytes + Array(header.utf8) + numbers
}

/// A .npy file of this header and these bytes after it.
func npy(_ header: String, _ numbers: [UInt8] = [], version: UInt8 = 1) -> [UInt8] {
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [version, 0]
    if version == 1 {
        bytes.append(littleEndian: UInt16(header.utf8.count))
    } else {
        bytes.append(littleEndian: UInt32(header.utf8.count))
    }
    return bytes + Array(header.utf8) + numbers
}

extension TensorFile {
    /// The bits of all numbers: NaN and the sign of zero count.
    var bits: [UInt32] { tensors.flatMap { $0.values.map(\.bitPattern) } }
}

/// Tensors with all that files may have: no axes, no elements, several axes; numbers that are none.
let manyTensors = TensorFile(
    [
        Tensor("weight", shape: [2, 3], values: Foreign.weight), Tensor("one", shape: [], values: [.nan]),
        Tensor("none", shape: [3, 0], values: []), Tensor("gewöhnlich/größe", shape: [2], values: [.infinity, 5]),
    ], metadata: ["round": "3", "node": "\"ä\n"])
