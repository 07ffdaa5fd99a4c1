// XXH64 and XXH3 against published vectors and answers of the xxhash library.
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

    /// The buffer of the sanity check of XXH3: the high bytes of powers of another prime.
    private func longBuffer(_ count: Int) -> [UInt8] {
        var generator: UInt64 = 2_654_435_761
        return (0..<count).map { _ in
            defer { generator &*= 11_400_714_785_074_694_797 }
            return UInt8(generator >> 56)
        }
    }

    @Test(
        "XXH3 gives the answers of the xxhash library, for inputs of every kind of length",
        arguments: [
            (0, 0x2D06_8005_38D3_94C2), (1, 0xC44B_DFF4_074E_ECDB), (3, 0x5424_7382_A8D6_B94D),
            (6, 0x27B5_6A84_CD2D_7325), (8, 0x24CC_C9AC_AA9F_65E4), (12, 0xA713_DAF0_DFBB_77E7),
            (16, 0x981B_17D3_6C74_98C9), (24, 0xA3FE_70BF_9D35_10EB), (48, 0x397D_A259_ECBA_1F11),
            (80, 0xBCDE_FBBB_2C47_C90A), (128, 0xFCFF_2412_6754_D861), (195, 0xCD94_217E_E362_EC3A),
            (240, 0x81C3_C2B6_7F56_8CCF), (241, 0xC5A6_39EC_D203_0E5E), (403, 0xCDEB_804D_65C6_DEA4),
            (512, 0x617E_4959_9013_CB6B), (1024, 0xDD85_C9B5_C110_9C5C), (1025, 0xD870_C0FA_1321_1C6A),
            (2048, 0xDD59_E2C3_A5F0_38E0), (2240, 0x6E73_A905_39CF_2948), (2367, 0xCB37_AEB9_E5D3_61ED),
        ] as [(Int, UInt64)])
    func lengths(_ count: Int, _ digest: UInt64) {
        let buffer = longBuffer(count)
        #expect(XXH3.hash(buffer) == digest)
        #expect(XXH3.hash([1, 2, 3] + buffer + [4], in: 3..<3 + count) == digest)
        guard count > 0 else { return }
        for place in [0, count / 2, count - 1] {
            var altered = buffer
            altered[place] ^= 1
            #expect(XXH3.hash(altered) != digest)
        }
    }

    @Test("the hash of floats is that of their little-endian bytes")
    func floats() {
        for count in [0, 1, 7, 8, 9, 1_025] {
            let values = seededValues(count)
            let bytes = values.flatMap { value in
                (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> UInt32(8 * $0)) }
            }
            #expect(hash64(values) == XXH3.hash(bytes))
        }
    }

    @Test("hexadecimal digits are lower case, two a byte")
    func digits() { #expect(hexadecimal([0, 9, 10, 171, 255]) == "00090aabff") }
}
