// SHA-256 against published vectors, however its input is cut.
import Cryptography
import Kernels
import TestSupport
import Testing

@Suite("SHA-256")
struct SHA256Tests {
    private static func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: 167 * $0 + 13) }
    }

    @Test(
        "SHA-256 gives the answers of FIPS 180-4",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                String(repeating: "a", count: 1_000_000),
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
            ),
        ])
    func standard(_ text: String, _ digest: String) {
        #expect(hexadecimal(SHA256.hash(Array(text.utf8))) == digest)
    }

    @Test("SHA-256 does not depend on how the bytes are cut", arguments: [0, 1, 55, 56, 63, 64, 65, 119, 120, 128])
    func pieces(_ cut: Int) {
        let bytes = Self.bytes(130)
        var running = SHA256()
        running.update(bytes[..<cut])
        running.update(Array(bytes[cut...]))
        #expect(running.finish() == SHA256.hash(bytes))
    }

    @Test("SHA-256 takes floats after any number of bytes", arguments: [0, 1, 2, 3, 4, 5, 64])
    func floatsAfterBytes(_ count: Int) {
        let values = seededValues(40)
        var running = SHA256()
        running.update(Self.bytes(count))
        running.update(values)
        let bytes = values.flatMap { value in
            (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> UInt32(8 * $0)) }
        }
        #expect(running.finish() == SHA256.hash(Self.bytes(count) + bytes))
    }
}
