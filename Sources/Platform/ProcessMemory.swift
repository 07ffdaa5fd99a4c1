// What processes take of this machine's memory, as the kernel counts it, and what they keep of it.
import Glibc

/// Memory of processes; readings of `/proc` are `nil` where a process has ended or there is no such file.
public enum ProcessMemory {
    /// From now on this process keeps what it frees. Models come and go in every round, and an allocator that hands
    /// their pages back to the kernel has them cleared and mapped anew in the next: a fifth of a round on dense graphs.
    public static func keepFreed() {
        // mallopt(3), which the module of Glibc does not show; where there is none, nothing is kept.
        guard let symbol = unsafe dlsym(nil, "mallopt") else { return }
        let setOption = unsafe unsafeBitCast(symbol, to: (@convention(c) (Int32, Int32) -> Int32).self)
        let (trimThreshold, mapThreshold): (Int32, Int32) = (-1, -3)
        _ = setOption(trimThreshold, .max)
        // The greatest that glibc takes; larger blocks are mapped one by one.
        _ = setOption(mapThreshold, 32 << 20)
    }

    /// The most memory that a process has had resident at once so far, in bytes (`VmHWM`).
    ///
    /// - Parameter identifier: of the process; `nil` for this one.
    public static func peakBytes(of identifier: Int32? = nil) -> Int? {
        let path = "/proc/\(identifier.map(String.init) ?? "self")/status"
        guard let bytes = try? Files.read(path) else { return nil }
        return peakBytes(status: String(decoding: bytes, as: UTF8.self))
    }

    static func peakBytes(status: String) -> Int? {
        guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }) else { return nil }
        let words = line.split(whereSeparator: \.isWhitespace)
        guard words.count == 3, words[2] == "kB", let kilobytes = Int(words[1]) else { return nil }
        return kilobytes * 1024
    }
}
