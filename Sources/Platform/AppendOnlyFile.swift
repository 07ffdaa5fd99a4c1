// A file of lines that only grows: metrics. It buffers nothing, so that a killed node loses no line.
import Glibc

/// A file to which whole lines are appended, each by one call; a full disk costs lines, never half of one.
public final class AppendOnlyFile {
    private let file: FileDescriptor
    private let path: String
    /// The file ends in part of a line, which the next one must not be joined to.
    private var isTorn = false

    /// Opens or makes the file and goes on after what is there.
    public init(_ path: String) throws(SystemFault) {
        self.path = path
        file = try Files.open(path, "open", O_RDWR | O_CREAT | O_APPEND)
        let size = lseek(file.number, 0, Int32(SEEK_END))
        var last = UInt8(ascii: "\n")
        if size > 0, unsafe pread(file.number, &last, 1, size - 1) == 1 { isTorn = last != UInt8(ascii: "\n") }
    }

    /// Appends `lines`, which end in a newline, or none of them.
    ///
    /// Where the disk takes only a part, the part is cut off again; where even that fails, it stays alone on its line.
    public func append(_ lines: [UInt8]) throws(SystemFault) {
        precondition(lines.last == UInt8(ascii: "\n"), "a file of lines takes whole lines")
        let bytes = isTorn ? [UInt8(ascii: "\n")] + lines : lines
        let transfer: Transfer
        do throws(SystemFault) {
            transfer = try file.write(bytes)
        } catch {
            throw SystemFault("append to", path, errno: error.errno)
        }
        guard case .bytes(let count) = transfer, count < bytes.count else {
            isTorn = false
            return
        }
        // The end is asked for, not counted: another process may have appended before.
        let end = lseek(file.number, 0, Int32(SEEK_END))
        if end < count || ftruncate(file.number, end - count) != 0 { isTorn = true }
        throw SystemFault("append to", path, errno: ENOSPC)
    }
}
