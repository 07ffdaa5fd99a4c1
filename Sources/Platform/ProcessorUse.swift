// What processes take of the processors: time, and how often they were switched.
import Glibc
import Kernels

/// Processor time and context switches of processes.
public struct ProcessorUse: Sendable, Equatable {
    /// In user and kernel mode together, of all threads.
    public private(set) var time: Nanoseconds = 0
    /// A thread had nothing to do.
    public private(set) var voluntarySwitches = 0
    /// Another was given the processor.
    public private(set) var involuntarySwitches = 0

    public init() {}

    /// Of a process so far, switches of its first thread alone; nothing of one that is gone.
    public init(of process: Int32) {
        var clock = clockid_t()
        guard unsafe clock_getcpuclockid(process, &clock) == 0 else { return }
        var spent = timespec()
        guard unsafe clock_gettime(clock, &spent) == 0 else { return }
        time = Nanoseconds(spent.tv_sec) * 1_000_000_000 + Nanoseconds(spent.tv_nsec)
        let status = String(decoding: (try? Files.read("/proc/\(process)/status")) ?? [], as: UTF8.self)
        for line in status.split(separator: "\n") {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard words.count == 2, let count = Int(words[1]) else { continue }
            if words[0] == "voluntary_ctxt_switches:" { voluntarySwitches = count }
            if words[0] == "nonvoluntary_ctxt_switches:" { involuntarySwitches = count }
        }
    }

    /// Of the children of this process that have ended and were waited for, and of theirs in turn.
    public static func ofEndedChildren() -> ProcessorUse {
        var usage = rusage()
        _ = unsafe getrusage(RUSAGE_CHILDREN.rawValue, &usage)
        let microseconds = usage.ru_utime.tv_usec + usage.ru_stime.tv_usec
        var use = ProcessorUse()
        use.time =
            Nanoseconds(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1_000_000_000 + Nanoseconds(microseconds)
            * 1000
        (use.voluntarySwitches, use.involuntarySwitches) = (usage.ru_nvcsw, usage.ru_nivcsw)
        return use
    }

    public static func + (one: ProcessorUse, other: ProcessorUse) -> ProcessorUse {
        var sum = one
        sum.time += other.time
        sum.voluntarySwitches += other.voluntarySwitches
        sum.involuntarySwitches += other.involuntarySwitches
        return sum
    }

    public static func - (one: ProcessorUse, other: ProcessorUse) -> ProcessorUse {
        var rest = one
        rest.time -= other.time
        rest.voluntarySwitches -= other.voluntarySwitches
        rest.involuntarySwitches -= other.involuntarySwitches
        return rest
    }
}
