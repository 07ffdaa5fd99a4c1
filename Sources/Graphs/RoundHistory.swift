// What a graph that changes comes to over several rounds: how soon its windows hold together, and who is alone. How
// fast gossip on it agrees is in WindowGap.
public import Kernels

/// The links among some nodes, round by round. Everything here costs time in proportion to the links of all its rounds;
/// `affordableRounds` says of how many a caller may ask without thinking.
public struct RoundHistory: Sendable {
    public let rounds: Range<Int>
    /// Ascending.
    public let nodes: [NodeID]
    /// From whom to whom, by positions in `nodes`; each once, ascending by the receiver.
    private var arrows: [(from: Int, to: Int)] = []
    /// For each round the links that there are, by positions in `arrows`.
    private var present: [[Int]] = []
    /// For each round, who belongs to the graph.
    private var isHere: [[Bool]] = []

    /// So many rounds of a graph with this union are looked at in a moment.
    public static func affordableRounds(of links: any LinkSchedule) -> Int {
        max(1, 400_000 / max(1, links.union.edges.count + links.union.nodeCount))
    }

    /// - Parameters:
    ///   - rounds: at least one.
    ///   - nodes: the honest nodes, say; all by default.
    public init(of links: any LinkSchedule, in rounds: Range<Int>, among nodes: [NodeID]? = nil) {
        precondition(!rounds.isEmpty, "a round at least")
        let union = links.union
        let nodes = (nodes ?? union.nodes).sorted()
        self.rounds = rounds
        self.nodes = nodes
        var places = [Int?](repeating: nil, count: union.nodeCount)
        for (place, node) in nodes.enumerated() { places[node.index] = place }
        var firstArrow: [Int] = []
        var senders: [[NodeID]] = []
        for (place, node) in nodes.enumerated() {
            firstArrow.append(arrows.count)
            senders.append(union.senders(of: node).filter { places[$0.index] != nil })
            for sender in senders[place] { arrows.append((places[sender.index] ?? 0, place)) }
        }
        for number in rounds {
            let round = Round(number)
            var linksOfRound: [Int] = []
            for (place, node) in nodes.enumerated() {
                // Both ascend.
                var position = 0
                for sender in links.senders(of: node, in: round) where places[sender.node.index] != nil {
                    while senders[place][position] < sender.node { position += 1 }
                    linksOfRound.append(firstArrow[place] + position)
                }
            }
            present.append(linksOfRound)
            isHere.append(nodes.map { links.isPresent($0, in: round) })
        }
    }

    // MARK: - Windows

    /// The smallest B such that the links of any B rounds that follow each other here, taken together, lead from every
    /// node to every other (B-connectivity: Nedić, Olshevsky 2009); `nil` where not even those of all rounds do.
    public var connectedWindow: Int? {
        guard holdsTogether(windows: rounds.count) else { return nil }
        var (low, high) = (1, rounds.count)
        while low < high {
            let middle = (low + high) / 2
            if holdsTogether(windows: middle) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// Whether all windows of this length connect the nodes.
    private func holdsTogether(windows length: Int) -> Bool {
        guard nodes.count > 1 else { return true }
        var counts = [Int](repeating: 0, count: arrows.count)
        let search = Reach(arrows, nodes: nodes.count)
        for round in present.indices {
            for arrow in present[round] { counts[arrow] += 1 }
            if round >= length { for arrow in present[round - length] { counts[arrow] -= 1 } }
            if round + 1 >= length, !search.connects(counts) { return false }
        }
        return true
    }

    /// Whether everyone is reached from the first node, and the first node from everyone.
    private struct Reach {
        private let arrows: [(from: Int, to: Int)]
        /// Of each node the arrows that leave it, and those that come to it.
        private var leaving: [[Int]]
        private var coming: [[Int]]

        init(_ arrows: [(from: Int, to: Int)], nodes: Int) {
            self.arrows = arrows
            leaving = Array(repeating: [], count: nodes)
            coming = leaving
            for (index, arrow) in arrows.enumerated() {
                leaving[arrow.from].append(index)
                coming[arrow.to].append(index)
            }
        }

        func connects(_ counts: [Int]) -> Bool {
            reaches(counts, leaving) { arrows[$0].to } && reaches(counts, coming) { arrows[$0].from }
        }

        private func reaches(_ counts: [Int], _ next: [[Int]], _ end: (Int) -> Int) -> Bool {
            var isReached = [Bool](repeating: false, count: next.count)
            isReached[0] = true
            var reached = [0]
            var visited = 0
            while visited < reached.count {
                for arrow in next[reached[visited]] where counts[arrow] > 0 && !isReached[end(arrow)] {
                    isReached[end(arrow)] = true
                    reached.append(end(arrow))
                }
                visited += 1
            }
            return reached.count == next.count
        }
    }

    // MARK: - Rounds

    private func degrees(in round: Int) -> [Int] {
        var degrees = [Int](repeating: 0, count: nodes.count)
        for arrow in present[round] { degrees[arrows[arrow].to] += 1 }
        return degrees
    }

    /// For each node the number of rounds in which it is there and hears none of the others.
    public var roundsAlone: [Int] {
        var alone = [Int](repeating: 0, count: nodes.count)
        for round in present.indices {
            for (place, degree) in degrees(in: round).enumerated() where degree == 0 && isHere[round][place] {
                alone[place] += 1
            }
        }
        return alone
    }
}
