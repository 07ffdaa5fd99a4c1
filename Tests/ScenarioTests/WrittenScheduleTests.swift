// Intervals and contact traces in topology files: what is read, found beside the file and written, and what is refused
// where.
import Foundation
import Graphs
import Kernels
import Registry
import Testing

@testable import Scenario

@Suite("Intervals and contacts in topology files")
struct WrittenScheduleTests {
    private func read(_ text: String, _ files: [String: String] = [:]) throws(ConfigurationFault) -> TopologyFile {
        try TopologyFile.read(Array(text.utf8), name: "there/t.json") { path throws(ConfigurationFault) in
            guard let file = files[path] else { throw ConfigurationFault("no such file: \(path)") }
            return Array(file.utf8)
        }
    }

    /// Nodes a, b, c, d without edges.
    private func meeting(_ schedule: String) -> String {
        let nodes = ["a", "b", "c", "d"].map { #"{"id": "\#($0)"}"# }.joined(separator: ", ")
        return
            #"{"graph": {"gossipnode": {"version": 1, "schedule": \#(schedule)}}, "nodes": [\#(nodes)], "edges": []}"#
    }

    private func edges(_ file: TopologyFile, _ round: Int) -> [[Int]] {
        file.graphs.weights(in: Round(round)).topology.edges.map { [$0.source.index, $0.target.index] }
    }

    // MARK: - Intervals

    private static let day = """
        {"kind": "intervals", "repeat": 10, "intervals": [
          {"edge": ["b", "a"], "from": 0, "until": 2}, {"edge": ["a", "b"], "from": 5, "until": 7},
          {"edge": ["a", "b"], "from": 2, "until": 3}, {"node": "d", "from": 1, "until": 9}]}
        """

    @Test("what is named is there in its intervals, and all else always; intervals that touch are one")
    func intervals() throws {
        let file = try read(ScheduleFileTests.ring(Self.day))
        // The ring a - b - c - d - a; d is away in rounds 0 and 9.
        for start in [0, 10] {
            #expect(edges(file, start) == [[0, 1], [1, 2]] && edges(file, start + 9) == [[1, 2]])
            #expect(edges(file, start + 2) == [[0, 1], [0, 3], [1, 2], [2, 3]])
            #expect(edges(file, start + 3) == [[0, 3], [1, 2], [2, 3]] && edges(file, start + 6).count == 4)
            #expect(!file.graphs.isPresent(NodeID(3), in: Round(start)))
        }
        let changes = try #require(file.graphs as? ChangingLinks)
        #expect(changes.starts.map(\.number) == [0, 1, 3, 5, 7, 9] && changes.period == 10)
    }

    @Test("an edge that comes back has the weight that the file gives it")
    func weights() throws {
        let schedule = #"{"kind": "intervals", "intervals": [{"edge": ["a", "b"], "from": 3}]}"#
        let file = try read(ScheduleFileTests.ring(schedule, weights: "file"))
        #expect(file.graphs.senders(of: NodeID(0), in: Round(2)) == [Sender(NodeID(3), weight: 0.25)])
        #expect(file.graphs.senders(of: NodeID(0), in: Round(3)).map(\.weight) == [0.25, 0.25])
    }

    // MARK: - Contacts

    private static let trace = "# who met\nround,a,b\n0,a,b\n0,b,a\n0,c,b\n3,d,a\n"

    @Test("a trace is found beside its topology, with a heading or without, and its pairs in any order")
    func trace() throws {
        let schedule = #"{"kind": "contacts", "file": "trace.csv", "after": "hold"}"#
        for text in [Self.trace, "0 a b\n0 b c\n\n3\ta\td", "b;a;t\nb;a;0\nc;b;0\nd;a;3"] {
            let file = try read(meeting(schedule), ["there/trace.csv": text])
            #expect(edges(file, 0) == [[0, 1], [1, 2]] && edges(file, 1).isEmpty && edges(file, 3) == [[0, 3]])
            #expect(edges(file, 100) == [[0, 3]] && file.topology.edges.count == 3 && file.warnings.isEmpty)
            #expect(
                file.schedule?.bringsWeights == true
                    && file.graphs.weights(in: Round(3)).weights(at: NodeID(3)) == [0.5])
        }
        let absolute = #"{"kind": "contacts", "file": "/else/where.csv"}"#
        #expect(try edges(read(meeting(absolute), ["/else/where.csv": Self.trace]), 3) == [[0, 3]])
    }

    @Test("times become rounds by start and step, and several times of one round are one")
    func times() throws {
        let schedule = #"{"kind": "contacts", "file": "t.csv", "start": 28800, "step": 60, "rounds": 5}"#
        let file = try read(meeting(schedule), ["there/t.csv": "28800,a,b\n28820,a,b\n28860,b,c\n28999,c,d\n"])
        #expect([0, 1, 2, 3, 4, 5].map { edges(file, $0) } == [[[0, 1]], [[1, 2]], [], [[2, 3]], [], [[0, 1]]])
        #expect((file.graphs as? ContactLinks)?.length == 5)
    }

    @Test("what is written needs no other file, and reads back as the same")
    func roundTrip() throws {
        let trace = try read(
            meeting(#"{"kind": "contacts", "file": "trace.csv", "after": "end", "rounds": 9}"#),
            ["there/trace.csv": Self.trace])
        for file in [trace, try read(ScheduleFileTests.ring(Self.day))] {
            let again = try read(file.write())
            #expect(again.digest == file.digest && again.graphs.isEqual(to: file.graphs) && again.warnings.isEmpty)
        }
        let others = try ["repeat", "hold"].map { after in
            try read(
                meeting(#"{"kind": "contacts", "file": "trace.csv", "after": "\#(after)", "rounds": 9}"#),
                ["there/trace.csv": Self.trace]
            ).digest
        }
        #expect(Set(others + [trace.digest]).count == 3)
    }

    @Test("where the file has edges, contacts go along them, and only those that happen are links")
    func along() throws {
        let file = try read(
            ScheduleFileTests.ring(#"{"kind": "contacts", "contacts": [[0, "a", "b"], [2, "d", "c"]]}"#))
        #expect(file.topology.edges.count == 2 && edges(file, 2) == [[2, 3]])
    }

    @Test("the traces that come with the program are what their pages say")
    func shipped() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../..")
        func file(_ name: String) throws -> TopologyFile {
            let path = root.appending(path: "Topologies/\(name).json").path
            return try TopologyFile.read(path: path) { path throws(ConfigurationFault) in
                guard let data = FileManager.default.contents(atPath: path) else { throw ConfigurationFault(path) }
                return Array(data)
            }
        }
        let contacts = try file("contacts-16")
        #expect(contacts.warnings.isEmpty && contacts.topology.isConnected)
        let quiet = (0..<60).filter { edges(contacts, $0).isEmpty }
        #expect(!quiet.isEmpty && quiet.allSatisfy { $0 % 20 >= 15 })
        #expect(RoundHistory(of: contacts.graphs, in: 0..<120).connectedWindow == 19)
        let churn = try file("churn-16")
        for round in 0..<500 {
            #expect(churn.topology.nodes.contains { churn.graphs.isPresent($0, in: Round(round)) }, "round \(round)")
        }
        let night = try file("day-and-night-16")
        #expect(night.graphs.weights(in: Round(24 + 8)).topology.edges.count == 64)
        #expect(night.graphs.weights(in: Round(3)).topology.edges.count == 42)
        #expect(RoundHistory(of: night.graphs, in: 0..<48).connectedWindow == 15)
    }

    // MARK: - Mistakes

    @Test(
        "what is wrong in intervals is refused at its place",
        arguments: [
            (#""intervals": []"#, "[]", "@ is empty; expected at least one interval"),
            (
                #""intervals": [{"from": 1}]"#, #"{"from"#,
                "@[0].node is missing; expected the id of a node, or edge with the ids of two"
            ),
            (
                #""intervals": [{"node": "x", "from": 1}]"#, #""x""#,
                "unknown node in @[0].node 'x'; did you mean 'a'? (known: a, b, c, d)"
            ),
            (
                #""intervals": [{"edge": ["a", "c"], "from": 1}]"#, #"["a""#,
                "the file has no edge 'a' - 'c'; allowed: one of its edges"
            ),
            (
                #""intervals": [{"edge": ["a", "b"], "node": "a", "from": 1}]"#, #"{"edge"#,
                "@[0] has an edge and a node; expected one of them"
            ),
            (
                #""intervals": [{"node": "a", "from": 5, "until": 5}]"#, "5}",
                "@[0].until is 5; allowed: a round after from (5)"
            ),
            (#""intervals": [{"node": "a", "from": -5}]"#, "-5", "@[0].from is -5; allowed: a whole number from 0"),
            (
                #""repeat": 8, "intervals": [{"node": "a", "from": 5, "until": 9}]"#, "9}",
                "@[0].until is 9; allowed: a round after from (5) to 8, that of repeat"
            ),
            (
                #""intervals": [{"node": "a", "from": 5, "until": 9}, {"node": "a", "from": 2, "until": 6}]"#,
                #"{"node": "a", "from": 2"#,
                "@[1] overlaps the interval at 1:89, which is of the same node and lasts from round 5 to 8"
            ),
            (
                #""intervals": [{"node": "a", "form": 1}]"#, #""form""#,
                "unknown key in @[0] 'form'; did you mean 'from'? (known: edge, node, from, until)"
            ),
        ])
    func mistakenIntervals(text: String, place: String, sentence: String) throws {
        try expectFault(ScheduleFileTests.ring(#"{"kind": "intervals", \#(text)}"#), place, sentence, "intervals")
    }

    @Test(
        "what is wrong in contacts is refused at its place",
        arguments: [
            (#""contacts": []"#, "[]}", "@ is empty; expected at least one contact"),
            (
                #""after": "hold""#, #"{"kind"#,
                "graph.gossipnode.schedule has neither file nor contacts; expected one of them"
            ),
            (
                #""file": "t.csv", "contacts": []"#, #"{"kind"#,
                "graph.gossipnode.schedule has both file and contacts; expected one of them"
            ),
            (
                #""step": 2, "contacts": [[0, "a", "b"]]"#, #"[["#,
                "graph.gossipnode.schedule.step goes with a file; contacts name rounds"
            ),
            (#""contacts": [[0, "a"]]"#, #"[0"#, "a contact of @ has 2 parts; expected a round and two ids"),
            (#""contacts": [[0, "a", "x"]]"#, #"[0"#, "unknown node 'x'; did you mean 'a'? (known: a, b, c, d)"),
            (
                #""contacts": [[5, "a", "b"], [4, "a", "b"]]"#, "[4",
                "the trace goes back from 5 to 4; expected rounds that ascend"
            ),
            (
                #""contacts": [[5, "a", "b"]], "rounds": 5"#, "5}",
                "graph.gossipnode.schedule.rounds is 5; allowed: a whole number from 6 to 2147483648"
            ),
            (
                #""contacts": [[5, "a", "b"]], "after": "halt""#, #""halt""#,
                "unknown graph.gossipnode.schedule.after 'halt'; did you mean 'hold'? (known: repeat, hold, end)"
            ),
            (
                #""contacts": [[2147483648, "a", "b"]]"#, "2147",
                "a round of @ is 2147483648; allowed: a whole number from 0 to 2147483647"
            ),
            (#""file": "none.csv""#, #""none"#, "no such file: there/none.csv"),
        ])
    func mistakenContacts(text: String, place: String, sentence: String) throws {
        try expectFault(meeting(#"{"kind": "contacts", \#(text)}"#), place, sentence, "contacts")
    }

    private func expectFault(_ text: String, _ place: String, _ sentence: String, _ key: String) throws {
        let fault = #expect(throws: ConfigurationFault.self) { try self.read(text) }
        let inside = try #require(text.range(of: place))
        let column = text.distance(from: text.startIndex, to: inside.lowerBound) + 1
        let whole = sentence.replacing("@", with: "graph.gossipnode.schedule.\(key)")
        #expect(fault?.description == "there/t.json:1:\(column): \(whole)")
    }

    @Test(
        "what is wrong in a trace is refused with its line",
        arguments: [
            ("", "there/t.csv: the trace has no contact; expected lines of round, a, b"),
            ("round,a,b\n", "there/t.csv: the trace has no contact; expected lines of round, a, b"),
            (
                "x,a,b",
                "there/t.csv:1:1: the round is 'x'; expected a whole number from 0, or a heading such as round,a,b"
            ),
            ("0,a,b\n1.5,a,b", "there/t.csv:2:1: the round is '1.5'; expected a whole number from 0"),
            ("0,a,b\n-1,a,b", "there/t.csv:2:1: the round is '-1'; expected a whole number from 0"),
            (
                "0,a,b\n99999999999999999999,a,b",
                "there/t.csv:2:1: the round is '99999999999999999999'; expected a whole number from 0"
            ),
            ("0,a,b\n3000000000,a,b", "there/t.csv:2:1: the round is 3000000000; allowed: less than 2147483648 rounds"),
            ("0,a,b {'w': 1}", "there/t.csv:1:7: the line has '{'w': 1}'; expected no attributes"),
            ("0,a,b\n1,a", "there/t.csv:2:1: the line has 2 words; expected round, a, b"),
            ("t,i,j,x\n0,a,b,1\n1,a,b", "there/t.csv:3:1: the line has 3 words; expected 4, as in the heading"),
            ("3,a,b\n\n2,a,b", "there/t.csv:3:1: the trace goes back from 3 to 2; expected rounds that ascend"),
            ("3,a,b\n3,a,q", "there/t.csv:2:1: unknown node 'q'; did you mean 'a'? (known: a, b, c, d)"),
            ("3,a,b\n3,c,c", "there/t.csv:2:1: 'c' meets itself; expected two nodes"),
            ("0,\"a,b", "there/t.csv:1:3: a quote that is not closed in its line"),
        ])
    func mistakenTraces(text: String, sentence: String) {
        let topology = meeting(#"{"kind": "contacts", "file": "t.csv"}"#)
        let fault = #expect(throws: ConfigurationFault.self) { try self.read(topology, ["there/t.csv": text]) }
        #expect(fault?.description == sentence)
    }

    @Test("contacts beside the edges, before the start, and of directed graphs are refused; so is what has no room")
    func limits() throws {
        func complaint(_ text: String, room: MemoryRoom = .unbounded, trace: String = "0,a,c\n") -> String? {
            #expect(throws: ConfigurationFault.self) {
                try TopologyFile.read(Array(text.utf8), name: "t.json", room: room) { _ throws(ConfigurationFault) in
                    Array(trace.utf8)
                }
            }?.description
        }
        let schedule = #"{"kind": "contacts", "file": "t.csv"}"#
        #expect(
            complaint(ScheduleFileTests.ring(schedule))
                == "t.csv:1:1: the graph has no edge 'a' - 'c'; allowed: contacts along its edges, or a file without edges, "
                + "which takes them all")
        #expect(
            complaint(meeting(#"{"kind": "contacts", "file": "t.csv", "start": 5}"#))
                == "t.csv:1:1: the round is 0; allowed: from start (5)")
        let ring = #"{"family": "exponential", "nodes": 4, "schedule": \#(schedule)}"#
        #expect(complaint(ring)?.hasSuffix("is for undirected graphs, and the edges here are directed") == true)
        let long = (0..<4_000).map { "\($0),a,b\n" }.joined()
        let room = MemoryRoom(bytes: 100_000, for: .simulation)
        #expect(complaint(meeting(schedule), room: room, trace: long)?.contains("of memory are needed") == true)
        let alone = #expect(throws: ConfigurationFault.self) {
            try TopologyFile.read(Array(meeting(schedule).utf8), name: "t.json")
        }
        #expect(alone?.description.contains("the file t.csv cannot be read from here") == true)
    }

    @Test("mutated traces are read or refused with a line, never worse", arguments: 1...40 as ClosedRange<UInt64>)
    func mutations(seed: UInt64) throws {
        var random = RandomStream(seed: seed, purpose: .faults)
        let favourites = Array("0123-.,;\"\n\r#ab \u{0}\u{ff}".utf8)
        for _ in 0..<50 {
            var bytes = Array(Self.trace.utf8)
            for _ in 0...random.below(3) {
                let slot = random.below(bytes.count)
                if random.below(3) == 0 {
                    bytes.remove(at: slot)
                } else {
                    bytes[slot] = favourites[random.below(favourites.count)]
                }
            }
            do throws(ConfigurationFault) {
                let file = try TopologyFile.read(
                    Array(meeting(#"{"kind": "contacts", "file": "t.csv"}"#).utf8), name: "t.json"
                ) { _ throws(ConfigurationFault) in bytes }
                #expect(try read(file.write()).digest == file.digest)
            } catch {
                #expect(error.place.hasPrefix("t.csv"), "\(error)")
            }
        }
    }
}
