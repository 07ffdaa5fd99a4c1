// StrategicDescent: the federated form of personalised learning, with one player that reports any gradient it likes.
import Kernels
import Learning

/// ρ ← ρ − η (G(ρ) + g): a server adds up the gradients of all players, who solve for their own models in every round
/// (arXiv 2202.08578, section 4).
public struct StrategicDescent: Sendable {
    public let others: CommonModelGame
    /// η.
    public let stepSize: Double

    public init(against others: CommonModelGame, stepSize: Double) {
        self.others = others
        self.stepSize = stepSize
    }

    /// The common model before each round, and after the last.
    public struct Path: Sendable {
        public var models: [[Double]]
        public var reports: [[Double]]
    }

    /// - Parameters:
    ///   - report: what the strategic player says of the common model in this round.
    ///   - isOver: asked before each round, and on the way.
    public func run(
        from start: [Double], rounds: Int, isOver: () -> Bool = { false },
        report: (_ common: [Double], _ round: Int) -> [Double]
    ) -> Path {
        var path = Path(models: [start], reports: [])
        var (common, answers): ([Double], [CommonModelGame.Answer]) = (start, [])
        for round in 0..<rounds where !isOver() {
            let said = report(common, round)
            let pull = others.pull(at: common, &answers, isCancelled: isOver)
            common = common.moved(-stepSize, along: pull.moved(1, along: said))
            path.reports.append(said)
            path.models.append(common)
        }
        return path
    }
}
