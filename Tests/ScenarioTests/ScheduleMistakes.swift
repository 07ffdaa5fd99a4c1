// Wrong schedules of a topology, each with the place and the sentence that refuses it. The graph is the ring a, b, c, d
// of ScheduleFileTests.
import Kernels
import Registry
import Testing

@testable import Scenario

/// The schedule, where in it the fault is (a part of it that is there once), and what is said; @ stands for
/// the schedule's key.
private let scheduleMistakes: [(schedule: String, place: String, sentence: String)] = [
    ("3", "3", "@ is 3; expected an array of changes, or an object with its kind"),
    ("[]", "[]", "@ is empty; expected at least one change"),
    (#"["a"]"#, #""a""#, "@[0] is 'a'; expected an object"),
    (#"[{"drop": [["a", "b"]]}]"#, #"{"drop""#, "@[0].from is missing; expected the round in which the change comes"),
    (#"[{"from": -1, "drop": [["a", "b"]]}]"#, "-1", "@[0].from is -1; allowed: a whole number from 0"),
    (#"[{"from": 5}]"#, #"{"from""#, "@[0] changes nothing; expected drop, add, leave or join"),
    (
        #"[{"from": 5, "leave": ["a"]}, {"from": 4, "join": ["a"]}]"#, "4",
        "@[1].from is 4; allowed: a round after 5, that of the change before; what comes in one round is one change"
    ),
    (
        #"{"kind": "changes", "repeat": 6, "changes": [{"from": 6, "leave": ["a"]}]}"#, #"6, "leave""#,
        "@.changes[0].from is 6; allowed: a round before repeat (6)"
    ),
    (
        #"[{"from": 5, "dorp": []}]"#, #""dorp""#,
        "unknown key in graph.gossipnode.schedule[0] 'dorp'; did you mean 'drop'? (known: from, drop, add, leave, join)"
    ),
    (
        #"[{"from": 5, "drop": [["a", "x"]]}]"#, #""x""#,
        "unknown node in graph.gossipnode.schedule[0].drop[0] 'x'; did you mean 'a'? (known: a, b, c, d)"
    ),
    (#"[{"from": 5, "drop": [["a", "c"]]}]"#, #"["a", "c"]"#, "the edge 'a' - 'c' is not there to be dropped"),
    (#"[{"from": 5, "add": [["b", "a"]]}]"#, #"["b", "a"]"#, "the edge 'a' - 'b' is there already and cannot be added"),
    (#"[{"from": 5, "add": [["a", "a"]]}]"#, #"["a", "a"]"#, "'a' gets an edge to itself; expected two nodes"),
    (#"[{"from": 5, "add": [["a"]]}]"#, #"["a"]"#, "@[0].add[0] has 1 parts; expected two ids"),
    (#"[{"from": 5, "add": [["a", "c", 1]]}]"#, #"["a", "c", 1]"#, "@[0].add[0] has 3 parts; expected two ids"),
    (#"[{"from": 5, "join": ["a"]}]"#, #""a""#, "node 'a' is there already and cannot join"),
    (
        #"[{"from": 5, "leave": ["a"]}, {"from": 6, "leave": ["a"]}]"#, #""a"]}]"#,
        "node 'a' is away already and cannot leave"
    ),
    (
        #"[{"from": 5, "drop": [["a", "b"], ["a", "d"]]}]"#, "[{",
        "node 'a' is without an edge for ever from round 5 on; allowed: an edge that stays or comes back, or to let the "
            + "node leave"
    ),
    (
        #"{"kind": "pulls", "count": 1}"#, #""pulls""#,
        "unknown schedule 'pulls'; did you mean 'pull'? (known: static, changes, intervals, contacts, onePeerExponential, baseGraph, randomMatching, pull, churn)"
    ),
    (
        #"{"count": 1}"#, "{",
        "@.kind is missing; expected static, changes, intervals, contacts, onePeerExponential, baseGraph, "
            + "randomMatching, pull, churn"
    ),
    (#"{"kind": "pull"}"#, "{", "@.count is missing; expected a whole number from 1 to 100000"),
    (
        #"{"kind": "pull", "count": 3}"#, "{",
        "the schedule pull draws 3 neighbours, and 'a' has 2; allowed: as many as every node has"
    ),
    (
        #"{"kind": "onePeerExponential", "seed": 1}"#, #""seed""#,
        "unknown key in graph.gossipnode.schedule 'seed' (known: kind)"
    ),
    (
        #""onePeerExponential""#, #""onePeer"#,
        "the schedule onePeerExponential sends from 'a' to 'c', and the graph has no such edge; the family exponential has "
            + "all"
    ),
    (#"{"kind": "changes"}"#, "{", "@.changes is missing; expected an array of changes"),
    (
        #"{"kind": "changes", "repeat": 0, "changes": []}"#, "0", "@.repeat is 0; allowed: a whole number from 1"
    ),
]

@Suite("Mistakes in schedules")
struct ScheduleMistakes {
    @Test("what is wrong is refused at its place", arguments: scheduleMistakes)
    func refusals(schedule: String, place: String, sentence: String) throws {
        let fault = #expect(throws: ConfigurationFault.self) { try self.read(ScheduleFileTests.ring(schedule)) }
        let inside = try #require(schedule.range(of: place))
        let prefix = #"{"graph": {"gossipnode": {"version": 1, "schedule": "#
        let column = prefix.count + schedule.distance(from: schedule.startIndex, to: inside.lowerBound) + 1
        let whole = sentence.replacing("@", with: "graph.gossipnode.schedule")
        #expect(fault?.description == "t.json:1:\(column): \(whole)")
    }

    @Test("weights of a file are asked for where edges come, and given to no schedule that has its own")
    func weights() throws {
        let edge = #"[{"from": 5, "add": [["a", "c"]]}]"#
        let heavy = #"[{"from": 5, "add": [["a", "c", 0.75]]}]"#
        for (schedule, complaint) in [
            (edge, "from round 5 on: the edge 'a' - 'c' has no weight"),
            (heavy, "from round 5 on: the neighbours of 'a' weigh 1.25 together; allowed: at most 1"),
            (
                #""randomMatching""#,
                "graph.gossipnode.weights does not go with the schedule randomMatching, which brings "
                    + "weights of its own; leave it out"
            ),
        ] {
            let fault = #expect(throws: ConfigurationFault.self) {
                try self.read(ScheduleFileTests.ring(schedule, weights: "file"))
            }
            #expect(fault?.description.hasSuffix(complaint) == true, "\(fault?.description ?? "")")
        }
        let short = #"{"family": "exponential", "nodes": 6, "schedule": "onePeerExponential"}"#
        let fault = #expect(throws: ConfigurationFault.self) { try self.read(short) }
        #expect(
            fault?.description == "t.json:1:51: the schedule onePeerExponential is for 2, 4, 8, … nodes, with which it "
                + "averages exactly; there are 6")
    }

    @Test("graphs of more rounds than there is memory for are refused before they are made")
    func memory() {
        let changes = (1...400).map { #"{"from": \#($0), "\#($0 % 2 == 1 ? "drop" : "add")": [["a", "b"]]}"# }
        let text = ScheduleFileTests.ring("[\(changes.joined(separator: ", "))]")
        let room = MemoryRoom(bytes: 100_000, for: .simulation)
        let fault = #expect(throws: ConfigurationFault.self) {
            try TopologyFile.read(Array(text.utf8), name: "t.json", room: room)
        }
        #expect(fault?.description.contains("of memory are needed") == true)
    }

    private func read(_ text: String) throws(ConfigurationFault) -> TopologyFile {
        try TopologyFile.read(Array(text.utf8), name: "t.json")
    }
}
