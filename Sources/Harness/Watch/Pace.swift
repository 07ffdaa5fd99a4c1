// Pace: how long something that goes on will take, from how far it has come since it was first looked at.
import Kernels

/// A guess at the time that is left.
struct Pace: Sendable {
    private let total: Int
    private var first: (done: Int, at: Instant)?

    /// - Parameter total: rounds of a run, or cells of a sweep.
    init(of total: Int) { self.total = total }

    /// The seconds that are left; `nil` before anything has moved.
    mutating func secondsLeft(done: Int, at now: Instant) -> Double? {
        // What was gone back to, as by 'resume', is looked at anew.
        guard let first, done >= first.done else {
            self.first = (done, now)
            return nil
        }
        guard done > first.done, now > first.at else { return nil }
        return Double(now - first.at) / 1e9 * Double(max(0, total - done)) / Double(done - first.done)
    }

    /// "8 s left", "3 min left", "2.5 h left".
    static func inWords(_ seconds: Double) -> String {
        switch seconds {
        case ..<100: "\(rounded(seconds, 0)) s left"
        case ..<6_000: "\(rounded(seconds / 60, 0)) min left"
        default: "\(rounded(seconds / 3600, 1)) h left"
        }
    }
}
