// SipHash-2-4 against the vectors of its authors.
import Cryptography
import Testing

@Suite("SipHash")
struct SipHashTests {
    private let key = SipHash.Key((0..<16).map { UInt8($0) })

    @Test(
        "gives the answers of the reference implementation",
        arguments: [
            (0, 0x726F_DB47_DD0E_0E31), (1, 0x74F8_39C5_93DC_67FD), (2, 0x0D6C_8009_D9A9_4F5A),
            (7, 0xAB02_00F5_8B01_D137), (8, 0x93F5_F579_9A93_2462), (15, 0xA129_CA61_49BE_45E5),
            (63, 0x958A_324C_EB06_4572),
        ] as [(Int, UInt64)])
    func vectors(_ count: Int, _ code: UInt64) {
        #expect(SipHash.hash((0..<count).map { UInt8($0) }, key: key) == code)
    }

    @Test("every bit of key and message counts")
    func bits() {
        let message = [UInt8](repeating: 7, count: 21)
        var codes: Set = [SipHash.hash(message, key: key)]
        for bit in 0..<8 * message.count {
            var changed = message
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            codes.insert(SipHash.hash(changed, key: key))
        }
        for bit in 0..<128 {
            var changed = (0..<16).map { UInt8($0) }
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            codes.insert(SipHash.hash(message, key: SipHash.Key(changed)))
        }
        #expect(codes.count == 1 + 8 * message.count + 128)
        #expect("\(key)" == "a secret")
    }
}
