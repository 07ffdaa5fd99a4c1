// Goes through the records of a trace, from its header or from somewhere in it, and finds each to follow from the one
// before it. It opens no file.
import Kernels

/// What the next record of a trace goes on from.
public struct TraceEnd: Sendable, Equatable {
    /// Of the next record.
    public private(set) var number: Int
    public private(set) var returns: Int
    /// Of the last record, or of the header.
    public private(set) var check: UInt64

    /// After this header.
    public init(of header: TraceHeader) {
        let bytes = header.encoded
        self.init(number: header.dropped, returns: 0, check: bytes.integer(at: bytes.count - 8, as: UInt64.self))
    }

    fileprivate init(number: Int, returns: Int, check: UInt64) {
        self.number = number
        self.returns = returns
        self.check = check
    }

    /// What `line` is as the next record.
    public func record(_ line: TraceLine) -> TraceRecord {
        TraceRecord(number: number, returns: returns + (line.isReturn ? 1 : 0), line: line)
    }

    /// Goes on after this record, of these bytes.
    public mutating func pass(_ record: TraceRecord, _ bytes: [UInt8]) {
        pass(record, check: bytes.integer(at: bytes.count - 8, as: UInt64.self))
    }

    fileprivate mutating func pass(_ record: TraceRecord, check: UInt64) {
        number = record.number + 1
        returns = record.returns
        self.check = check
    }
}

/// The records of bytes that are a trace or the end of one.
public struct TraceReader: Sendable {
    private let bytes: [UInt8]
    /// Where in the file `bytes` begin.
    private let base: Int
    private var position: Int
    public private(set) var end: TraceEnd

    /// The records of a whole trace.
    ///
    /// - Parameters:
    ///   - bytes: those of the file, from its first on.
    ///   - expected: whose trace it must be; any if `nil`.
    /// - Returns: `nil` where not even a header is whole: nothing was written down then.
    public init?(_ bytes: [UInt8], of expected: TraceHeader?) throws(TraceFault) {
        guard let header = try TraceHeader(startOf: bytes) else { return nil }
        if let expected { try header.check(against: expected) }
        self.bytes = bytes
        base = 0
        position = header.encoded.count
        end = TraceEnd(of: header)
    }

    /// The records of the end of a trace, from the first that begins in it.
    ///
    /// - Parameter base: where in the file it begins.
    /// - Returns: `nil` where no record is whole.
    public init?(end bytes: [UInt8], at base: Int) {
        guard let (position, record) = Self.firstRecord(in: bytes, from: 8) else { return nil }
        self.bytes = bytes
        self.base = base
        self.position = position
        end = TraceEnd(
            number: record.number, returns: record.returns, check: bytes.integer(at: position - 8, as: UInt64.self))
    }

    /// Where in the file the next record begins, or would.
    public var offset: Int { base + position }

    /// - Returns: `nil` after the last whole record: then `isTorn` tells whether part of another one follows.
    public mutating func next() throws(TraceFault) -> TraceRecord? {
        guard position < bytes.count else { return nil }
        switch Self.frame(in: bytes, at: position, after: end.check) {
        case .whole(let record, let next) where record.number == end.number:
            end.pass(record, check: bytes.integer(at: next - 8, as: UInt64.self))
            position = next
            return record
        // Behind the half record of a process that was killed there is nothing; behind an altered length there is.
        case .torn where Self.firstRecord(in: bytes, from: position + 8) == nil: return nil
        case .whole, .torn, .broken: throw .broken(record: end.number, offset: offset)
        }
    }

    /// Whether bytes follow the last whole record.
    public var isTorn: Bool { position < bytes.count }

    private enum Frame {
        case whole(TraceRecord, next: Int)
        /// The bytes end before it does.
        case torn
        case broken
    }

    private static func frame(in bytes: [UInt8], at position: Int, after check: UInt64) -> Frame {
        guard position + 4 <= bytes.count else { return .torn }
        let length = Int(bytes.integer(at: position, as: UInt32.self))
        guard length <= TraceRecord.mostContent else { return .broken }
        let end = position + 4 + length
        guard end + 8 <= bytes.count else { return .torn }
        guard XXH64.hash(bytes, in: position..<end, seed: check) == bytes.integer(at: end, as: UInt64.self),
            let record = try? TraceRecord(bytes, in: position + 4..<end)
        else { return .broken }
        return .whole(record, next: end + 8)
    }

    private static func firstRecord(in bytes: [UInt8], from start: Int) -> (position: Int, record: TraceRecord)? {
        for position in start..<max(start, bytes.count) {
            let check = bytes.integer(at: position - 8, as: UInt64.self)
            if case .whole(let record, _) = frame(in: bytes, at: position, after: check) { return (position, record) }
        }
        return nil
    }
}

/// A whole trace.
public struct TraceFile: Sendable {
    public let records: [TraceRecord]
    /// Records that were before the first, and are kept no longer.
    public let dropped: Int

    /// - Parameters:
    ///   - bytes: those of the file; none where the node has closed no round yet.
    ///   - expected: whose trace it must be; any if `nil`.
    public init(_ bytes: [UInt8], of expected: TraceHeader? = nil) throws(TraceFault) {
        var records: [TraceRecord] = []
        guard var reader = try TraceReader(bytes, of: expected) else {
            (self.records, dropped) = ([], 0)
            return
        }
        dropped = reader.end.number
        while let record = try reader.next() { records.append(record) }
        self.records = records
    }

    public var lines: [TraceLine] { records.map(\.line) }
}
