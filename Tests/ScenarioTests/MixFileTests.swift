// Mixes in files: back as they were, and nothing else is one.
import Core
import Kernels
import Testing

@testable import Scenario

@Suite("Files of mixes")
struct MixFileTests {
    private static let sample = MixSample(
        step: Round(7),
        inputs: [.init(sender: NodeID(2), weight: 0.25), .init(sender: NodeID(300), weight: 1.0 / 3)],
        budget: 0.125, own: [1, -2, .infinity], mixed: [0, 1e-30, 5])

    @Test("are read back as they were written")
    func roundTrip() {
        #expect(MixSample(encoded: Self.sample.encoded) == Self.sample)
        let empty = MixSample(step: Round(0), inputs: [], budget: 0, own: [], mixed: [])
        #expect(MixSample(encoded: empty.encoded) == empty)
    }

    @Test("with any byte altered, missing or added are none")
    func altered() {
        let bytes = Self.sample.encoded
        for place in bytes.indices {
            var altered = bytes
            altered[place] ^= 1
            #expect(MixSample(encoded: altered) == nil, "byte \(place)")
            #expect(MixSample(encoded: Array(bytes[..<place])) == nil, "the first \(place)")
        }
        #expect(MixSample(encoded: bytes + [0]) == nil)
    }

    @Test("that promise more than there is are none, whatever they promise")
    func promises() {
        var bytes = Self.sample.encoded
        for place in 12..<20 { bytes[place] = 0xFF }
        #expect(MixSample(encoded: bytes) == nil)
    }
}
