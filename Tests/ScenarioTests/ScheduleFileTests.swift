// Schedules in topology files: what is read, written and told to nodes, and what is refused where.
import Aggregation
import Attacks
import Core
import Foundation
import Graphs
import Kernels
import Registry
import Testing

@testable import Scenario

@Suite("Schedules in topology files")
struct ScheduleFileTests {
    /// A ring a, b, c, d with this schedule; `a` and `c` are not linked.
    static func ring(_ schedule: String, weights: String? = nil) -> String {
        let rule = weights.map { #", "weights": "\#($0)""# } ?? ""
        let weight = weights == "file" ? #", "weight": 0.25"# : ""
        let edges = ["ab", "bc", "cd", "da"].map { pair in
            #"{"source": "\#(pair.prefix(1))", "target": "\#(pair.suffix(1))"\#(weight)}"#
        }
        let nodes = ["a", "b", "c", "d"].map { #"{"id": "\#($0)"}"# }
        return #"{"graph": {"gossipnode": {"version": 1\#(rule), "schedule": \#(schedule)}},"#
            + #" "nodes": [\#(nodes.joined(separator: ", "))], "edges": [\#(edges.joined(separator: ", "))]}"#
    }

    private func read(_ text: String) throws(ConfigurationFault) -> TopologyFile {
        try TopologyFile.read(Array(text.utf8), name: "t.json")
    }

    private static let changes =
        #"[{"from": 3, "drop": [["b", "a"]], "add": [["c", "a"]]}, {"from": 5, "leave": ["d"]}, {"from": 9, "join": ["d"]}]"#

    private static let all = [
        ring(changes), ring(#"{"kind": "changes", "repeat": 12, "changes": \#(changes)}"#),
        ring(#"[{"from": 1, "drop": [["a", "b"]], "add": [["a", "c", 0.5]]}]"#, weights: "file"),
        ring(#"{"kind": "randomMatching", "seed": 18446744073709551615}"#), ring(#"{"kind": "pull", "count": 2}"#),
        ring(#"{"kind": "churn", "meanUp": 3, "seed": 4}"#),
        #"{"family": "exponential", "nodes": 8, "schedule": "onePeerExponential"}"#,
    ]

    @Test("what is written reads back as the same, to the digest and to each node's weights", arguments: all)
    func roundTrip(text: String) throws {
        let file = try read(text)
        let again = try read(file.write())
        #expect(again.digest == file.digest && again.warnings.isEmpty && file.schedule != nil)
        #expect(again.graphs.isEqual(to: file.graphs))
        for round in (0..<30).map({ Round($0) }) {
            #expect(again.graphs.weights(in: round) == file.graphs.weights(in: round))
        }
    }

    @Test("every schedule has a digest of its own; one that changes nothing has that of no schedule")
    func digests() throws {
        let ring = Self.ring("\"static\"")
        let others = [
            #"{"kind": "randomMatching"}"#, #"{"kind": "randomMatching", "seed": 2}"#, #"{"kind": "pull", "count": 1}"#,
            #"{"kind": "pull", "count": 2}"#, Self.changes,
            #"{"kind": "changes", "changes": \#(Self.changes), "repeat": 10}"#,
        ].map { Self.ring($0) }
        let digests = try ([ring] + others).map { try read($0).digest }
        #expect(Set(digests).count == digests.count)
        #expect(try read(ring.replacing(", \"schedule\": \"static\"", with: "")).digest == digests[0])
        #expect(try read(ring).graphs.isConstant && read(ring).schedule == nil)
        let turned = Self.changes.replacing(#"["b", "a"]"#, with: #"["a", "b"]"#)
        #expect(try read(Self.ring(turned)).digest == digests[5], "an undirected edge has no direction")
    }

    @Test("links are those of all rounds, and the graph of a round is what the changes made of it")
    func links() throws {
        let file = try read(Self.ring(Self.changes))
        func edges(_ round: Int) -> [[Int]] {
            file.graphs.weights(in: Round(round)).topology.edges.map { [$0.source.index, $0.target.index] }
        }
        #expect(file.topology.edges.count == 5 && file.links.count == 5)
        #expect(edges(2) == [[0, 1], [0, 3], [1, 2], [2, 3]])
        #expect(edges(3) == [[0, 2], [0, 3], [1, 2], [2, 3]])
        #expect(edges(5) == [[0, 2], [1, 2]])
        #expect(edges(9) == edges(3) && edges(1_000) == edges(3))
        #expect(!file.graphs.isPresent(NodeID(3), in: Round(8)))
    }

    @Test("the graphs that come with the program change as their names say")
    func shipped() throws {
        func file(_ name: String) throws -> TopologyFile {
            let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../..")
            return try TopologyFile.read(
                Array(try Data(contentsOf: root.appending(path: "Topologies/\(name).json"))), name: name)
        }
        let torus = try file("ring-to-torus-16").graphs
        let before = torus.weights(in: Round(99)).topology
        let after = torus.weights(in: Round(100)).topology
        #expect(before.nodes.allSatisfy { before.degree(of: $0) == 2 } && before.isConnected)
        let drawn = try read(#"{"family": "torus", "rows": 4, "columns": 4}"#).topology
        #expect(after.edges == drawn.edges)
        let halves = try file("part-and-meet-16").graphs
        let parts = [49, 50, 119, 120].map { round in
            halves.union.nodes.isEmpty
                ? 0 : halves.weights(in: Round(round)).topology.components(of: halves.union.nodes).count
        }
        #expect(parts == [1, 2, 2, 1])
        let onePeer = try file("one-peer-16").graphs
        #expect(onePeer.receivers(of: NodeID(15), in: Round(7)) == [NodeID(7)])
    }

    // MARK: - What nodes are told

    private func assembly(_ topology: String, _ settings: [String] = []) throws -> Assembly {
        let json = #"{"topology": \#(topology), "training": {"rounds": 20}}"#
        let experiment = try Experiment(Array(json.utf8), name: "e.json", overrides: settings)
        return try Assembly(experiment, topology: try experiment.topologyFile { _ throws(ConfigurationFault) in [] })
    }

    @Test("a node has a slot for everyone it ever has a link with, and in each round the neighbours of that round")
    func slots() throws {
        let configuration = try assembly(Self.ring(Self.changes)).configuration(of: NodeID(0))
        #expect(configuration.neighbours.map(\.node) == [1, 2, 3].map { NodeID($0) })
        let third = 1 / 3.0
        #expect(configuration.neighbours.map(\.weight) == [third, 0.25, third], "of the first round with each")
        func slots(_ round: Int) -> [Int] { configuration.neighbourhood(in: Round(round)).members.map(\.slot) }
        #expect(slots(0) == [0, 2] && slots(3) == [1, 2] && slots(5) == [1] && slots(9) == [1, 2])
        #expect(configuration.neighbourhood(in: Round(5)).members.filter(\.isMixed).compactMap(\.weight) == [third])
        let leaver = try assembly(Self.ring(Self.changes)).configuration(of: NodeID(3))
        #expect(leaver.neighbourhood(in: Round(4)).isPresent)
        #expect(leaver.neighbourhood(in: Round(5)) == .absent && leaver.neighbourhood(in: Round(8)) == .absent)
    }

    @Test("a graph that never changes has one neighbourhood for all rounds, and its budget")
    func constant() throws {
        let configuration = try assembly(#"{"family": "ring", "nodes": 6}"#).configuration(of: NodeID(0))
        #expect(configuration.schedule == nil)
        let neighbourhood = configuration.neighbourhood(in: Round(7))
        #expect(neighbourhood == configuration.neighbourhood(in: Round(0)) && neighbourhood.isPresent)
        #expect(neighbourhood.members.map(\.weight) == configuration.neighbours.map(\.weight))
        #expect(configuration.budget(among: neighbourhood) == configuration.budget)
    }

    @Test("the budget follows the neighbours of the round: declared as it is, and an oracle tells the true number")
    func budgets() throws {
        func budgets(_ settings: [String]) throws -> [Budget] {
            let settings = settings + [#"adversary={"nodes": ["b"], "attack": "signFlip"}"#]
            let configuration = try assembly(Self.ring(Self.changes), settings).configuration(of: NodeID(0))
            return [0, 3].map { configuration.budget(among: configuration.neighbourhood(in: Round($0))) }
        }
        let third = 1 / 3.0
        #expect(
            try budgets(["aggregation.tolerates.count=1"]) == [
                Budget(count: 1, weight: third), Budget(count: 1, weight: third),
            ])
        let oracle = try budgets([#"aggregation.tolerates={"kind": "oracle"}"#])
        #expect(oracle[0] == Budget(count: 1, weight: third, hostile: [NodeID(1)]))
        #expect(oracle[1] == Budget(count: 0, weight: 0, hostile: []))
    }

    @Test(
        "who is hostile changes nothing for an honest node, and a hostile node knows the mixing around it round by round"
    )
    func hostile() throws {
        let quiet = try assembly(Self.ring(Self.changes))
        let lied = try assembly(Self.ring(Self.changes), [#"adversary={"nodes": ["b"], "attack": "signFlip"}"#])
        #expect(isTheSame(quiet.configuration(of: NodeID(0)), lied.configuration(of: NodeID(0))))
        guard case .hostile(let hostileNode) = lied.behaviour(of: NodeID(1), neighbours: [NodeID(0), NodeID(2)]) else {
            Issue.record("b lies")
            return
        }
        #expect(hostileNode.victims(in: Round(2)).map(\.node) == [NodeID(0), NodeID(2)])
        #expect(hostileNode.victims(in: Round(3)).map(\.node) == [NodeID(2)])
        #expect(hostileNode.victims(in: Round(5))[0].honestSenders.map(\.node) == [NodeID(0)])
    }

    @Test("whom a hostile node overhears it overhears in every round, unless one of them is away")
    func taps() throws {
        let lied = try assembly(
            Self.ring(Self.changes), [#"adversary={"nodes": ["b"], "attack": "signFlip", "taps": "honest"}"#])
        let hostileNode = lied.configuration(of: NodeID(1))
        func weights(_ round: Int) -> [Double?] { hostileNode.neighbourhood(in: Round(round)).members.map(\.weight) }
        let third = 1 / 3.0
        #expect(weights(0) == [third, third, 0])
        #expect(weights(3) == [0, 0.25, 0], "a is a neighbour no more")
        #expect(weights(5) == [0, third], "d is away")
        let heard = lied.configuration(of: NodeID(0)).neighbourhood(in: Round(3)).members
        #expect(heard.first == Neighbourhood.Member(slot: 0, weight: nil, receives: true))
    }

    // MARK: - Doubts

    private func warnings(_ schedule: String, _ settings: [String] = []) throws -> [String] {
        try assembly(Self.ring(schedule), ["aggregation.tolerates.count=0"] + settings).warnings
    }

    @Test("doubts about a graph that changes name the rounds")
    func doubts() throws {
        #expect(try warnings(Self.changes).isEmpty)
        let cut = #"[{"from": 4, "drop": [["a", "b"], ["c", "d"]]}"#
        #expect(
            try warnings(cut + "]")
                == ["from round 4 on the honest nodes cannot all hear each other; parts: a, d | b, c"])
        #expect(
            try warnings(cut + #", {"from": 8, "add": [["a", "b"]]}]"#)
                == ["in rounds 4 to 7 the honest nodes cannot all hear each other; parts: a, d | b, c"])
        #expect(
            try warnings(#"[{"from": 20, "drop": [["a", "b"]]}]"#)
                == ["the schedule's changes from round 20 on never come; the last round is 19"])
        #expect(try warnings(Self.changes, ["training.mixEvery=2"]).count == 1)
        let never = #"[{"from": 0, "drop": [["a", "b"], ["c", "d"]]}]"#
        #expect(
            try warnings(never)
                == ["the honest nodes cannot all hear each other, whatever the round; parts: a, d | b, c"])
        let pulls = try warnings(#"{"kind": "pull", "count": 1}"#)
        #expect(pulls.count == 1 && pulls[0].contains("not doubly stochastic in"))
        #expect(try warnings(#"{"kind": "randomMatching"}"#).isEmpty)
    }

    @Test("nodes with too many hostile nodes in some round are named with the worst round")
    func worstRound() throws {
        let surrounded = #"[{"from": 6, "add": [["a", "c"]]}]"#
        let texts = try warnings(surrounded, [#"adversary={"nodes": ["c"]}"#])
        #expect(
            texts.contains(
                "more hostile neighbours than aggregation.tolerates at a, b, d in some rounds (the worst is round 6, with 3 "
                    + "such nodes)"), "\(texts)")
        let declared = try warnings(
            surrounded,
            [#"adversary={"nodes": ["c"]}"#, "aggregation.tolerates.count=1", "aggregation.rule=trimmedMean"])
        #expect(declared.allSatisfy { !$0.contains("more hostile neighbours") }, "\(declared)")
    }
}

@Suite("What is said of a topology")
struct TopologyAccountTests {
    private func account(_ text: String) throws -> [String] {
        try TopologyFile.read(Array(text.utf8), name: "t.json").account
    }

    @Test("a graph that stays is told in one line, one that changes graph by graph")
    func accounts() throws {
        #expect(
            try account(#"{"family": "ring", "nodes": 4}"#)
                == ["name: ring-4", "graph: 4 nodes, 4 edges, 2 neighbours each, connected, spectral gap 0.6667"])
        #expect(
            try account(ScheduleFileTests.ring(#"[{"from": 3, "drop": [["a", "b"], ["c", "d"]]}]"#)) == [
                "links of all rounds: 4 nodes, 4 edges, 2 neighbours each", "schedule: changes",
                "rounds 0 to 2: 4 nodes, 4 edges, 2 neighbours each, connected, spectral gap 0.6667",
                "from round 3 on: 4 nodes, 2 edges, 1 neighbour each, in 2 parts",
                "it stays so; links of all rounds: connected",
            ])
        #expect(
            try account(#"{"family": "exponential", "nodes": 4, "schedule": "onePeerExponential"}"#).last
                == "again every 2 rounds; 2 rounds leave 0.0000 of the disagreement, as a spectral gap of 1.0000 would")
    }
}
