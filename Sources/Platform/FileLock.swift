// A mark on a file that a process of this host is at work on what it stands for. The kernel takes it away when the
// process ends, however it ends.
import Glibc

/// Held as long as this object is there.
public final class FileLock: Sendable {
    private let file: FileDescriptor

    /// - Returns: `nil` where another holds it.
    public init?(_ path: String) throws(SystemFault) {
        file = try Files.open(path, "open", O_RDONLY)
        do throws(SystemFault) {
            try systemCall("lock", path) { flock(file.number, LOCK_EX | LOCK_NB) }
        } catch {
            // A file system that knows no locks keeps nobody from working.
            if error.errno == EWOULDBLOCK { return nil }
        }
    }
}
