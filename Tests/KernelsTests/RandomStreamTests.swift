// The generator against its published vectors, and what streams promise.
import Kernels
import TestSupport
import Testing

@Suite("Random streams")
struct RandomStreamTests {
    struct Vector: Sendable {
        let counter: SIMD4<UInt32>
        let key: SIMD2<UInt32>
        let output: SIMD4<UInt32>
    }

    /// Known answers for philox4x32 with ten rounds, as published with Random123.
    static let vectors = [
        Vector(
            counter: SIMD4(repeating: 0), key: SIMD2(repeating: 0),
            output: SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)),
        Vector(
            counter: SIMD4(repeating: .max), key: SIMD2(repeating: .max),
            output: SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)),
        Vector(
            counter: SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), key: SIMD2(0xa409_3822, 0x299f_31d0),
            output: SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)),
    ]

    @Test("Philox gives the published answers", arguments: vectors)
    func knownAnswers(_ vector: Vector) {
        #expect(philox4x32(counter: vector.counter, key: vector.key) == vector.output)
    }

    private func firstValues(
        seed: UInt64 = 7, _ purpose: Purpose = .data, node: Int = 3, round: Int = 5, lane: Int = 2
    ) -> [UInt64] {
        var stream = RandomStream(seed: seed, purpose: purpose, node: NodeID(node), round: Round(round), lane: lane)
        return (0..<5).map { _ in stream.next() }
    }

    @Test("a stream is a function of what it is for, and each part of that matters")
    func keyed() {
        let streams = [
            firstValues(), firstValues(seed: 8), firstValues(.attack), firstValues(node: 4), firstValues(round: 6),
            firstValues(lane: 3), firstValues(node: 5, round: 3), firstValues(seed: 7 | 1 << 40),
        ]
        #expect(firstValues() == firstValues())
        #expect(Set(streams).count == streams.count)
        #expect(Set(streams.joined()).count == streams.count * 5)
    }

    @Test("purposes keep their numbers")
    func purposes() {
        #expect(Purpose.allCases.map(\.rawValue) == Array(1...16))
        #expect(Purpose.faults.rawValue == 10 && Purpose.mixing.rawValue == 11)
        #expect(Purpose.handshake.rawValue == 12)
    }

    @Test("uniform draws lie in [0, 1), open ones in (0, 1), both with mean 1/2 and variance 1/12")
    func uniform() {
        var stream = RandomStream(seed: 1, purpose: .measurement)
        let half = (0..<20_000).map { _ in stream.uniform() }
        let open = (0..<20_000).map { _ in stream.uniformOpen() }
        #expect(half.allSatisfy { 0 <= $0 && $0 < 1 })
        #expect(open.allSatisfy { 0 < $0 && $0 < 1 })
        for draws in [half, open] {
            let (mean, variance) = moments(draws)
            #expect(abs(mean - 0.5) < 0.01)
            #expect(abs(variance - 1.0 / 12) < 0.003)
        }
    }

    @Test("below meets every value about equally often", arguments: [1, 2, 3, 7, 10])
    func below(_ bound: Int) {
        var stream = RandomStream(seed: 2, purpose: .measurement)
        var counts = [Int](repeating: 0, count: bound)
        for _ in 0..<10_000 * bound { counts[stream.below(bound)] += 1 }
        #expect(counts.allSatisfy { abs($0 - 10_000) < 500 })
    }

    /// Without rejection 2⁶⁴ inputs would meet these values 3, 3, 2, 3, 3, 2, … times.
    @Test("below has no bias even where one draw in four must be rejected")
    func greatBounds() {
        var stream = RandomStream(seed: 3, purpose: .measurement)
        let bound = 3 << 61
        let draws = (0..<6_000).map { _ in stream.below(bound) }
        #expect(draws.allSatisfy { 0 <= $0 && $0 < bound })
        for residue in 0..<3 { #expect(abs(draws.filter { $0 % 3 == residue }.count - 2_000) < 190) }
        #expect(abs(draws.filter { $0 < bound / 2 }.count - 3_000) < 200)
    }
}

/// Mean and variance.
func moments(_ x: [Double]) -> (mean: Double, variance: Double) {
    let mean = x.reduce(0, +) / Double(x.count)
    return (mean, x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count))
}
