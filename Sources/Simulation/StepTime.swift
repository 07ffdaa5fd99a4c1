// StepTime: how long local steps take in virtual time, where nodes go at their own pace.
import Kernels

/// A node's pace: some nodes are slower than others, and some of a node's steps than its others.
public struct StepTime: Sendable {
    private let mean: Double
    private let spread: Double
    private let seed: UInt64
    private let node: NodeID

    /// - Parameters:
    ///   - milliseconds: of the mean step.
    ///   - spread: how far the slowest and the quickest are from it, as a share; below 1.
    public init(milliseconds: Double, spread: Double, seed: UInt64, node: NodeID) {
        mean = milliseconds * 1e6
        self.spread = spread
        self.seed = seed
        self.node = node
    }

    func duration(of round: Round) -> Nanoseconds {
        var ofNode = RandomStream(seed: seed, purpose: .jitter, node: node, round: Round(0), lane: 0)
        var ofStep = RandomStream(seed: seed, purpose: .jitter, node: node, round: round, lane: 1)
        let deviation = ofNode.uniform() + ofStep.uniform() - 1
        return max(1, Nanoseconds(mean * (1 + spread * deviation)))
    }
}
