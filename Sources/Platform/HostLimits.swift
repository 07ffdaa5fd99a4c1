// What this machine allows one process: open files, processes and memory.
import Glibc
import Kernels
import Registry

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

    /// Whether what every process opens fits; to be asked before anything is opened.
    public static func checkOpenFiles(for program: String) throws(ConfigurationFault) {
        try check(openFiles: openFiles(forLinks: 0), for: program, limit: raiseOpenFiles().soft)
    }

    /// The limit with which a process of so many links does, started as this one was: numbers that are taken already
    /// are no use to it.
    public static func openFiles(forLinks links: Int) -> Int {
        let own = openFilesBesideLinks + links
        var limit = own
        while true {
            let needed = own + inheritedFiles.count { $0 < limit }
            if needed == limit { return limit }
            limit = needed
        }
    }

    /// Numbers of open files that this process was started with beside those that every node is: its children inherit
    /// them.
    private static let inheritedFiles = (3..<Int32(1_024)).filter { number in
        fcntl(number, F_GETFD) != -1 && !(Lifeline.isInherited && number == Lifeline.number)
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
    private static let openFilesBesideLinks = 16

    private static let openFilesResource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    /// `RLIMIT_NPROC`, a macro that Swift does not see; 6 on every Linux but Alpha, MIPS and SPARC.
    private static let processesResource: __rlimit_resource_t = 6
    private static let addressSpaceResource = __rlimit_resource_t(RLIMIT_AS.rawValue)

    private static func read(_ resource: __rlimit_resource_t) -> Limit {
        var limit = rlimit()
        guard unsafe getrlimit(resource, &limit) == 0 else { return Limit(soft: Int.max, hard: Int.max) }
        return Limit(soft: Int(clamping: limit.rlim_cur), hard: Int(clamping: limit.rlim_max))
    }

    /// Digits in groups of three: 1,040.
    public static func grouped(_ number: Int) -> String {
        var text = ""
        for (position, digit) in String(number).reversed().enumerated() {
            if position > 0 && position.isMultiple(of: 3) { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }
}

extension HostLimits {
    /// Bytes of memory that can be had without pushing others out: what the kernel takes for available, or what the
    /// control group or the shell (`ulimit -v`) leaves if that is less. `Int.max` where nothing can be read.
    public static func freeMemory() -> Int {
        let groups = "/sys/fs/cgroup"
        let left = [
            (limit: "\(groups)/memory.max", use: "\(groups)/memory.stat", own: "anon"),
            (limit: "\(groups)/memory/memory.limit_in_bytes", use: "\(groups)/memory/memory.stat", own: "total_rss"),
        ].map { group in
            memory(
                leftOf: (try? Files.read(group.limit)) ?? [], use: (try? Files.read(group.use)) ?? [], own: group.own)
        }
        let available = value(of: "MemAvailable:", in: (try? Files.read("/proc/meminfo")) ?? [])?.clampedTimes(1024)
        return (left + [available, read(addressSpaceResource).soft]).compactMap { $0 }.min() ?? .max
    }

    /// What a control group leaves of its limit. What it has cached can be had as well, so that only its own counts.
    static func memory(leftOf limit: [UInt8], use: [UInt8], own: String) -> Int? {
        let words = String(decoding: limit, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard let bytes = words.first.flatMap({ Int($0) }) else { return nil }
        return max(0, bytes.clampedMinus(value(of: own, in: use) ?? 0))
    }

    /// The number behind `name` in a text of a name and a number a line.
    private static func value(of name: String, in bytes: [UInt8]) -> Int? {
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let words = line.split(whereSeparator: \.isWhitespace)
            if words.count >= 2, words[0] == name { return Int(words[1]) }
        }
        return nil
    }
}

extension HostLimits {
    private typealias SetLimitOfProcess =
        @convention(c) (pid_t, Int32, UnsafeRawPointer?, UnsafeMutableRawPointer?) -> Int32
    /// `RLIMIT_FSIZE`, the same on every Linux.
    private static let fileSizeResource: Int32 = 1

    /// Lets a running process of this user write to no file beyond so many bytes from its beginning, as where its disk
    /// is full; it is told EFBIG, if it ignores SIGXFSZ. `nil` takes the limit back.
    public static func limitFiles(ofProcess process: Int32, to bytes: Int?) throws(SystemFault) {
        // Swift's Glibc does not show prlimit(2).
        guard let address = unsafe dlsym(nil, "prlimit") else { throw SystemFault("limit files of", errno: ENOSYS) }
        let setLimit = unsafe unsafeBitCast(address, to: SetLimitOfProcess.self)
        var limit = rlimit()
        try systemCall("read limits of", "process \(process)") {
            unsafe setLimit(process, fileSizeResource, nil, &limit)
        }
        limit.rlim_cur = bytes.map { min(rlim_t($0), limit.rlim_max) } ?? limit.rlim_max
        try systemCall("limit files of", "process \(process)") {
            unsafe setLimit(process, fileSizeResource, &limit, nil)
        }
    }
}

extension HostLimits {
    /// Processors that this process may use, as taskset and Slurm leave them; at least one. A share of their time, as a
    /// control group may have, is not looked at.
    public static var processors: Int {
        let allowed = (try? Files.read("/proc/self/status")).map { allowedProcessors(in: $0) } ?? 0
        return allowed > 0 ? allowed : max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    }

    /// Swift's Glibc lacks sched_getaffinity(2); the kernel tells the mask as text, `Cpus_allowed: 3,ffffffff`.
    static func allowedProcessors(in status: [UInt8]) -> Int {
        let name = "Cpus_allowed:"
        let lines = String(decoding: status, as: UTF8.self).split(separator: "\n")
        guard let mask = lines.first(where: { $0.hasPrefix(name) })?.dropFirst(name.count) else { return 0 }
        return mask.reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
    }
}
