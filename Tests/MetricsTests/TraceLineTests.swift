// A line of a trace as text.
import Kernels
import Metrics
import Testing

@Suite("Trace lines")
struct TraceLineTests {
    @Test("a trace line says what was mixed into what")
    func trace() {
        let line = TraceLine(
            round: Round(3), inputs: [.init(sender: NodeID(0), round: Round(3), digest: 255)], result: 16)
        #expect(
            String(decoding: line.json, as: UTF8.self)
                == #"{"round":3,"inputs":[[0,3,"00000000000000ff"]],"result":"0000000000000010"}"# + "\n")
        let skipping = TraceLine(round: Round(3), inputs: [], next: Round(6), result: 16)
        #expect(
            String(decoding: skipping.json, as: UTF8.self)
                == #"{"round":3,"inputs":[],"next":6,"result":"0000000000000010"}"# + "\n")
    }
}
