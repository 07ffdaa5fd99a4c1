// XXH64 against published vectors.
import Kernels
import TestSupport
import Testing

@Suite("Hashes")
struct HashingTests {
    /// The buffer of xxHash's own sanity check: the high bytes of a prime squared again and again.
    private func sanityBuffer(_ count: Int) -> [UInt8] {
        var generator: UInt32 = 2_654_435_761
        return (0..<count).map { _ in
            defer { generator &*= generator }
            return UInt8(generator >> 24)
        }
    }

    @Test(
        "XXH64 gives the answers of xxHash's sanity check",
        arguments: [
            (0, 0xEF46_DB37_51D8_E999, 0xAC75_FDA2_929B_17EF), (1, 0x4FCE_394C_C889_52D8, 0x7398_40CB_819F_A723),
            (4, 0x9256_E58A_A397_AEF1, 0x09D5_FFDF_B928_AB4B), (14, 0xCFFA_8DB8_81BC_3A3D, 0x5B96_1158_5EFC_C9CB),
            (32, 0xAF57_53D3_9159_EDEE, 0xDCAB_9233_B8CA_7B0F), (33, 0x6711_CBDD_8543_BAA8, 0x66E9_CECF_2F1D_E71C),
            (39, 0x6DDB_70B8_9B6D_E372, 0xB9A1_3B13_617C_97A3), (101, 0x0EAB_5433_84F8_78AD, 0xCAA6_5939_306F_1E21),
        ] as [(Int, UInt64, UInt64)])
    func sanity(_ count: Int, _ plain: UInt64, _ seeded: UInt64) {
        #expect(XXH64.hash(sanityBuffer(count)) == plain)
        #expect(XXH64.hash(sanityBuffer(count), seed: 2_654_435_761) == seeded)
    }

    @Test(
        "XXH64 gives the known answers for short texts",
        arguments: [
            ("a", 0xD24E_C4F1_A98C_6E5B), ("abc", 0x44BC_2CF5_AD77_0999),
            ("Nobody inspects the spammish repetition", 0xFBCE_A83C_8A37_8BF1),
        ] as [(String, UInt64)])
    func texts(_ text: String, _ digest: UInt64) { #expect(XXH64.hash(Array(text.utf8)) == digest) }

    @Test("the hash of floats is that of their little-endian bytes")
    func floats() {
        for count in [0, 1, 7, 8, 9, 1_025] {
            let values = seededValues(count)
            let bytes = values.flatMap { value in
                (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> UInt32(8 * $0)) }
            }
            #expect(hash64(values) == XXH64.hash(bytes))
        }
    }

    @Test("hexadecimal digits are lower case, two a byte")
    func digits() { #expect(hexadecimal([0, 9, 10, 171, 255]) == "00090aabff") }
}
