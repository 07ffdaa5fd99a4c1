// RPEL: how many hostile nodes it prepares for, and whom it draws.
import Kernels
import Registry
import Testing

@testable import Aggregation

@Suite("Epidemic sampling")
struct EpidemicSamplingTests {
    private func rule(sample: Int, confidence: Double) throws -> EpidemicSampling {
        EpidemicSampling(
            try ParameterValues(
                [("sample", .number(Double(sample))), ("confidence", .number(confidence))],
                declared: EpidemicSampling.parameters, key: "rule"))
    }

    @Test(
        "prepares for the hostile nodes that the union bound leaves",
        arguments: [(100, 10, 15, 0.8, 7), (30, 6, 6, 0.9, 5), (30, 6, 15, 0.9, 6)])
    func unionBound(nodes: Int, hostile: Int, sample: Int, confidence: Double, expected: Int) throws {
        let rule = try rule(sample: sample, confidence: confidence)
        #expect(rule.hostileDrawn(of: hostile, among: nodes - 1, rounds: 200) == expected)
    }

    @Test("prepares for seventeen of a hundred hostile nodes among a thousand nodes")
    func thousand() throws {
        #expect(try rule(sample: 50, confidence: 0.9).hostileDrawn(of: 100, among: 999, rounds: 200) == 17)
    }

    @Test("draws as many as it was told, each neighbour as often as the others, and others every round")
    func drawing() throws {
        var rule = try rule(sample: 4, confidence: 0.5)
        let senders = (1...10).map { NodeID($0) }
        var batch = VectorBatch(columns: 1, capacity: 10)
        for sender in senders { batch.append([Float(sender.index)]) }
        var (next, scratch) = ([Float](repeating: 0, count: 1), Scratch())
        var (drawn, sets) = ([Int](repeating: 0, count: 10), Set<[Int]>())
        for round in 0..<1_000 {
            var report = MixReport(rows: 10)
            let context = MixContext(
                round: Round(round), rounds: 1_000, node: NodeID(0), senders: senders,
                weights: Array(repeating: 0.05, count: 10), budget: Budget(count: 0, weight: 0))
            var span = next.mutableSpan
            let own: [Float] = [0]
            rule.mix(
                own: own.span, neighbours: batch, context: context, into: &span, report: &report, scratch: &scratch)
            let rows = report.treatments.indices.filter { report.treatments[$0] != .removed }
            #expect(rows.count == 4)
            #expect((next[0] - Float(rows.reduce(0) { $0 + $1 + 1 }) / 5).magnitude < 1e-5)
            sets.insert(rows)
            for row in rows { drawn[row] += 1 }
        }
        // 400 each with a standard deviation of about 15; there are 210 sets.
        #expect(drawn.allSatisfy { (330...470).contains($0) } && sets.count > 190)
    }

    @Test("keeps the own model where it is strict and most of a draw may be hostile")
    func strict() throws {
        let rule = try rule(sample: 6, confidence: 0.9)
        let weights = Array(repeating: 0.1, count: 9)
        #expect(!rule.withstands(Budget(count: 5, among: weights), among: weights))
        #expect(rule.withstands(Budget(count: 1, among: weights), among: weights))
    }
}
