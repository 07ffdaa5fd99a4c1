// ChaCha20 one block at a time and Poly1305 digit by digit, as RFC 8439 writes them down.

/// ChaCha20-Poly1305 of `text`: the ciphertext, then the 16-byte tag.
///
/// - Parameters:
///   - key: 32 bytes.
///   - nonce: 12 bytes.
public func slowSeal(_ text: [UInt8], header: [UInt8], key: [UInt8], nonce: [UInt8]) -> [UInt8] {
    var sealed: [UInt8] = []
    for start in stride(from: 0, to: text.count, by: 64) {
        let block = slowChaCha20Block(key: key, nonce: nonce, number: UInt32(1 + start / 64))
        sealed += zip(text[start...], block).map { $0 ^ $1 }
    }
    let padding = { (bytes: [UInt8]) in [UInt8](repeating: 0, count: (16 - bytes.count % 16) % 16) }
    let lengths = [header.count, text.count].flatMap { count in (0..<8).map { UInt8(count >> (8 * $0) & 255) } }
    let oneTimeKey = Array(slowChaCha20Block(key: key, nonce: nonce, number: 0).prefix(32))
    return sealed + slowPoly1305(header + padding(header) + sealed + padding(sealed) + lengths, key: oneTimeKey)
}

/// Block `number` of the key stream, 64 bytes.
public func slowChaCha20Block(key: [UInt8], nonce: [UInt8], number: UInt32) -> [UInt8] {
    let word = { (bytes: [UInt8], index: Int) in
        (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[4 * index + $1]) << UInt32(8 * $1) }
    }
    let start =
        (0..<4).map { word(Array("expand 32-byte k".utf8), $0) } + (0..<8).map { word(key, $0) } + [number]
        + (0..<3).map { word(nonce, $0) }
    var state = start
    func turn(_ a: Int, _ b: Int, _ c: Int, _ d: Int) {
        for (x, y, z, bits) in [(a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)] as [(Int, Int, Int, UInt32)] {
            state[x] &+= state[y]
            state[z] ^= state[x]
            state[z] = state[z] << bits | state[z] >> (32 - bits)
        }
    }
    for _ in 0..<10 {
        for column in 0..<4 { turn(column, 4 + column, 8 + column, 12 + column) }
        for column in 0..<4 { turn(column, 4 + (column + 1) % 4, 8 + (column + 2) % 4, 12 + (column + 3) % 4) }
    }
    return zip(state, start).flatMap { mixed, first in
        (0..<4).map { UInt8(truncatingIfNeeded: (mixed &+ first) >> UInt32(8 * $0)) }
    }
}

/// Poly1305 of any message, 16 bytes.
public func slowPoly1305(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
    // Numbers are digits to the base 256, 17 of them; 2¹³⁶ = 320 modulo 2¹³⁰ − 5.
    var r = key.prefix(16).map(Int.init) + [0]
    for index in [3, 7, 11, 15] { r[index] &= 15 }
    for index in [4, 8, 12] { r[index] &= 252 }
    var sum = [Int](repeating: 0, count: 17)
    for start in stride(from: 0, to: message.count, by: 16) {
        for (index, byte) in (message[start..<min(start + 16, message.count)] + [1]).enumerated() {
            sum[index] += Int(byte)
        }
        sum = (0..<17).map { position in
            (0..<17).reduce(0) { $0 + sum[$1] * ($1 <= position ? r[position - $1] : 320 * r[position + 17 - $1]) }
        }
        reduce(&sum)
    }
    var less = sum
    less[0] += 5
    reduce(&less, folding: false)
    // The sum reaches 2¹³⁰ − 5 exactly if five more reach 2¹³⁰.
    if less[16] >= 4 { sum = less }
    for index in 0..<16 { sum[index] += Int(key[16 + index]) }
    reduce(&sum, folding: false)
    return sum.prefix(16).map { UInt8($0) }
}

private func reduce(_ digits: inout [Int], folding: Bool = true) {
    for _ in 0..<(folding ? 3 : 1) {
        for index in 0..<16 {
            digits[index + 1] += digits[index] >> 8
            digits[index] &= 255
        }
        guard folding else { return }
        digits[0] += 5 * (digits[16] >> 2)
        digits[16] &= 3
    }
    reduce(&digits, folding: false)
}
