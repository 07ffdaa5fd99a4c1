// Traces: files of what a node has mixed, whose running hash fits as far as their lengths do. What is read is written
// again to the same bytes.
import Cryptography
import Kernels
import Metrics
import TestSupport

extension FuzzTargets {
    static let traces = FuzzTarget("traces", "trace files whose running hash fits", allocationPerByte: 32) {
        let header = TraceHeader(of: NodeID(1), experiment: [UInt8](repeating: 7, count: 32), dimension: 3)
        let inputs = (0..<3).map { TraceLine.Input(sender: NodeID($0), round: Round(4 + $0 % 2), digest: UInt64($0)) }
        return [
            header.bytes([]),
            header.bytes([
                TraceLine(round: Round(4), inputs: [], checkpoint: 4, result: 9),
                TraceLine(round: Round(4), inputs: inputs, result: 10),
                TraceLine(round: Round(5), inputs: inputs, offenders: [NodeID(2)], next: Round(9), result: 11),
            ]),
        ]
    } violation: { given in
        let bytes = mended(given)
        guard var reader = try? TraceReader(bytes, of: nil) else { return nil }
        var again = Array(bytes[..<reader.offset])
        var count = 0
        while let record = try? reader.next() {
            again += record.encoded(after: again.integer(at: again.count - 8, as: UInt64.self))
            count += 1
        }
        return bytes.starts(with: again) ? nil : "\(count) records are read, and written again as others"
    }

    /// With every hash what it should be.
    private static func mended(_ given: [UInt8]) -> [UInt8] {
        var bytes = given
        guard bytes.count >= 12 else { return bytes }
        var check: UInt64 = 0
        var position = 12 + Int(bytes.integer(at: 8, as: UInt32.self))
        var start = 0
        while position + 8 <= bytes.count {
            check = XXH64.hash(bytes, in: start..<position, seed: check)
            var written: [UInt8] = []
            written.append(littleEndian: check)
            bytes.replaceSubrange(position..<position + 8, with: written)
            start = position + 8
            guard start + 4 <= bytes.count else { break }
            position = start + 4 + Int(bytes.integer(at: start, as: UInt32.self))
        }
        return bytes
    }
}
