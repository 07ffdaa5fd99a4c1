// Heartbeat, a node's sign of life: how often its loop has stirred, and the round it is in, in one small file that
// stays in place. 24 bytes, little-endian: beats u64 | round u64 | XXH64 of both, as a reader may meet a writer
// half-way.
import Glibc
import Kernels

/// What a node told of itself last.
public struct Heartbeat: Sendable, Equatable {
    /// A node's loop stirs at least so often, also while a local step takes long.
    public static let interval: Nanoseconds = .milliseconds(1_000)
    public static let byteCount = 24

    /// They grow, from one process of the node to its next one as well.
    public let beats: UInt64
    public let round: Int

    var encoded: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: beats)
        bytes.append(littleEndian: UInt64(round))
        bytes.append(littleEndian: XXH64.hash(bytes))
        return bytes
    }

    init(beats: UInt64, round: Int) {
        self.beats = beats
        self.round = round
    }

    /// `nil` for what is no heartbeat, or half of one.
    init?(encoded bytes: [UInt8]) {
        guard bytes.count == Self.byteCount,
            bytes.integer(at: 16, as: UInt64.self) == XXH64.hash(Array(bytes[..<16])),
            let round = Int(exactly: bytes.integer(at: 8, as: UInt64.self))
        else { return nil }
        self.init(beats: bytes.integer(at: 0, as: UInt64.self), round: round)
    }
}

/// The node's side: writes in place, as that needs no room on a disk.
struct HeartbeatWriter {
    /// Rounds that close faster are told of no more often: a write each would be a part of what they cost.
    static let shortestInterval: Nanoseconds = .milliseconds(5)

    private let file: FileDescriptor
    private var last: Heartbeat
    private var lastAt: Instant?
    /// When the next one is due, whether or not a round closes until then.
    private(set) var nextAt: Instant

    /// - Parameter first: greater than what an earlier process of the node has written.
    init(_ path: String, first: UInt64, at now: Instant) throws(SystemFault) {
        file = try Files.open(path, "open", O_WRONLY | O_CREAT)
        last = Heartbeat(beats: first, round: 0)
        nextAt = now
    }

    /// To be called whenever the loop stirs.
    ///
    /// - Parameter isLast: nothing follows that could tell of the round.
    mutating func beat(in round: Int, at now: Instant, isLast: Bool = false) throws(SystemFault) {
        guard round != last.round || now >= nextAt else { return }
        if !isLast, let lastAt, now < lastAt + Self.shortestInterval {
            nextAt = lastAt + Self.shortestInterval
            return
        }
        (lastAt, nextAt) = (now, now + Heartbeat.interval)
        last = Heartbeat(beats: last.beats + 1, round: round)
        try file.overwrite(last.encoded)
    }
}

/// Reads a node's heartbeat.
public struct HeartbeatReader {
    private let path: String
    private var file: FileDescriptor?
    private var bytes = [UInt8](repeating: 0, count: Heartbeat.byteCount)

    /// - Parameter path: of a file that may not be there yet.
    public init(_ path: String) { self.path = path }

    /// What the node told last; `nil` where it has told nothing yet, or is telling it just now.
    public mutating func read() -> Heartbeat? {
        if file == nil { file = try? Files.open(path, "open", O_RDONLY) }
        guard let file, file.read(into: &bytes, at: 0) == bytes.count else { return nil }
        return Heartbeat(encoded: bytes)
    }
}
