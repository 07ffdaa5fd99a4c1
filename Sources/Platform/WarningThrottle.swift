// WarningThrottle: lets a node warn of one thing once a minute, also where it goes wrong in every round.
import Kernels

/// What was complained of in the last minute, and when.
struct WarningThrottle {
    private static let interval: Nanoseconds = .milliseconds(60_000)
    private static let most = 256

    /// In the order in which they were made.
    private var recent: [(subject: String, at: Instant)] = []

    /// Whether it is time to complain of `subject`, which then counts as done.
    mutating func isDue(_ subject: String, at now: Instant) -> Bool {
        recent.removeAll { $0.at + Self.interval <= now }
        guard !recent.contains(where: { $0.subject == subject }) else { return false }
        // More subjects than that are no news; the memory that they take stays small.
        if recent.count == Self.most { recent.removeFirst() }
        recent.append((subject, now))
        return true
    }
}
