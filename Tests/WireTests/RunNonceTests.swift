// The nonce of a run: as text and back, and from a text that all nodes of the run know.
import Kernels
import Testing

@testable import Wire

@Suite("Run nonce")
struct RunNonceTests {
    @Test("is 32 hexadecimal digits and back")
    func text() {
        let nonce = RunNonce((0..<16).map { 17 * $0 })
        #expect("\(nonce)" == "00112233445566778899aabbccddeeff" && RunNonce("\(nonce)") == nonce)
        #expect(RunNonce(String(repeating: "0", count: 32)) == RunNonce.none)
    }

    @Test(
        "is no other text",
        arguments: [
            "", "0", "00112233445566778899aabbccddeef", "00112233445566778899aabbccddeeff00",
            "00112233445566778899AABBCCDDEEFF", "0011223344556677 8899aabbccddeef", "0x112233445566778899aabbccddeeff",
        ])
    func noText(text: String) { #expect(RunNonce(text) == nil) }

    @Test("of a text is the beginning of its SHA-256")
    func hash() {
        // FIPS 180-4, of "abc".
        #expect("\(RunNonce(hashing: "abc"))" == "ba7816bf8f01cfea414140de5dae2223")
        #expect(RunNonce(hashing: "abd") != RunNonce(hashing: "abc") && RunNonce(hashing: "") != .none)
    }
}
