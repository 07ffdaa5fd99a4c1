// FileLock, for one process at a time: an advisory lock on a file, which the kernel takes back however its holder ends.
import Glibc

/// A lock that is held as long as this object is there. Children do not inherit it.
public final class FileLock: Sendable {
    let file: FileDescriptor
    /// False on a file system without locks, where nobody can be kept out.
    public let isEffective: Bool

    private init(_ file: FileDescriptor, isEffective: Bool) {
        self.file = file
        self.isEffective = isEffective
    }

    /// Said aloud, for closing the file gives nothing back while a child that is being started still has it open.
    deinit { _ = flock(file.number, LOCK_UN) }

    /// Whether somebody holds the lock of the file at `path` now; false where there is no such file.
    public static func isHeld(_ path: String) -> Bool {
        guard let file = try? Files.open(path, "lock", O_RDONLY) else { return false }
        // Given back with the file, at once.
        return flock(file.number, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }

    /// Takes the lock of the file at `path`, which is made if need be and never removed: who removed it would let a
    /// second holder in beside one that still has it open. Does not wait.
    ///
    /// - Returns: `nil` where another holds it.
    public static func take(_ path: String) throws(SystemFault) -> FileLock? {
        // For writing, since a network file system locks nothing else exclusively.
        let file = try Files.open(path, "lock", O_RDWR | O_CREAT)
        do throws(SystemFault) {
            try systemCall("lock", path) { flock(file.number, LOCK_EX | LOCK_NB) }
            return FileLock(file, isEffective: true)
        } catch {
            switch error.errno {
            case EWOULDBLOCK: return nil
            case ENOLCK, ENOSYS, EOPNOTSUPP: return FileLock(file, isEffective: false)
            default: throw error
            }
        }
    }
}
