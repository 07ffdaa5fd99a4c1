// EventQueue: deliveries of the simulated network by time. Most are added at the end, and they are taken from the
// front.
import Kernels

/// Deliveries by moment, the soonest first; of one moment in the order in which they were added.
struct EventQueue: Sendable {
    private var entries: [(at: Instant, deliveries: [Delivery])] = []
    /// Entries before this one were taken.
    private var first = 0

    var soonest: Instant? { first < entries.count ? entries[first].at : nil }

    mutating func add(_ deliveries: [Delivery], at moment: Instant) {
        var (low, high) = (first, entries.count)
        if let last = entries.last, high > first, last.at < moment { low = high }
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].at < moment { low = middle + 1 } else { high = middle }
        }
        if low < entries.count, entries[low].at == moment {
            entries[low].deliveries.append(contentsOf: deliveries)
        } else {
            entries.insert((moment, deliveries), at: low)
        }
    }

    /// Takes what arrives at the soonest moment, if that is not after `now`.
    mutating func takeSoonest(until now: Instant) -> [Delivery] {
        guard let soonest, soonest <= now else { return [] }
        var taken: [Delivery] = []
        swap(&taken, &entries[first].deliveries)
        first += 1
        // Now and then, so that each entry is moved about once.
        if 2 * first > entries.count {
            entries.removeSubrange(..<first)
            first = 0
        }
        return taken
    }
}
