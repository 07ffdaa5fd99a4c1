// Laws of every graph family of the catalogue, and what each family promises of its own.
import Graphs
import Kernels
import Registry
import Testing
import TestSupport

/// A member of a family, as a file would name it, and what its links must come to.
struct FamilyMember: CustomTestStringConvertible, Sendable {
    let family: String
    let given: [(String, Double)]
    var nodes = 0
    /// The degrees that occur, ascending; empty where chance decides.
    var degrees: [Int] = []
    /// `nil` where chance decides.
    var edges: Int?
    /// Stands for the family of that name, for those that no file can name.
    var planted: (any TopologyFamily.Type)?

    var testDescription: String { "\(family) of \(given.map { "\($0.0) \($0.1)" }.joined(separator: ", "))" }

    func make(seed: UInt64 = 1) throws -> Topology {
        let family = try planted ?? TopologyCatalog.all.entry(named: family)
        let values = try ParameterValues(
            given.map { ($0.0, .number($0.1)) }, declared: family.parameters, key: "topology")
        var random = RandomStream(seed: seed, purpose: .topology)
        return try family.init(values).make(random: &random)
    }

    /// A member of which every node has the same degree.
    static func regular(_ family: String, _ given: [(String, Double)], nodes: Int, degree: Int) -> FamilyMember {
        FamilyMember(family: family, given: given, nodes: nodes, degrees: [degree], edges: nodes * degree / 2)
    }

    static func randomRegular(_ nodes: Int, _ degree: Int) -> FamilyMember {
        let given = [("nodes", Double(nodes)), ("degree", Double(degree))]
        return regular("randomRegular", given, nodes: nodes, degree: degree)
    }

    static func erdosRenyi(_ nodes: Int, _ probability: Double) -> FamilyMember {
        FamilyMember(
            family: "erdosRenyi", given: [("nodes", Double(nodes)), ("probability", probability)], nodes: nodes)
    }

    static func torus(_ rows: Int, _ columns: Int) -> FamilyMember {
        let given = [("rows", Double(rows)), ("columns", Double(columns))]
        return regular("torus", given, nodes: rows * columns, degree: 4)
    }

    static func twoWorlds(_ half: Int, _ across: Int) -> FamilyMember {
        let given = [("half", Double(half)), ("across", Double(across))]
        return regular("twoWorlds", given, nodes: 2 * half, degree: half - 1 + across)
    }

    static func sized(_ family: String, _ nodes: Int, degrees: [Int], edges: Int) -> FamilyMember {
        FamilyMember(
            family: family, given: [("nodes", Double(nodes))], nodes: nodes, degrees: degrees, edges: edges)
    }

    static func halved(_ family: String, _ half: Int, degrees: [Int], edges: Int) -> FamilyMember {
        FamilyMember(
            family: family, given: [("half", Double(half))], nodes: 2 * half, degrees: degrees, edges: edges)
    }

    static let all = undirected + directed

    static let directed = [(2, 1), (3, 2), (16, 4), (17, 5)].map { nodes, steps in
        sized("exponential", nodes, degrees: [steps], edges: nodes * steps)
    }

    static let undirected: [FamilyMember] =
        [3, 4, 17].map { sized("ring", $0, degrees: [2], edges: $0) }
        + [3, 4, 17].map { sized("path", $0, degrees: [1, 2], edges: $0 - 1) }
        + [3, 4, 17].map { sized("star", $0, degrees: [1, $0 - 1], edges: $0 - 1) }
        + ["path", "star"].map { sized($0, 2, degrees: [1], edges: 1) }
        + [2, 3, 16].map { sized("complete", $0, degrees: [$0 - 1], edges: $0 * ($0 - 1) / 2) }
        + [2, 5, 6].map { halved("twoCastle", $0, degrees: [2 * $0 - 2], edges: 2 * $0 * ($0 - 1)) }
        + [2, 5, 6].map { halved("dumbbell", $0, degrees: [$0 - 1, $0], edges: $0 * ($0 - 1) + 1) }
        + [(2, 1), (2, 2), (5, 1), (6, 3), (6, 6)].map { twoWorlds($0.0, $0.1) }
        + [(3, 3), (3, 5), (6, 4)].map { torus($0.0, $0.1) }
        + [(3, 2), (12, 2), (10, 3), (16, 6), (12, 8), (12, 10), (9, 8), (64, 6)].map { randomRegular($0.0, $0.1) }
        + [(2, 0.3), (16, 0.3), (60, 0.08)].map { erdosRenyi($0.0, $0.1) } + shaped + drawn

    private static let shaped: [FamilyMember] = [
        FamilyMember(family: "grid", given: [("rows", 3), ("columns", 4)], nodes: 12, degrees: [2, 3, 4], edges: 17),
        FamilyMember(family: "grid", given: [("rows", 2), ("columns", 2)], nodes: 4, degrees: [2], edges: 4),
        regular("hypercube", [("dimension", 1)], nodes: 2, degree: 1),
        regular("hypercube", [("dimension", 5)], nodes: 32, degree: 5),
        FamilyMember(family: "tree", given: [("nodes", 7)], nodes: 7, degrees: [1, 2, 3], edges: 6),
        FamilyMember(family: "tree", given: [("nodes", 5), ("branches", 9)], nodes: 5, degrees: [1, 4], edges: 4),
        sized("fan", 10, degrees: [2, 3, 9], edges: 17), sized("fan", 3, degrees: [2], edges: 3),
        FamilyMember(
            family: "lollipop", given: [("head", 5), ("tail", 3)], nodes: 8, degrees: [1, 2, 4, 5], edges: 13),
        FamilyMember(family: "octopus", given: [("heads", 6)], nodes: 12, degrees: [1, 6], edges: 21),
        FamilyMember(family: "maliciousRing", given: [], nodes: 15, degrees: [1, 4], edges: 15),
    ]

    private static let drawn: [FamilyMember] = [
        FamilyMember(family: "randomGeometric", given: [("nodes", 40), ("radius", 0.35)], nodes: 40),
        FamilyMember(
            family: "smallWorld", given: [("nodes", 20), ("degree", 4), ("probability", 0.3)], nodes: 20, edges: 40),
        FamilyMember(
            family: "smallWorld", given: [("nodes", 12), ("degree", 4), ("probability", 0)], nodes: 12, degrees: [4],
            edges: 24),
        FamilyMember(family: "scaleFree", given: [("nodes", 30), ("links", 2)], nodes: 30, edges: 57),
        FamilyMember(family: "scaleFree", given: [("nodes", 4), ("links", 3)], nodes: 4, degrees: [3], edges: 6),
        FamilyMember(
            family: "attached", given: [("honest", 8), ("degree", 3), ("hostile", 4), ("perNode", 2)], nodes: 12,
            degrees: [4, 5], edges: 28),
    ]
}

@Suite("Graph families")
struct TopologyFamilyTests {
    @Test("every family has a member in these tests")
    func coverage() {
        #expect(TopologyCatalog.all.names.allSatisfy { name in FamilyMember.all.contains { $0.family == name } })
    }

    static let shape = Law(
        "members are connected and simple, with the promised nodes, links and degrees",
        brokenBy: FamilyMember(family: "torn", given: [], nodes: 6, degrees: [2], edges: 6, planted: Torn.self)
    ) { member, verdict in
        for seed in 1...5 as ClosedRange<UInt64> {
            let topology = try member.make(seed: seed)
            verdict.expect(topology.nodeCount == member.nodes, "seed \(seed): \(topology.nodeCount) nodes")
            verdict.expect(topology.labels == (0..<member.nodes).map { "\($0)" }, "seed \(seed): \(topology.labels)")
            verdict.expect(topology.isConnected, "seed \(seed): it falls apart")
            let degrees = Set(topology.nodes.map { topology.degree(of: $0) }).sorted()
            verdict.expect(member.degrees.isEmpty || degrees == member.degrees, "seed \(seed): degrees \(degrees)")
            verdict.expect(
                topology.edges.count == member.edges ?? topology.edges.count,
                "seed \(seed): \(topology.edges.count) links")
        }
    }

    static let chance = Law(
        "the same seed makes the same graph and another seed another",
        brokenBy: FamilyMember(family: "fateless", given: [], planted: Fateless.self)
    ) { member, verdict in
        verdict.expect(try member.make(seed: 7) == member.make(seed: 7), "not the same again")
        verdict.expect(try member.make(seed: 7) != member.make(seed: 8), "the same for all seeds")
    }

    @Test("members have the promised shape", arguments: FamilyMember.all)
    func keepShape(member: FamilyMember) throws {
        let violations = try Self.shape.violations(of: member)
        #expect(violations == [])
    }

    @Test(
        "members that chance decides go by the seed",
        arguments: [(16, 6), (20, 17), (64, 3)].map { FamilyMember.randomRegular($0.0, $0.1) }
            + [(16, 0.3), (40, 0.9)].map { FamilyMember.erdosRenyi($0.0, $0.1) }
            + ["randomGeometric", "smallWorld", "scaleFree", "attached"].map { name in
                FamilyMember.all.first { $0.family == name } ?? FamilyMember(family: name, given: [])
            })
    func keepChance(member: FamilyMember) throws {
        let violations = try Self.chance.violations(of: member)
        #expect(violations == [])
    }

    @Test("families that are made to break a law are found out", arguments: [shape, chance])
    func breakOne(law: Law<FamilyMember>) throws {
        #expect(try !law.violationsOfCounterexample.isEmpty)
    }

    @Test("counterparts of the two castles are strangers, and all others are linked")
    func twoCastle() throws {
        let castle = try FamilyMember(family: "twoCastle", given: []).make()
        #expect(castle.edges.count == 60)
        for i in castle.nodes {
            let strangers = castle.nodes.filter { $0 != i && !castle.neighbours(of: i).contains($0) }
            #expect(strangers == [NodeID((i.index + 6) % 12)])
        }
    }

    @Test("the middle of a dumbbell is one link, between the ends of its halves")
    func dumbbell() throws {
        let dumbbell = try FamilyMember(family: "dumbbell", given: [("half", 4)]).make()
        let across = dumbbell.edges.filter { $0.source.index < 4 && $0.target.index >= 4 }
        #expect(across == [Edge(NodeID(3), NodeID(4))])
        #expect(dumbbell.components(of: dumbbell.nodes.filter { $0.index != 3 }).count == 2)
    }

    @Test("the worlds know each other evenly: every node has its links across")
    func twoWorlds() throws {
        let worlds = try FamilyMember.twoWorlds(5, 2).make()
        #expect(worlds.neighbours(of: NodeID(4)) == [0, 1, 2, 3, 5, 9].map { NodeID($0) })
        for node in worlds.nodes {
            let isFirst = node.index < 5
            #expect(worlds.neighbours(of: node).count { ($0.index < 5) != isFirst } == 2)
        }
    }

    @Test("a torus closes its rows and its columns")
    func torus() throws {
        let torus = try FamilyMember.torus(3, 4).make()
        #expect(torus.neighbours(of: NodeID(0)) == [1, 3, 4, 8].map { NodeID($0) })
        #expect(torus.neighbours(of: NodeID(11)) == [3, 7, 8, 10].map { NodeID($0) })
    }

    @Test("parameters that no graph can have are refused")
    func refusals() {
        for member in [
            .randomRegular(5, 3), .randomRegular(6, 6), .twoWorlds(4, 5), .torus(2, 5), .erdosRenyi(9, 0),
            FamilyMember(family: "smallWorld", given: [("nodes", 9), ("degree", 3), ("probability", 0.1)]),
            FamilyMember(family: "scaleFree", given: [("nodes", 3), ("links", 3)]),
            FamilyMember(family: "attached", given: [("honest", 4), ("degree", 2), ("hostile", 9)]),
            FamilyMember(family: "attached", given: [("honest", 5), ("degree", 3), ("hostile", 2)]),
            FamilyMember(family: "randomGeometric", given: [("nodes", 200), ("radius", 0.01)]),
            FamilyMember(family: "ring", given: [("nodes", 2)]), FamilyMember(family: "star", given: [("nodes", 1)]),
        ] {
            #expect(throws: ConfigurationFault.self, "\(member.testDescription)") { try member.make() }
        }
    }

    @Test(
        "links too unlikely to connect all nodes are a fault that names what would do",
        arguments: [(0.02, "no connected graph in 10000 draws"), (0.001, "no such graph is connected")])
    func unlikely(probability: Double, complaint: String) {
        let fault = #expect(throws: ConfigurationFault.self) { try FamilyMember.erdosRenyi(60, probability).make() }
        #expect(
            fault?.description == "\(complaint); use a probability well above ln(nodes)/nodes = 0.06823908")
    }

    /// Never connected; `drawn` counts.
    private struct Apart: RandomFamily {
        static let name = "apart"
        static let summary = ""
        static let parameters: [Parameter] = []
        let size: GraphSize
        var advice: String { "another family" }

        init(_ parameters: ParameterValues) { size = GraphSize(nodes: 1, links: 0) }
        init(claiming nodes: Int) { size = GraphSize(nodes: nodes, links: 0) }

        func draw(random: inout RandomStream) -> Topology? {
            _ = random.next()
            return nil
        }
    }

    @Test(
        "of a large graph fewer are drawn before it is given up",
        arguments: [(10, 10_000), (100_000, 1_000), (10_000_000, 100)])
    func attempts(nodes: Int, draws: Int) {
        var random = RandomStream(seed: 1, purpose: .topology)
        let fault = #expect(throws: ConfigurationFault.self) {
            try Apart(claiming: nodes).makeConnected(random: &random)
        }
        #expect(fault?.description == "no connected graph in \(draws) draws; use another family")
        var again = RandomStream(seed: 1, purpose: .topology)
        for _ in 0..<draws { _ = again.next() }
        #expect(again.next() == random.next())
    }

    @Test("a graph whose nodes are all hostile has no honest part that could fall apart")
    func allHostile() throws {
        var random = RandomStream(seed: 1, purpose: .topology)
        let family = try #require(
            TopologyCatalog.all.entry(named: "randomRegular").init(
                ParameterValues(
                    [("nodes", .number(6)), ("degree", .number(3))],
                    declared: TopologyCatalog.all.entry(named: "randomRegular").parameters, key: ""))
                as? any RandomFamily)
        let made = try family.makeConnected(without: { $0.nodes }, random: &random)
        #expect(made.topology.nodeCount == 6)
    }

    @Test("an attached graph whose honest part cannot be names its own keys")
    func attachedKeys() {
        for (honest, degree, sentence) in [
            (5, 3, "honest (5) times degree (3) is odd; no such graph exists"),
            (4, 4, "degree is 4; allowed: below honest (4)"),
        ] {
            let given = [("honest", Double(honest)), ("degree", Double(degree)), ("hostile", 2)]
            let fault = #expect(throws: ConfigurationFault.self) {
                try FamilyMember(family: "attached", given: given).make()
            }
            #expect(fault?.description == sentence)
        }
    }

    @Test("each honest node has as many hostile neighbours, and the honest graph stays whole")
    func attached() throws {
        let graph = try #require(FamilyMember.all.first { $0.family == "attached" }).make()
        let (honest, hostile) = (graph.nodes.prefix(8), graph.nodes.suffix(4))
        #expect(honest.allSatisfy { graph.neighbours(of: $0).filter(hostile.contains).count == 2 })
        #expect(
            hostile.allSatisfy { graph.neighbours(of: $0).allSatisfy(honest.contains) && graph.degree(of: $0) == 4 })
        #expect(graph.components(of: Array(honest)).count == 1)
    }

    @Test("a chance of 1 moves every link of a small world, a chance of 0 none")
    func smallWorld() throws {
        let ends: [Double: Int] = try [0, 1].reduce(into: [:]) { ends, chance in
            let given = [("nodes", 40.0), ("degree", 4.0), ("probability", chance)]
            let graph = try FamilyMember(family: "smallWorld", given: given).make()
            ends[chance] = graph.edges.count { edge in
                let gap = edge.target.index - edge.source.index
                return min(gap, 40 - gap) <= 2
            }
        }
        #expect(ends[0] == 80)
        #expect(try #require(ends[1]) < 20)
    }

    @Test("points of a geometric graph are linked by their distance alone: all of them within a square's diagonal")
    func geometric() throws {
        let graph = try FamilyMember(family: "randomGeometric", given: [("nodes", 12), ("radius", 1.5)]).make()
        #expect(graph.edges.count == 66)
        // A small radius takes the cells; the draw is the same, so its links are among those of the larger radius.
        let (near, far) = try (
            FamilyMember(family: "randomGeometric", given: [("nodes", 60), ("radius", 0.3)]).make(),
            FamilyMember(family: "randomGeometric", given: [("nodes", 60), ("radius", 0.35)]).make()
        )
        #expect(Set(near.edges).isStrictSubset(of: Set(far.edges)))
    }

    @Test("random graphs are drawn until they are connected without some nodes as well, and the draws are counted")
    func redraws() throws {
        let values = try ParameterValues(
            [("nodes", .number(16)), ("probability", .number(0.16))], declared: ErdosRenyi.parameters, key: "t")
        let family = ErdosRenyi(values)
        var random = RandomStream(seed: 3, purpose: .topology)
        let (graph, redraws) = try family.makeConnected(without: { _ in [NodeID(0), NodeID(1)] }, random: &random)
        #expect(redraws > 0 && graph.isConnected)
        #expect(graph.components(of: Array(graph.nodes.dropFirst(2))).count == 1)
    }

    @Test("links that are certain make the complete graph")
    func certain() throws {
        #expect(try FamilyMember.erdosRenyi(9, 1).make().edges.count == 36)
    }

    @Test("all pairs are linked by their own chance, whatever the others")
    func erdosRenyiIsIndependent() throws {
        // So likely to be connected that drawing anew (0.1 % of the draws) biases nothing that is seen here.
        let (draws, nodes, probability) = (2_000, 8, 0.7)
        var counts = [Int](repeating: 0, count: nodes * nodes)
        var total = 0
        var squares = 0
        for seed in 1...UInt64(draws) {
            let edges = try FamilyMember.erdosRenyi(nodes, probability).make(seed: seed).edges
            for edge in edges { counts[edge.source.index * nodes + edge.target.index] += 1 }
            total += edges.count
            squares += edges.count * edges.count
        }
        // Of each pair 1,400, five standard deviations are 5 √(2000 · 0.21) = 102.
        for i in 0..<nodes {
            for j in i + 1..<nodes { #expect(abs(counts[i * nodes + j] - 1_400) <= 102) }
        }
        // Links that hang together would change the variance of their number, which is 28 · 0.21 = 5.88.
        let mean = Double(total) / Double(draws)
        #expect(abs(mean - 19.6) < 0.3)
        #expect(abs(Double(squares) / Double(draws) - mean * mean - 5.88) < 1)
    }

    @Test("all pairs are linked equally often over many seeds")
    func regularIsUnbiased() throws {
        let draws = 500
        var counts = [Int](repeating: 0, count: 36)
        for seed in 1...UInt64(draws) {
            for edge in try FamilyMember.randomRegular(6, 3).make(seed: seed).edges {
                counts[edge.source.index * 6 + edge.target.index] += 1
            }
        }
        // 3/5 of the draws each; five standard deviations are 5 √(500 · 0.6 · 0.4) = 55.
        for i in 0..<6 {
            for j in i + 1..<6 { #expect(abs(counts[i * 6 + j] - 300) <= 55) }
        }
    }
}
