// What the suites of the Platform module share. They run one after the other: a child would inherit what another suite
// opens.
import Kernels
import Platform
import Testing

@Suite("Platform", .serialized) enum PlatformTests {}

/// Whether `descriptor` becomes ready before a deadline so late that only a fault reaches it.
func becomesReady(_ descriptor: FileDescriptor, reading: Bool = true, writing: Bool = false) throws -> Bool {
    let deadline = MonotonicClock().now() + .milliseconds(20_000)
    var loop = PollLoop()
    loop.add(descriptor, reading: reading, writing: writing)
    while MonotonicClock().now() < deadline {
        if try loop.wait(until: deadline) > 0 { return true }
    }
    return false
}

/// A child whose end is an event for `poll`: what it prints goes to a pipe, which ends with it.
struct WatchedChild {
    let process: ChildProcess
    private let output: FileDescriptor

    init(_ executable: String, _ arguments: [String], lifeline: Lifeline?) throws {
        let (reading, writing) = try FileDescriptor.pipe()
        let path = "/dev/fd/\(writing.number)"
        output = reading
        process = try ChildProcess(executable, arguments, output: .file(path), lifeline: lifeline)
        withExtendedLifetime(writing) {}
    }

    /// How it ended; `nil` if it still runs when a late deadline has passed.
    func ending() throws -> Platform.ExitStatus? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while try becomesReady(output) {
            if try output.read(into: &buffer) == .ended { return try process.wait() }
        }
        try process.send(.kill)
        return nil
    }
}

/// Reads until `count` bytes have come or the other side has closed.
func readAll(_ descriptor: FileDescriptor, atMost count: Int = .max) throws -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 4096)
    var bytes: [UInt8] = []
    while bytes.count < count, try becomesReady(descriptor) {
        switch try descriptor.read(into: &buffer) {
        case .bytes(let count): bytes += buffer[..<count]
        case .wouldBlock: continue
        case .ended: return bytes
        }
    }
    return bytes
}
