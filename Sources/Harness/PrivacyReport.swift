// PrivacyReport: ε of each honest node at the end of a run, the largest first, in words and as JSON.
import JSON
import Registry
import Scenario

/// What the messages of a run may have told of the samples behind them.
public struct PrivacyReport: Sendable {
    public struct Node: Sendable {
        public let label: String
        public let privacy: NodePrivacy
        /// Infinite without noise.
        public let epsilon: Double
        /// By the tighter conversion.
        public let improved: Double
    }

    /// Honest nodes, the largest ε first.
    public let worstFirst: [Node]
    /// Rounds that are counted.
    public let rounds: Int
    private let settings: Privacy

    /// - Parameter rounds: as many as the run came to.
    /// - Returns: `nil` where gradients were not private.
    init?(_ assembly: Assembly, rounds: Int) throws(ConfigurationFault) {
        var nodes: [Node] = []
        for node in assembly.honest {
            guard let privacy = try assembly.privacy(of: node) else { return nil }
            nodes.append(
                Node(
                    label: assembly.topology.labels[node.index], privacy: privacy,
                    epsilon: privacy.epsilon(through: rounds),
                    improved: privacy.epsilon(through: rounds, .improved)))
        }
        // Equal ones in the order of the nodes.
        worstFirst = nodes.enumerated().sorted { ($1.element.epsilon, $0.offset) < ($0.element.epsilon, $1.offset) }
            .map(\.element)
        self.rounds = rounds
        settings = assembly.experiment.training.privacy
    }

    private var isEstimate: Bool { worstFirst.contains { $0.privacy.isEstimate } }

    /// "3.000   (4: 3.000   12: 2.998   15: 2.997; δ 1.00e-5, estimate)".
    var inWords: String {
        let nodes = worstFirst.prefix(3).map { "\($0.label): \(Self.text($0.epsilon))" }
        return "\(Self.text(worstFirst[0].epsilon))\(isEstimate ? ", estimate" : "")   "
            + "(\(nodes.joined(separator: "   ")); δ \(significant(settings.delta)))"
    }

    /// "∞" without noise.
    static func text(_ epsilon: Double) -> String { epsilon.isFinite ? significant(epsilon) : "∞" }

    /// As the member `privacy` of `summary.json`; an infinite ε is `null`.
    func write(to line: inout JSONLine) {
        line.add("privacy") { object in
            object.add("epsilonWorst", worstFirst[0].epsilon)
            object.add("epsilonImprovedWorst", worstFirst[0].improved)
            object.add("delta", settings.delta)
            object.add("clip", settings.clip)
            object.add("sampling", settings.sampling.rawValue)
            object.add("estimate", isEstimate ? 1 : 0)
            object.add("rounds", rounds)
            object.add("nodes", worstFirst) { line, node in
                line.appendObject { object in
                    object.add("node", node.label)
                    object.add("samples", node.privacy.samples)
                    object.add("noiseMultiplier", node.privacy.gradient.noise)
                    object.add("epsilon", node.epsilon)
                    object.add("epsilonImproved", node.improved)
                }
            }
        }
    }
}
