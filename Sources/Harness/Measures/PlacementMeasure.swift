// Placement influence: how much of what hostile nodes say reaches the honest ones, by the graph alone.
import Kernels
import Metrics
import Scenario

enum PlacementMeasure: RunMeasure {
    /// Exchanges that are followed: beyond, all graphs are alike.
    private static let most = 100

    static let name = "placement"
    static let summary =
        "How much of plain mixing with the weights W is of hostile nodes, by where they stand: the Byzantine placement "
        + "influence of T = 100 exchanges, or of all where there are fewer, for one exchange."
    static let measuredAt = MeasuredAt.end
    static let asked = "always, where there are hostile nodes"
    static let figures = [
        Figure(
            "placementInfluence", .share, better: .less,
            "(1/T) (1/h) 1_Hᵀ (Σ_{t=1..T} W^t) 1_B, with B the hostile nodes")
    ]

    static func line(of figures: Figures, in experiment: Experiment) -> (name: String, value: String)? {
        guard figures.has("placementInfluence") else { return nil }
        return ("hostile influence", "\(figures.text("placementInfluence"))   (of plain mixing, by their place)")
    }

    static func figures(of run: MeasuredRun) -> Figures {
        var figures = Figures()
        let assembly = run.assembly
        guard !assembly.hostile.isEmpty else { return figures }
        var shares = [Double](repeating: 0, count: assembly.topology.nodeCount)
        for node in assembly.hostile { shares[node.index] = 1 }
        let cadence = assembly.experiment.training.cadence
        let steps = (0..<assembly.experiment.training.rounds * cadence.gossipSteps).lazy.map { Round($0) }
        var (exchanges, sum) = (0, 0.0)
        for step in steps where cadence.exchanges(in: step) {
            guard exchanges < most else { break }
            exchanges += 1
            shares = assembly.topology.nodes.map { node in
                let senders = assembly.graphs.senders(of: node, in: step)
                let own = 1 - senders.reduce(0.0) { $0 + $1.weight }
                return senders.reduce(own * shares[node.index]) { $0 + $1.weight * shares[$1.node.index] }
            }
            sum += assembly.honest.reduce(0.0) { $0 + shares[$1.index] } / Double(assembly.honest.count)
        }
        figures.add("placementInfluence", exchanges == 0 ? nil : sum / Double(exchanges))
        return figures
    }
}
