// The time of local steps: what is a node's own stays its own, and all of it stays within what was asked for.
import Kernels
import Testing

@testable import Simulation

@Suite("Step time")
struct StepTimeTests {
    private static let (nodes, rounds, mean) = (40, 200, 10e6)

    /// For each node its durations, round by round, as shares of the mean.
    private static func shares(spread: Double, duration: (NodeID, Round) -> Nanoseconds) -> [[Double]] {
        (0..<nodes).map { node in (0..<rounds).map { Double(duration(NodeID(node), Round($0))) / mean } }
    }

    /// A node is slow or quick for good by up to half the spread, and each of its steps by up to the other half.
    private static func keepsPace(_ shares: [[Double]], spread: Double) -> Bool {
        let slack = 1e-6
        return shares.allSatisfy { steps in
            let (least, most) = (steps.min() ?? 0, steps.max() ?? 0)
            return least >= 1 - spread - slack && most <= 1 + spread + slack && most - least <= spread + slack
        }
    }

    @Test("a node keeps its pace, and no step is further from the mean than the spread", arguments: [0, 0.3, 0.9])
    func pace(spread: Double) {
        let shares = Self.shares(spread: spread) { node, round in
            StepTime(milliseconds: 10, spread: spread, seed: 7, node: node).duration(of: round)
        }
        #expect(Self.keepsPace(shares, spread: spread))
        let means = shares.map { $0.reduce(0, +) / Double(Self.rounds) }
        #expect((means.max() ?? 0) - (means.min() ?? 0) >= 0.7 * spread)
        #expect(Set(shares.map { $0[0] }).count == (spread > 0 ? Self.nodes : 1))
    }

    @Test("nodes that draw their pace anew in each round are found")
    func wrong() {
        let shares = Self.shares(spread: 0.5) { node, round in
            StepTime(milliseconds: 10, spread: 0.5, seed: UInt64(round.number), node: node).duration(of: round)
        }
        #expect(!Self.keepsPace(shares, spread: 0.5))
    }
}
