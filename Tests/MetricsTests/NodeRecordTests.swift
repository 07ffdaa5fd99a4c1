// A node's record: its line to the byte, and what lines and nodes come to.
import JSON
import Kernels
import Testing

@testable import Metrics

@Suite("Records of nodes")
struct NodeRecordTests {
    private static let golden = """
        {"rounds":20,"trainLoss":0.5,"computeNanoseconds":5,"waitNanoseconds":6,"mixNanoseconds":7,"mixedModels":80,\
        "missedModels":8,"lateModels":9,"degradedMixes":4,"unfinishedMixes":3,"threshold":0.25,"returnedWeight":null,\
        "bytesSent":1,"messagesSent":2,"bytesReceived":11,"snapshotsOverwritten":4,\
        "rejections":{"notFinite":2,"badCheck":1},\
        "refusals":[[3,"badCheck",1],[3,"notFinite",2]],\
        "cutOffs":[[3,5,1,0],[9,3,2,2]],"waits":[[3,17],[9,1]],"tallies":[[3,20,12,0,8]]}

        """

    private static var record: NodeRecord {
        var record = NodeRecord()
        (record.rounds, record.trainLoss) = (20, 0.5)
        (record.computeNanoseconds, record.waitNanoseconds, record.mixNanoseconds) = (5, 6, 7)
        (record.mixedModels, record.missedModels, record.lateModels) = (80, 8, 9)
        (record.threshold, record.degradedMixes, record.unfinishedMixes) = (0.25, 4, 3)
        (record.bytesSent, record.messagesSent, record.bytesReceived) = (1, 2, 11)
        record.snapshotsOverwritten = 4
        record.rejections = [.init(reason: "notFinite", count: 2), .init(reason: "badCheck", count: 1)]
        record.refusals = [
            .init(neighbour: NodeID(3), reason: "badCheck", count: 1),
            .init(neighbour: NodeID(3), reason: "notFinite", count: 2),
        ]
        record.cutOffs = [
            .init(neighbour: NodeID(3), missed: 5, givenUp: 1),
            .init(neighbour: NodeID(9), missed: 3, givenUp: 2, linksLost: 2),
        ]
        record.waits = [.init(neighbour: NodeID(3), nanoseconds: 17), .init(neighbour: NodeID(9), nanoseconds: 1)]
        var tally = Tally()
        (tally.heard, tally.kept, tally.removed) = (20, 12, 8)
        record.tallies = [.init(neighbour: NodeID(3), tally: tally)]
        return record
    }

    @Test("a record is one line, and the line is the record again")
    func line() {
        #expect(String(decoding: Self.record.json, as: UTF8.self) == Self.golden)
        #expect(NodeRecord(metrics: Array(Self.golden.utf8)) == Self.record)
    }

    @Test("a line is read whatever the order of its members, and what it lacks is nothing")
    func order() throws {
        let members = try StrictJSON.read(Self.golden, name: "").members
        let turned = JSONText.canonical(JSONValue(.object([JSONMember("other", .text("x"))] + members.reversed())))
        var expected = Self.record
        // Inside of members, keys are sorted there.
        expected.rejections.reverse()
        #expect(NodeRecord(line: Array(turned.utf8)[...]) == expected)
        #expect(NodeRecord(line: Array("{}".utf8)[...]) == NodeRecord())
        #expect(NodeRecord(line: Array(Self.golden.utf8.dropLast(9))[...]) == nil)
    }

    @Test("lists add up by their keys, whether or not they have the same")
    func lists() {
        func tallies(_ all: [(Int, Int)]) -> [NodeRecord.NeighbourTally] {
            all.map { neighbour, heard in
                var tally = Tally()
                tally.heard = heard
                return .init(neighbour: NodeID(neighbour), tally: tally)
            }
        }
        typealias List = [NodeRecord.NeighbourTally]
        #expect(List.sum([tallies([(1, 2), (4, 3)]), tallies([(1, 5), (4, 1)])]) == tallies([(1, 7), (4, 4)]))
        #expect(List.sum([tallies([(1, 2), (4, 3)]), tallies([(4, 1)])]) == tallies([(1, 2), (4, 4)]))
        #expect(List.sum([tallies([(4, 3), (1, 2)]), tallies([(4, 1), (1, 1)])]) == tallies([(1, 3), (4, 4)]))
        // What no node would write: one neighbour twice.
        #expect(List.sum([tallies([(1, 2), (1, 3)]), tallies([(1, 1), (1, 1)])]) == tallies([(1, 7)]))
        #expect(List.sum([]) == [])
    }

    /// A property without a line in the table would be lost on its way to the file.
    @Test("every property of a record has its line in the table, and no two a name")
    func table() {
        let properties = Mirror(reflecting: NodeRecord()).children.compactMap(\.label)
        #expect(properties.sorted() == RecordField.all.map(\.name).sorted())
        let places = RecordField.all.compactMap { field in
            field.summary.map { "\($0.section ?? "").\($0.key)" }
        }
        #expect(Set(places).count == places.count)
    }

    @Test("what counts since the line before adds up, what counts since the start is that of the last line")
    func rounds() {
        var next = Self.record
        (next.rounds, next.trainLoss, next.returnedWeight, next.bytesSent) = (30, nil, 0.125, 5)
        next.waits = [.init(neighbour: NodeID(3), nanoseconds: 18)]
        var both = Self.record
        both.add(next)
        #expect(both.rounds == 30 && both.trainLoss == 0.5 && both.returnedWeight == 0.125)
        #expect(both.mixNanoseconds == 14 && both.mixedModels == 160 && both.lateModels == 18)
        #expect(both.bytesSent == 5 && both.waits == next.waits && both.rejections == next.rejections)
        #expect(both.tallies.map(\.tally.heard) == [40])
        #expect(both.cutOffs.map(\.missed) == [10, 6] && both.cutOffs.map(\.linksLost) == [0, 4])
    }

    @Test("of several nodes counts are summed and figures averaged, traffic that of all")
    func nodes() {
        var other = Self.record
        (other.trainLoss, other.threshold, other.rounds) = (1.5, nil, 10)
        other.rejections = [.init(reason: "tooOld", count: 5), .init(reason: "notFinite", count: 1)]
        other.refusals = [
            .init(neighbour: NodeID(1), reason: "tooOld", count: 5),
            .init(neighbour: NodeID(3), reason: "notFinite", count: 1),
        ]
        other.waits = [.init(neighbour: NodeID(1), nanoseconds: 2), .init(neighbour: NodeID(9), nanoseconds: 3)]
        let sum = NodeRecord.sum([Self.record, other, Self.record], honest: [Self.record, other])
        #expect(sum.rounds == 20 && sum.trainLoss == 1 && sum.threshold == 0.25 && sum.returnedWeight == nil)
        #expect(sum.messagesSent == 6 && sum.bytesReceived == 33 && sum.lateModels == 18 && sum.waitNanoseconds == 12)
        #expect(sum.rejections.map(\.reason) == ["notFinite", "badCheck", "tooOld"])
        #expect(sum.rejections.map(\.count) == [3, 1, 5])
        #expect(sum.refusals.map(\.neighbour.index) == [1, 3, 3] && sum.refusals.map(\.count) == [5, 1, 3])
        #expect(sum.waits.map(\.neighbour.index) == [1, 3, 9] && sum.waits.map(\.nanoseconds) == [2, 17, 4])
        #expect(sum.awaitedSeconds(ofNodes: 2) == [0, 2e-9] && sum.tallies(ofNodes: 4)[3].kept == 24)
    }

    @Test("the totals of a summary are read as they were written")
    func summary() throws {
        var line = JSONLine()
        line.add(Self.record, section: nil)
        for section in ["seconds", "screening"] { line.add(section) { $0.add(Self.record, section: section) } }
        let text = String(decoding: line.line(), as: UTF8.self)
        #expect(text.contains(#""seconds":{"compute":5e-09,"wait":6e-09,"mix":7e-09}"#), "\(text)")
        var expected = Self.record
        // These have no place in a summary.
        (expected.rounds, expected.mixedModels) = (0, 0)
        (expected.refusals, expected.cutOffs, expected.waits, expected.tallies) = ([], [], [], [])
        #expect(NodeRecord(summary: try StrictJSON.read(text, name: "summary.json")) == expected)
    }
}
