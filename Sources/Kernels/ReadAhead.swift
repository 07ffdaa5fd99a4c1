// Reading ahead: rows far apart come into the cache sooner when all are asked for at once than when each is waited for.
//
// A sum is what keeps such reads from being left out. It is put where a result will stand, which overwrites it.

/// No more floats than this are in the cache anyway, if they were there before.
let cachedFloats = 1 << 18
/// Columns of which all rows are asked for at once: thirty-two of them take a sixteenth of the second cache.
let columnsAhead = 512

/// Σ of every sixteenth: a read of each line of the cache, in four sums that do not wait for each other.
@inline(__always)
func oneOfEachLine(_ x: UnsafePointer<Float>, _ count: Int) -> Float {
    var sums = SIMD4<Float>.zero
    var j = 0
    while j + 64 <= count {
        unsafe sums += SIMD4(x[j], x[j + 16], x[j + 32], x[j + 48])
        j += 64
    }
    return (sums[0] + sums[1]) + (sums[2] + sums[3])
}

/// The same of each row of a block of columns.
@inline(__always)
func oneOfEachLine(
    _ x: UnsafeBufferPointer<Float>, rows: Int, every pitch: Int, from start: Int, _ width: Int
) -> Float {
    var sum: Float = 0
    for row in 0..<rows {
        unsafe sum += oneOfEachLine(x.baseAddress.unsafelyUnwrapped + row * pitch + start, width)
    }
    return sum
}
