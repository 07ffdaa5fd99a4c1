// The crew of kernels on long vectors: threads that live for one job, and how many the host has room for.
import Glibc
import Kernels

extension Crew {
    /// Threads of this process.
    ///
    /// - Parameter count: how many, the caller's among them; `nil` for as many as the host has processors that nobody
    ///   is using when a job comes, which on a host full of nodes is the caller's alone. 1 makes no crew.
    public static func threads(_ count: Int?) -> Crew? {
        switch count {
        case 1: nil
        case let count?: Crew(members: { count }, run: runOnThreads)
        case nil: HostLimits.processors == 1 ? nil : Crew(members: { 1 + idleProcessors() }, run: runOnThreads)
        }
    }

    /// Processors beside the caller's on which nothing runs or wants to run now.
    private static func idleProcessors() -> Int {
        max(0, HostLimits.processors - max(1, HostLoad.runnable() ?? .max))
    }

    /// The last part is the caller's own. Where no thread can be started, the caller does its part as well.
    @Sendable private static func runOnThreads(_ parts: Int, _ work: (Int) -> Void) {
        withoutActuallyEscaping(work) { work in
            let threads = (0..<max(0, parts - 1)).map { part in
                let thread = try? ThreadBody { work(part) }.start(stackBytes: nil)
                if thread == nil { work(part) }
                return thread
            }
            if parts > 0 { work(parts - 1) }
            for case let thread? in threads { pthread_join(thread, nil) }
        }
    }
}

/// What else is running on this host.
enum HostLoad {
    /// Threads of the host that run or want to run at this moment, the caller among them; `nil` where the kernel does
    /// not say.
    static func runnable() -> Int? {
        guard let bytes = try? Files.read("/proc/loadavg") else { return nil }
        // 0.20 0.18 0.12 1/80 11206
        let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        guard fields.count > 3, let running = fields[3].split(separator: "/").first else { return nil }
        return Int(running)
    }
}
