// Calls of the operating system and how they fail. The one place that reads `errno` and knows its names.
import Glibc

/// A call of the operating system that failed: which, on what, and why.
public struct SystemFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// What was tried, as a verb: "open", "connect to".
    public let call: String
    /// A path, an address, or empty.
    public let subject: String
    public let errno: Int32
    /// In place of what the system says of `errno`.
    private let reason: String?

    public init(_ call: String, _ subject: String = "", errno: Int32) {
        self.call = call
        self.subject = subject
        self.errno = errno
        reason = nil
    }

    /// A call that would have succeeded and is not made, such as reading what never ends.
    init(_ call: String, _ subject: String, because reason: String) {
        self.call = call
        self.subject = subject
        errno = EINVAL
        self.reason = reason
    }

    /// The same fault, on this subject if it has none yet.
    func named(_ subject: String) -> SystemFault {
        guard self.subject.isEmpty else { return self }
        return reason.map { SystemFault(call, subject, because: $0) } ?? SystemFault(call, subject, errno: errno)
    }

    /// Whether there is no room left: no mistake of whoever named the file.
    public var isFullDisk: Bool { [ENOSPC, EDQUOT, EFBIG].contains(errno) }

    /// For modules that know no numbers of the system: nothing stands there.
    public static let notFound = ENOENT

    /// The same for all faults of one cause, on whatever subject.
    var kind: String { "\(call) \(reason ?? "\(errno)")" }

    /// One line, such as "cannot open model.bin: No such file or directory (ENOENT)".
    public var description: String {
        let action = subject.isEmpty ? call : "\(call) \(subject)"
        if let reason { return "cannot \(action): \(reason)" }
        let reason = unsafe String(cString: strerror(errno))
        let name = Self.names[errno].map { " (\($0))" } ?? " (\(errno))"
        let limit = errno == EMFILE ? "; the limit is \(HostLimits.openFiles().soft) (ulimit -n)" : ""
        return "cannot \(action): \(reason)\(name)\(limit)"
    }

    /// Glibc's own table (`strerrorname_np`) is not visible to Swift; these are the ones a node can meet.
    private static let names: [Int32: String] = [
        EPERM: "EPERM", ENOENT: "ENOENT", ESRCH: "ESRCH", EINTR: "EINTR", EIO: "EIO", E2BIG: "E2BIG",
        ENOEXEC: "ENOEXEC", EBADF: "EBADF", ECHILD: "ECHILD", EAGAIN: "EAGAIN", ENOMEM: "ENOMEM",
        EACCES: "EACCES", EFAULT: "EFAULT", EBUSY: "EBUSY", EEXIST: "EEXIST", EXDEV: "EXDEV",
        ENOTDIR: "ENOTDIR", EISDIR: "EISDIR", EINVAL: "EINVAL", ENFILE: "ENFILE", EMFILE: "EMFILE",
        EFBIG: "EFBIG", ENOSPC: "ENOSPC", ESPIPE: "ESPIPE", EROFS: "EROFS", EPIPE: "EPIPE",
        ENAMETOOLONG: "ENAMETOOLONG", ENOTEMPTY: "ENOTEMPTY", ELOOP: "ELOOP", EDQUOT: "EDQUOT",
        EADDRINUSE: "EADDRINUSE", EADDRNOTAVAIL: "EADDRNOTAVAIL", EAFNOSUPPORT: "EAFNOSUPPORT",
        ENETDOWN: "ENETDOWN", ENETUNREACH: "ENETUNREACH", ECONNABORTED: "ECONNABORTED",
        ECONNRESET: "ECONNRESET", ENOBUFS: "ENOBUFS", EISCONN: "EISCONN", ENOTCONN: "ENOTCONN",
        ETIMEDOUT: "ETIMEDOUT", ECONNREFUSED: "ECONNREFUSED", EHOSTDOWN: "EHOSTDOWN",
        EHOSTUNREACH: "EHOSTUNREACH", EALREADY: "EALREADY", EINPROGRESS: "EINPROGRESS",
    ]
}

/// The outcome of `body`, tried again whenever a signal interrupts it.
///
/// - Parameter body: a call that returns −1 and sets `errno` where it fails. Not `close`, which must not be repeated.
@discardableResult
func systemCall<Number: SignedInteger>(
    _ call: String, _ subject: @autoclosure () -> String = "", _ body: () -> Number
) throws(SystemFault) -> Number {
    while true {
        let result = body()
        if result != -1 { return result }
        let number = errno
        if number != EINTR { throw SystemFault(call, subject(), errno: number) }
    }
}

/// As `systemCall`, for calls that return 0 or the error number itself (`posix_spawn`, `pthread_create`).
func checkedCall(_ call: String, _ subject: @autoclosure () -> String = "", number: Int32) throws(SystemFault) {
    if number != 0 { throw SystemFault(call, subject(), errno: number) }
}
