// ε: what the honest nodes' messages may have told of their samples so far.
import Kernels
import Learning
import Metrics
import Registry
import Scenario

struct PrivacyMeasure: MomentMeasure {
    static let name = "privacy"
    static let summary =
        "ε_i of (ε, δ)-differential privacy of each sample of node i, which has m_i of them, towards whoever sees all "
        + "that the node sends in these rounds: by Rényi divergences of orders 2 to 64, two data sets being adjacent "
        + "where one has a sample more. Of shuffled batches an estimate. What the laboratory reads of nodes, such as "
        + "training losses, is no message, and not counted."
    static let measuredAt = MeasuredAt.moments
    static let asked = "with training.privacy"
    static let figures = [
        Figure("epsilonWorst", .epsilon, better: .less, "max_i ε_i, converted by RDP + log(1/δ)/(a - 1)"),
        Figure("epsilonMean", .epsilon, better: .less, "(1/h) Σ ε_i over the h honest nodes"),
        Figure(
            "epsilonImprovedWorst", .epsilon, better: .less,
            "max_i ε_i, converted by RDP + log((a - 1)/a) - (log δ + log a)/(a - 1), a tighter bound of the same"),
        Figure("noiseMultiplierLeast", .ratio, "min_i z_i, the noise of a sum of gradients over the clip"),
        Figure("epsilons", .epsilon, better: .less, isList: true, "ε_i by node; null for hostile ones, and infinite"),
    ]

    private let nodeCount: Int
    private let nodes: [(node: NodeID, privacy: NodePrivacy)]

    init?(_ assembly: Assembly, test: Samples) throws(ConfigurationFault) {
        var nodes: [(node: NodeID, privacy: NodePrivacy)] = []
        for node in assembly.honest {
            guard let privacy = try assembly.privacy(of: node) else { return nil }
            nodes.append((node, privacy))
        }
        self.nodes = nodes
        nodeCount = assembly.topology.nodeCount
    }

    func figures(of moment: Moment, scratch: inout ObjectiveScratch) -> Figures {
        let epsilons = nodes.map { $0.privacy.epsilon(through: moment.rounds) }
        var all = [Double?](repeating: nil, count: nodeCount)
        for (one, epsilon) in zip(nodes, epsilons) { all[one.node.index] = epsilon }
        var figures = Figures()
        figures.add("epsilonWorst", epsilons.max())
        figures.add("epsilonMean", epsilons.reduce(0, +) / Double(epsilons.count))
        figures.add("epsilonImprovedWorst", nodes.map { $0.privacy.epsilon(through: moment.rounds, .improved) }.max())
        figures.add("noiseMultiplierLeast", nodes.map(\.privacy.gradient.noise).min())
        figures.add("epsilons", all)
        return figures
    }
}
