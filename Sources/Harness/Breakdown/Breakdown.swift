// Breakdown: with how many hostile nodes theory still promises something, and with how many a rule fails in fact.
import Graphs
import Kernels
import Linter
import Registry
import Scenario

/// One rule on one graph, hostile node after hostile node, each count at its worst placement.
public struct Breakdown: Sendable {
    /// What is known with so many hostile nodes.
    public struct Row: Sendable {
        public let count: Int
        public let hostile: [NodeID]
        /// Hostile neighbours that some honest node has, which is what all are told.
        public let told: Int
        public let finding: Finding
        /// The attack under which the honest nodes end worst, `nil` for none; no trial where time was over.
        public let worst: (attack: String?, outcome: ConsensusTask.Outcome)?
        /// How many attacks were tried.
        public let tried: Int
        /// Whether the honest nodes are broken; `nil` without a trial, or where so few rounds cannot tell.
        public let isBroken: Bool?
    }

    public let file: TopologyFile
    public let rule: NamedRule
    /// Rounds of every trial: so many that without hostile nodes plain gossip would leave a thousandth of the
    /// disagreement, but 400 at most.
    public let rounds: Int
    /// Whether plain gossip would need more.
    private let isCutShort: Bool

    public init(_ file: TopologyFile, _ rule: NamedRule) {
        self.file = file
        self.rule = rule
        let gamma = SpectralGap(of: file.weights).gamma
        let needed = gamma > 0 && gamma < 1 ? Elementary.log(1e-3) / Elementary.log(1 - gamma) : 20
        rounds = Int(min(400, max(20, needed.rounded(.up))))
        isCutShort = needed > 400
    }

    /// - Parameters:
    ///   - most: hostile nodes at most; ends before, where both theory and the rule have failed.
    ///   - progress: told what is tried next.
    ///   - isOver: asked often; what has been found till then is what there is.
    public func rows(most: Int, progress: (String) -> Void, isOver: () -> Bool) throws -> [Row] {
        guard file.topology.nodeCount > 1 else { throw ConfigurationFault("a breakdown takes at least two nodes") }
        var rows: [Row] = []
        var beginning: [ConsensusTask.Placed]?
        for count in 0...min(most, file.topology.nodeCount - 2) {
            guard !isOver() else { break }
            progress("\(count) hostile: looking for the worst placement")
            let subject = LintSubject(file.graphs, tolerance: count == 0 ? .count(0) : nil, rules: [rule])
                .placingWorst(count)
            let finding = Lint.promise(of: subject)
            let told = subject.mostTold
            let task = ConsensusTask(file, rule: rule.name, told: told, rounds: rounds)
            // The same for every count.
            if beginning == nil { beginning = try task.beginning(shouldStop: isOver) }
            var worst: (attack: String?, outcome: ConsensusTask.Outcome)?
            var tried = 0
            let attacks: [String?] = [nil] + (count > 0 ? ConsensusTask.attacks : [])
            for attack in attacks {
                guard !isOver(), let beginning else { break }
                progress("\(count) hostile: \(attack ?? "no attack")")
                guard
                    let outcome = try task.run(
                        attack, by: subject.placement.nodes, from: beginning, shouldStop: isOver)
                else {
                    continue
                }
                tried += 1
                if worst.map({ harm(outcome) > harm($0.outcome) }) ?? true { worst = (attack, outcome) }
            }
            rows.append(
                Row(
                    count: count, hostile: subject.placement.nodes, told: told, finding: finding, worst: worst,
                    tried: tried, isBroken: worst.flatMap { isBroken($0.outcome) }))
            if finding.verdict == .fails, rows.last?.isBroken ?? false { break }
        }
        return rows
    }

    /// `nil` where the nodes are on their way, and have not had the time.
    private func isBroken(_ outcome: ConsensusTask.Outcome) -> Bool? {
        let isUnderWay = isCutShort && outcome.disagreement <= 1 && outcome.drift <= 1
        return outcome.isBroken && isUnderWay ? nil : outcome.isBroken
    }

    /// More than 1 where it is broken.
    private func harm(_ outcome: ConsensusTask.Outcome) -> Double {
        let harm = max((isCutShort ? 1 : 10) * outcome.disagreement, outcome.drift)
        return harm.isNaN ? .infinity : harm
    }
}
