// ElementType: how files store numbers, and each as the Float that becomes of it.
import Kernels

/// What an element of an array in a file is, by the name that safetensors has for it.
public enum ElementType: String, Sendable, CaseIterable {
    case float16 = "F16", bfloat16 = "BF16", float32 = "F32", float64 = "F64"
    case int8 = "I8", int16 = "I16", int32 = "I32", int64 = "I64"
    case uint8 = "U8", uint16 = "U16", uint32 = "U32", uint64 = "U64"
    case bool = "BOOL"

    /// Of one element.
    public var byteCount: Int {
        switch self {
        case .int8, .uint8, .bool: 1
        case .float16, .bfloat16, .int16, .uint16: 2
        case .float32, .int32, .uint32: 4
        case .float64, .int64, .uint64: 8
        }
    }

    /// Whether every value of the type is a Float: the others are rounded to the nearest.
    public var isExact: Bool {
        switch self {
        case .float64, .int32, .uint32, .int64, .uint64: false
        default: true
        }
    }

    /// Appends the elements that stand in `bytes`, a whole number of them.
    public func decode(_ bytes: [UInt8], isBigEndian: Bool = false, into values: inout [Float]) {
        switch self {
        case .float16: append(bytes, isBigEndian, &values) { Self.float(half: $0) }
        case .bfloat16: append(bytes, isBigEndian, &values) { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) }
        case .float32: append(bytes, isBigEndian, &values) { Float(bitPattern: $0) }
        case .float64: append(bytes, isBigEndian, &values) { Float(Double(bitPattern: $0)) }
        case .int8: append(bytes, isBigEndian, &values) { (bits: UInt8) in Float(Int8(bitPattern: bits)) }
        case .int16: append(bytes, isBigEndian, &values) { (bits: UInt16) in Float(Int16(bitPattern: bits)) }
        case .int32: append(bytes, isBigEndian, &values) { (bits: UInt32) in Float(Int32(bitPattern: bits)) }
        case .int64: append(bytes, isBigEndian, &values) { (bits: UInt64) in Float(Int64(bitPattern: bits)) }
        case .uint8: append(bytes, isBigEndian, &values) { (bits: UInt8) in Float(bits) }
        case .uint16: append(bytes, isBigEndian, &values) { (bits: UInt16) in Float(bits) }
        case .uint32: append(bytes, isBigEndian, &values) { (bits: UInt32) in Float(bits) }
        case .uint64: append(bytes, isBigEndian, &values) { (bits: UInt64) in Float(bits) }
        case .bool: append(bytes, isBigEndian, &values) { (bits: UInt8) in bits == 0 ? 0 : 1 }
        }
    }

    private func append<Bits: FixedWidthInteger & UnsignedInteger>(
        _ bytes: [UInt8], _ isBigEndian: Bool, _ values: inout [Float], _ convert: (Bits) -> Float
    ) {
        precondition(bytes.count.isMultiple(of: byteCount), "whole elements")
        for start in stride(from: 0, to: bytes.count, by: byteCount) {
            let bits = bytes.integer(at: start, as: Bits.self)
            values.append(convert(isBigEndian ? bits.byteSwapped : bits))
        }
    }

    /// IEEE 754 binary16: five bits of exponent, ten of fraction.
    private static func float(half bits: UInt16) -> Float {
        let sign = UInt32(bits & 0x8000) << 16
        let exponent = UInt32(bits >> 10 & 0x1F)
        let fraction = UInt32(bits & 0x3FF)
        switch exponent {
        case 0: return Float(bitPattern: sign | (Float(fraction) * 0x1p-24).bitPattern)
        case 31: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
        default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
        }
    }
}

/// The product of some lengths; `nil` where that is more than is ever read.
func elementCount(_ shape: [Int]) -> Int? {
    var count = 1
    for length in shape {
        let (product, isTooMuch) = count.multipliedReportingOverflow(by: length)
        guard !isTooMuch, product <= mostElements else { return nil }
        count = product
    }
    return count
}

/// As many as the largest model has parameters.
let mostElements = 1 << 30
