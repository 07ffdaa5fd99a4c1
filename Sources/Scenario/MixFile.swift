// A mix that a node hands out for measuring, as a file beside its snapshot. Every byte is covered by the final hash.
//
//   magic "GSPX" | version u8 | 3 zero bytes | step u32 | inputs u32 | elements u32 | budget f64
//   | inputs × (sender u32 | weight f64) | own floats | mixed floats | XXH64 of all before
//
// All integers and floats are little-endian.
public import Core
import Cryptography
import Kernels

extension MixSample {
    private static let magic = Array("GSPX".utf8)
    private static let version: UInt8 = 1
    private static let fixedBytes = 28
    private static let inputBytes = 12
    private static let hashBytes = 8

    /// The content of its file.
    public var encoded: [UInt8] {
        var bytes = Self.magic + [Self.version, 0, 0, 0]
        bytes.append(littleEndian: UInt32(step.number))
        bytes.append(littleEndian: UInt32(inputs.count))
        bytes.append(littleEndian: UInt32(own.count))
        bytes.append(littleEndian: budget.bitPattern)
        for input in inputs {
            bytes.append(littleEndian: UInt32(input.sender.index))
            bytes.append(littleEndian: input.weight.bitPattern)
        }
        bytes.append(littleEndian: own)
        bytes.append(littleEndian: mixed)
        bytes.append(littleEndian: XXH64.hash(bytes))
        return bytes
    }

    /// - Returns: `nil` for bytes that are no such file.
    public init?(encoded bytes: [UInt8]) {
        guard bytes.count >= Self.fixedBytes + Self.hashBytes,
            bytes.starts(with: Self.magic + [Self.version, 0, 0, 0])
        else { return nil }
        func count(at offset: Int) -> Int { Int(bytes.integer(at: offset, as: UInt32.self)) }
        let (inputCount, elements) = (count(at: 12), count(at: 16))
        // Neither can overflow: both are of 32 bits.
        let end = Self.fixedBytes + Self.inputBytes * inputCount + 8 * elements
        guard bytes.count == end + Self.hashBytes,
            bytes.integer(at: end, as: UInt64.self) == XXH64.hash(Array(bytes[..<end]))
        else { return nil }
        func double(at offset: Int) -> Double { Double(bitPattern: bytes.integer(at: offset, as: UInt64.self)) }
        func floats(at offset: Int) -> [Float] {
            (0..<elements).map { Float(bitPattern: bytes.integer(at: offset + 4 * $0, as: UInt32.self)) }
        }
        let first = Self.fixedBytes + Self.inputBytes * inputCount
        self.init(
            step: Round(count(at: 8)),
            inputs: (0..<inputCount).map { place in
                let offset = Self.fixedBytes + Self.inputBytes * place
                return Input(sender: NodeID(count(at: offset)), weight: double(at: offset + 4))
            }, budget: double(at: 20), own: floats(at: first), mixed: floats(at: first + 4 * elements))
    }
}
