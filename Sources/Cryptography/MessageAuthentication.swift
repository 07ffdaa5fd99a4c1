// HMAC and HKDF over SHA-256, and comparison in constant time: what handshakes are made of. Meant for a few hundred
// bytes a connection, not for models.

/// HMAC-SHA-256 (RFC 2104, FIPS 198-1).
enum HMAC {
    private static let blockBytes = 64

    /// The 32-byte code of `message` under a key of any length.
    static func authenticate(_ message: [UInt8], key: [UInt8]) -> [UInt8] {
        var block = key.count > blockBytes ? SHA256.hash(key) : key
        block += [UInt8](repeating: 0, count: blockBytes - block.count)
        return SHA256.hash(block.map { $0 ^ 0x5C } + SHA256.hash(block.map { $0 ^ 0x36 } + message))
    }
}

/// HKDF-SHA-256 (RFC 5869): keys for different uses out of one secret.
public enum HKDF {
    /// `count` bytes, at most 8,160; equal only where secret, salt and `info` are.
    public static func derive(_ count: Int, from secret: [UInt8], salt: [UInt8] = [], info: [UInt8] = []) -> [UInt8] {
        precondition((0...255 * 32).contains(count), "at most 255 blocks")
        let pseudoRandomKey = HMAC.authenticate(secret, key: salt)
        var derived: [UInt8] = []
        var block: [UInt8] = []
        var number: UInt8 = 0
        while derived.count < count {
            number += 1
            block = HMAC.authenticate(block + info + [number], key: pseudoRandomKey)
            derived += block
        }
        return Array(derived.prefix(count))
    }
}

/// Whether both are equal, found out in a time that does not depend on where they differ.
public func equalInConstantTime(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    guard a.count == b.count else { return false }
    var difference: UInt8 = 0
    for index in a.indices { difference |= a[index] ^ b[index] }
    return difference == 0
}
