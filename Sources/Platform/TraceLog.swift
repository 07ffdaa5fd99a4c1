// A node's trace as it is written: one call of the system a record, none of them kept back. Where only the recent part
// is kept, the file is replaced by its end whenever it has grown too long.
import Glibc
import Kernels
import Metrics
import Registry
import Scenario

/// The trace of a node that runs, in a folder that no other process writes to.
public final class TraceLog {
    /// A trace of which only the recent part is kept grows no longer than this, but for one record.
    static let mostBytes = 1 << 17

    private let path: String
    private let header: TraceHeader
    private let keeps: TraceKeeping
    private var file: FileDescriptor
    /// `nil` until the header is written, which goes before the first record in one call.
    private var end: TraceEnd?
    private var size: Int
    /// Behind `size` there is part of a record, to be cut off before anything follows it.
    private var isTorn: Bool
    private var trimsAt: Int

    /// Opens or makes the file and goes on after the last whole record. The half record of a process that was killed is
    /// cut off: nothing was derived from it.
    ///
    /// - Throws: in one line, what is wrong with what is there.
    init(_ path: String, _ header: TraceHeader, keeps: TraceKeeping = .full) throws {
        self.path = path
        self.header = header
        self.keeps = keeps
        file = try Files.open(path, "open", O_RDWR | O_CREAT | O_APPEND)
        let tail: TraceTail
        do {
            tail = try TraceTail(file, of: header)
        } catch {
            throw error.refusal(of: path)
        }
        end = tail.end
        size = tail.size
        isTorn = lseek(file.number, 0, Int32(SEEK_END)) > tail.size
        trimsAt = Self.mostBytes
    }

    /// Nobody will find what is appended: the file was deleted, perhaps with the folder that it was in.
    var isDeleted: Bool {
        var status = stat()
        return unsafe fstat(file.number, &status) == 0 && status.st_nlink == 0
    }

    /// Appends a record, or nothing: of what a full disk took, the part is cut off again, at once or before the next.
    func append(_ line: TraceLine) throws(SystemFault) {
        if isTorn {
            try systemCall("append to", path) { ftruncate(file.number, size) }
            isTorn = false
        }
        var end = self.end ?? TraceEnd(of: header)
        let record = end.record(line)
        let encoded = record.encoded(after: end.check)
        let bytes = self.end == nil ? header.encoded + encoded : encoded
        let transfer: Transfer
        do throws(SystemFault) {
            transfer = try file.write(bytes)
        } catch {
            throw SystemFault("append to", path, errno: error.errno)
        }
        guard case .bytes(bytes.count) = transfer else {
            isTorn = true
            if ftruncate(file.number, size) == 0 { isTorn = false }
            throw SystemFault("append to", path, errno: ENOSPC)
        }
        end.pass(record, encoded)
        self.end = end
        size += bytes.count
    }

    /// Drops old records, where they are not kept and there are many. The file is replaced in one step: who is killed
    /// meanwhile leaves the old or the new one. What fails is tried again later.
    func trim() throws(SystemFault) {
        guard keeps == .recent, size > trimsAt else { return }
        trimsAt = size + TraceTail.usualBytes
        guard let records = try? TraceTail(file, of: header).records,
            let first = records.first
        else { return }
        var shorter = header
        shorter.dropped = first.number
        var (bytes, end) = (shorter.encoded, TraceEnd(of: shorter))
        for record in records {
            let encoded = record.encoded(after: end.check)
            bytes += encoded
            end.pass(record, encoded)
        }
        let beside = "\(path)\(Files.partSuffix)"
        do throws(SystemFault) {
            let replacement = try Files.open(beside, "write", O_RDWR | O_CREAT | O_TRUNC | O_APPEND)
            try replacement.writeAll(bytes)
            try systemCall("write") { unsafe rename(beside, path) }
            file = replacement
        } catch {
            Files.remove(beside)
            throw SystemFault("shorten", path, errno: error.errno)
        }
        self.end = end
        size = bytes.count
        trimsAt = Self.mostBytes
    }
}

extension TraceFault {
    /// What is said of a trace that a node cannot go on from.
    func refusal(of path: String) -> ConfigurationFault {
        guard case .broken(_, let offset) = self else {
            return ConfigurationFault("\(path): \(self); a node goes on from its own trace only")
        }
        return ConfigurationFault(
            "\(path): \(self); 'truncate -s \(offset)' of it keeps what is before, and then the node may say two "
                + "things for a round")
    }
}
