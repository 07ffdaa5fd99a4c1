// What this machine allows one process: open files and processes. It does not count what others use.
import Glibc
import Kernels

/// Readings of the limits that stop a large run, and the check before one.
public enum HostLimits {
    /// A limit that is enforced (`soft`), and how far it may be raised (`hard`); `Int.max` where there is none.
    public struct Limit: Equatable, Sendable {
        public let soft: Int
        public let hard: Int
    }

    /// What the shell calls `ulimit -n`.
    public static func openFiles() -> Limit { read(openFilesResource) }

    /// What the shell calls `ulimit -u`: processes and threads of this user.
    public static func processes() -> Limit { read(processesResource) }

    /// Raises the soft limit of open files to the hard one, and returns what holds afterwards.
    @discardableResult
    public static func raiseOpenFiles() -> Limit {
        var limit = rlimit()
        if unsafe getrlimit(openFilesResource, &limit) == 0 {
            limit.rlim_cur = limit.rlim_max
            _ = unsafe setrlimit(openFilesResource, &limit)
        }
        return openFiles()
    }

    /// Whether `needed` open files fit; `who` says for what, as in "a node with 64 neighbours".
    public static func check(
        openFiles needed: Int, for who: String, limit: Int = openFiles().soft
    ) throws(ConfigurationFault) {
        if needed > limit {
            throw ConfigurationFault(
                "\(who) needs \(grouped(needed)) open files, the limit is \(grouped(limit)) (ulimit -n)")
        }
    }

    /// Whether `needed` more processes fit; others of this user count too, so a pass is no promise.
    public static func check(
        processes needed: Int, for who: String, limit: Int = processes().soft
    ) throws(ConfigurationFault) {
        if needed > limit {
            throw ConfigurationFault(
                "\(who) needs \(grouped(needed)) processes, the limit is \(grouped(limit)) (ulimit -u)")
        }
    }

    /// What every process opens beside its links: standard streams, signals, lifeline, listener, logs, one file.
    public static let openFilesBesideLinks = 16

    private static let openFilesResource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    /// `RLIMIT_NPROC`, a macro that Swift does not see; 6 on every Linux but Alpha, MIPS and SPARC.
    private static let processesResource: __rlimit_resource_t = 6

    private static func read(_ resource: __rlimit_resource_t) -> Limit {
        var limit = rlimit()
        guard unsafe getrlimit(resource, &limit) == 0 else { return Limit(soft: Int.max, hard: Int.max) }
        return Limit(soft: Int(clamping: limit.rlim_cur), hard: Int(clamping: limit.rlim_max))
    }

    /// Digits in groups of three: 1,040.
    private static func grouped(_ number: Int) -> String {
        var text = ""
        for (position, digit) in String(number).reversed().enumerated() {
            if position > 0 && position.isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }
}

extension HostLimits {
    /// Processors that this process may use; at least one.
    public static var processors: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }
}
