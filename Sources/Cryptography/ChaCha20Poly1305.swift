// Authenticated encryption (RFC 8439, section 2.8): bytes that only holders of the key can read or make.
import Kernels

/// Seals and opens texts under one key; each nonce may seal one text only.
public struct ChaCha20Poly1305: Sendable {
    public static let keyBytes = 32
    public static let tagBytes = Poly1305.blockBytes
    /// Encrypted and authenticated piece by piece, so that the second pass finds the bytes in the first-level cache.
    private static let pieceBytes = 128 * ChaCha20.blockBytes

    private let key: SIMD8<UInt32>

    /// - Parameter key: 32 bytes.
    public init(key: [UInt8]) {
        precondition(key.count == Self.keyBytes, "a key has 32 bytes")
        var words = SIMD8<UInt32>(repeating: 0)
        for word in 0..<8 { words[word] = key.integer(at: 4 * word, as: UInt32.self) }
        self.key = words
    }

    /// Which text of a key this is: 96 bits, by convention who seals and how many texts it has sealed before.
    public struct Nonce: Sendable, Equatable {
        fileprivate let words: SIMD3<UInt32>

        public init(sender: UInt32, sequence: UInt64) {
            words = SIMD3(sender, UInt32(truncatingIfNeeded: sequence), UInt32(truncatingIfNeeded: sequence >> 32))
        }
    }

    /// Encrypts `text` where it stands.
    ///
    /// - Parameter header: not encrypted, but `open` fails unless it is the same.
    /// - Returns: the 16-byte tag that `open` needs.
    public func seal(_ text: inout [UInt8], header: [UInt8], nonce: Nonce) -> [UInt8] {
        unsafe text.withUnsafeMutableBytes { unsafe seal($0, header: header, nonce: nonce) }
    }

    /// Encrypts a part of `bytes` where it stands.
    public func seal(_ bytes: inout [UInt8], in range: Range<Int>, header: [UInt8], nonce: Nonce) -> [UInt8] {
        unsafe bytes.withUnsafeMutableBytes {
            unsafe seal(UnsafeMutableRawBufferPointer(rebasing: $0[range]), header: header, nonce: nonce)
        }
    }

    /// As for bytes, over the memory of `values`, which then are floats no more.
    public func seal(_ values: inout [Float], header: [UInt8], nonce: Nonce) -> [UInt8] {
        unsafe values.withUnsafeMutableBytes { unsafe seal($0, header: header, nonce: nonce) }
    }

    /// Decrypts `text` where it stands, unless text, header, nonce or key differ from those that were sealed.
    ///
    /// - Returns: whether the seal was whole; if not, `text` is as it was.
    public func open(_ text: inout [UInt8], tag: [UInt8], header: [UInt8], nonce: Nonce) -> Bool {
        unsafe text.withUnsafeMutableBytes { unsafe open($0, tag: tag, header: header, nonce: nonce) }
    }

    /// As for bytes, over the memory of `values`.
    public func open(_ values: inout [Float], tag: [UInt8], header: [UInt8], nonce: Nonce) -> Bool {
        unsafe values.withUnsafeMutableBytes { unsafe open($0, tag: tag, header: header, nonce: nonce) }
    }

    private func seal(_ text: UnsafeMutableRawBufferPointer, header: [UInt8], nonce: Nonce) -> [UInt8] {
        let cipher = ChaCha20(key: key, nonce: nonce.words)
        var authenticator = authenticator(cipher, header: header)
        unsafe forEachPiece(of: text) { piece, block in
            unsafe cipher.apply(to: piece, from: block)
            unsafe authenticator.update(paddedToBlocks: UnsafeRawBufferPointer(piece))
        }
        authenticator.update(UInt64(header.count), UInt64(text.count))
        return authenticator.finish()
    }

    private func open(_ text: UnsafeMutableRawBufferPointer, tag: [UInt8], header: [UInt8], nonce: Nonce) -> Bool {
        let cipher = ChaCha20(key: key, nonce: nonce.words)
        var authenticator = authenticator(cipher, header: header)
        unsafe authenticator.update(paddedToBlocks: UnsafeRawBufferPointer(text))
        authenticator.update(UInt64(header.count), UInt64(text.count))
        guard equalInConstantTime(authenticator.finish(), tag) else { return false }
        unsafe cipher.apply(to: text, from: 1)
        return true
    }

    /// Block 0 of the key stream is the one-time key; the text begins with block 1.
    private func authenticator(_ cipher: ChaCha20, header: [UInt8]) -> Poly1305 {
        var authenticator = Poly1305(words: cipher.words(8, ofBlock: 0))
        unsafe header.withUnsafeBytes { unsafe authenticator.update(paddedToBlocks: $0) }
        return authenticator
    }

    private func forEachPiece(
        of text: UnsafeMutableRawBufferPointer, _ body: (UnsafeMutableRawBufferPointer, UInt32) -> Void
    ) {
        for start in stride(from: 0, to: text.count, by: Self.pieceBytes) {
            let piece = unsafe UnsafeMutableRawBufferPointer(
                rebasing: text[start..<min(start + Self.pieceBytes, text.count)])
            unsafe body(piece, UInt32(truncatingIfNeeded: 1 + start / ChaCha20.blockBytes))
        }
    }
}

extension ChaCha20Poly1305: CustomStringConvertible, CustomReflectable {
    public var description: String { "a secret" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
