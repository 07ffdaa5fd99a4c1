// Machine: what a run was made with and on, for whoever wants to make it again. It names no host and no user.
import Wire

/// This program and this machine in words.
public enum Machine {
    /// "1.0.0, wire protocol 2, AVX2, optimised".
    public static var program: String {
        "\(ProgramEntry.version), wire protocol \(Frame.version), \(Processor.instructions), "
            + (Processor.isBuiltForDebugging ? "built for debugging" : "optimised")
    }

    /// "AMD EPYC 7B13, 4 processors, Linux 6.1.0"; of the kernel what it says of itself.
    public static var description: String {
        let processor = value(of: "model name", in: read("/proc/cpuinfo")) ?? "an unknown processor"
        let count = HostLimits.processors
        let system = [read("/proc/sys/kernel/ostype"), read("/proc/sys/kernel/osrelease")].joined(separator: " ")
        return "\(processor), \(count) \(count == 1 ? "processor" : "processors"), \(system)"
    }

    private static func read(_ path: String) -> String {
        let text = String(decoding: (try? Files.read(path, upTo: 4096)) ?? [], as: UTF8.self)
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }

    /// Of the first line `name : value`.
    private static func value(of name: String, in text: String) -> String? {
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
        let value = line?.split(separator: ":", maxSplits: 1).last?.drop { $0 == " " || $0 == "\t" }
        return value.map(String.init)
    }
}
