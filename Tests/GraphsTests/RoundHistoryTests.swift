// Windows of rounds against slow twins: every window's union searched from every node, and counts by hand.
import Graphs
import Kernels
import TestSupport
import Testing

@Suite("Rounds looked back on")
struct RoundHistoryTests {
    /// The smallest window, by trying all: whether each leads from everyone to everyone.
    private static func slowWindow(_ links: any LinkSchedule, rounds: Int, among nodes: [NodeID]) -> Int? {
        (1...rounds).first { length in
            (0...rounds - length).allSatisfy { start in
                var hears = [[Bool]](repeating: Array(repeating: false, count: nodes.count), count: nodes.count)
                for (i, node) in nodes.enumerated() {
                    hears[i][i] = true
                    for round in start..<start + length {
                        for sender in links.senders(of: node, in: Round(round)) {
                            if let j = nodes.firstIndex(of: sender.node) { hears[i][j] = true }
                        }
                    }
                }
                // Warshall.
                for k in nodes.indices {
                    for i in nodes.indices where hears[i][k] {
                        for j in nodes.indices where hears[k][j] { hears[i][j] = true }
                    }
                }
                return hears.allSatisfy { $0.allSatisfy { $0 } }
            }
        }
    }

    @Test("the window is the smallest of those that all connect, for all nodes and for some", arguments: [0, 1, 2])
    func windows(left: Int) throws {
        for member in try ScheduleMember.make() {
            let nodes = Array(member.links.union.nodes.dropFirst(left))
            let history = RoundHistory(of: member.links, in: 0..<24, among: nodes)
            let expected = Self.slowWindow(member.links, rounds: 24, among: nodes)
            #expect(history.connectedWindow == expected, "\(member)")
        }
    }

    @Test("one-peer exponential graphs need all their steps, and halves that meet at times wait for that")
    func known() throws {
        let onePeer = try ScheduleMember.onePeer(16)
        // Without the step of 1, even and odd nodes never hear of each other.
        #expect(RoundHistory(of: onePeer, in: 0..<40).connectedWindow == 4)
        #expect(RoundHistory(of: onePeer, in: 1..<4).connectedWindow == nil)
        let path = try ScheduleMember.graph(4, [(0, 1), (1, 2), (2, 3)])
        var (part, meet) = (GraphChange(from: Round(1)), GraphChange(from: Round(9)))
        part.dropped = [Edge(NodeID(1), NodeID(2))]
        meet.added = part.dropped
        let links = try ChangingLinks(path, changes: [part, meet], period: 10, rule: .metropolisHastings)
        #expect(RoundHistory(of: links, in: 0..<40).connectedWindow == 9)
        #expect(RoundHistory(of: links, in: 1..<9, among: [NodeID(0), NodeID(1)]).connectedWindow == 1)
        #expect(RoundHistory(of: links, in: 1..<9).connectedWindow == nil)
    }

    @Test("who is there and hears nobody is alone; who is away is not")
    func alone() throws {
        // A ring of 6; chords from round 2 on; 0 - 1 gone and 2 and 5 away from round 4 on; 2 back in round 7.
        let history = RoundHistory(of: try ScheduleMember.churn(), in: 0..<9)
        #expect(history.roundsAlone == [0, 0, 0, 0, 0, 0])
        let few = RoundHistory(of: try ScheduleMember.churn(), in: 4..<7, among: [NodeID(0), NodeID(1), NodeID(5)])
        #expect(few.roundsAlone == [3, 3, 0])
        let leaver = RoundHistory(of: try ScheduleMember.churn(), in: 3..<6, among: [NodeID(5)])
        #expect(leaver.roundsAlone == [1] && leaver.connectedWindow == 1)
    }

    @Test("the rounds that are looked at in a moment are fewer where the graph is larger")
    func affordable() throws {
        let ring = ConstantLinks(try MixingWeights(try ScheduleMember.steps([1], around: 8), rule: .maxDegree))
        #expect(RoundHistory.affordableRounds(of: ring) == 25_000)
    }
}
