// What else of a machine decides whether a run of many nodes goes well: disk, ports, clock.
import Glibc
import Kernels

extension HostLimits {
    /// Bytes that this user may still write in the folder `path`, which must be there.
    public static func freeDisk(in path: String) throws(SystemFault) -> Int {
        var status = statvfs()
        try systemCall("read the free space of", path) { unsafe statvfs(path, &status) }
        return Int(clamping: status.f_bavail).clampedTimes(Int(clamping: status.f_frsize))
    }

    /// The ports that the kernel gives to those who ask for any; `nil` where it does not say.
    public static func freePorts() -> ClosedRange<Int>? {
        let text = String(decoding: (try? Files.read("/proc/sys/net/ipv4/ip_local_port_range")) ?? [], as: UTF8.self)
        let numbers = text.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        return numbers.count == 2 && numbers[0] <= numbers[1] ? numbers[0]...numbers[1] : nil
    }
}

extension MonotonicClock {
    /// The shortest time that it tells apart, from readings one after the other; `nil` for one that goes back or
    /// stands still.
    public func resolution() -> Nanoseconds? {
        var shortest: Nanoseconds?
        var last = now()
        for _ in 0..<10_000 {
            let next = now()
            guard next >= last else { return nil }
            if next > last { shortest = min(shortest ?? .max, next - last) }
            last = next
        }
        return shortest
    }
}

extension Processor {
    /// Whether this processor has AVX2, whatever the program was built for.
    public static var hasAVX2: Bool {
        let description = (try? Files.read("/proc/cpuinfo", upTo: 4096)) ?? []
        return String(decoding: description, as: UTF8.self).split(whereSeparator: \.isWhitespace).contains("avx2")
    }

    /// Whether the program was built for debugging: everything but the numeric kernels is slow then.
    public static var isBuiltForDebugging: Bool {
        #if DEBUG
            true
        #else
            false
        #endif
    }
}
