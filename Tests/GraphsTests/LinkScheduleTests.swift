// Graphs that change, against slow twins: the matrices of rounds worked out by hand.
import Graphs
import Kernels
import Registry
import TestSupport
import Testing

/// A kind of schedule on a graph, and what its matrices promise.
struct ScheduleMember: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let links: any LinkSchedule
    /// Whether everyone's models count as much as they give, in each round.
    var isDoublyStochastic = true
    /// Whether whoever is heard hears as well.
    var isMutual = true

    static func make() throws -> [ScheduleMember] {
        let torus = try steps([1, 3], around: 9)
        let exponential = try onePeer(8)
        return [
            ScheduleMember(
                testDescription: "constant", links: ConstantLinks(try MixingWeights(torus, rule: .maxDegree))),
            ScheduleMember(testDescription: "one-peer exponential of 8", links: exponential, isMutual: false),
            ScheduleMember(
                testDescription: "Base-2 graphs of 7",
                links: try named(BaseGraph.self, on: try complete(7), [("count", 1)])),
            ScheduleMember(
                testDescription: "Base-4 graphs of 23",
                links: try named(BaseGraph.self, on: try complete(23), [("count", 3)])),
            ScheduleMember(testDescription: "matchings of a torus", links: try named(RandomMatching.self, on: torus)),
            ScheduleMember(
                testDescription: "matchings of a complete graph",
                links: try named(RandomMatching.self, on: try complete(7), seed: 5)),
            ScheduleMember(
                testDescription: "pulls of a complete graph",
                links: try named(RandomPull.self, on: try complete(7), [("count", 3)], seed: 9),
                isDoublyStochastic: false, isMutual: false),
            ScheduleMember(
                testDescription: "churn on a torus",
                links: try named(Churn.self, on: torus, [("meanUp", 4), ("meanDown", 2)], seed: 2)),
            ScheduleMember(
                testDescription: "churn on directed links", links: try named(Churn.self, on: try ringOfArrows(6)),
                isDoublyStochastic: false, isMutual: false),
            ScheduleMember(testDescription: "contacts that repeat", links: try contacts(.repeat)),
            ScheduleMember(testDescription: "contacts of which the last stay", links: try contacts(.hold)),
            ScheduleMember(testDescription: "contacts that end", links: try contacts(.end)),
            ScheduleMember(testDescription: "changes", links: try churn()),
            ScheduleMember(testDescription: "changes that repeat", links: try churn(period: 9)),
        ]
    }

    /// A ring of 6 that gets chords, loses an edge, and is left by two nodes, one of which comes back.
    static func churn(period: Int? = nil) throws -> ChangingLinks {
        let ring = try steps([1], around: 6)
        var (first, second, third) = (
            GraphChange(from: Round(2)), GraphChange(from: Round(4)), GraphChange(from: Round(7))
        )
        first.added = [Edge(NodeID(0), NodeID(3)), Edge(NodeID(1), NodeID(4))]
        second.dropped = [Edge(NodeID(0), NodeID(1))]
        second.leaving = [NodeID(2), NodeID(5)]
        third.joining = [NodeID(2)]
        return try ChangingLinks(ring, changes: [first, second, third], period: period, rule: .metropolisHastings)
    }

    /// Five nodes that meet in rounds 0, 1 and 4 of a trace of seven; node 4 meets nobody but node 0, late.
    static func contacts(_ after: AfterTrace) throws -> any LinkSchedule {
        let meetings = [(0, 0, 1), (0, 1, 2), (0, 2, 3), (1, 0, 3), (4, 0, 4), (4, 0, 2), (6, 1, 3)]
        let contacts = meetings.map { Contact($0.0, NodeID($0.1), NodeID($0.2)) }.sorted()
        return ContactLinks(try graph(5, []), contacts: contacts, length: 7, after: after)
    }

    /// Node i sends to the next one.
    static func ringOfArrows(_ nodes: Int) throws -> Topology {
        try graph(nodes, (0..<nodes).map { ($0, ($0 + 1) % nodes) }, directed: true)
    }

    static func onePeer(_ nodes: Int) throws -> any LinkSchedule {
        let exponential = try TopologyCatalog.all.entry(named: "exponential")
        let values = try ParameterValues(
            [("nodes", .number(Double(nodes)))], declared: exponential.parameters, key: "topology")
        var random = RandomStream(seed: 1, purpose: .topology)
        return try named(OnePeerExponential.self, on: try exponential.init(values).make(random: &random))
    }

    static func named(
        _ kind: any ScheduleKind.Type, on graph: Topology, _ given: [(String, Double)] = [], seed: UInt64 = 1
    ) throws -> any LinkSchedule {
        let values = try ParameterValues(
            given.map { ($0.0, .number($0.1)) }, declared: kind.parameters, key: "schedule")
        return try kind.init(values).links(on: graph, seed: seed)
    }

    static func graph(_ nodes: Int, _ pairs: [(Int, Int)], directed: Bool = false) throws -> Topology {
        try Topology(
            labels: (0..<nodes).map(String.init), edges: pairs.map { Edge(NodeID($0.0), NodeID($0.1)) },
            directed: directed)
    }

    /// Node i linked to i plus each of these, modulo the number of nodes.
    static func steps(_ steps: [Int], around nodes: Int) throws -> Topology {
        var pairs: [(Int, Int)] = []
        for i in 0..<nodes {
            for step in steps { pairs.append((i, (i + step) % nodes)) }
        }
        return try graph(nodes, pairs)
    }

    static func complete(_ nodes: Int) throws -> Topology {
        var pairs: [(Int, Int)] = []
        for i in 0..<nodes {
            for j in i + 1..<nodes { pairs.append((i, j)) }
        }
        return try graph(nodes, pairs)
    }
}

@Suite("Graphs that change")
struct LinkScheduleTests {
    private static let rounds = (0..<24).map { Round($0) }

    @Test(
        "every matrix is stochastic, doubly where promised, and its two sides agree",
        arguments: try ScheduleMember.make())
    func matrices(member: ScheduleMember) {
        let links = member.links
        let nodes = links.union.nodes
        for round in Self.rounds {
            let matrix = denseMatrix(of: links, in: round)
            for row in matrix {
                let sum: Double = row.reduce(0, +)
                #expect(abs(sum - 1) < 1e-12)
                #expect(row.allSatisfy { $0 >= 0 })
            }
            for j in nodes.indices where member.isDoublyStochastic {
                let sum: Double = matrix.map { $0[j] }.reduce(0, +)
                #expect(abs(sum - 1) < 1e-12, "round \(round), column \(j)")
            }
            for node in nodes {
                let senders = links.senders(of: node, in: round).map(\.node)
                let receivers = links.receivers(of: node, in: round)
                #expect(senders == senders.sorted() && receivers == receivers.sorted())
                #expect(senders.allSatisfy { links.receivers(of: $0, in: round).contains(node) })
                #expect(receivers.allSatisfy { links.senders(of: $0, in: round).contains { $0.node == node } })
                #expect(!member.isMutual || senders == receivers)
                #expect(links.isPresent(node, in: round) || (senders.isEmpty && receivers.isEmpty))
            }
        }
    }

    @Test(
        "the union has every link of every round, and no other comes of a node's own list",
        arguments: try ScheduleMember.make())
    func union(member: ScheduleMember) {
        let links = member.links
        for node in links.union.nodes {
            let ever = links.everySender(of: node)
            var seen: [NodeID: Double] = [:]
            for round in Self.rounds {
                for sender in links.senders(of: node, in: round) {
                    #expect(links.union.hasLink(from: sender.node, to: node))
                    seen[sender.node] = seen[sender.node] ?? sender.weight
                }
            }
            let isAll = links.distinctRounds(before: 1) != nil
            #expect(Set(ever.map(\.node)).isSuperset(of: seen.keys))
            #expect(!isAll || ever.count == seen.count)
            #expect(ever == ever.sorted { $0.node < $1.node })
            #expect(ever.allSatisfy { seen[$0.node] ?? $0.weight == $0.weight })
        }
    }

    @Test("the graph of a round has the weights that its nodes are told", arguments: try ScheduleMember.make())
    func wholeGraph(member: ScheduleMember) {
        for round in Self.rounds {
            let weights = member.links.weights(in: round)
            #expect(
                weights.topology.nodes.allSatisfy {
                    weights.senders(of: $0) == member.links.senders(of: $0, in: round)
                })
        }
    }

    @Test("distinct rounds stand for all", arguments: try ScheduleMember.make())
    func distinct(member: ScheduleMember) {
        guard let distinct = member.links.distinctRounds(before: 24) else { return }
        #expect(distinct == distinct.sorted() && distinct.first == Round(0))
        let known = distinct.map { denseMatrix(of: member.links, in: $0) }
        for round in Self.rounds { #expect(known.contains(denseMatrix(of: member.links, in: round)), "\(round)") }
        #expect(member.links.distinctRounds(before: 2)?.allSatisfy { $0.number < 2 } == true)
    }

    @Test("one-peer exponential graphs average exactly in log2 n rounds, wherever one begins", arguments: 1...6)
    func exactAverage(steps: Int) throws {
        let nodes = 1 << steps
        let links = try ScheduleMember.onePeer(nodes)
        for start in [0, 1, 5] {
            var product = (0..<nodes).map { i in (0..<nodes).map { $0 == i ? 1.0 : 0 } }
            for round in start..<start + steps {
                // By hand: row i has a half at i and a half at i - 2^(t mod log2 n).
                let step = 1 << (round % steps)
                let matrix = denseMatrix(of: links, in: Round(round))
                for i in 0..<nodes {
                    var row = [Double](repeating: 0, count: nodes)
                    row[i] += 0.5
                    row[(i - step + nodes) % nodes] += 0.5
                    #expect(matrix[i] == row)
                }
                product = times(matrix, product)
            }
            let exact = [Double](repeating: 1 / Double(nodes), count: nodes)
            #expect(product.allSatisfy { $0 == exact }, "to the last bit")
        }
    }

    @Test("a matching is what taking the edges in the order of their numbers comes to, and it is maximal")
    func matching() throws {
        let graph = try ScheduleMember.steps([1, 3], around: 12)
        for seed in [1, 2] as [UInt64] {
            let links = try ScheduleMember.named(RandomMatching.self, on: graph, seed: seed)
            for round in Self.rounds {
                let numbered = graph.edges.map { edge in
                    var random = RandomStream(
                        seed: seed, purpose: .schedule, node: edge.source, round: round, lane: edge.target.index)
                    return (number: random.next(), edge: edge)
                }
                var partners = [NodeID?](repeating: nil, count: 12)
                for (_, edge) in numbered.sorted(by: { $0.number < $1.number })
                where partners[edge.source.index] == nil && partners[edge.target.index] == nil {
                    partners[edge.source.index] = edge.target
                    partners[edge.target.index] = edge.source
                }
                #expect(graph.nodes.map { links.receivers(of: $0, in: round).first } == partners)
            }
        }
    }

    @Test("pulls are all of the same number, different from round to round, and fair")
    func pulls() throws {
        let links = try ScheduleMember.named(RandomPull.self, on: try ScheduleMember.complete(7), [("count", 2)])
        var counts = [Int](repeating: 0, count: 7)
        let rounds = 3_000
        for round in 0..<rounds {
            let senders = links.senders(of: NodeID(3), in: Round(round))
            #expect(senders.count == 2 && senders.allSatisfy { $0.weight == 1 / 3.0 })
            for sender in senders { counts[sender.node.index] += 1 }
        }
        // 1/3 each; five standard deviations are 5 √(3000 · 2/9) = 129.
        for (node, count) in counts.enumerated() where node != 3 { #expect(abs(count - 1_000) < 130) }
        #expect(counts[3] == 0)
    }

    /// Whether every two of seven nodes that pull two each hear any third in the same round as often as by chance.
    private static func isIndependent(_ senders: (NodeID, Round) -> [NodeID]) -> Bool {
        let rounds = 3_000
        var both = [Int](repeating: 0, count: 7 * 7 * 7)
        for round in 0..<rounds {
            let heard = (0..<7).map { senders(NodeID($0), Round(round)) }
            for a in 0..<7 {
                for b in a + 1..<7 {
                    for sender in heard[a] where heard[b].contains(sender) { both[49 * a + 7 * b + sender.index] += 1 }
                }
            }
        }
        // 1/9 each; five standard deviations are 5 √(3000 · 8/81) = 86.
        return both.indices.allSatisfy { place in
            let (a, b, sender) = (place / 49, place / 7 % 7, place % 7)
            return b <= a || sender == a || sender == b || abs(both[place] - rounds / 9) < 87
        }
    }

    @Test("what one node pulls says nothing of what another does")
    func independentPulls() throws {
        let links = try ScheduleMember.named(RandomPull.self, on: try ScheduleMember.complete(7), [("count", 2)])
        #expect(Self.isIndependent { links.senders(of: $0, in: $1).map(\.node) })
        // All have the draws of one.
        #expect(
            !Self.isIndependent { node, round in
                links.senders(of: NodeID(0), in: round).map { NodeID(($0.node.index + node.index) % 7) }
            })
    }

    @Test("what changes is there from its round on, with that round's weights")
    func changes() throws {
        let links = try ScheduleMember.churn()
        func weights(_ node: Int, _ round: Int) -> [Int: Double] {
            Dictionary(
                uniqueKeysWithValues: links.senders(of: NodeID(node), in: Round(round)).map {
                    ($0.node.index, $0.weight)
                })
        }
        let (third, quarter) = (1 / 3.0, 1 / 4.0)
        #expect(weights(0, 1) == [1: third, 5: third])
        #expect(weights(0, 2) == [1: quarter, 3: quarter, 5: quarter])
        #expect(weights(0, 4) == [3: third], "1 was dropped, and 5 is away; 3 has 0 and 4")
        #expect(weights(3, 7) == [0: quarter, 2: quarter, 4: quarter])
        #expect(!links.isPresent(NodeID(2), in: Round(6)) && links.isPresent(NodeID(2), in: Round(7)))
        #expect(!links.isPresent(NodeID(5), in: Round(1_000_000)))
        let again = try ScheduleMember.churn(period: 9)
        #expect(again.isPresent(NodeID(5), in: Round(9)) && !again.isPresent(NodeID(5), in: Round(15)))
    }

    @Test("contacts are links of their rounds alone, and the end of a trace is what was asked for")
    func contacts() throws {
        func links(_ after: AfterTrace, _ round: Int) throws -> [[Int]] {
            try ScheduleMember.contacts(after).weights(in: Round(round)).topology.edges.map {
                [$0.source.index, $0.target.index]
            }
        }
        for after in AfterTrace.allCases {
            #expect(try links(after, 0) == [[0, 1], [1, 2], [2, 3]] && links(after, 4) == [[0, 2], [0, 4]])
            #expect(try links(after, 2).isEmpty && links(after, 5).isEmpty && links(after, 6) == [[1, 3]])
        }
        #expect(try links(.repeat, 7) == links(.repeat, 0) && links(.repeat, 11) == [[0, 2], [0, 4]])
        #expect(try links(.hold, 7) == [[1, 3]] && links(.hold, 1_000) == [[1, 3]])
        #expect(try links(.end, 7).isEmpty && links(.end, 14).isEmpty)
        let weights = try ScheduleMember.contacts(.end).weights(in: Round(0))
        #expect(weights.weights(at: NodeID(0)) == [1 / 3.0] && weights.weights(at: NodeID(1)) == [1 / 3.0, 1 / 3.0])
        let first = try ScheduleMember.contacts(.end).everySender(of: NodeID(3))
        #expect(
            first == [
                Sender(NodeID(0), weight: 0.5), Sender(NodeID(1), weight: 0.5), Sender(NodeID(2), weight: 1 / 3.0),
            ])
    }

    @Test("schedules that a graph does not bear are refused")
    func refusals() throws {
        let ring = try ScheduleMember.steps([1], around: 6)
        let square = try ScheduleMember.graph(4, [(0, 1), (1, 2), (2, 3), (3, 0)], directed: true)
        func complaint(_ kind: any ScheduleKind.Type, _ graph: Topology, _ given: [(String, Double)] = []) -> String? {
            #expect(throws: ConfigurationFault.self) { try ScheduleMember.named(kind, on: graph, given) }?.description
        }
        #expect(
            complaint(OnePeerExponential.self, ring)
                == "the schedule onePeerExponential is for 2, 4, 8, … nodes, with which it averages exactly; there are 6"
        )
        #expect(
            complaint(OnePeerExponential.self, square)
                == "the schedule onePeerExponential sends from '0' to '2', and the graph has no such edge; the family "
                + "exponential has all")
        #expect(
            complaint(RandomMatching.self, square)
                == "the schedule randomMatching is for undirected graphs, and the edges here are directed")
        #expect(
            complaint(RandomPull.self, ring, [("count", 3)])
                == "the schedule pull draws 3 neighbours, and '0' has 2; allowed: as many as every node has")
    }

    @Test("a node has slots for all its peers, and in each round the members that count")
    func neighbourhoods() throws {
        let links = try ScheduleMember.churn()
        // Node 0 is linked to 1, 3 and 5 in turn, overhears 4, and is overheard by 2.
        let schedule = NodeSchedule(
            of: NodeID(0),
            among: [
                .init(NodeID(1)), .init(NodeID(2), overhears: true), .init(NodeID(3)),
                .init(NodeID(4), isOverheard: true), .init(NodeID(5)),
            ], on: links)
        let third = 1 / 3.0
        let first = schedule.neighbourhood(in: Round(0))
        let expected: [Neighbourhood.Member] = [
            .init(slot: 0, weight: third, receives: true), .init(slot: 1, weight: nil, receives: true),
            .init(slot: 3, weight: 0, receives: false), .init(slot: 4, weight: third, receives: true),
        ]
        #expect(first.members == expected)
        #expect(first.mixedCount == 2)
        #expect(first.members.filter(\.isMixed).map(\.weight) == [third, third])
        #expect(abs(first.ownWeight - third) < 1e-15)
        #expect(first.mixingWeight(at: 3) == nil)
        #expect(first.mixingWeight(at: 4) == third)
        #expect(first.member(at: 2) == nil)
        let later: [Neighbourhood.Member] = [
            .init(slot: 2, weight: third, receives: true), .init(slot: 3, weight: 0, receives: false),
        ]
        #expect(schedule.neighbourhood(in: Round(4)).members == later, "2, who overhears, is away")
        let away = NodeSchedule(of: NodeID(5), among: [.init(NodeID(0)), .init(NodeID(4))], on: links)
        #expect(away.neighbourhood(in: Round(5)) == .absent)
    }
}

/// The mixing matrix of a round as a table.
private func denseMatrix(of links: any LinkSchedule, in round: Round) -> [[Double]] {
    links.union.nodes.map { i in
        var row = [Double](repeating: 0, count: links.union.nodeCount)
        for sender in links.senders(of: i, in: round) { row[sender.node.index] = sender.weight }
        row[i.index] = 1 - row.reduce(0, +)
        return row
    }
}

private func times(_ a: [[Double]], _ b: [[Double]]) -> [[Double]] {
    var product = a
    for i in a.indices {
        for j in a.indices {
            var sum = 0.0
            for k in a.indices { sum += a[i][k] * b[k][j] }
            product[i][j] = sum
        }
    }
    return product
}

@Suite("Windows of rounds")
struct WindowGapTests {
    @Test("one round of symmetric weights leaves |λ|₂, and several of them its power")
    func oneGraph() throws {
        let weights = try MixingWeights(try ScheduleMember.steps([1], around: 8), rule: .metropolisHastings)
        let gamma = SpectralGap(of: weights).gamma
        for length in [1, 3] {
            let gap = WindowGap(of: ConstantLinks(weights), in: 0..<length)
            #expect(abs(gap.gamma - gamma) < 1e-12 && gap.rounds == length)
        }
    }

    @Test("one-peer exponential graphs leave nothing after log2 n rounds, and something before")
    func onePeer() throws {
        let links = try ScheduleMember.onePeer(16)
        #expect(WindowGap(of: links, in: 0..<4).factor == 0 && WindowGap(of: links, in: 3..<7).gamma == 1)
        #expect(WindowGap(of: links, in: 0..<3).factor > 0.5)
    }

    @Test("the factor is the largest singular value of the product between vectors of mean 0")
    func twin() throws {
        let links = try ScheduleMember.named(
            RandomPull.self, on: try ScheduleMember.complete(7), [("count", 2)], seed: 3)
        var product = denseMatrix(of: links, in: Round(4))
        for round in 5..<8 { product = times(denseMatrix(of: links, in: Round(round)), product) }
        let centre = (0..<7).map { i in (0..<7).map { (i == $0 ? 1.0 : 0) - 1 / 7.0 } }
        let centred = times(centre, times(product, centre))
        let transposed = (0..<7).map { i in (0..<7).map { centred[$0][i] } }
        let largest = eigenvalues(ofSymmetric: times(transposed, centred)).last ?? 0
        let factor = WindowGap(of: links, in: 4..<8).factor
        #expect(abs(factor - largest.squareRoot()) < 1e-10)
    }
}
