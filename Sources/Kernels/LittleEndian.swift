// Integers and floats in byte arrays, little end first: frames, models and checkpoints are all written so.

extension [UInt8] {
    @inlinable
    public mutating func append<T: FixedWidthInteger & UnsignedInteger>(littleEndian value: T) {
        for shift in stride(from: 0, to: T.bitWidth, by: 8) { append(UInt8(truncatingIfNeeded: value >> shift)) }
    }

    /// The bit patterns of the values, one after the other.
    public mutating func append(littleEndian values: [Float]) {
        reserveCapacity(count + 4 * values.count)
        for value in values { append(littleEndian: value.bitPattern) }
    }

    /// The integer at `offset`, which the caller has checked to be there.
    @inlinable
    public func integer<T: FixedWidthInteger & UnsignedInteger>(at offset: Int, as: T.Type) -> T {
        var value: T = 0
        for byte in 0..<T.bitWidth / 8 { value |= T(self[offset + byte]) << (8 * byte) }
        return value
    }
}
