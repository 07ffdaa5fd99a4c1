// allFinite: whether a vector holds neither NaN nor infinity, asked of every model that is admitted.

/// Whether no element is infinite or NaN. Adding one to a full exponent carries into the sign bit; the loop vectorises.
public func allFinite(_ x: Span<Float>) -> Bool {
    var carries: UInt32 = 0
    for i in x.indices { carries |= (x[i].bitPattern & 0x7F80_0000) &+ 0x0080_0000 }
    return carries & 0x8000_0000 == 0
}
