// Signals as bytes in a pipe, so that a poll loop sees them like everything else.
import Glibc
import Synchronization

/// A signal by number and name.
public struct Signal: Hashable, Sendable, CustomStringConvertible {
    public let number: Int32

    public init(_ number: Int32) { self.number = number }

    /// Ctrl-C.
    public static let interrupt = Signal(SIGINT)
    /// A request to end, which a process may answer in its own time.
    public static let terminate = Signal(SIGTERM)
    /// The terminal, or the connection to the host, is gone.
    public static let hangUp = Signal(SIGHUP)
    /// The end at once; no process can catch it.
    public static let kill = Signal(SIGKILL)
    /// What schedulers are asked to send some time before the end of a job.
    public static let user1 = Signal(SIGUSR1)
    public static let user2 = Signal(SIGUSR2)
    /// Requests to bring things to an end, made in good time.
    static let warnings: [Signal] = [.user1, .user2]
    /// Stand still, until told to go on; no process can catch it.
    public static let stop = Signal(SIGSTOP)
    public static let `continue` = Signal(SIGCONT)
    /// A child has ended.
    public static let child = Signal(SIGCHLD)

    /// "SIGTERM".
    public var description: String { Self.names[number] ?? "signal \(number)" }

    private static let names: [Int32: String] = [
        SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGILL: "SIGILL", SIGTRAP: "SIGTRAP",
        SIGABRT: "SIGABRT", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGKILL: "SIGKILL", SIGUSR1: "SIGUSR1",
        SIGSEGV: "SIGSEGV", SIGUSR2: "SIGUSR2", SIGPIPE: "SIGPIPE", SIGALRM: "SIGALRM", SIGTERM: "SIGTERM",
        SIGCHLD: "SIGCHLD", SIGCONT: "SIGCONT", SIGSTOP: "SIGSTOP", SIGTSTP: "SIGTSTP", SIGXCPU: "SIGXCPU",
        SIGXFSZ: "SIGXFSZ", SIGSYS: "SIGSYS",
    ]
}

/// The write end for the handler, which may touch nothing but this, the next one, `errno` and write(2).
private let handlerPipe = Atomic<Int32>(-1)
/// Set by the handler when a signal has come that is no child's.
private let endRequest = Atomic<Bool>(false)

/// The signals of this process as input for its poll loop; one object at a time.
public final class Signals {
    /// Readable when a signal has come.
    public let descriptor: FileDescriptor
    private let writing: FileDescriptor
    private let watched: [Signal]

    /// Catches `watched` from now until this object is gone, and ignores SIGPIPE and SIGXFSZ for good.
    ///
    /// A hang-up that the process was started to ignore, as `nohup` does, stays ignored. Not so the others: a shell
    /// that starts a program in the background has it ignore Ctrl-C, and a signal sent to it by number is still meant.
    /// A launcher adds `.child` to be woken when one of its children ends.
    public init(_ watched: [Signal] = requestsToEnd) throws(SystemFault) {
        let watched = watched.filter { $0 != .hangUp || !Self.isHangUpIgnored }
        self.watched = watched
        (descriptor, writing) = try FileDescriptor.pipe()
        try descriptor.setNonblocking()
        try writing.setNonblocking()
        handlerPipe.store(writing.number, ordering: .sequentiallyConsistent)
        Self.ignoreBrokenPipes()
        Self.ignoreFileLimits()
        for signal in watched {
            try Self.handle(signal) { received in
                let before = errno
                if received != SIGCHLD { endRequest.store(true, ordering: .relaxed) }
                var byte = UInt8(truncatingIfNeeded: received)
                _ = unsafe write(handlerPipe.load(ordering: .sequentiallyConsistent), &byte, 1)
                errno = before
            }
        }
    }

    /// Whether a signal that was watched for has asked this process to end: for long work that reads no pipe.
    public static var wereRequestsToEnd: Bool { endRequest.load(ordering: .relaxed) }

    /// What asks a process to end in good order.
    public static let requestsToEnd: [Signal] = [.terminate, .interrupt, .hangUp] + Signal.warnings

    private static var isHangUpIgnored: Bool {
        var action = sigaction()
        guard unsafe sigaction(SIGHUP, nil, &action) == 0 else { return false }
        return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// A process that was asked to end has a last word to say, and is not killed for being asked again meanwhile: its
    /// handlers stay, and write to nobody.
    deinit {
        handlerPipe.store(-1, ordering: .sequentiallyConsistent)
        guard !Self.wereRequestsToEnd else { return }
        for signal in watched { try? Self.handle(signal, SIG_DFL) }
    }

    /// The signals that have come since the last call, in order.
    public func take() throws(SystemFault) -> [Signal] {
        var buffer = [UInt8](repeating: 0, count: 64)
        var signals: [Signal] = []
        while case .bytes(let count) = try descriptor.read(into: &buffer) {
            signals += buffer.prefix(count).map { Signal(Int32($0)) }
        }
        return signals
    }

    /// From here on, writing to a closed connection is a fault (EPIPE) and not the end of the process.
    public static func ignoreBrokenPipes() { try? handle(Signal(SIGPIPE), SIG_IGN) }

    /// From here on, a file that may not grow (`ulimit -f`) is a full disk (EFBIG) and not the end of the process.
    static func ignoreFileLimits() { try? handle(Signal(SIGXFSZ), SIG_IGN) }

    private static func handle(_ signal: Signal, _ handler: __sighandler_t?) throws(SystemFault) {
        var action = sigaction()
        unsafe action.__sigaction_handler.sa_handler = handler
        action.sa_flags = SA_RESTART
        try systemCall("catch", signal.description) { unsafe sigaction(signal.number, &action, nil) }
    }
}
