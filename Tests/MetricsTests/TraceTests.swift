// The format of traces: it reads back, and whatever was altered, cut or added is found, with its number and its place.
import Kernels
import TestSupport
import Testing

@testable import Metrics

@Suite("Trace")
struct TraceTests {
    static let header = TraceHeader(of: NodeID(3), experiment: [UInt8](0..<32), dimension: 650)

    /// Of a ring; the node skips rounds, finds a hostile node and comes back.
    static let lines: [TraceLine] = [
        line(0), line(1, offenders: [NodeID(2), NodeID(300)]), line(2, next: 9),
        TraceLine(round: Round(9), inputs: line(7).inputs, checkpoint: 2, result: 5), line(9), line(10, ahead: 3),
        TraceLine(round: Round(4), inputs: [], checkpoint: 4, result: 6), line(4),
        TraceLine(round: Round(7), inputs: [], checkpoint: 4, result: 7),
    ]

    static func line(_ round: Int, next: Int? = nil, ahead: Int = 0, offenders: [NodeID] = []) -> TraceLine {
        let inputs = [2, 3, 400].map { sender in
            TraceLine.Input(
                sender: NodeID(sender), round: Round(sender == 3 ? round : round + ahead),
                digest: UInt64(sender) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(round))
        }
        return TraceLine(
            round: Round(round), inputs: inputs, offenders: offenders, next: next.map { Round($0) },
            result: .max - UInt64(round))
    }

    static let bytes = header.bytes(lines)

    /// Where each record begins, and the last one ends.
    static let bounds: [Int] = lines.indices.map { header.bytes(Array(lines.prefix($0))).count } + [bytes.count]

    @Test("reads back to the bit, with the number of each record and how often the node had come back alone")
    func roundTrip() throws {
        let file = try TraceFile(Self.bytes, of: Self.header)
        #expect(file.lines == Self.lines && file.dropped == 0)
        #expect(file.records.map(\.number) == Array(0..<9))
        #expect(file.records.map(\.returns) == [0, 0, 0, 1, 1, 1, 1, 1, 2], "a resumed node has not come back alone")
        #expect(try TraceFile([]).records.isEmpty, "a node that has closed no round has written nothing")
        #expect(try TraceFile(Self.header.encoded, of: Self.header).records.isEmpty)
    }

    @Test("is of one node, of one experiment, and of vectors of one shape, and says so")
    func foreign() throws {
        func fault(_ header: TraceHeader) -> TraceFault? {
            #expect(throws: TraceFault.self) { try TraceFile(Self.bytes, of: header) }
        }
        let (node, identity) = (Self.header.node, Self.header.experiment)
        #expect(fault(TraceHeader(of: NodeID(4), experiment: identity, dimension: 650)) == .otherNode(node))
        #expect(
            fault(TraceHeader(of: node, experiment: [UInt8](1...32), dimension: 650)) == .otherExperiment)
        let shape = fault(TraceHeader(of: node, experiment: identity, dimension: 7))
        #expect(shape?.description == "it is of other vectors: model of 650")
        let json = Array(#"{"round":0,"inputs":[],"result":"0000000000000010"}"#.utf8)
        #expect(throws: TraceFault.foreignFormat) { try TraceFile(json) }
        var later = Self.bytes
        later[4] = TraceHeader.version + 1
        let version = #expect(throws: TraceFault.self) { try TraceFile(later) }
        #expect(version?.description == "it has version 4 of the format; this program reads version 3")
    }

    @Test("cut anywhere, it has the records that are whole, and nothing else")
    func cut() throws {
        for count in Self.bytes.indices {
            let file = try TraceFile(Array(Self.bytes.prefix(count)), of: Self.header)
            #expect(file.lines == Array(Self.lines.prefix(Self.bounds.dropFirst().count { $0 <= count })))
        }
    }

    @Test("its end is read and checked by itself, from wherever it begins")
    func tail() throws {
        for start in Self.bytes.indices.dropLast(Self.bytes.count - Self.bounds[8] + 8) {
            var reader = try #require(TraceReader(end: Array(Self.bytes[start...]), at: start))
            let first = try #require(Self.bounds.firstIndex { $0 >= start + 8 })
            #expect(reader.offset == Self.bounds[first])
            var lines: [TraceLine] = []
            while let record = try reader.next() { lines.append(record.line) }
            #expect(lines == Array(Self.lines[first...]) && !reader.isTorn)
        }
        let last = Array(Self.bytes[(Self.bounds[8] - 7)...])
        #expect(TraceReader(end: last, at: 0) == nil, "what it must follow from is not there")
    }

    /// Something that may have become of a trace, and where it must be found.
    struct Damage: Sendable {
        let name: String
        let bytes: [UInt8]
        /// `nil`: nothing is wrong.
        let record: Int?
    }

    static let damages: [Damage] = {
        func slice(_ record: Int) -> [UInt8] { Array(bytes[bounds[record]..<bounds[record + 1]]) }
        func without(_ record: Int) -> [UInt8] { Array(bytes[..<bounds[record]] + bytes[bounds[record + 1]...]) }
        var other = lines
        other[0] = line(0, offenders: [NodeID(7)])
        let stranger = header.bytes(other)
        var longer = bytes
        longer[bounds[4] + 2] = 1
        return [
            Damage(name: "whole", bytes: bytes, record: nil),
            Damage(name: "a record taken out", bytes: without(4), record: 4),
            Damage(name: "the first record taken out", bytes: without(0), record: 0),
            Damage(name: "a record twice", bytes: Array(bytes[..<bounds[5]]) + slice(4) + slice(5), record: 5),
            Damage(name: "the last record again", bytes: bytes + slice(8), record: 9),
            Damage(
                name: "two records in turn", bytes: Array(bytes[..<bounds[6]]) + slice(7) + slice(6) + slice(8),
                record: 6),
            Damage(
                name: "the same node's record of another run",
                bytes: Array(bytes[..<bounds[8]] + stranger[bounds[8]...].dropFirst(stranger.count - bytes.count)),
                record: 8),
            Damage(name: "a line of text", bytes: bytes + Array("{\"round\":900000,\"inputs\":[]}\n".utf8), record: 9),
            Damage(name: "a length that leads beyond the end", bytes: longer, record: 4),
        ]
    }()

    /// The law of the chain, for whatever tells at which record a trace is broken.
    static let chain = Law<@Sendable ([UInt8]) -> Int?>(
        "whatever was taken out, added, exchanged or altered is found at its record",
        brokenBy: { bytes in
            // Goes by lengths alone.
            var position = header.encoded.count
            var record = 0
            while position + 4 <= bytes.count {
                position += 12 + Int(bytes.integer(at: position, as: UInt32.self))
                guard position <= bytes.count else { return record }
                record += 1
            }
            return nil
        },
        judge: { subject, verdict in
            for damage in damages {
                let found = subject(damage.bytes)
                verdict.expect(
                    found == damage.record,
                    "\(damage.name): \(String(describing: found)), not \(String(describing: damage.record))")
            }
            for bit in stride(from: 8 * bounds[2], to: 8 * bounds[4], by: 1) {
                var flipped = bytes
                flipped[bit / 8] ^= 1 << (bit % 8)
                let found = subject(flipped)
                verdict.expect(found == (bit < 8 * bounds[3] ? 2 : 3), "bit \(bit): \(String(describing: found))")
            }
        })

    @Test("whatever was altered, added or cut out is found, with its number and its place")
    func altered() throws {
        let subject: @Sendable ([UInt8]) -> Int? = { bytes in
            do throws(TraceFault) {
                _ = try TraceFile(bytes, of: Self.header)
                return nil
            } catch {
                guard case .broken(let record, let offset) = error, offset == Self.bounds[record] else { return -1 }
                return record
            }
        }
        #expect(try Self.chain.violations(of: subject).isEmpty)
        #expect(try !Self.chain.violationsOfCounterexample.isEmpty)
        #expect(
            TraceFault.broken(record: 7, offset: 190).description
                == "record 7, at byte 190, does not follow from the one before it: it was altered, added or cut")
    }

    @Test("every flipped bit of its header is found")
    func header() {
        for bit in 0..<8 * Self.header.encoded.count where bit / 8 < 5 || bit / 8 > 10 {
            var flipped = Self.bytes
            flipped[bit / 8] ^= 1 << (bit % 8)
            #expect(throws: TraceFault.self, "bit \(bit)") { try TraceFile(flipped) }
        }
    }

    @Test("a record is printed as one line of JSON")
    func text() throws {
        let input = TraceLine.Input(sender: NodeID(0), round: Round(3), digest: 255)
        let end = TraceEnd(of: Self.header)
        func text(_ line: TraceLine) -> String { String(decoding: end.record(line).json, as: UTF8.self) }
        #expect(
            text(TraceLine(round: Round(3), inputs: [input], result: 16))
                == #"{"record":0,"round":3,"inputs":[[0,3,"00000000000000ff"]],"result":"0000000000000010"}"# + "\n")
        #expect(
            text(TraceLine(round: Round(3), inputs: [], next: Round(6), result: 16))
                == #"{"record":0,"round":3,"inputs":[],"next":6,"result":"0000000000000010"}"# + "\n")
        #expect(
            text(TraceLine(round: Round(7), inputs: [], checkpoint: 4, result: 16))
                == #"{"record":0,"round":7,"inputs":[],"checkpoint":4,"returns":1,"result":"0000000000000010"}"# + "\n")
    }

    @Test("it takes less than half of what the same takes as JSON lines", arguments: [2, 6, 15])
    func size(degree: Int) {
        let inputs = (0...degree).map {
            TraceLine.Input(sender: NodeID($0), round: Round(1000), digest: .max / UInt64($0 + 1))
        }
        let record = TraceEnd(of: Self.header).record(TraceLine(round: Round(1000), inputs: inputs, result: .max))
        #expect(record.encoded(after: 0).count < record.json.count / 2)
    }
}
