// The ChaCha20 stream cipher (RFC 8439, section 2.4), eight blocks side by side in the lanes of vectors. It only
// encrypts; whether bytes were changed on their way is Poly1305's business.

/// A key and a nonce, under which each block may be used once.
struct ChaCha20: Sendable {
    private typealias Blocks = InlineArray<16, SIMD8<UInt32>>

    static let blockBytes = 64
    private static let sideBySide = 8

    private let key: SIMD8<UInt32>
    private let nonce: SIMD3<UInt32>

    /// - Parameters:
    ///   - key: 256 bits, as little-endian words.
    ///   - nonce: 96 bits, as little-endian words.
    init(key: SIMD8<UInt32>, nonce: SIMD3<UInt32>) {
        self.key = key
        self.nonce = nonce
    }

    /// The first `count` words of the block of this number.
    func words(_ count: Int, ofBlock number: UInt32) -> [UInt32] {
        let blocks = self.blocks(from: number)
        return (0..<count).map { blocks[$0][0] }
    }

    /// Adds (exclusive or) the key stream from a block on to `text`: encrypts and decrypts.
    func apply(to text: UnsafeMutableRawBufferPointer, from block: UInt32) {
        let step = Self.sideBySide * Self.blockBytes
        var number = block
        var offset = 0
        while offset + step <= text.count {
            unsafe add(blocks(from: number), to: text.baseAddress.unsafelyUnwrapped + offset)
            offset += step
            number &+= UInt32(Self.sideBySide)
        }
        guard offset < text.count else { return }
        let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: text[offset...])
        unsafe withUnsafeTemporaryAllocation(byteCount: step, alignment: step) { whole in
            unsafe whole.copyMemory(from: UnsafeRawBufferPointer(rest))
            unsafe add(blocks(from: number), to: whole.baseAddress.unsafelyUnwrapped)
            unsafe rest.copyMemory(from: UnsafeRawBufferPointer(rebasing: whole[..<rest.count]))
        }
    }

    /// Word i of all blocks is vector i; lane j belongs to block j.
    @inline(__always)
    private func blocks(from number: UInt32) -> Blocks {
        var start = Blocks(repeating: SIMD8(repeating: 0))
        // "expand 32-byte k"
        start[0] = SIMD8(repeating: 0x6170_7865)
        start[1] = SIMD8(repeating: 0x3320_646E)
        start[2] = SIMD8(repeating: 0x7962_2D32)
        start[3] = SIMD8(repeating: 0x6B20_6574)
        for word in 0..<8 { start[4 + word] = SIMD8(repeating: key[word]) }
        start[12] = SIMD8(repeating: number) &+ SIMD8(0, 1, 2, 3, 4, 5, 6, 7)
        for word in 0..<3 { start[13 + word] = SIMD8(repeating: nonce[word]) }
        var state = start
        for _ in 0..<10 {
            quarterRound(&state, 0, 4, 8, 12)
            quarterRound(&state, 1, 5, 9, 13)
            quarterRound(&state, 2, 6, 10, 14)
            quarterRound(&state, 3, 7, 11, 15)
            quarterRound(&state, 0, 5, 10, 15)
            quarterRound(&state, 1, 6, 11, 12)
            quarterRound(&state, 2, 7, 8, 13)
            quarterRound(&state, 3, 4, 9, 14)
        }
        for word in 0..<16 { state[word] &+= start[word] }
        return state
    }

    @inline(__always)
    private func quarterRound(_ state: inout Blocks, _ a: Int, _ b: Int, _ c: Int, _ d: Int) {
        state[a] &+= state[b]
        state[d] = rotate(state[d] ^ state[a], 16)
        state[c] &+= state[d]
        state[b] = rotate(state[b] ^ state[c], 12)
        state[a] &+= state[b]
        state[d] = rotate(state[d] ^ state[a], 8)
        state[c] &+= state[d]
        state[b] = rotate(state[b] ^ state[c], 7)
    }

    @inline(__always)
    private func rotate(_ x: SIMD8<UInt32>, _ bits: UInt32) -> SIMD8<UInt32> {
        x &<< SIMD8(repeating: bits) | x &>> SIMD8(repeating: 32 - bits)
    }

    @inline(__always)
    private func add(_ blocks: Blocks, to text: UnsafeMutableRawPointer) {
        for half in 0..<2 {
            var rows = InlineArray<8, SIMD8<UInt32>> { blocks[8 * half + $0] }
            transpose(&rows)
            for block in 0..<Self.sideBySide {
                let place = unsafe text + block * Self.blockBytes + 32 * half
                let sum = unsafe place.loadUnaligned(as: SIMD8<UInt32>.self) ^ rows[block]
                unsafe place.storeBytes(of: sum, as: SIMD8<UInt32>.self)
            }
        }
    }

    /// From words by block to blocks by word. Sorting the lanes of rows 2i and 2i + 1 into even and odd ones rotates
    /// the six bits of (row, lane) by one; three times exchange row and lane.
    @inline(__always)
    private func transpose(_ rows: inout InlineArray<8, SIMD8<UInt32>>) {
        for _ in 0..<3 {
            let before = rows
            for row in 0..<4 {
                let both = SIMD16(lowHalf: before[2 * row], highHalf: before[2 * row + 1])
                rows[row] = both.evenHalf
                rows[row + 4] = both.oddHalf
            }
        }
    }
}
