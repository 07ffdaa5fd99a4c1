// Integers in as few bytes as they need (LEB128): seven bits a byte, low ones first, the top bit set on all but the
// last. Most of what a trace holds fits one byte.
import Kernels

extension [UInt8] {
    /// - Parameter value: not negative.
    mutating func append(variableLength value: Int) {
        var rest = UInt(value)
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }
}

/// What is being read ends too early, or was not written so.
struct VariableLengthFault: Error {}

/// Reads what was appended, one value after the other, nothing outside of a range.
struct VariableLengthReader {
    private let all: [UInt8]
    private var position: Int
    private let end: Int

    init(_ bytes: [UInt8], in range: Range<Int>) {
        all = bytes
        position = range.lowerBound
        end = range.upperBound
    }

    var isAtEnd: Bool { position == end }

    /// A number in the fewest bytes, at most eight: sums and differences of two such numbers are far from the ends of
    /// `Int`.
    mutating func count() throws(VariableLengthFault) -> Int {
        var value: UInt = 0
        var shift: UInt = 0
        while position < end, shift < 56 {
            let byte = all[position]
            position += 1
            value |= UInt(byte & 0x7F) << shift
            if byte < 0x80 {
                guard byte > 0 || shift == 0 else { break }
                return Int(value)
            }
            shift += 7
        }
        throw VariableLengthFault()
    }

    mutating func bytes(_ count: Int) throws(VariableLengthFault) -> [UInt8] {
        guard count <= end - position else { throw VariableLengthFault() }
        defer { position += count }
        return Array(all[position..<position + count])
    }

    mutating func hash() throws(VariableLengthFault) -> UInt64 {
        guard end - position >= 8 else { throw VariableLengthFault() }
        defer { position += 8 }
        return all.integer(at: position, as: UInt64.self)
    }
}
