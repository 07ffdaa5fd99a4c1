// Scratch memory, which callers keep so that nothing is allocated twice.

/// Takes memory out of a scratch, so that the rest of the scratch may be used beside it; the taker puts it back.
public func taken(from memory: inout [Float], atLeast count: Int) -> [Float] {
    var taken: [Float] = []
    swap(&taken, &memory)
    if taken.count < count { taken = [Float](repeating: 0, count: count) }
    return taken
}
