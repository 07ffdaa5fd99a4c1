// HMAC, HKDF and ChaCha20-Poly1305 against published vectors, their slow twins, and whoever tampers.
import Kernels
import Testing
import TestSupport

@testable import Cryptography

@Suite("Ciphers and codes")
struct CipherTests {
    private static func bytes(_ digits: String) -> [UInt8] {
        let values = digits.filter { !$0.isWhitespace }.map { UInt8($0.hexDigitValue ?? 0) }
        return stride(from: 0, to: values.count, by: 2).map { values[$0] << 4 | values[$0 + 1] }
    }

    private static func repeated(_ byte: UInt8, _ count: Int) -> [UInt8] { [UInt8](repeating: byte, count: count) }

    @Test(
        "HMAC-SHA-256 gives the answers of RFC 4231",
        arguments: [
            (
                repeated(0x0B, 20), Array("Hi There".utf8),
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                repeated(0xAA, 20), repeated(0xDD, 50),
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
            ),
            (
                Array(1...25), repeated(0xCD, 50),
                "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
            ),
            (
                repeated(0xAA, 131), Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
        ])
    func codes(key: [UInt8], message: [UInt8], code: String) {
        #expect(hexadecimal(HMAC.authenticate(message, key: key)) == code)
    }

    @Test(
        "HKDF-SHA-256 gives the answers of RFC 5869",
        arguments: [
            (
                repeated(0x0B, 22), Array(0...12), Array(0xF0...0xF9),
                "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
            ),
            (
                Array(0...0x4F), Array(0x60...0xAF), Array(0xB0...0xFF),
                """
                b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09\
                da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87
                """
            ),
            (
                repeated(0x0B, 22), [], [],
                "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
            ),
        ] as [([UInt8], [UInt8], [UInt8], String)])
    func derivations(secret: [UInt8], salt: [UInt8], info: [UInt8], derived: String) {
        #expect(hexadecimal(HKDF.derive(derived.count / 2, from: secret, salt: salt, info: info)) == derived)
    }

    /// Tag of whole blocks under (r, s), both of 16 bytes.
    private static func tag(_ message: [UInt8], r: [UInt8], s: [UInt8]) -> [UInt8] {
        let key = r + s
        var running = Poly1305(words: (0..<8).map { key.integer(at: 4 * $0, as: UInt32.self) })
        for start in stride(from: 0, to: message.count, by: 16) {
            running.update(message.integer(at: start, as: UInt64.self), message.integer(at: start + 8, as: UInt64.self))
        }
        return running.finish()
    }

    @Test(
        "Poly1305 carries as RFC 8439 asks at the edges of its arithmetic (A.3, 5 to 11)",
        arguments: [
            ("02", "", "ffffffffffffffffffffffffffffffff", "03"),
            ("02", "ffffffffffffffffffffffffffffffff", "02000000000000000000000000000000", "03"),
            (
                "01", "",
                "ffffffffffffffffffffffffffffffff f0ffffffffffffffffffffffffffffff 11000000000000000000000000000000",
                "05"
            ),
            (
                "01", "",
                "ffffffffffffffffffffffffffffffff fbfefefefefefefefefefefefefefefe 01010101010101010101010101010101",
                "00"
            ),
            ("02", "", "fdffffffffffffffffffffffffffffff", "faffffffffffffffffffffffffffffff"),
            (
                "010000000000000004", "",
                """
                e33594d7505e43b900000000000000003394d7505e4379cd0100000000000000\
                0000000000000000000000000000000001000000000000000000000000000000
                """, "14000000000000005500000000000000"
            ),
            (
                "010000000000000004", "",
                """
                e33594d7505e43b900000000000000003394d7505e4379cd0100000000000000\
                00000000000000000000000000000000
                """, "13"
            ),
        ])
    func edges(r: String, s: String, message: String, tag: String) {
        let full = { (digits: String) in
            let bytes = Self.bytes(digits)
            return bytes + Self.repeated(0, 16 - bytes.count)
        }
        #expect(Self.tag(Self.bytes(message), r: full(r), s: full(s)) == full(tag))
    }

    @Test("ChaCha20 gives the key stream of RFC 8439, 2.3.2")
    func keyStream() {
        var words = SIMD8<UInt32>(repeating: 0)
        for word in 0..<8 { words[word] = Array<UInt8>(0...31).integer(at: 4 * word, as: UInt32.self) }
        let cipher = ChaCha20(key: words, nonce: SIMD3(0x0900_0000, 0x4A00_0000, 0))
        let stream = cipher.words(16, ofBlock: 1).flatMap { word in (0..<4).map { UInt8(word >> (8 * $0) & 255) } }
        #expect(
            hexadecimal(stream) == """
                10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4e\
                d2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e
                """)
    }

    private static let key = Array<UInt8>(0x80...0x9F)
    private static let cipher = ChaCha20Poly1305(key: key)
    private static let header = bytes("50515253c0c1c2c3c4c5c6c7")
    private static let nonce = ChaCha20Poly1305.Nonce(sender: 7, sequence: 0x4746_4544_4342_4140)
    private static let text = Array(
        """
        Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be \
        it.
        """.utf8)

    @Test("ChaCha20-Poly1305 gives the answer of RFC 8439, 2.8.2, and takes it back")
    func standard() {
        var text = Self.text
        let tag = Self.cipher.seal(&text, header: Self.header, nonce: Self.nonce)
        #expect(
            hexadecimal(text) == """
                d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca9671282fafb69da92728b\
                1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc\
                3ff4def08e4b7a9de576d26586cec64b6116
                """)
        #expect(hexadecimal(tag) == "1ae10b594f09e26a7e902ecbd0600691")
        let opened = Self.cipher.open(&text, tag: tag, header: Self.header, nonce: Self.nonce)
        #expect(opened && text == Self.text)
    }

    @Test(
        "texts of any length are sealed as by the slow twin", arguments: [0, 1, 15, 16, 63, 64, 511, 512, 513, 9_000])
    func lengths(count: Int) {
        let plain = seededValues(count + 1).prefix(count).map { UInt8(truncatingIfNeeded: $0.bitPattern >> 8) }
        let header = Array(plain.prefix(count % 50))
        let nonce: [UInt8] = [7, 0, 0, 0] + (0x40...0x47)
        var text = Array(plain)
        let tag = Self.cipher.seal(&text, header: header, nonce: Self.nonce)
        #expect(text + tag == slowSeal(Array(plain), header: header, key: Self.key, nonce: nonce))
        let opened = Self.cipher.open(&text, tag: tag, header: header, nonce: Self.nonce)
        #expect(opened && text == plain)
    }

    @Test("floats are sealed as their bytes", arguments: [0, 3, 1_000])
    func floats(count: Int) {
        let plain = seededValues(count)
        var values = plain
        var bytes: [UInt8] = []
        for value in plain { bytes.append(littleEndian: value.bitPattern) }
        let tag = Self.cipher.seal(&values, header: Self.header, nonce: Self.nonce)
        #expect(tag == Self.cipher.seal(&bytes, header: Self.header, nonce: Self.nonce))
        #expect(count == 0 || values.map(\.bitPattern) != plain.map(\.bitPattern))
        let opened = Self.cipher.open(&values, tag: tag, header: Self.header, nonce: Self.nonce)
        #expect(opened && values == plain)
    }

    @Test("no flipped bit of text, tag, header or nonce opens, and the text stays as it was")
    func tampering() {
        var text = Self.text
        let tag = Self.cipher.seal(&text, header: Self.header, nonce: Self.nonce)
        func opens(_ text: [UInt8], _ tag: [UInt8], _ header: [UInt8], _ nonce: ChaCha20Poly1305.Nonce) -> Bool {
            var copy = text
            let opened = Self.cipher.open(&copy, tag: tag, header: header, nonce: nonce)
            #expect(opened || copy == text)
            return opened
        }
        func flipped(_ bytes: [UInt8], _ bit: Int) -> [UInt8] {
            var bytes = bytes
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            return bytes
        }
        #expect(opens(text, tag, Self.header, Self.nonce))
        for bit in 0..<8 * text.count { #expect(!opens(flipped(text, bit), tag, Self.header, Self.nonce)) }
        for bit in 0..<8 * tag.count { #expect(!opens(text, flipped(tag, bit), Self.header, Self.nonce)) }
        for bit in 0..<8 * Self.header.count { #expect(!opens(text, tag, flipped(Self.header, bit), Self.nonce)) }
        #expect(!opens(text, tag, Self.header, .init(sender: 7, sequence: 0)))
        #expect(!opens(text, tag, Self.header, .init(sender: 8, sequence: 0x4746_4544_4342_4140)))
        #expect(!opens(text, Array(tag.dropLast()), Self.header, Self.nonce))
    }

    @Test("comparison in constant time is equality")
    func comparison() {
        let digest = SHA256.hash(Self.text)
        #expect(equalInConstantTime(digest, digest) && equalInConstantTime([], []))
        for index in digest.indices {
            var other = digest
            other[index] ^= 0x80
            #expect(!equalInConstantTime(digest, other))
        }
        #expect(!equalInConstantTime(digest, Array(digest.dropLast())))
    }

    @Test("a key is not printed with whatever holds it")
    func secrecy() {
        var dumped = ""
        dump((Self.cipher, [Self.cipher]), to: &dumped)
        #expect("\(Self.cipher)" == "a secret" && !dumped.contains("2206368128") && !dumped.contains("words"))
    }
}
