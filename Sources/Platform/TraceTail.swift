// The end of a trace on disk, in bounded time and memory however long the trace is.
import Glibc
import Kernels
import Metrics
import Registry
import Scenario

/// The last records of a node's trace, each found to follow from the one before it.
public struct TraceTail: Sendable {
    /// At least one, but for a trace without any. The newest is the last.
    public let records: [TraceRecord]
    /// What the next record goes on from; `nil` where there is not even a header.
    let end: TraceEnd?
    /// Bytes of the file up to the end of the last whole record.
    let size: Int

    /// So much is read at least, if there is so much.
    public static let usualBytes = 1 << 16

    /// - Parameters:
    ///   - expected: whose trace it must be; any if `nil`.
    ///   - bytes: so many are read, and more only where too few records begin in them.
    ///   - count: so many records are wanted.
    /// - Returns: `nil` where there is no file.
    /// - Throws: in one line, what is wrong with the file, and where.
    public static func read(
        _ path: String, of expected: TraceHeader?, bytes: Int = usualBytes, atLeast count: Int = 1
    ) throws(ConfigurationFault) -> TraceTail? {
        guard Files.exists(path) else { return nil }
        let file: FileDescriptor
        do throws(SystemFault) {
            file = try Files.openToRead(path)
        } catch {
            throw ConfigurationFault(error.description)
        }
        do throws(TraceFault) {
            return try TraceTail(file, of: expected, bytes: bytes, atLeast: count)
        } catch {
            throw ConfigurationFault("\(path): \(error)")
        }
    }

    init(
        _ file: FileDescriptor, of expected: TraceHeader?, bytes: Int = usualBytes, atLeast count: Int = 1
    ) throws(TraceFault) {
        let size = max(0, Int(lseek(file.number, 0, Int32(SEEK_END))))
        var window = bytes
        // A file as short as a header is read whole, and then from its header on.
        if size > max(window, TraceHeader.mostBytes) {
            // Whose it is stands in front.
            _ = try TraceReader(file.bytes(at: 0, TraceHeader.mostBytes), of: expected)
            while window < size {
                let base = size - window
                if let reader = TraceReader(end: file.bytes(at: base, window), at: base) {
                    try self.init(reader)
                    if records.count >= count { return }
                }
                window *= 2
            }
        }
        guard let reader = try TraceReader(file.bytes(at: 0, size), of: expected) else {
            self.init(records: [], end: nil, size: 0)
            return
        }
        try self.init(reader)
    }

    private init(_ start: TraceReader) throws(TraceFault) {
        var reader = start
        var records: [TraceRecord] = []
        while let record = try reader.next() { records.append(record) }
        self.init(records: records, end: reader.end, size: reader.offset)
    }

    private init(records: [TraceRecord], end: TraceEnd?, size: Int) {
        self.records = records
        self.end = end
        self.size = size
    }
}

extension FileDescriptor {
    /// Up to `count` bytes from a place in a file.
    fileprivate func bytes(at offset: Int, _ count: Int) -> [UInt8] {
        guard count > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: count)
        let read = read(into: &bytes, at: offset)
        bytes.removeLast(count - max(0, read))
        return bytes
    }
}

extension NodeDirectory {
    /// Refuses what a program left that wrote traces as JSON lines.
    public func checkFormatOfTrace() throws(ConfigurationFault) {
        guard Files.exists(traceOfFirstFormat) else { return }
        throw ConfigurationFault(
            "\(traceOfFirstFormat) is a trace in version 1 of the format; this program reads version "
                + "\(TraceHeader.version), which is trace.bin: use the program that made this run")
    }
}
