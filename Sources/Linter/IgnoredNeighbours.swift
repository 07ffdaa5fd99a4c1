// How many of a node's neighbours its rule leaves out of account though they agree, as long as all others say what the
// node has itself. Found by trying the rule out, so that it is known of every rule.
import Aggregation
import Graphs
import Kernels

/// Tries a rule on neighbourhoods in which some neighbours, the heaviest or the lightest, have another model than all
/// others.
struct IgnoredNeighbours {
    /// Beyond these numbers trying takes too long.
    static let mostNodes = 2_000
    static let mostNeighbours = 64
    /// Rules that draw are tried with several draws.
    private static let tries = 4

    private let rule: any GossipRule
    private var scratch = Scratch()
    private var known: [Key: Int] = [:]

    private struct Key: Hashable {
        let weights: [Double]
        let count: Int
        let weight: Double
        let isOfLightest: Bool
    }

    init(_ rule: any GossipRule) { self.rule = rule }

    /// So many of its heaviest neighbours the node can leave out; its degree where it minds nobody. `nil` where it has
    /// too many neighbours.
    ///
    /// - Parameter lightest: of its lightest ones, of which rules that go by weight leave out more.
    mutating func of(_ weights: [Double], _ budget: Budget, lightest: Bool = false) -> Int? {
        guard weights.count <= Self.mostNeighbours else { return nil }
        let sorted = weights.sorted()
        let isOfLightest = lightest && sorted.first != sorted.last
        let key = Key(weights: sorted, count: budget.count, weight: budget.weight, isOfLightest: isOfLightest)
        if let found = known[key] { return found }
        // Whoever minds some of them minds more of them.
        var (low, high) = (0, key.weights.count)
        while low < high {
            let middle = (low + high + 1) / 2
            let isIgnoring = ignores(middle, sorted, budget, lightest: isOfLightest)
            if isIgnoring { low = middle } else { high = middle - 1 }
        }
        known[key] = low
        return low
    }

    private mutating func ignores(
        _ others: Int, _ weights: [Double], _ budget: Budget, lightest: Bool
    ) -> Bool {
        let own: [Float] = [1, 1]
        var batch = VectorBatch(columns: 2, capacity: weights.count)
        for place in weights.indices {
            let isOther = lightest ? place < others : place >= weights.count - others
            batch.append(isOther ? [3, 2] : own)
        }
        for round in 0..<Self.tries {
            let context = MixContext(
                round: Round(round), rounds: 100, node: NodeID(0), senders: weights.indices.map { NodeID($0 + 1) },
                weights: weights, budget: Budget(count: budget.count, weight: budget.weight), stepSize: 1)
            var rule = rule
            var next = own
            var report = MixReport(rows: weights.count)
            var span = next.mutableSpan
            rule.mix(
                own: own.span, neighbours: batch, context: context, into: &span, report: &report, scratch: &scratch)
            guard next == own else { return false }
        }
        return true
    }
}
