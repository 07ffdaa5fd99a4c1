// What can be said of a topology file without an experiment: its size, its parts, how fast gossip on it agrees, and
// where it changes the same for its rounds. Sentences only.
import Graphs
import Kernels

extension TopologyFile {
    /// The gap of more nodes than this takes too long to wait for where it is that of a product of matrices.
    private static let mostNodesOfWindow = 512
    /// Rounds looked at together where chance draws each.
    private static let drawnWindow = 16
    /// Of a trace of contacts.
    private static let mostRoundsOfTrace = 128
    /// More graphs than this are not told one by one.
    private static let mostPhases = 12

    /// One fact a line.
    public var account: [String] {
        let name =
            (topology.name.isEmpty ? [] : ["name: \(topology.name)"])
            + (redraws == 0 ? [] : ["drawn again until connected: \(redraws) times"]) + counted
        guard let schedule else { return name + ["graph: \(words(graphs.weights(in: Round(0)), in: Round(0)))"] }
        return name + ["links of all rounds: \(size(of: topology))", "schedule: \(schedule.kind)\(length)"] + phases
            + [window]
    }

    /// Only an experiment tells how many samples nodes have.
    private var counted: [String] {
        weighting.kind.countsSamples
            ? ["weights: \(weighting), seen here as if all nodes had as many samples"] : []
    }

    private func size(of graph: Topology) -> String {
        let degrees = graph.nodes.map { graph.degree(of: $0) }
        let (low, high) = (degrees.min() ?? 0, degrees.max() ?? 0)
        let kind = graph.directed ? "directed edges" : "edges"
        return "\(graph.nodeCount) nodes, \(graph.edges.count) \(kind), "
            + (low == high ? "\(low) \(low == 1 ? "neighbour" : "neighbours") each" : "\(low) to \(high) neighbours")
    }

    /// The graph of one round.
    private func words(_ weights: MixingWeights, in round: Round) -> String {
        let present = topology.nodes.filter { graphs.isPresent($0, in: round) }
        let away = topology.nodeCount - present.count
        let parts = weights.topology.components(of: present).count
        let gap = parts == 1 ? ", spectral gap \(Self.rounded(SpectralGap(of: weights, among: present).gamma))" : ""
        return size(of: weights.topology) + (away > 0 ? ", \(away) of them away" : "")
            + (parts == 1 ? ", connected" : ", in \(parts) parts") + gap
            + (weights.isDoublyStochastic(among: present) ? "" : ", weights not doubly stochastic")
    }

    /// The graphs that follow each other, with their rounds.
    private var phases: [String] {
        guard let rounds = graphs.distinctRounds(before: .max) else { return [] }
        let period = (graphs as? ChangingLinks)?.period
        let told = rounds.prefix(Self.mostPhases).enumerated().map { index, round in
            let next = index + 1 < rounds.count ? rounds[index + 1].number : period
            let span =
                next.map { $0 == round.number + 1 ? "round \(round)" : "rounds \(round) to \($0 - 1)" }
                ?? (graphs is ChangingLinks ? "from round \(round) on" : "round \(round)")
            return "\(span): \(words(graphs.weights(in: round), in: round))"
        }
        let left = rounds.count - told.count
        return left > 0 ? told + ["and \(left) further graphs"] : told
    }

    /// How long a trace is and what comes then.
    private var length: String {
        guard let contacts = graphs as? ContactLinks else { return "" }
        return ", \(contacts.length) rounds, then \(contacts.after.rawValue)"
    }

    /// What several rounds do together.
    private var window: String {
        let changing = graphs as? ChangingLinks
        let trace = (graphs as? ContactLinks).map { min($0.length, Self.mostRoundsOfTrace) }
        let length =
            trace ?? changing.map { $0.period ?? 1 } ?? graphs.distinctRounds(before: .max)?.count ?? Self.drawnWindow
        if let changing, changing.period == nil { return "it stays so; links of all rounds: \(union(changing))" }
        let again =
            trace != nil
            ? "a trace, from its first round on"
            : graphs.distinctRounds(before: .max) == nil ? "drawn anew in every round" : "again every \(length) rounds"
        guard topology.nodeCount <= Self.mostNodesOfWindow, length <= 1_024 else { return again }
        let gap = WindowGap(of: graphs, in: 0..<length)
        return "\(again); \(length) rounds leave \(Self.rounded(gap.factor)) of the disagreement, "
            + "as a spectral gap of \(Self.rounded(gap.gamma)) would"
    }

    private func union(_ links: ChangingLinks) -> String {
        let parts = links.union.components(of: links.union.nodes).count
        return parts == 1 ? "connected" : "in \(parts) parts"
    }

    /// Four decimals.
    private static func rounded(_ number: Double) -> String {
        let units = Int((abs(number) * 10_000).rounded())
        let digits = "\(units % 10_000)"
        return (number < 0 && units > 0 ? "-" : "") + "\(units / 10_000)."
            + String(repeating: "0", count: 4 - digits.count) + digits
    }
}
