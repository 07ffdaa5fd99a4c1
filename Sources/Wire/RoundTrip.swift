// RoundTrip: estimates the round-trip time and the retransmission timeout from it (RFC 6298).
import Kernels

/// A running estimate of the time from a fragment to its acknowledgement.
struct RoundTrip: Sendable {
    private static let shortestTimeout: Nanoseconds = .milliseconds(10)
    private static let longestTimeout: Nanoseconds = .milliseconds(1_000)

    private var smoothed: Nanoseconds?
    private var deviation: Nanoseconds = 0
    /// Times in a row that it was waited in vain. Where one datagram in five is lost, an answer fails to come one time
    /// in three: the first few tell nothing of a peer that is overrun or gone.
    private var silences = 0
    private static let patientSilences = 6
    private static let mostDoublings = 6

    /// After this long without an answer, something is lost.
    var timeout: Nanoseconds {
        let doublings = Nanoseconds(min(max(0, silences - Self.patientSilences), Self.mostDoublings))
        let plain = smoothed.map { $0 + 4 * deviation } ?? 5 * Self.shortestTimeout
        return min(Self.longestTimeout, max(Self.shortestTimeout, plain) << doublings)
    }

    /// An answer came to something that was sent once.
    mutating func add(_ sample: Nanoseconds) {
        if let mean = smoothed {
            deviation += (abs(sample - mean) - deviation) / 4
            smoothed = mean + (sample - mean) / 8
        } else {
            smoothed = sample
            deviation = sample / 2
        }
    }

    mutating func timedOut() { silences += 1 }

    mutating func heard() { silences = 0 }
}
