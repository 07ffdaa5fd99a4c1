// Files that the operator names and that are read whole: only if they are files, and no larger than anyone means.
import Kernels
import Registry

/// Reads files that the operator names, with a bound on their size.
public struct InputFiles: Sendable {
    /// Enough for a graph of a million edges.
    public static let usualMost = 64 << 20
    /// The reader's table of places has 32 bits for each.
    private static let greatestMost = 4_000_000_000

    public static let flag = Flag(
        "max-file-bytes", "N", "the largest input file that is read (default \(usualMost))")

    /// Bytes of the largest.
    public let most: Int

    public init(most: Int = usualMost) { self.most = most }

    /// For files that a run has written, which may be larger than those that it was given.
    public static let ofRuns = InputFiles(most: .max)

    /// As the command line says.
    public init(_ flags: Flags) throws(ConfigurationFault) {
        most = try flags.count(InputFiles.flag.name, 1...InputFiles.greatestMost, default: InputFiles.usualMost)
    }

    /// The bytes of a file, or of what comes through a pipe that this process was started with (`<(...)` in a shell).
    ///
    /// Such a pipe is read until its writer ends. A named pipe is refused, since to open one may wait for ever.
    public func read(_ path: String) throws(ConfigurationFault) -> [UInt8] {
        try checked(path) { () throws(SystemFault) in
            InputFiles.isInherited(path)
                ? try Files.readInherited(path, upTo: most.clampedPlus(1))
                : try Files.read(path, upTo: most.clampedPlus(1))
        }
    }

    /// What comes from standard input, whatever that is connected to.
    private func readStandardInput() throws(ConfigurationFault) -> [UInt8] {
        try checked("standard input") { () throws(SystemFault) in
            try Files.readInherited("/dev/stdin", upTo: most.clampedPlus(1))
        }
    }

    /// The one file of a command, or standard input where it is `-` or not named; and what messages call it.
    public func readFileOrStandardInput(
        _ words: [String]
    ) throws(ConfigurationFault) -> (bytes: [UInt8], name: String) {
        guard words.count <= 1 else {
            throw ConfigurationFault("one file at a time, not '\(words.joined(separator: " "))'")
        }
        guard let path = words.first, path != "-" else { return (try readStandardInput(), "standard input") }
        return (try read(path), path)
    }

    private func checked(
        _ name: String, _ read: () throws(SystemFault) -> [UInt8]
    ) throws(ConfigurationFault) -> [UInt8] {
        let bytes: [UInt8]
        do throws(SystemFault) { bytes = try read() } catch { throw ConfigurationFault(error.description) }
        guard bytes.count <= most else {
            throw ConfigurationFault(
                "has more than \(most) bytes, the most that is read; --\(InputFiles.flag.name) raises it", at: name)
        }
        return bytes
    }

    private static func isInherited(_ path: String) -> Bool {
        path == "/dev/stdin" || ["/dev/fd/", "/proc/self/fd/"].contains { path.hasPrefix($0) }
    }
}
