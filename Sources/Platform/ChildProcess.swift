// Starting, watching and ending other programs. Nothing here ends a child silently; the lifeline does that.
import Glibc

/// How a process ended: by itself, with a status, or by a signal.
public enum ExitStatus: Equatable, Sendable, CustomStringConvertible {
    case exited(Int32)
    case signalled(Signal)

    public var description: String {
        switch self {
        case .exited(let code): "ended with status \(code)"
        case .signalled(let signal): "killed by \(signal)"
        }
    }

    /// From what waitpid(2) writes; its macros are not visible to Swift.
    init(waitStatus: Int32) {
        let signal = waitStatus & 0x7f
        self = signal == 0 ? .exited(waitStatus >> 8 & 0xff) : .signalled(Signal(signal))
    }
}

/// A child of this process, in a process group of its own so that Ctrl-C reaches only its launcher.
public final class ChildProcess {
    /// Where what the child prints goes.
    public enum Output: Sendable {
        case inherited
        /// Standard output and error, appended to the file of this path.
        case file(String)
        /// Standard output, into this end of a pipe; what goes to standard error is dropped.
        case pipe(FileDescriptor)
    }

    /// The kernel's number of the child, and of the process group that it leads.
    public let processIdentifier: Int32
    /// How it ended, once `poll` or `wait` has seen it.
    public private(set) var status: ExitStatus?

    /// The identifier of this process itself.
    public static var ownIdentifier: Int { Int(getpid()) }

    /// Starts `executable` (a path, or a name to be looked for in `PATH`) with default signals and no other open file.
    ///
    /// Only the thread that makes descriptors may call this: between being made and being marked close-on-exec, one
    /// would be inherited.
    ///
    /// - Parameters:
    ///   - environment: variables beside those of this process; they win over its own.
    ///   - input: its standard input; without one, it is empty.
    ///   - isOneOfMany: of the same program. They are put at the same addresses: a processor that turns from one to the
    ///     next has learned its branches already, which is a fourth of what a round of small models costs. Whoever can
    ///     break into one of them knows the addresses of all.
    public init(
        _ executable: String, _ arguments: [String] = [], environment: [(name: String, value: String)] = [],
        input: FileDescriptor? = nil, output: Output = .inherited, lifeline: Lifeline? = nil, isOneOfMany: Bool = false
    ) throws(SystemFault) {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        if let input {
            unsafe posix_spawn_file_actions_adddup2(&actions, input.number, 0)
        } else {
            unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        var log: FileDescriptor?
        switch output {
        case .inherited: break
        case .file(let path):
            // Opened here and not by the child, so that the fault names the file.
            let file = try Files.open(path, "open", O_WRONLY | O_CREAT | O_APPEND)
            unsafe posix_spawn_file_actions_adddup2(&actions, file.number, 1)
            unsafe posix_spawn_file_actions_adddup2(&actions, file.number, 2)
            log = file
        case .pipe(let end):
            unsafe posix_spawn_file_actions_adddup2(&actions, end.number, 1)
            unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        }
        if let lifeline {
            unsafe posix_spawn_file_actions_adddup2(&actions, lifeline.reading.number, Lifeline.number)
        }

        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        // An ignored signal (SIGPIPE here) would stay ignored in the child.
        var signals = sigset_t()
        unsafe sigfillset(&signals)
        unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
        unsafe sigemptyset(&signals)
        unsafe posix_spawnattr_setsigmask(&attributes, &signals)
        unsafe posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

        var variables = environment
        if lifeline != nil { variables.append((Lifeline.variable, "\(Lifeline.number)")) }
        var identifier: pid_t = 0
        let result = unsafe withCStrings([executable] + arguments) { words in
            unsafe withCStrings(Self.environment(adding: variables)) { variables in
                let spawn = {
                    unsafe posix_spawnp(&identifier, executable, &actions, &attributes, words, variables)
                }
                return isOneOfMany ? AddressLayout.withFixedAddresses(spawn) : spawn()
            }
        }
        withExtendedLifetime(log) {}
        try checkedCall("start", executable, number: result)
        processIdentifier = identifier
    }

    /// How the child ended, or `nil` while it runs; does not wait.
    public func poll() throws(SystemFault) -> ExitStatus? { try reap(WNOHANG) }

    /// Waits until the child has ended.
    @discardableResult
    public func wait() throws(SystemFault) -> ExitStatus {
        while true {
            if let status = try reap(0) { return status }
        }
    }

    /// Sends `signal` to the child and its own children; nothing once it is known to have ended.
    public func send(_ signal: Signal) throws(SystemFault) {
        // Until it is waited for, its number cannot become another's.
        if try poll() != nil { return }
        try systemCall("send \(signal) to process", "\(processIdentifier)") { kill(-processIdentifier, signal.number) }
    }

    /// Whether a signal has stopped it, and none has let it go on.
    public var isStopped: Bool {
        guard let line = try? Files.read("/proc/\(processIdentifier)/stat") else { return false }
        // Its state stands behind its name, which is in parentheses and may hold any others.
        guard let end = line.lastIndex(of: UInt8(ascii: ")")), end + 2 < line.count else { return false }
        return line[end + 2] == UInt8(ascii: "T")
    }

    private func reap(_ options: Int32) throws(SystemFault) -> ExitStatus? {
        if let status { return status }
        var waitStatus: Int32 = 0
        let reaped = try systemCall("wait for process", "\(processIdentifier)") {
            unsafe waitpid(processIdentifier, &waitStatus, options)
        }
        if reaped == processIdentifier { status = ExitStatus(waitStatus: waitStatus) }
        return status
    }

    /// This process's environment, in which `added` takes the place of variables of the same name.
    private static func environment(adding added: [(name: String, value: String)]) -> [String] {
        var variables: [String] = []
        var next = unsafe environ
        while let entry = unsafe next.pointee {
            let variable = unsafe String(cString: entry)
            if !added.contains(where: { variable.hasPrefix("\($0.name)=") }) { variables.append(variable) }
            unsafe next += 1
        }
        return variables + added.map { "\($0.name)=\($0.value)" }
    }
}

/// Lends `strings` to C as an array that ends in a null pointer.
private func withCStrings<Result>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    let copies: [UnsafeMutablePointer<CChar>?] = unsafe strings.map { unsafe strdup($0) } + [nil]
    defer { unsafe copies.forEach { unsafe free($0) } }
    return unsafe copies.withUnsafeBufferPointer { unsafe body($0.baseAddress!) }
}
