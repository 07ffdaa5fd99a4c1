// The machine's clocks: the monotonic one that rounds are timed by, and the calendar, for names of runs only.
import Glibc
import Kernels

/// Time that never goes back, the same for every process of this machine since it was started.
public struct MonotonicClock: Sendable {
    public init() {}

    /// Nanoseconds since the machine was started, without the time it slept.
    public func now() -> Instant { Instant(nanoseconds: nanoseconds(of: CLOCK_MONOTONIC)) }
}

/// Time that the calling thread has spent on a processor: what work costs, whoever else is at work.
struct ThreadClock: Sendable {
    func now() -> Nanoseconds { nanoseconds(of: CLOCK_THREAD_CPUTIME_ID) }
}

/// Processor time of all threads of this process, a figure that does not grow while others are at work.
public struct ProcessorClock: Sendable {
    public init() {}

    public func now() -> Nanoseconds { nanoseconds(of: CLOCK_PROCESS_CPUTIME_ID) }
}

private func nanoseconds(of clock: clockid_t) -> Nanoseconds {
    var time = timespec()
    _ = unsafe clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

/// The calendar. Nothing that a result depends on may read it.
public enum WallClock {
    /// Microseconds since 1970.
    public static func microseconds() -> UInt64 {
        let time = now()
        return UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1000
    }

    /// Now in coordinated universal time, as "20261121-040506".
    public static func stamp() -> String { stamp(secondsSince1970: now().tv_sec) }

    /// The same of another moment.
    public static func stamp(microsecondsSince1970 microseconds: UInt64) -> String {
        stamp(secondsSince1970: Int(microseconds / 1_000_000))
    }

    static func stamp(secondsSince1970 seconds: Int) -> String {
        var seconds = seconds
        var parts = unsafe tm()
        _ = unsafe gmtime_r(&seconds, &parts)
        let date = unsafe digits(parts.tm_year + 1900, 4) + digits(parts.tm_mon + 1, 2) + digits(parts.tm_mday, 2)
        let time = unsafe digits(parts.tm_hour, 2) + digits(parts.tm_min, 2) + digits(parts.tm_sec, 2)
        return "\(date)-\(time)"
    }

    private static func now() -> timespec {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return time
    }

    private static func digits(_ value: Int32, _ width: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
