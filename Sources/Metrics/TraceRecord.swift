// A trace line at its place in a trace, as bytes. Each record is bound to all before it by a running hash.
//
//   length u32 | content | check u64
//   content: number | returns | kind u8 | round | checkpoint, next, offenders (where the kind has them)
//            | count | count × (sender | rounds back | hash u64 for each vector) | hash u64 for each vector
//
// The check is XXH64 over length and content with the check before it as seed, which the eight bytes in front of the
// record are: the last record's or the header's. So a trace can be read and checked from any record on. Of the vectors
// that the header names there is one so far, and one hash.
import JSON
import Kernels

public struct TraceRecord: Sendable, Equatable {
    /// From 0 for the first that the node has written.
    public let number: Int
    /// How often the node has come back alone until here.
    public let returns: Int
    public let line: TraceLine
}

extension TraceRecord {
    /// Beside its content.
    static let frameBytes = 12
    /// More than any has: every node of the largest graph among its inputs.
    static let mostContent = 1 << 26

    private enum Kind {
        static let entry: UInt8 = 1
        static let skips: UInt8 = 2
        static let hasOffenders: UInt8 = 4
    }

    /// - Parameter check: that of the record before it, or of the header.
    public func encoded(after check: UInt64) -> [UInt8] {
        var bytes: [UInt8] = [0, 0, 0, 0]
        bytes.reserveCapacity(48 + 12 * line.inputs.count)
        bytes.append(variableLength: number)
        bytes.append(variableLength: returns)
        bytes.append(
            (line.checkpoint == nil ? 0 : Kind.entry) | (line.hasUsualNext ? 0 : Kind.skips)
                | (line.offenders.isEmpty ? 0 : Kind.hasOffenders))
        bytes.append(variableLength: line.round.number)
        if let checkpoint = line.checkpoint { bytes.append(variableLength: checkpoint) }
        if !line.hasUsualNext { bytes.append(variableLength: line.next.number) }
        if !line.offenders.isEmpty {
            bytes.append(variableLength: line.offenders.count)
            for offender in line.offenders { bytes.append(variableLength: offender.index) }
        }
        bytes.append(variableLength: line.inputs.count)
        for input in line.inputs {
            bytes.append(variableLength: input.sender.index)
            bytes.append(variableLength: Self.folded(line.round.number - input.round.number))
            bytes.append(littleEndian: input.digest)
        }
        bytes.append(littleEndian: line.result)
        let length = UInt32(bytes.count - 4)
        for index in 0..<4 { bytes[index] = UInt8(truncatingIfNeeded: length >> (8 * UInt32(index))) }
        bytes.append(littleEndian: XXH64.hash(bytes, seed: check))
        return bytes
    }

    /// - Parameter range: where the content stands; its check was found right.
    init(_ bytes: [UInt8], in range: Range<Int>) throws(VariableLengthFault) {
        var content = VariableLengthReader(bytes, in: range)
        number = try content.count()
        returns = try content.count()
        let kind = try content.bytes(1)[0]
        guard kind <= Kind.entry | Kind.skips | Kind.hasOffenders else { throw VariableLengthFault() }
        let round = try content.count()
        let checkpoint = kind & Kind.entry == 0 ? nil : try content.count()
        let next = kind & Kind.skips == 0 ? nil : try content.count()
        var offenders: [NodeID] = []
        if kind & Kind.hasOffenders != 0 {
            for _ in 0..<(try content.count()) { offenders.append(NodeID(try content.count())) }
        }
        let count = try content.count()
        var inputs: [TraceLine.Input] = []
        inputs.reserveCapacity(min(count, range.count / 10))
        for _ in 0..<count {
            let sender = NodeID(try content.count())
            let used = round - Self.unfolded(try content.count())
            guard used >= 0 else { throw VariableLengthFault() }
            inputs.append(TraceLine.Input(sender: sender, round: Round(used), digest: try content.hash()))
        }
        line = TraceLine(
            round: Round(round), inputs: inputs, offenders: offenders, checkpoint: checkpoint,
            next: next.map { Round($0) }, result: try content.hash())
        // What a record leaves out where it is as usual is not written out either.
        guard content.isAtEnd, line.hasUsualNext == (next == nil),
            offenders.isEmpty == (kind & Kind.hasOffenders == 0)
        else { throw VariableLengthFault() }
    }

    /// 0, 1, −1, 2, −2 as 0, 2, 1, 4, 3.
    private static func folded(_ value: Int) -> Int { value << 1 ^ value >> (Int.bitWidth - 1) }

    private static func unfolded(_ value: Int) -> Int { value >> 1 ^ -(value & 1) }
}

extension TraceRecord {
    /// `{"record":3,"round":3,"inputs":[[0,3,"9f…"],…],"result":"1c…"}`, inputs as sender, round, hash; `offenders`
    /// and `checkpoint` only where there are any, `next` only where rounds are skipped, `returns` once there was one.
    public var json: [UInt8] {
        var object = JSONLine()
        object.add("record", number)
        object.add("round", line.round.number)
        object.add("inputs", line.inputs) { list, input in
            list.appendList { list in
                list.append(integer: input.sender.index)
                list.separate()
                list.append(integer: input.round.number)
                list.separate()
                list.append(hash: input.digest)
            }
        }
        if !line.offenders.isEmpty { object.add("offenders", line.offenders) { $0.append(integer: $1.index) } }
        if let checkpoint = line.checkpoint { object.add("checkpoint", checkpoint) }
        if !line.hasUsualNext { object.add("next", line.next.number) }
        if returns > 0 { object.add("returns", returns) }
        object.add("result", hash: line.result)
        return object.line()
    }
}
