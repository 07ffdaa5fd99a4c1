// Mixes: files of what a node has mixed in one step, whose hash fits.
import Core
import Cryptography
import Kernels
import Scenario

extension FuzzTargets {
    static let mixes = FuzzTarget("mixes", "mix files whose hash fits", allocationPerByte: 8) {
        let inputs = [1, 4].map { MixSample.Input(sender: NodeID($0), weight: 0.25) }
        let sample = MixSample(step: Round(3), inputs: inputs, budget: 0.5, own: [1, 2, 3], mixed: [4, 5, -0.0])
        return [sample.encoded.dropLast(8)]
    } violation: { bytes in
        var bytes = bytes
        bytes.append(littleEndian: XXH64.hash(bytes))
        guard let sample = MixSample(encoded: bytes) else { return nil }
        return sample.encoded == bytes ? nil : "what is read is written again as other bytes"
    }
}
