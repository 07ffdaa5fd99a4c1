// Integers and floats in byte arrays, little end first: frames, models and checkpoints are all written so.

extension [UInt8] {
    @inlinable
    public mutating func append<T: FixedWidthInteger & UnsignedInteger>(littleEndian value: T) {
        unsafe Swift.withUnsafeBytes(of: value.littleEndian) { unsafe append(contentsOf: $0) }
    }

    /// The bit patterns of the values, one after the other.
    public mutating func append(littleEndian values: [Float]) {
        reserveCapacity(count + 4 * values.count)
        for value in values { append(littleEndian: value.bitPattern) }
    }

    /// The integer at `offset`, which the caller has checked to be there.
    @inlinable
    public func integer<T: FixedWidthInteger & UnsignedInteger>(at offset: Int, as: T.Type) -> T {
        precondition(offset >= 0 && offset + MemoryLayout<T>.size <= count, "the integer is there")
        return unsafe withUnsafeBytes {
            unsafe T(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: T.self))
        }
    }
}
