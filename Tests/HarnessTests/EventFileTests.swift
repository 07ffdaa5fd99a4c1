// Event files, against bytes that TensorBoard 2.20's own messages and checks come to.
import Kernels
import Testing

@testable import Harness

@Suite("Event files")
struct EventFileTests {
    private static func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = Array(hexadecimal.utf8)
        return stride(from: 0, to: digits.count, by: 2).map { place in
            UInt8(String(decoding: digits[place..<place + 2], as: UTF8.self), radix: 16)!
        }
    }

    @Test("the check is that of RFC 3720, masked as TensorFlow does")
    func check() {
        let digits = Array("123456789".utf8)
        #expect(CRC32C.check(digits) == 0xE306_9283 && EventFile.maskedCheck(digits) == 0xC78A_B0E5)
        #expect(CRC32C.check([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(CRC32C.check([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(CRC32C.check([]) == 0)
    }

    @Test("a file is what TensorBoard's own writer would make of it, to the byte")
    func golden() {
        var file = EventFile()
        let first = Self.bytes("0f000000000000006d532b091a0d627261696e2e4576656e743a32fc985129")
        #expect(file.bytes == first)
        file.append([("accuracy/worst", 0.75), ("loss/mean", 2)], after: 300)
        #expect(
            file.bytes
                == first
                + Self.bytes(
                    "2e00000000000000c5cb57fa10ac022a290a150a0e61636375726163792f776f727374150000403f0a100a096c6f73732f"
                        + "6d65616e150000004081c2b5c0"))
    }

    @Test("a moment without figures is a moment all the same, and long tags are whole")
    func sizes() {
        var (empty, long) = (EventFile(), EventFile())
        let start = empty.bytes.count
        empty.append([], after: 1)
        // Key and step, key and length of nothing, and 16 bytes around them.
        #expect(empty.bytes.count == start + 16 + 4)
        let tag = String(repeating: "t", count: 300)
        long.append([(tag, 1)], after: 1)
        #expect(long.bytes.count == start + 16 + 2 + 3 + 3 + 3 + 300 + 5)
    }
}
