// The pivot attack against all subsets, one by one, and against what is known of its reach.
import Kernels
import Registry
import Testing

@testable import Attacks

@Suite("Pivot")
struct PivotTests {
    /// Whether all hostile values are in the subset of least variance, over every subset of n − f of n values.
    private static func isTaken(_ x: Double, among honest: [Double], hostile: Int) -> Bool {
        let all = honest + [Double](repeating: x, count: hostile)
        var best = (variance: Double.infinity, hostile: 0)
        for mask in 0..<(1 << all.count) where mask.nonzeroBitCount == honest.count {
            let rows = all.indices.filter { mask & (1 << $0) != 0 }
            let mean = rows.reduce(0) { $0 + all[$1] } / Double(rows.count)
            let variance = rows.reduce(0) { $0 + (all[$1] - mean) * (all[$1] - mean) } / Double(rows.count)
            if variance < best.variance { best = (variance, rows.count { $0 >= honest.count }) }
        }
        return best.hostile == hostile
    }

    @Test("goes as far as the subset of least variance takes all hostile values in, and no farther", arguments: 1...3)
    func reach(hostile: Int) {
        for seed in 1...6 as ClosedRange<UInt64> {
            var random = RandomStream(seed: seed, purpose: .measurement)
            let honest = (0..<6).map { _ in (random.uniform() * 8).rounded() / 4 - 1 }
            let greatest = honest.max() ?? 0
            let reach = Pivot.reach(among: honest, hostile: hostile)
            let width = max(reach - greatest, 0.01)
            if reach > greatest {
                #expect(Self.isTaken(reach - 1e-6 * width, among: honest, hostile: hostile), "\(honest)")
            }
            #expect(!Self.isTaken(reach + 1e-3 * width, among: honest, hostile: hostile), "\(honest), \(reach)")
        }
    }

    @Test("reaches what is known of honest nodes half at each end, n = 15")
    func known() {
        let table = [
            (1, 17.0 / 13), (2, 17.0 / 11), (3, 17.0 / 9), (4, 17.0 / 7), (5, 2.8867962264), (6, 3.1081851068),
            (7, 3.8030595529),
        ]
        for (hostile, known) in table {
            let sure = 14 - hostile
            let honest = [1] + (0..<sure).map { $0 < sure / 2 ? -1.0 : $0 < 2 * (sure / 2) ? 1 : 0 }
            #expect(abs(Pivot.reach(among: honest, hostile: hostile) - known) < 1e-9, "f = \(hostile)")
        }
        #expect(Pivot.reach(among: [0, 0], hostile: 1) == 0)
        #expect(Pivot.reach(among: [2, 4], hostile: 0) == 4)
        #expect(Pivot.reach(among: [2, 4], hostile: 2) == 44)
    }

    @Test("goes the way of the pivot, and on along the last one where it leans nowhere")
    func direction() throws {
        var attack = try Pivot(
            ParameterValues([("pivot", .number(2))], declared: Pivot.parameters, key: "attack"))
        func forged(_ values: [Float]) -> [Float] {
            let view = AttackView(
                round: Round(0), own: [9],
                heard: values.enumerated().map { AttackView.Heard(sender: NodeID($0.offset), model: [$0.element]) },
                surroundings: Surroundings(nodes: 5, hostile: 1))
            guard case .model(let model) = attack.forge(to: 0, seeing: view, random: attackStream()) else { return [] }
            return model
        }
        #expect(forged([0, 0, 0, 0]) == [0])
        let down = try #require(forged([1, -1, -1, 1]).first)
        #expect(down < -1)
        let again = try #require(forged([1, -1, 0, 0]).first)
        #expect(again < -1)
        #expect(try #require(forged([1, -1, 1, -1]).first) > 1)
        #expect(forged([]) == [9])
    }
}
